"""Which passwords are taken: long ones, but for those that are tried first.

12 to 128 characters and nothing asked of which, as NIST SP 800-63B has it. Refused are
common passwords, also stretched by repeats, digits and signs, and those that are little
but the person's own name or address. The list is loaded when a password is set, and not
before. Knows nothing of accounts or pages.
"""

import re
from functools import cache
from itertools import pairwise
from typing import Any

from flask_babel import lazy_gettext as _
from flask_security import PasswordUtil

from ..texts import is_fit

COMMON = _("This is among the passwords that are tried first. Take a few words.")
UNFIT = _("This has a character that cannot be kept. Take it out and try again.")
OWN = _("This is little more than your own name or address. Take a few other words.")
DUTCH = """
    augustus december februari januari juli juni maart november oktober september
    dinsdag donderdag maandag vrijdag woensdag zaterdag zondag
    herfst lente winter zomer
    amsterdam denhaag groningen nederland rotterdam utrecht
    ajax feyenoord geheim hallo liefde schatje toegang voetbal wachtwoord welkom
"""
"""What the list lacks, being made of what the English-speaking take."""


MOST_HASHED = 4096
"""Characters that passlib takes; with more it raises."""


class Passwords(PasswordUtil):
    """Validates wherever a password is set: in a form, or on the command line."""

    def normalize(self, password: str) -> str:
        """Return `password` in one form of Unicode, and never more than can be hashed.

        What is longer than that has never been one that could be set.
        """
        normal: str = super().normalize(password[:MOST_HASHED])
        return normal[:MOST_HASHED]

    def validate(
        self, password: str, is_register: bool, **kwargs: Any
    ) -> tuple[list[Any] | None, str]:
        """Return what is wrong, if anything, and the password as it is kept.

        `user` among the others, else `email` and `name`, says whose it will be.
        """
        faults, password = super().validate(password, is_register, **kwargs)
        user = kwargs.get("user")
        email = user.email if user else kwargs.get("email", "")
        name = user.name if user else kwargs.get("name", "")
        if not is_fit(password):
            faults = [UNFIT]
        if not faults and (fault := weakness(password, f"{email} {name} delegate")):
            faults = [fault]
        return faults, password


def weakness(password: str, own: str) -> Any:
    """Return why `password` is easily guessed of someone with these words, or None."""
    plain = squeezed(password)
    rest = plain
    for word in sorted(own_words(own), key=len, reverse=True):
        rest = rest.replace(word, "")
    if rest != plain and len(without_numbers(rest)) < 4:
        return OWN
    found = any(is_common(text) for text in (password, plain, rest) if text)
    return COMMON if found else None


def own_words(own: str) -> set[str]:
    """Return the words of three letters and more that someone is known by."""
    parts = {*own.split(), *re.split(r"[\W_]+", own)}
    return {squeezed(part) for part in parts if len(squeezed(part)) > 2}


def is_common(text: str) -> bool:
    """Tell whether a text is common, in order, or stretched out of what is."""
    once = unit(text.lower())
    bare = unit(without_numbers(once))
    return len(once) < 4 or is_in_order(once) or once in common() or bare in common()


def squeezed(text: str) -> str:
    return "".join(sign for sign in text.lower() if sign.isalnum())


def without_numbers(text: str) -> str:
    return text.strip("0123456789")


def unit(text: str) -> str:
    """Return what `text` is a repeat of, be it once."""
    found = re.fullmatch(r"(.+?)\1*", text, re.DOTALL)
    return found[1] if found else text


def is_in_order(text: str) -> bool:
    """Tell whether each sign follows on the one before, as in 34567890 or fedcba."""
    steps = {(ord(b) - ord(a)) % 10 for a, b in pairwise(text)}
    return len(steps) < 2


@cache
def common() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"]) | frozenset(DUTCH.split())
