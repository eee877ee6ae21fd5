"""Finds words that judge a person or are private, where a note tells what was seen.

Pure, standard library only. A hint follows from it, never a refusal. `static/words.js`
looks for the same words in the same way; a test holds the two to one table.

Source of what is private: GDPR, article 9, and family beside it.
"""

import re
import unicodedata

JUDGING = {
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

PRIVATE = {
    "en": (
        "sick",
        "is ill",
        "was ill",
        "fell ill",
        "illness",
        "depressed",
        "depression",
        "depressive",
        "burn-out",
        "burnout",
        "burned out",
        "burnt out",
        "pregnant",
        "pregnancy",
        "maternity leave",
        "miscarriage",
        "cancer",
        "adhd",
        "autism",
        "autistic",
        "addicted",
        "addiction",
        "divorce",
        "divorced",
        "divorcing",
        "married",
        "marriage",
        "private life",
        "home situation",
        "muslim",
        "jewish",
        "religion",
        "religious",
        "union member",
        "union membership",
        "immigrant",
        "ethnic",
        "ethnicity",
        "gay",
        "lesbian",
        "transgender",
    ),
    "nl": (
        "ziek",
        "ziekte",
        "ziekgemeld",
        "ziekmelding",
        "depressief",
        "depressieve",
        "depressie",
        "overspannen",
        "psychisch",
        "psychische",
        "zwanger",
        "zwangere",
        "zwangerschap",
        "zwangerschapsverlof",
        "miskraam",
        "kanker",
        "autisme",
        "autistisch",
        "autistische",
        "verslaafd",
        "verslaafde",
        "verslaving",
        "gescheiden",
        "gaat scheiden",
        "echtscheiding",
        "getrouwd",
        "kinderwens",
        "privéleven",
        "thuissituatie",
        "moslim",
        "moslima",
        "joods",
        "joodse",
        "gelovig",
        "gelovige",
        "religie",
        "religieus",
        "religieuze",
        "vakbondslid",
        "lid van de vakbond",
        "lid van een vakbond",
        "afkomst",
        "allochtoon",
        "allochtone",
        "homo",
        "homoseksueel",
        "homoseksuele",
        "lesbisch",
        "lesbische",
    ),
}
"""Few, and whole: what is also plain work ("ziekteverzuim", "union") is left out."""


def plain(text: str) -> str:
    """Return `text` without accents and capitals, each gap one space."""
    bare = "".join(
        letter
        for letter in unicodedata.normalize("NFD", text)
        if not unicodedata.category(letter).startswith("M")
    )
    return re.sub(r"\s+", " ", bare.lower())


LISTS = {
    name: {plain(word): word for words in listed.values() for word in words}
    for name, listed in (("judging", JUDGING), ("private", PRIVATE))
}
"""Each word as it is looked for, with how it is written; by what it is."""

LOOKED_FOR = {
    name: re.compile(rf"(?<![\w-])(?:{'|'.join(words)})(?![\w-])")
    for name, words in LISTS.items()
}


def found(name: str, text: str) -> list[str]:
    """Return the words of list `name` in `text`, as they are written there, each once.

    >>> found("judging", "Always late, and sloppy; ALWAYS.")
    ['always', 'sloppy']
    >>> found("judging", "The never-ending dominee")
    []
    >>> found("private", "Is ziek; het ziekteverzuim")
    ['ziek']
    """
    words = LOOKED_FOR[name].findall(plain(text))
    return [LISTS[name][word] for word in dict.fromkeys(words)]
