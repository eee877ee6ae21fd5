"""Something new from a form: clicked twice it comes once, and a namesake is told.

Such a form carries as its version the newest row that it saw. A row that came since,
with all that is typed in it, was added by a click before, or by a colleague: either
way it stands there, and is not added once more. Knows no page.
"""

from typing import Any

from flask import flash
from flask_babel import gettext
from sqlalchemy import Select, func
from sqlalchemy.orm import InstrumentedAttribute

from ..models import db
from . import VersionedForm


def newest(there: Select[Any]) -> int:
    """Return the id of the newest of the rows `there`: the version of a new form."""
    ids = there.order_by(None).with_only_columns(func.max(there.selected_columns.id))
    return db.session.scalar(ids) or 0


def since(form: Any, there: Select[Any]) -> Select[Any]:
    """Return the query for those of the rows `there` that the form did not see."""
    seen = str(form.version.data)
    is_id = seen.isascii() and seen.isdigit() and len(seen) < 10
    return there.where(there.selected_columns.id > (int(seen) if is_id else 0))


def added_before(form: VersionedForm, there: Select[Any]) -> Any:
    """Return the row among those `there` that came since with the same, and say so.

    None where there is none. The caller has locked what clicks have to wait for.
    """
    for row in db.session.scalars(since(form, there)):
        if not form.differences(row):
            flash(gettext("That stands here already. To add one more, save it again."))
            return row
    return None


def has_namesake(
    there: Select[Any], column: InstrumentedAttribute[str], row: Any
) -> bool:
    """Tell whether another of the rows `there` is called as `row` is in `column`."""
    name: str = getattr(row, column.key)
    same = there.where(
        func.lower(column) == name.lower(), there.selected_columns.id != row.id
    )
    return db.session.scalar(same.limit(1)) is not None
