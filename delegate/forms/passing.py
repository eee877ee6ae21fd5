"""The form in which an agreement goes to someone else."""

from collections.abc import Sequence

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, SelectField
from wtforms.validators import DataRequired

from ..models import Employee
from . import CHOOSE, NoteText, VersionedForm, id_or_none


class PassForm(VersionedForm):
    employee_id = SelectField(
        _("Who takes it"), [DataRequired(CHOOSE)], coerce=id_or_none
    )
    closing_reason = NoteText(
        _("Why"),
        description=_("Left empty, it says to whom the task goes."),
    )

    stops = BooleanField(_("Whoever had it no longer does this task"), default=True)

    def offer(self, people: Sequence[Employee]) -> None:
        listed = [(str(one.id), one.name) for one in people]
        self.employee_id.choices = [("", gettext("Choose someone")), *listed]

    def refuse(self, name: str) -> None:
        """Say that this one has an agreement on the task already."""
        words = gettext("%(name)s has an agreement on this task already.", name=name)
        self.employee_id.errors = [words]
