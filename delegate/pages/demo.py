"""The sample team: loaded in one click, and thrown away for real in another.

Each manager has a sample team of their own, at most one. The team itself is `sample`.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import click
from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select, delete, select

from .. import access, i18n, planning, sample
from ..cli import Command, Line
from ..database import lock
from ..forms import Confirm
from ..identity import accounts
from ..models import (
    Agreement,
    Employee,
    Manager,
    Membership,
    Pair,
    Rating,
    Safeguard,
    Task,
    Team,
    db,
)

bp = Blueprint("demo", __name__, url_prefix="/demo", cli_group="demo")
bp.cli.help = "The sample team, to look around in."

AGREEMENT_TEXTS = (
    "reason",
    "why_you",
    "decides",
    "asks_first",
    "stays",
    "inform",
    "help",
    "resources",
    "closing_reason",
)
TALK = ("count_on_me", "asks_of_me", "learning")
NOON = time(12)


class Loading(NamedTuple):
    """Whose team is being loaded, in which language and on which day."""

    team: Team
    manager: Manager
    language: str
    today: date

    def say(self, text: sample.Text) -> str:
        return str(getattr(text, self.language))

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    def moment_ago(self, days: int) -> datetime:
        return datetime.combine(self.ago(days), NOON)

    def working_day(self, days: int) -> date:
        """Return the day so many days on, or the working day that it slips to."""
        day = self.today + timedelta(days=days)
        if day.weekday() < 5:
            return day
        return day + timedelta(
            days=7 - day.weekday() if days > 0 else 4 - day.weekday()
        )


@bp.post("/load")
def load() -> ResponseReturnValue:
    """Show the manager's sample team, made where there is none."""
    lock(access.manager())
    team = sample_team(access.manager())
    if team is None:
        team = add_sample(access.manager(), i18n.language())
        db.session.commit()
    session["team"] = str(team.id)
    return redirect(url_for("board.index"))


@bp.get("/clear")
def confirm() -> ResponseReturnValue:
    return render_template(
        "demo/clear.html", form=Confirm(), team=sample_team(access.manager())
    )


@bp.post("/clear")
def clear() -> ResponseReturnValue:
    if throw_away(access.manager()):
        flash(gettext("The sample team is gone."))
    db.session.commit()
    return redirect(url_for("today.index"))


@bp.post("/own")
def own() -> ResponseReturnValue:
    """Leave the sample for the manager's own team, made where there is none."""
    lock(access.manager())
    teams = [mine.team for mine in access.my_teams() if not mine.team.is_sample]
    team = teams[0] if teams else access.add_team(gettext("My team"))
    db.session.commit()
    session["team"] = str(team.id)
    return redirect(url_for("today.index"))


@bp.cli.command("load", cls=Command)
@click.option("--for", "email", type=Line(), metavar="EMAIL", help="Whose team it is.")
@click.option(
    "--lang", type=click.Choice(i18n.LANGUAGES), default="en", show_default=True
)
def load_command(email: str | None, lang: str) -> None:
    """Add the sample team, unless it is there."""
    manager = accounts.manager_for(email)
    lock(manager)
    if sample_team(manager):
        click.echo(f"{manager.email} has the sample team already.")
        return
    team = add_sample(manager, lang)
    db.session.commit()
    click.echo(f"Added “{team.name}” for {manager.email}.")


@bp.cli.command("clear", cls=Command)
@click.option("--for", "email", type=Line(), metavar="EMAIL", help="Whose team it is.")
def clear_command(email: str | None) -> None:
    """Throw the sample team away, with everything in it."""
    manager = accounts.manager_for(email)
    gone = throw_away(manager)
    db.session.commit()
    click.echo("The sample team is gone." if gone else "There is no sample team.")


def samples(manager: Manager) -> Select[Team]:
    """Return the query for the sample teams that are this manager's own."""
    return (
        select(Team)
        .join(Membership, Membership.team_id == Team.id)
        .where(
            Team.is_sample,
            Membership.manager_id == manager.id,
            Membership.role == "owner",
        )
        .order_by(Team.id)
    )


def sample_team(manager: Manager) -> Team | None:
    return db.session.scalar(samples(manager).where(Team.removed_at.is_(None)))


def throw_away(manager: Manager) -> bool:
    """Delete the manager's sample teams with everything in them; tell if there were."""
    ids = db.session.scalars(samples(manager).with_only_columns(Team.id)).all()
    db.session.execute(delete(Team).where(Team.id.in_(ids)))
    return bool(ids)


