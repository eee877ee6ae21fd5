"""What a manager wishes before it is worked out who could take what: one large form.

It has a part for each person and each task. What came after the form was shown has no
part in what was sent, and stands as it is.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, StringField, ValidationError

from .. import database, i18n
from ..models import Employee, Proposal, Task
from ..practice import proposing
from ..practice.proposing import Scene, Wishes
from ..wording import LEVELS
from . import NO, YES, Difference, HoursField, VersionedForm, plain, to_level

STAYS = "stays"
"""What is chosen for a task that the manager keeps; nothing where it is free."""


class Fault(NamedTuple):
    """What is wrong with one field, and where it is."""

    label: str
    id: str
    words: str


class Part(FlaskForm):
    """What is said of one person or one task. The form around it carries the token."""

    class Meta:
        csrf = False

    hours: Any
    version = HiddenField()

    def check_version(self, row: Any, now: float | None) -> None:
        """Raise VersionConflict where these hours, made upon an older version, are not
        those of `now`.
        """
        if self.hours.data != now:
            database.check_version(row, self.version.data)


class PersonPart(Part):
    hours = HoursField(_("Hours a week free"))
    is_out = BooleanField(_("Takes nothing"))
    grows = BooleanField(_("Wants to grow"))


class TaskPart(Part):
    hours = HoursField(_("Hours a week"))
    wish = StringField(_("Who takes it"))
    names: Mapping[str, str] = {}
    """What the wishes are called that there are to choose from."""

    def validate_wish(self, field: StringField) -> None:
        if (field.data or "") not in self.names:
            raise ValidationError(_("Not in the team any more. Choose again."))

    @property
    def fixed(self) -> int | None:
        """To whom it goes in any case."""
        return int(self.wish.data) if self.wish.data not in ("", STAYS, None) else None


class WishesForm(VersionedForm):
    """All of it: what was sent, or what stands now."""

    least = SelectField(
        _("At least at level"),
        choices=[],
        coerce=to_level,
    )

    scene: Scene
    people: list[tuple[Employee, PersonPart]]
    tasks: list[tuple[Task, TaskPart]]

    @classmethod
    def of(cls, scene: Scene, row: Proposal, *, sent: bool) -> "WishesForm":
        """Return what was sent of these people and tasks, else what stands now."""
        wishes = proposing.wishes_of(row)
        form = cls() if sent else cls(formdata=None, least=wishes.least)
        form.least.choices = [
            (str(level.value), f"{level.value} {words}")
            for level, words in LEVELS.items()
        ]
        form.scene = scene
        names = {"": gettext("Open"), STAYS: gettext("Stays with me")}
        names |= {str(one.id): one.name for one in scene.people}
        form.people = [
            (one, part(PersonPart, f"p{one.id}", one, sent, **of_person(one, wishes)))
            for one in scene.people
        ]
        form.tasks = [
            (
                one,
                part(TaskPart, f"t{one.id}", one, sent, **of_task(one, wishes, names)),
            )
            for one in scene.free
        ]
        for _task, one in form.tasks:
            one.names = names
        if not sent:
            form.accept(row)
        return form

    @property
    def parts(self) -> list[tuple[Any, Any]]:
        return [*self.people, *self.tasks]

    def check(self) -> bool:
        valid = [one.validate() for one in (self, *(its for _row, its in self.parts))]
        return all(valid)

    def accept(self, row: Any) -> None:
        """Carry the versions from here, so that saving again is a choice."""
        super().accept(row)
        for one, its in self.parts:
            its.version.data = str(one.version)

    def check_versions(self, row: Proposal) -> None:
        """Raise VersionConflict where something that is to be saved was saved since."""
        database.check_version(row, self.version.data)
        for person, its in self.people:
            its.check_version(person, person.hours_free)
        for task, of_it in self.tasks:
            of_it.check_version(task, task.hours)

    def fill_hours(self) -> None:
        """Write the hours on the people and the tasks themselves."""
        for person, its in self.people:
            if person.hours_free != its.hours.data:
                person.hours_free = its.hours.data
        for task, of_it in self.tasks:
            if task.hours != of_it.hours.data:
                task.hours = of_it.hours.data

    def wishes(self) -> Wishes:
        assert self.least.data
        return Wishes(
            self.least.data,
            {one.id for one, its in self.people if its.is_out.data},
            {one.id for one, its in self.people if its.grows.data},
            {one.id for one, its in self.tasks if its.wish.data == STAYS},
            {one.id: its.fixed for one, its in self.tasks if its.fixed},
        )

    def faults(self) -> Iterator[Fault]:
        """Yield what is wrong, in the order of the page."""
        for name, part in [*self.named(self.tasks), *self.named(self.people)]:
            for field in part:
                if field.errors:
                    label = f"{name}: {field.label.text}"
                    yield Fault(label, field.id, str(field.errors[0]))
        if self.least.errors:
            words = str(self.least.errors[0])
            yield Fault(str(self.least.label.text), self.least.id, words)

    @staticmethod
    def named(parts: Iterable[tuple[Any, Part]]) -> Iterator[tuple[str, Part]]:
        for row, its in parts:
            yield row.name if isinstance(row, Employee) else row.title, its

    def differences(self, row: Proposal) -> list[Difference]:
        """Return where what was sent differs from what stands now."""
        now = WishesForm.of(self.scene, row, sent=False)
        found = []
        if self.least.data != now.least.data:
            both = (LEVELS.get(one.least.data) for one in (self, now))
            found.append(Difference(self.least.label.text, *both))
        both_ways = zip(self.named(self.parts), now.parts, strict=True)
        for (name, its), (_one, theirs) in both_ways:
            found += [
                Difference(f"{name}: {typed.label.text}", *both)
                for typed, saved in zip(its, theirs, strict=True)
                if typed.short_name != "version"
                and plain(typed.data) != plain(saved.data)
                for both in [(in_words(its, typed), in_words(theirs, saved))]
            ]
        return found


def part(kind: Any, prefix: str, row: Any, sent: bool, **now: Any) -> Any:
    """Return what was sent of `row`, or what stands now where nothing was."""
    is_sent = sent and f"{prefix}-version" in request.form
    if is_sent:
        return kind(prefix=prefix, data=now)
    made = kind(formdata=None, prefix=prefix, data=now)
    made.version.data = str(row.version)
    return made


def of_person(one: Employee, wishes: Wishes) -> dict[str, Any]:
    return {
        "hours": one.hours_free,
        "is_out": one.id in wishes.out,
        "grows": one.id in wishes.grows,
    }


def of_task(one: Task, wishes: Wishes, names: Mapping[str, str]) -> dict[str, Any]:
    fixed = str(wishes.fixed.get(one.id, ""))
    wish = STAYS if one.id in wishes.stays else fixed if fixed in names else ""
    return {"hours": one.hours, "wish": wish}


def in_words(its: Any, field: Any) -> Any:
    """Return what a field holds as its reader knows it."""
    if isinstance(field, BooleanField):
        return YES if field.data else NO
    if field.short_name == "wish":
        return its.names.get(field.data or "", field.data)
    return i18n.number(field.data) if field.data is not None else ""
