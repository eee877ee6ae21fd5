"""Fields that several pages share, each with the limits that the tables have.

What a text may hold stands in `texts`; what is not fit is refused at its field.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from flask import flash, request
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    DateTimeLocalField,
    FloatField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    Optional,
    ValidationError,
)
from wtforms.widgets import TextInput

from .. import database, i18n
from ..dialogue import judging
from ..dialogue.phrasing import ABOUT_SEEN, PHRASES
from ..models import HOURS, LONG, TITLE, YEARS
from ..rules import Level
from ..texts import is_fit, one_line, tidy
from ..wording import LEVELS, NOTE_HINT
from .hints import pointed_out, say_after_saving

YES = _("yes")
NO = _("no")
REQUIRED = _("Fill this in.")
CHOOSE = _("Choose one.")
HOURS_WANTED = _("Give hours a week from 0 to 168.")
MOMENT_WANTED = _("Give a day and a time.")
DAY_WANTED = _("Give a day in a year from 2000 to 2999.")
NO_SUCH_MOMENT = _("That night the clock skips this hour. Choose another time.")
NUMBER = re.compile(r"[0-9]+([.,][0-9]*)?|[.,][0-9]+")


def check_fit(_form: Any, field: Any) -> None:
    """Refuse what cannot be kept and shown, at its field."""
    if not all(map(is_fit, field.raw_data or ())):
        raise ValidationError(
            _("This has a character that cannot be kept. Take it out and try again.")
        )


def at_most(most: int) -> Length:
    """Limit a text, and say by how much it is too long rather than cut it."""
    return Length(max=most, message=_("At most %(max)d characters fit here."))


class ShortText(StringField):
    """One line: a name or a title."""

    def __init__(self, label: Any, *, required: bool = False, **kwargs: Any) -> None:
        needs = [DataRequired(REQUIRED)] if required else []
        super().__init__(
            label,
            [*needs, check_fit, at_most(TITLE)],
            filters=[tidy, one_line],
            **kwargs,
        )


class LongText(TextAreaField):
    """Text that may run on."""

    def __init__(
        self, label: Any, *, required: bool = False, most: int = LONG, **kwargs: Any
    ) -> None:
        needs = [DataRequired(REQUIRED)] if required else []
        super().__init__(
            label, [*needs, check_fit, at_most(most)], filters=[tidy], **kwargs
        )


class NoteText(LongText):
    """Text that does not stand on the shared plan; under it stands what that means.

    `hint` says how to write it, `phrases` what may be said instead. Without phrases
    these are the words of another, in which nothing is pointed out.
    """

    def __init__(
        self,
        label: Any,
        *,
        hint: Any = NOTE_HINT,
        phrases: Sequence[str] = ABOUT_SEEN,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, **kwargs)
        self.hint = hint
        self.phrases = [PHRASES[name] for name in phrases]

    def found(self) -> dict[str, list[str]]:
        """Return the words of it that are pointed out, by their list."""
        text = self.data if self.phrases and self.data else ""
        return {name: judging.found(name, text) for name in judging.LISTS}

    @property
    def pointed_out(self) -> dict[str, str]:
        """Return what is said of them beside the field, empty where none is found."""
        return {name: pointed_out(name, words) for name, words in self.found().items()}

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        if self.data != self.object_data:
            for name, words in self.found().items():
                if words:
                    say_after_saving(name, words)


class HoursField(FloatField):
    """Hours a week, or nothing; a decimal comma is as good as a point.

    Typed as text: as a number, a browser drops the comma of another language unseen.
    """

    widget = TextInput()
    data: float | None

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, [Optional(), check_hours], **kwargs)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else i18n.number(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            written = valuelist[0].strip()
            if not NUMBER.fullmatch(written):
                self.data = None
                raise ValueError(HOURS_WANTED)
            self.data = round(float(written.replace(",", ".")), 2)


def check_hours(_form: Any, field: Any) -> None:
    """Refuse what does not fit in a week."""
    if field.data is None or not 0 <= field.data <= HOURS:
        raise ValidationError(HOURS_WANTED)


class DayField(DateField):
    """A day, or nothing where it is not required."""

    data: date | None

    def __init__(self, label: Any, *, required: bool = False, **kwargs: Any) -> None:
        needs = InputRequired(_("Choose a day.")) if required else Optional()
        super().__init__(label, [needs], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        if self.data and self.data.year not in YEARS:
            raise ValueError(DAY_WANTED)


class MomentField(DateTimeLocalField):
    """A moment on the clock here, kept in UTC; or nothing."""

    data: datetime | None

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, [Optional()], **kwargs)

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(self.raw_data)
        return f"{i18n.local(self.data):%Y-%m-%dT%H:%M}" if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(MOMENT_WANTED) from None
        if self.data is None:
            return
        if self.data.year not in YEARS:
            raise ValueError(MOMENT_WANTED)
        here, self.data = self.data, i18n.to_utc(self.data)
        if i18n.local(self.data).replace(tzinfo=None) != here:
            raise ValueError(NO_SUCH_MOMENT)


class Choice(RadioField):
    """One of a few named answers, shown as radio buttons; none is chosen beforehand."""

    def __init__(
        self,
        label: Any,
        choices: Mapping[Any, Any],
        *,
        required: bool = False,
        **kwargs: Any,
    ) -> None:
        listed = [SelectChoice(str(value), words) for value, words in choices.items()]
        needs = InputRequired(CHOOSE) if required else Optional()
        super().__init__(
            label,
            [needs],
            choices=listed,
            filters=[lambda value: value or None],
            **kwargs,
        )


class LevelField(Choice):
    """One of the seven levels; with words for `none`, also none of them."""

    data: Level | None

    def __init__(self, label: Any, *, none: Any = None, **kwargs: Any) -> None:
        choices: dict[Any, Any] = {"": none} if none else {}
        choices.update(LEVELS)
        super().__init__(label, choices, coerce=to_level, **kwargs)


def id_or_none(value: Any) -> int | None:
    """Return the id that was chosen in a list. Raises ValueError for what is none."""
    return int(value) if value not in (None, "", "None") else None


def to_level(value: Any) -> Level | None:
    return Level(int(value)) if value not in ("", None) else None


class Confirm(FlaskForm):
    """Nothing but the token: for a button that changes something."""


class Difference(NamedTuple):
    """One field in which a save and what was saved meanwhile are not the same."""

    label: Any
    typed: Any
    saved: Any


class VersionedForm(FlaskForm):
    """A form that says which version of its row it was filled in upon."""

    version = HiddenField()

    def differences(self, row: Any) -> list[Difference]:
        """Return where what was typed differs from what `row` holds now."""
        return [
            Difference(
                field.label.text,
                in_words(field, field.data),
                in_words(field, getattr(row, field.short_name)),
            )
            for field in self
            if hasattr(row, field.short_name)
            and field.short_name != "version"
            and plain(field.data) != plain(getattr(row, field.short_name))
        ]

    def accept(self, row: Any) -> None:
        """Carry the version of `row` from here, so that saving again is a choice."""
        self.version.data = str(row.version)

    def catch_up_with(self, row: Any) -> list[Difference]:
        """Return the differences from `row` as it is now, and accept its version."""
        found = self.differences(row)
        self.accept(row)
        return found

    def fill(self, row: Any) -> None:
        """Write the fields onto `row`, but for the version, which is the row's own."""
        for field in self:
            if field.name not in ("version", "csrf_token"):
                field.populate_obj(row, field.name)


