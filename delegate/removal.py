"""Removing hides a row; for a month it can be put back. Knows no page and no words."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, select

from .database import set_all
from .models import db, utc_now

KEPT = timedelta(days=30)
"""How long a removed row can be put back."""


def removed(model: type[Any]) -> Select[Any]:
    """Return the query for the rows that can still be put back, latest first."""
    return (
        select(model)
        .where(model.removed_at > utc_now() - KEPT)
        .order_by(model.removed_at.desc(), model.id)
    )


def put_back(model: type[Any], ids: Iterable[int]) -> None:
    """Put back those of the rows that still can be; leave the others. Commits."""
    here = removed(model).where(model.id.in_(ids)).with_only_columns(model.id)
    set_all(model, db.session.scalars(here).all(), removed_at=None)
