"""The fields of a small step with someone, whatever it is for."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _
from wtforms import SelectField

from ..models import Task
from . import DayField, VersionedForm, id_or_none


class StepForm(VersionedForm):
    """On which task, and by when; what the step is, each kind asks in its own words."""

    task_id = SelectField(_("On which task"), coerce=id_or_none)
    due_on = DayField(_("By which day"))

    def offer(self, tasks: Sequence[Task], *, only: bool = False) -> None:
        """Let one of `tasks` be chosen; unless `only` they are meant, none as well."""
        listed = [(str(task.id), task.title) for task in tasks]
        none = [] if only else [("", _("None in particular"))]
        self.task_id.choices = [*listed, *none]