def plain(value: Any) -> str:
    """Return `value` as one comparable text: nothing, no and empty are the same."""
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value in (None, False) else str(value)


def in_words(field: Any, value: Any) -> Any:
    """Return `value` as a reader knows it from `field`; nothing as nothing."""
    if isinstance(field, SelectField):  # a RadioField is one too
        listed = map(SelectChoice.from_input, field.choices)
        words = {one.value: one.label for one in listed}
        return words.get(str(value or ""), value)
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, datetime):
        return i18n.moment(value)
    if isinstance(value, date):
        return i18n.day(value)
    return i18n.number(value) if isinstance(value, float) else value


def save(form: VersionedForm, row: Any) -> None:
    """Write `form` onto `row` and commit.

    Raises VersionConflict where `row` has changed since the form was shown.
    """
    database.check_version(row, form.version.data)
    form.fill(row)
    database.commit(row)


def query_text(name: str, most: int = TITLE) -> str:
    """Return the text of a query parameter, on one line."""
    return one_line(tidy(request.args.get(name)))[:most]


def query_choice(name: str, choices: Iterable[str], otherwise: str) -> str:
    """Return the query parameter if it is one of `choices`."""
    wish = request.args.get(name, otherwise)
    return wish if wish in choices else otherwise


def query_page(name: str = "page") -> int:
    """Return the page asked for, counted from 1."""
    wish = request.args.get(name, "1")
    is_number = wish.isascii() and wish.isdigit() and len(wish) < 7
    return max(1, int(wish)) if is_number else 1


def flash_link(message: Any, url: str, words: Any) -> None:
    """Say what was done, with a link to what comes next."""
    flash([str(message), url, str(words)], "link")  # type: ignore[arg-type]


def flash_undo(message: Any, url: str) -> None:
    """Say what was done, with a button that posts to `url` to undo it."""
    flash([str(message), url], "undo")  # type: ignore[arg-type]
