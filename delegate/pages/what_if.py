"""What if something were different: tried on one cell, or for someone on all the tasks.

What is tried stands in the address and is kept nowhere. Every level is that of the
rules for the facts as they are, but for what is tried.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeVar

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from .. import access, i18n, planning, recording, rules, wording
from ..forms.trying import Change, Tried, TryForm, tried
from ..models import Employee, Task
from ..rules import Recommendation

bp = Blueprint("what_if", __name__, url_prefix="/what-if", cli_group=None)

Row = TypeVar("Row", Employee, Task)

ACQUAINTED = (3, 4)
"""How familiar with a task someone is tried to be: not at all yet, or barely, below."""


class Compared(NamedTuple):
    """What comes out of what was tried, against what stands now."""

    tried: Tried
    changes: Sequence[Change]

    @property
    def names(self) -> set[str]:
        return {one.name for one in self.changes}

    @property
    def rated(self) -> bool:
        """Whether another rating was tried."""
        return not self.names.isdisjoint(rules.RATED)

    @property
    def facts(self) -> bool:
        """Whether another fact of the task was tried."""
        return not self.names.isdisjoint({*rules.FACTS, "reserved"})


@bp.route("/<id:employee_id>/<id:task_id>")
def cell(employee_id: int, task_id: int) -> ResponseReturnValue:
    """Try other answers on one cell, from what stands there now."""
    employee, task = access.own_pair_or_404(employee_id, task_id)
    found = planning.pair(employee, task, access.manager().id, i18n.today())
    form = TryForm.of(found, request.args)
    is_sound = form.validate()
    compared = None
    if is_sound:
        compared = Compared(tried(form), form.changes(TryForm.of(found)))
    page = render_template(
        "what_if/cell.html",
        employee=employee,
        task=task,
        found=found,
        form=form,
        compared=compared,
        agreeable=agreeable(found, compared),
        may_write=access.is_open(employee, task) and access.may_write(task.team_id),
    )
    return page, 200 if is_sound else 422


def agreeable(found: planning.Outcome, compared: Compared | None) -> dict[str, str]:
    """Return where to agree on each safeguard that was tried and is not agreed yet.

    Nowhere while there is no level: there is nothing to agree on.
    """
    if compared is None or found.advice.level is None:
        return {}
    new = compared.tried.advice.safeguards - found.advice.safeguards
    return {name: to_agree(found, name) for name in rules.CRITERIA if name in new}


def to_agree(found: planning.Outcome, criterion: str) -> str:
    """Return the address where a safeguard is agreed: in the agreement there is."""
    if found.agreement:
        page = url_for("agreements.edit", agreement_id=found.agreement.id)
    else:
        who, what = found.employee_id, found.task_id
        page = url_for("pairs.show", employee_id=who, task_id=what)
    return f"{page}#safeguard_{criterion}"


class Opening(NamedTuple):
    """One task with someone: as it stands, and by how familiar it would be."""

    task: Task
    found: planning.Outcome
    advices: Mapping[int, Recommendation]

    @property
    def last(self) -> Recommendation:
        """What the rules say where the task is known best."""
        return self.advices[ACQUAINTED[-1]]

    @property
    def opens(self) -> bool:
        """Whether the level would be higher there than it stands."""
        stands, last = self.found.advice.level, self.last.level
        return stands is not None and last is not None and last > stands

    @property
    def is_known(self) -> bool:
        return (self.found.ratings.familiarity or 0) >= ACQUAINTED[0]

    @property
    def in_the_way(self) -> str:
        """Say what holds the level back, however well the task is known."""
        return wording.held_back(self.last, self.last.ratings)


@bp.route("/")
def index() -> ResponseReturnValue:
    """Show what would open up for someone who were acquainted with the tasks."""
    team, today = access.current_team(), i18n.today()
    people = planning.active_employees(team.id, today) if team else []
    tasks = planning.active_tasks(team.id) if team else []
    person = one_of(people, "person")
    task = one_of(tasks, "task")
    openings: list[Opening] = []
    if team and person:
        facts = planning.gather(
            team.id, access.manager().id, today, employees=[person.id]
        )
        asked = [task] if task else tasks
        openings = list(
            openings_of(planning.outcomes(facts, [person.id], asked), asked)
        )
    return render_template(
        "what_if/index.html",
        team=team,
        teams=access.my_teams(),
        people=people,
        tasks=tasks,
        person=person,
        task=task,
        tried=ACQUAINTED,
        opening=[one for one in openings if one.opens],
        shut=[one for one in openings if not one.opens and not one.is_known],
        known=[one for one in openings if not one.opens and one.is_known],
        may_write=team is not None and access.may_write(team.id),
    )


def one_of(rows: Sequence[Row], name: str) -> Row | None:
    """Return the row that the address asks for, if it is among these."""
    asked = recording.id_of(request.args.get(name))
    return next((row for row in rows if row.id == asked), None)


def openings_of(
    found: Iterable[planning.Outcome], tasks: Iterable[Task]
) -> Iterator[Opening]:
    """Yield each task as it would be, were it known; what is known better stays so."""
    for one, task in zip(found, tasks, strict=True):
        knows = one.ratings.familiarity or 0
        advices = {
            score: rules.recommend(
                replace(one.ratings, familiarity=max(knows, score)),
                task.facts(),
                one.advice.safeguards,
            )
            for score in ACQUAINTED
        }
        yield Opening(task, one, advices)
