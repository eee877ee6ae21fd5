"""What is about others in the copy that a person gets: found, and blanked out.

A proposal only: whoever hands out the copy reads each text.

Source: GDPR, article 15, paragraph 4.
"""

import re
import unicodedata
from typing import Any

from flask_babel import gettext
from sqlalchemy import or_, select

from ..models import Employee, Manager, Membership, Rating, db
from ..texts import is_particle

BLANK = "▇▇▇▇"
"""Stands for what is left out: always as long, so that it tells no length."""

WORD = re.compile(r"\w[\w\u0300-\u036f]*")
"""A word, also where its accents stand behind their letters."""

ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+\w")


def names_of_others(employee: Employee, manager: Manager) -> set[str]:
    """Return the words that name someone else in the team, as `plain` writes them.

    Not those of the person and of the manager who hands out the copy.
    """
    colleagues = select(Employee.name).where(
        Employee.team_id == employee.team_id, Employee.id != employee.id
    )
    raters = select(Rating.rater_id).where(Rating.employee_id == employee.id)
    members = select(Membership.manager_id).where(
        Membership.team_id == employee.team_id
    )
    managers = db.session.execute(
        select(Manager.name, Manager.email).where(
            Manager.id != manager.id,
            or_(Manager.id.in_(raters), Manager.id.in_(members)),
        )
    ).all()
    known = [*db.session.scalars(colleagues), *(name for name, _email in managers)]
    own = {*words_of(employee.name), *words_of(manager.name)}
    emails = {email for _name, email in managers}
    return {word for name in known for word in words_of(name)} - own | emails


def words_of(name: str) -> set[str]:
    """Return by which words of a name someone is called: "Jan", "Vries", not "de".

    Where no word of it has a capital, each may be typed with one.
    """
    words = [word for word in WORD.findall(name) if not is_particle(word)]
    words = [word for word in words if word[0].isalpha() and not is_initial(word)]
    capitals = {plain(word) for word in words if not word[0].islower()}
    small = {plain(word) for word in words}
    return capitals or small | {word[0].upper() + word[1:] for word in small}


def is_initial(word: str) -> bool:
    return len(word) == 1 and word.lower() != word.upper()


def plain(word: str) -> str:
    """Return `word` without what depends on who typed it: capitals, kinds of accents.

    But for its first letter: "Will" may name someone where "will" does not.
    """
    word = unicodedata.normalize("NFKC", word)
    return word[0] + word[1:].casefold()


def blanked(words: str, names: set[str]) -> str:
    """Return `words` with those that are among `names`, as `plain`, blanked out.

    Also an address with such a name in it, in which names have no capitals.
    """
    small = {name.casefold() for name in names}

    def blank(found: re.Match[str]) -> str:
        return BLANK if plain(found[0]) in names else found[0]

    def blank_address(found: re.Match[str]) -> str:
        address = found[0].casefold()
        names_nobody = small.isdisjoint({address, *WORD.findall(address)})
        return found[0] if names_nobody else BLANK

    return WORD.sub(blank, ADDRESS.sub(blank_address, words))


def only_blanked(words: str, original: str) -> bool:
    """Tell whether `words` are the original, with blanks for pieces that were there."""
    first, *middle = re.split(f"{BLANK[0]}+", words)
    if not middle:
        return words == original
    last = middle.pop()
    if not (original.startswith(first) and original.endswith(last)):
        return False
    at, end = len(first), len(original) - len(last)
    for piece in middle:
        found = original.find(piece, at + 1, end)
        if found < 0:
            return False
        at = found + len(piece)
    return at < end


def left_out() -> Any:
    return gettext("left out, as it is about someone else: GDPR, article 15(4)")
