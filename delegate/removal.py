"""Removing hides a row; for a month it can be put back. Knows no page and no words."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Select, select

from .models import utc_now

KEPT = timedelta(days=30)
"""How long a removed row can be put back."""


def removed(model: type[Any]) -> Select[Any]:
    """Return the query for the rows that can still be put back, latest first."""
    return (
        select(model)
        .where(model.removed_at > utc_now() - KEPT)
        .order_by(model.removed_at.desc(), model.id)
    )
