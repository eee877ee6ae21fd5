"""Who could take what: the most hours newly freed, and then the highest levels.

Facts and wishes go in (`cases`), and a proposal comes out, with what no proposal can
exceed. No database, no words, and nothing of a person but free hours and levels.
"""

from .answering import assign
from .cases import (
    FREED,
    PROVISIONAL,
    SECONDS,
    Kind,
    Offer,
    Person,
    Proposal,
    Row,
    Why,
    Wish,
    Work,
    counted,
    gap,
)

__all__ = [
    "FREED",
    "PROVISIONAL",
    "SECONDS",
    "Kind",
    "Offer",
    "Person",
    "Proposal",
    "Row",
    "Why",
    "Wish",
    "Work",
    "assign",
    "counted",
    "gap",
]
