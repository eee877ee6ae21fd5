"""Finds words that judge a person, where a note should tell what was seen.

Pure, standard library only. A hint follows from it, never a refusal. `static/words.js`
looks for the same words in the same way; a test holds the two to one table.
"""

import re
import unicodedata

WORDS = {
    "en": (
        "always",
        "never",
        "as usual",
        "every single time",
        "lazy",
        "stupid",
        "dumb",
        "sloppy",
        "careless",
        "unreliable",
        "untrustworthy",
        "dishonest",
        "incompetent",
        "incapable",
        "hopeless",
        "useless",
        "worthless",
        "stubborn",
        "arrogant",
        "rude",
        "selfish",
        "childish",
        "immature",
        "moody",
        "unmotivated",
        "uninterested",
        "indifferent",
        "unprofessional",
        "chaotic",
        "crazy",
        "idiot",
        "naive",
    ),
    "nl": (
        "altijd",
        "nooit",
        "zoals gewoonlijk",
        "elke keer weer",
        "lui",
        "luie",
        "dom",
        "domme",
        "slordig",
        "slordige",
        "laks",
        "lakse",
        "gemakzuchtig",
        "gemakzuchtige",
        "onbetrouwbaar",
        "onbetrouwbare",
        "oneerlijk",
        "oneerlijke",
        "onbekwaam",
        "onbekwame",
        "ongeschikt",
        "ongeschikte",
        "incompetente",
        "hopeloos",
        "hopeloze",
        "waardeloos",
        "waardeloze",
        "eigenwijs",
        "eigenwijze",
        "koppig",
        "koppige",
        "arrogante",
        "brutaal",
        "brutale",
        "egoïstisch",
        "egoïstische",
        "kinderachtig",
        "kinderachtige",
        "onvolwassen",
        "humeurig",
        "humeurige",
        "ongemotiveerd",
        "ongemotiveerde",
        "ongeïnteresseerd",
        "ongeïnteresseerde",
        "onverschillig",
        "onverschillige",
        "onprofessioneel",
        "onprofessionele",
        "chaotisch",
        "chaotische",
        "gek",
        "gekke",
        "gestoord",
        "gestoorde",
        "idioot",
        "idiote",
        "naïef",
        "naïeve",
    ),
}
"""By language; both are looked for at once, as people mix them."""


def plain(text: str) -> str:
    """Return `text` without accents and capitals, each gap one space."""
    bare = "".join(
        letter
        for letter in unicodedata.normalize("NFD", text)
        if not unicodedata.category(letter).startswith("M")
    )
    return re.sub(r"\s+", " ", bare.lower())


BY_PLAIN = {plain(word): word for words in WORDS.values() for word in words}
"""Each word as it is looked for, with how it is written."""

LOOKED_FOR = re.compile(rf"(?<![\w-])(?:{'|'.join(BY_PLAIN)})(?![\w-])")


def found(text: str) -> list[str]:
    """Return the words in `text` that judge, as they are written in WORDS, each once.

    >>> found("Always late, and sloppy; ALWAYS.")
    ['always', 'sloppy']
    >>> found("The never-ending dominee")
    []
    """
    words = LOOKED_FOR.findall(plain(text))
    return [BY_PLAIN[word] for word in dict.fromkeys(words)]
