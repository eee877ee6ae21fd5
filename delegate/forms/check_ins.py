"""The forms of a check-in: its day, and what was seen when it was kept."""

from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms.widgets import TextInput

from .. import i18n, rules, wording
from ..models import TITLE
from ..texts import one_line
from . import Choice, DayField, NoteText, VersionedForm

ABOUT = {"": _("none of these")} | {
    name: wording.CRITERIA[name] for name in rules.CRITERIA
}


class DayForm(VersionedForm):
    """On which day the two hear from each other."""

    day = DayField(_("On which day"), required=True)

    def check(self, today: date, until: date | None) -> bool:
        """Tell whether this can be kept, and put what is wrong at its field.

        `until` is the day to look back, where there is one.
        """
        day = self.day.data if self.validate_on_submit() else None
        if day and day < today:
            self.day.errors = [gettext("Choose a day from today on.")]
        elif day and until and day > max(until, today):
            words = gettext(
                "You look back on %(day)s: choose a day before.", day=i18n.day(until)
            )
            self.day.errors = [words]
        return not self.errors


class KeepForm(VersionedForm):
    """What was seen, in one line, and what that is an example of."""

    seen = NoteText(
        _("What did you see or hear, in one line?"), most=TITLE, widget=TextInput()
    )
    criterion = Choice(_("Of which of the four is it an example?"), ABOUT)

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        self.seen.data = one_line(self.seen.data or "")
        if not self.errors and self.criterion.data and not self.seen.data:
            self.seen.errors = [gettext("Write what it is an example by.")]
        return not self.errors