def add_sample(manager: Manager, language: str) -> Team:
    """Add the sample team for `manager` and return it; the caller commits."""
    team = Team(name=getattr(sample.TEAM, language), is_sample=True)
    db.session.add(team)
    db.session.flush()
    db.session.add(Membership(team_id=team.id, manager_id=manager.id, role="owner"))
    loading = Loading(team, manager, language, i18n.today())
    tasks = {one.key: add_task(loading, one) for one in sample.TASKS}
    people = {one.name: add_person(loading, one) for one in sample.PEOPLE}
    db.session.flush()
    for person in sample.PEOPLE:
        add_ratings(loading, people[person.name], person, tasks)
    add_pairs(loading, people, tasks)
    db.session.flush()
    add_agreements(loading, people, tasks)
    db.session.flush()
    return team


def add_task(loading: Loading, one: sample.SampleTask) -> Task:
    task = Task(
        team_id=loading.team.id,
        title=loading.say(one.title),
        outcome=loading.say(one.outcome),
        limits=loading.say(one.limits),
        stakes=one.stakes,
        undo=one.undo,
        outcome_clear=one.outcome_clear,
        limits_clear=one.limits_clear,
        reserved=one.reserved_why is not None,
        reserved_why=loading.say(one.reserved_why or sample.Text()),
        with_me=one.with_me,
    )
    db.session.add(task)
    return task


def add_person(loading: Loading, one: sample.Person) -> Employee:
    employee = Employee(
        team_id=loading.team.id,
        name=one.name,
        role=loading.say(one.role),
        hours_free=one.hours_free,
        next_talk_at=talk_at(loading, one),
        **{name: loading.say(getattr(one, name)) for name in TALK},
    )
    db.session.add(employee)
    return employee


def talk_at(loading: Loading, one: sample.Person) -> datetime | None:
    if one.talk is None:
        return None
    days, hour = one.talk
    return i18n.to_utc(datetime.combine(loading.working_day(days), time(hour)))


def add_ratings(
    loading: Loading,
    employee: Employee,
    person: sample.Person,
    tasks: Mapping[str, Task],
) -> None:
    """Add what was seen of one person, oldest first, as the newest row counts."""
    for look in person.looks:
        db.session.add(rating(loading, employee, look))
    for key, score in person.knows.items():
        look = sample.Look("familiarity", score, days_ago=35)
        db.session.add(rating(loading, employee, look, tasks[key]))


def rating(
    loading: Loading, employee: Employee, look: sample.Look, task: Task | None = None
) -> Rating:
    return Rating(
        team_id=loading.team.id,
        employee_id=employee.id,
        task_id=task.id if task else None,
        criterion=look.criterion,
        state="unseen" if look.score is None else "scored",
        score=look.score,
        example=loading.say(look.example),
        different=look.different,
        seen_on=loading.ago(look.days_ago) if look.score else None,
        rater_id=loading.manager.id,
        created_at=loading.moment_ago(look.days_ago),
    )


def add_pairs(
    loading: Loading, people: Mapping[str, Employee], tasks: Mapping[str, Task]
) -> None:
    """Add how it goes now, also for the pairs that only have an agreement."""
    wanted: dict[tuple[str, str], int | None] = {
        (one.person, one.task): None for one in sample.AGREED
    }
    for person in sample.PEOPLE:
        wanted |= {(person.name, key): level for key, level in person.now.items()}
    db.session.add_all(
        Pair(
            team_id=loading.team.id,
            employee_id=people[name].id,
            task_id=tasks[key].id,
            current=level,
        )
        for (name, key), level in wanted.items()
    )


def add_agreements(
    loading: Loading, people: Mapping[str, Employee], tasks: Mapping[str, Task]
) -> None:
    """Add the agreements, each with the level that the rules advise."""
    facts = planning.gather(loading.team.id, loading.manager.id, loading.today)
    for one in sample.AGREED:
        employee, task = people[one.person], tasks[one.task]
        advised = planning.outcome(facts, employee.id, task).advice.level
        db.session.add(agreement(loading, one, employee, task, advised))


def agreement(
    loading: Loading,
    one: sample.Agreed,
    employee: Employee,
    task: Task,
    advised: int | None,
) -> Agreement:
    made = loading.moment_ago(one.made_ago)
    return Agreement(
        team_id=loading.team.id,
        employee_id=employee.id,
        task_id=task.id,
        state=one.state,
        level=one.level,
        advised=advised,
        outcome=task.outcome,
        limits=task.limits,
        look_back_on=loading.working_day(one.look_back_in),
        created_by_id=loading.manager.id,
        created_at=made,
        agreed_at=None if one.state == "draft" else made,
        closed_at=loading.moment_ago(20) if one.closing_reason.en else None,
        safeguards=[
            Safeguard(criterion=criterion, text=loading.say(text))
            for criterion, text in one.safeguards.items()
        ],
        **{name: loading.say(getattr(one, name)) for name in AGREEMENT_TEXTS},
    )
