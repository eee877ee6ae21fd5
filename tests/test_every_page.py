"""Every page on the sample team, in both languages, both lights and two widths.

The addresses come from the map of the site, so that a page still to come is looked at
as well.
"""

import itertools
from datetime import date

import factory
import pytest
from browser import EVERY_RULE, RULES_OF_LOOK, check_accessible
from test_doors import ways_in

from delegate.dialogue import own_view
from delegate.models import (
    Agreement,
    CheckIn,
    Employee,
    Job,
    Rating,
    Step,
    TalkItem,
    Task,
    Team,
    db,
)

NO_PAGE = {"static", "assets.file", "plan.download", "health.alive", "health.ready"}
NO_PAGE |= {"own_views.blank", "conditions.questions"}
NO_PAGE |= {"export.table", "export.workbook", "export.everything"}
NO_PAGE |= {"planner.download"}
NO_PAGE |= {"progress.download"}
NO_PAGE |= {"plans.download", "phrases.words", "talks.download"}
NO_PAGE |= {"calendar.talk", "calendar.look_back"}
NOT_OURS = {"security.static"}
VARIANTS = list(itertools.product(("en", "nl"), (False, True), (1280, 390)))
WHOLE = {("en", False, 1280), ("en", True, 390), ("nl", False, 390), ("nl", True, 1280)}
"""Where every rule is tried: each two of language, light and width meet once.

What hangs on the look is tried in all eight.
"""


def addresses(server):
    """Return the address of every page, with rows of the sample team in it."""
    with server.app.app_context():
        team = db.session.scalars(db.select(Team).filter_by(is_sample=True)).one()

        def first(model):
            return db.session.scalar(
                db.select(model.id).filter_by(team_id=team.id).order_by(model.id)
            )

        ids = {"team_id": team.id, "manager_id": server.manager_id}
        job = factory.add(Job(kind="plans", content="{}", **ids))
        repair = Step(team_id=team.id, kind="repair", criterion="help", text="Ask.")
        repair.employee_id, repair.created_by_id = first(Employee), server.manager_id
        factory.add(repair)
        step = Step(kind="acquaint", criterion="needs", text="Say what you need.")
        step.team_id, step.employee_id = team.id, first(Employee)
        item = TalkItem(kind="action", text="Ask for the rota.", doer="manager")
        item.team_id, item.employee_id = team.id, first(Employee)
        item.created_by_id = server.manager_id
        agreed = db.session.scalar(
            db.select(Agreement.id)
            .filter_by(team_id=team.id, state="agreed")
            .order_by(Agreement.id)
        )
        check_in = CheckIn(agreement_id=agreed, day=date.today())
        rows = {
            "employee_id": first(Employee),
            "task_id": first(Task),
            "agreement_id": agreed,
            "rating_id": first(Rating),
            "team_id": team.id,
            "job_id": job.id,
            "repair_id": repair.id,
            "step_id": factory.add(step).id,
            "item_id": factory.add(item).id,
            "check_in_id": factory.add(check_in).id,
            "criterion": "choices",
        }
        newcomer = db.session.scalar(
            db.select(Employee.id).filter_by(name="Jayden Pinas")
        )
        person = db.session.get(Employee, newcomer)
        token = own_view.ask(person, server.manager_id, [], on_paper=False)
        db.session.commit()
        others = {
            model: db.session.scalars(
                db.select(Task.id).where(Task.team_id == team.id, fact)
            ).first()
            for model, fact in {
                "reserved": Task.reserved,
                "missing": Task.undo.is_(None),
            }.items()
        }
    found = {
        url
        for endpoint, method, url in ways_in(server.app, **rows)
        if method == "GET" and endpoint not in NO_PAGE | NOT_OURS
    }
    return sorted(
        found
        | {f"/pairs/{rows['employee_id']}/{task}" for task in others.values()}
        | {f"/tasks/{task}" for task in others.values()}
        | {f"/pairs/{newcomer}/{rows['task_id']}", f"/people/{newcomer}/prepare"}
        | {f"/plan/{newcomer}", f"/ratings/{newcomer}", "/board?show=holding_on"}
        | {f"/s/{token}/", f"/people/{newcomer}/own-view/copy-over"}
        | {f"/people/{newcomer}/own-view/paper"}
        | {"/board?q=nothing-like-this", "/nowhere"}
    )


@pytest.mark.parametrize(("language", "dark", "width"), VARIANTS)
def test_every_page_can_be_read_by_everyone(
    live_server, new_page, language, dark, width
):
    runner = live_server.app.test_cli_runner()
    loaded = runner.invoke(args=["demo", "load", "--lang", language])
    assert loaded.exit_code == 0, loaded.output
    is_whole = (language, dark, width) in WHOLE
    rules = EVERY_RULE if is_whole else RULES_OF_LOOK
    page = new_page(language=language, dark=dark, width=width)
    page.goto("/board")
    for address in addresses(live_server):
        answer = page.goto(address)
        assert answer.status in (200, 404), address
        check_accessible(page, rules)
