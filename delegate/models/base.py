"""What all tables share: the database, the limits of a text, and the constraints."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

TITLE = 500
"""Most characters in a name or a title."""

LONG = 10_000
"""Most characters in a text that may run on."""

CODE = 40
"""Most characters in a word of our own, from a list that grows with the program."""

HOURS = 168
"""Most hours in a week."""

YEARS = range(2000, 3000)
"""In which days and moments lie: a slip in the year is no appointment."""


class Base(DeclarativeBase):
    """Names every constraint, so that a migration can drop it on either database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True)


if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def utc_now() -> datetime:
    """Return this moment in UTC, without a zone, to the second."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """Keep `column` to `values` (or empty, where the column may be)."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def between(column: str, least: int, most: int) -> CheckConstraint:
    """Keep the number in `column` from `least` to `most`."""
    return CheckConstraint(f"{column} BETWEEN {least} AND {most}", name=column)


def filled(column: str, most: int = TITLE) -> CheckConstraint:
    """Keep `column` from being blank, and to `most` characters."""
    return CheckConstraint(
        f"length(trim({column})) > 0 AND length({column}) <= {most}", name=column
    )


def at_most(*columns: str, most: int = LONG) -> tuple[CheckConstraint, ...]:
    """Keep each of `columns` to `most` characters."""
    return tuple(
        CheckConstraint(f"length({column}) <= {most}", name=column)
        for column in columns
    )


def within_team(*kinds: str) -> tuple[ForeignKeyConstraint, ...]:
    """Point at rows of `kinds` that belong to this row's own team, and go with them."""
    return tuple(
        ForeignKeyConstraint(
            ["team_id", f"{kind}_id"],
            [f"{kind}.team_id", f"{kind}.id"],
            ondelete="CASCADE",
        )
        for kind in kinds
    )


class Versioned:
    """A row that people change: a save that saw an older version does not count.

    The database refuses it too: an UPDATE names the version it replaces.
    """

    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]
