"""One line of the screen after the talk: a level, who decides what, a day to look back.

Says what is wrong in words for the field to mend; what follows is up to the page.
"""

from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from .. import rules
from ..dialogue.phrasing import ABOUT_WHY
from ..models import Agreement
from . import DayField, LevelField, LongText, NoteText
from .agreements import FollowForm


def version_of(agreement: Agreement) -> str:
    return f"{agreement.id}.{agreement.version}"


class LineForm(FollowForm):
    """What stays open after the talk. The page around it carries the token.

    The reason is asked only where the level is not the one that was advised.
    """

    class Meta:
        csrf = False

    level = LevelField(_("Level"), required=True)
    reason = NoteText(
        _("Reason, if the level differs from the advice"), phrases=ABOUT_WHY
    )
    decides = LongText(_("You decide"))
    look_back_on = DayField(_("We look back on"), required=True)

    @classmethod
    def of(cls, agreement: Agreement, name: str, **kwargs: Any) -> "LineForm":
        form = cls.named(name, obj=agreement, prefix=f"t{agreement.task_id}", **kwargs)
        if not agreement.pair.task.with_me:
            del form.not_mine
        return form

    @classmethod
    def named(cls, name: str, **kwargs: Any) -> "LineForm":
        form = cls(**kwargs)
        form.decides.label.text = gettext("%(name)s decides", name=name)
        return form

    def accept(self, row: Agreement) -> None:
        """Carry which agreement it was, and its version: another may take its place."""
        self.version.data = version_of(row)

    def is_changed(self, agreement: Agreement) -> bool:
        return bool(self.differences(agreement))

    def check(
        self, agreement: Agreement, advised: rules.Level | None, today: date
    ) -> None:
        """Put what is wrong at its field; `advised` is for the level chosen here."""
        if not self.validate():
            return
        day, level = self.look_back_on.data, self.level.data
        if level and advised not in (None, level) and not self.reason.data:
            words = gettext("Another level than advised needs a reason.")
            self.reason.errors = [words]
        if day and day < today:
            self.look_back_on.errors = [gettext("Choose a day from today on.")]
