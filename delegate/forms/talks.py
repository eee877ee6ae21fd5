"""The forms of a one-on-one: what goes on its page, and when it is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, ValidationError
from wtforms.widgets import TextInput

from .. import i18n
from ..models import TITLE, YEARS, utc_now
from ..sheets.spreadsheets import unlisted
from . import REQUIRED, Choice, DayField, MomentField, NoteText, VersionedForm

KINDS = {
    "question": _("Question"),
    "note": _("Note"),
    "action": _("Who does what"),
}

MOST_LINES = 50
"""Lines that can be added in one go."""


class AboutItem(FlaskForm):
    """What is asked of every item beside its words."""

    kind = Choice(_("Kind"), KINDS, required=True)
    doer = Choice(_("Who does it"), {})
    due_on = DayField(_("By which day"))
    is_shared = BooleanField(_("Shared: for both of us"))

    def ask_of(self, name: str, maker: Any = None) -> None:
        """Offer the two who can do something: whoever wrote it, and the other."""
        self.doer.choices = [
            ("", _("Not said yet")),
            ("manager", maker or _("Me")),
            ("employee", name),
        ]

    def about(self) -> dict[str, Any]:
        """Return the values of the columns; only an action is done by someone."""
        is_action = self.kind.data == "action"
        return {
            "kind": self.kind.data,
            "doer": self.doer.data if is_action else None,
            "due_on": self.due_on.data if is_action else None,
        }


class QuickForm(AboutItem):
    """One line, or several at once, each an item of the same kind."""

    text = NoteText(_("What"), most=TITLE, widget=TextInput())
    lines = NoteText(_("Several at once, each on a line of its own"))

    def texts(self) -> Sequence[str]:
        """Return what was typed, each text once."""
        typed = f"{unlisted(self.text.data or '')}\n{unlisted(self.lines.data or '')}"
        lines = map(str.strip, typed.splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        if not self.texts():
            self.text.errors = [REQUIRED]
        if len(self.texts()) > MOST_LINES:
            words = _("At most %(most)d lines at once.", most=MOST_LINES)
            self.lines.errors = [words]
        return not (self.text.errors or self.lines.errors)


class ItemForm(AboutItem, VersionedForm):
    text = NoteText(_("What"), required=True)

    def fill(self, row: Any) -> None:
        super().fill(row)
        for column, value in self.about().items():
            setattr(row, column, value)


def to_moment(value: Any) -> datetime | None:
    """Return the moment that a page of ours wrote down in an address or a form."""
    try:
        found = datetime.fromisoformat(str(value)).replace(tzinfo=None)
    except ValueError:
        return None
    return found if found.year in YEARS else None


class DroppedForm(AboutItem):
    """An item that is gone, as only a page still has it."""

    text = NoteText(_("What"), required=True, phrases=())
    created_at = HiddenField(filters=[to_moment])
    done_at = HiddenField(filters=[to_moment])

    def row(self) -> dict[str, Any]:
        """Return the values of the columns, none of them later than now."""
        now = utc_now()
        return {
            **self.about(),
            "text": self.text.data,
            "is_shared": self.is_shared.data,
            "created_at": min(self.created_at.data or now, now),
            "done_at": self.done_at.data and min(self.done_at.data, now),
        }


class NextForm(VersionedForm):
    next_talk_at = MomentField(_("Day and time"))

    def validate_next_talk_at(self, field: Any) -> None:
        if field.data and i18n.as_date(field.data) < i18n.today():
            raise ValidationError(_("Choose a day from today on."))


class HeldForm(FlaskForm):
    """Which talk it was, so that two clicks close one."""

    number = HiddenField()
