"""The form in which an agreement goes to someone else."""

from collections.abc import Collection, Sequence

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, ValidationError

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

    def offer(self, people: Sequence[Employee], taken: Collection[int]) -> None:
        """Offer these people; who is `taken` stands apart, and cannot be chosen."""
        self.taken = {one.id: one.name for one in people if one.id in taken}
        apart = {"disabled": True}, gettext("Has an agreement on this task already")
        self.employee_id.choices = [
            SelectChoice("", gettext("Choose someone")),
            *(
                SelectChoice(str(one.id), one.name)
                for one in people
                if one.id not in taken
            ),
            *(SelectChoice(str(id), name, *apart) for id, name in self.taken.items()),
        ]

    def validate_employee_id(self, field: SelectField) -> None:
        if name := self.taken.get(field.data):
            words = _("%(name)s has an agreement on this task already.", name=name)
            raise ValidationError(words)
