"""After the talk: everything with one person on one screen, and a task that goes on."""

from datetime import date, timedelta

import factory
import pytest
from conftest import on_one_database
from counting import statements

from delegate.models import (
    Agreement,
    CheckIn,
    Employee,
    LookBack,
    Pair,
    PairEvent,
    Task,
    db,
    utc_now,
)

TODAY = date.today()
SOON = TODAY + timedelta(days=40)


@pytest.fixture
def ann(app, alice):
    """Return the id of Ann, who has a draft, an agreement and one looked back on."""
    with app.app_context():
        ann = factory.employee(alice.team_id)
        for title, state in (
            ("Agreed", "agreed"),
            ("Back", "looked_back"),
            ("Draft", "draft"),
        ):
            task = factory.task(alice.team_id, title)
            factory.agreement(ann, task, 4, state=state, look_back_on=SOON)
        return ann.id


def typed(page):
    form = page.select_one("form.settle")
    found = {one["name"]: one.text.strip("\r\n") for one in form.select("textarea")}
    found |= {
        one["name"]: one.get("value", "")
        for one in form.select("input:not([name=csrf_token])")  # it tells the second
        if one["type"] != "checkbox" or one.has_attr("checked")
    }
    for one in form.select("select"):
        found[one["name"]] = one.select_one("option[selected]")["value"]
    return found


def agreements(app):
    with app.app_context():
        found = db.session.scalars(db.select(Agreement).order_by(Agreement.id)).all()
        return {f"{one.pair.task.title} {one.state}": one for one in found}


@on_one_database
def test_one_click_marks_all_agreed(app, alice, ann):
    url = f"/settle/{ann}"
    page = alice.get(url)
    assert [h2.text for h2 in page.select(".settle-line h2")] == [
        "Agreed",
        "Back",
        "Draft",
    ]
    before = agreements(app)["Agreed agreed"]
    draft = agreements(app)["Draft draft"].task_id

    sent = {**typed(page), f"t{draft}-decides": "The order"}
    assert alice.post(url, **sent).location == f"/plan/{ann}"

    found = agreements(app)
    assert set(found) == {"Agreed agreed", "Back agreed", "Draft agreed"}
    assert found["Draft agreed"].decides == "The order"
    # What was agreed already, and stands as it was, is left alone.
    assert found["Agreed agreed"].version == before.version
    with app.app_context():
        checked = db.session.scalars(db.select(CheckIn.agreement_id).distinct()).all()
    assert len(checked) == 2


@on_one_database
def test_another_level_than_was_agreed_is_another_agreement(app, alice, ann):
    url, was = f"/settle/{ann}", agreements(app)["Agreed agreed"]
    old, task = was.id, was.task_id
    other_tab = typed(alice.get(url)) | {f"t{task}-level": "6", f"t{task}-reason": "So"}
    sent = other_tab | {f"t{task}-level": "5", f"t{task}-reason": "It went"}

    alice.post(url, **sent)

    found = agreements(app)
    assert found["Agreed ended"].id == old
    new = found["Agreed agreed"]
    assert (new.level, new.reason) == (5, "It went")
    with app.app_context():
        told = db.select(PairEvent.kind).filter_by(agreement_id=new.id)
        assert list(db.session.scalars(told.order_by(PairEvent.id))) == [
            "drafted",
            "agreed",
        ]
    # What another tab says of the older one is shown beside it, and stays.
    late = alice.page(alice.post(url, **other_tab), 409)
    assert typed(late)[f"t{task}-level"] == "6"
    assert typed(late)[f"t{task}-reason"] == "So"
    assert "It went" in late.select_one("#conflict").text
    assert alice.post(url, **typed(late)).status_code == 302
    assert agreements(app)["Agreed agreed"].level == 6


@on_one_database
def test_how_it_goes_and_whose_task_it_is_follow_only_where_ticked(app, alice, ann):
    url, found = f"/settle/{ann}", agreements(app)
    back, agreed, draft = (
        found[name].task_id
        for name in ("Back looked_back", "Agreed agreed", "Draft draft")
    )
    with app.app_context():
        db.session.get_one(Task, draft).with_me = True
        db.session.commit()
    page = alice.get(url)
    assert [one["name"] for one in page.select("[name$=not_mine]")] == [
        f"t{draft}-not_mine"
    ]
    ticks = {f"t{one}-becomes_now": "y" for one in (agreed, draft)}
    sent = typed(page) | ticks | {f"t{draft}-not_mine": "y"}
    other = {f"t{draft}-level": "6", f"t{agreed}-level": "5"}

    # What is refused keeps its ticks, and so does what was saved meanwhile.
    assert typed(alice.page(alice.post(url, **sent | other), 422)) == sent | other
    stale = sent | {f"t{draft}-version": "1.0"}
    assert typed(alice.page(alice.post(url, **stale), 409)) == sent

    alice.post(
        url, **sent | other | {f"t{one}-reason": "So" for one in (draft, agreed)}
    )

    with app.app_context():
        now = {one.task_id: one.current for one in db.session.scalars(db.select(Pair))}
        assert now == {agreed: 5, back: None, draft: 6}
        assert not db.session.get_one(Task, draft).with_me
    said = alice.get(url).select_one(".flashes").text
    assert "check-ins are proposed: the first on" in said
    assert "A moment is proposed: on" in said


@on_one_database
def test_a_tick_beside_what_is_agreed_agrees_nothing_anew(app, alice, ann):
    url = f"/settle/{ann}"
    alice.post(url, **typed(alice.get(url)))
    before = agreements(app)
    id = before["Agreed agreed"].task_id

    alice.post(url, **typed(alice.get(url)), **{f"t{id}-becomes_now": "y"})

    after = agreements(app)
    assert {name: row.version for name, row in after.items()} == {
        name: row.version for name, row in before.items()
    }
    with app.app_context():
        assert db.session.get_one(Pair, (ann, id)).current == 4


@on_one_database
def test_a_fault_in_one_loses_nothing_of_the_others(app, alice, ann):
    url = f"/settle/{ann}"
    draft, back = (
        agreements(app)[name].task_id for name in ("Draft draft", "Back looked_back")
    )
    sent = typed(alice.get(url))
    sent |= {
        f"t{draft}-level": "6",
        f"t{back}-decides": "All",
        f"t{back}-look_back_on": "",
    }

    page = alice.page(alice.post(url, **sent), 422)

    assert len(page.select("#faults li")) == 2
    assert typed(page) == sent
    assert "Draft draft" in agreements(app)
    again = typed(page) | {f"t{draft}-reason": "So", f"t{back}-look_back_on": str(SOON)}
    assert alice.post(url, **again).status_code == 302
    assert agreements(app)["Draft agreed"].level == 6


@on_one_database
def test_who_saw_an_older_one_is_shown_both_and_keeps_all(app, alice, ann):
    url, found = f"/settle/{ann}", agreements(app)
    sent = typed(alice.get(url))
    draft, agreed = (found[one].task_id for one in ("Draft draft", "Agreed agreed"))
    sent |= {f"t{draft}-decides": "Mine", f"t{agreed}-decides": "Kept"}
    with app.app_context():
        db.session.get(Agreement, found["Draft draft"].id).decides = "Theirs"
        db.session.commit()

    page = alice.page(alice.post(url, **sent), 409)

    assert "Theirs" in page.select_one("#conflict").text
    assert "Mine" in page.select_one("#conflict").text
    assert typed(page)[f"t{agreed}-decides"] == "Kept"
    with app.app_context():
        gone = db.session.get(Agreement, found["Agreed agreed"].id)
        gone.state = "ended"
        db.session.commit()
    again = typed(page) | {f"t{agreed}-reason": "She did it before."}
    late = alice.page(alice.post(url, **again), 409)
    said = late.select_one("#conflict").text
    assert "It ended meanwhile." in said
    assert "Kept" in said
    assert "She did it before." in said
    assert "Draft draft" in agreements(app)
    assert alice.post(url, **typed(late)).status_code == 302
    assert agreements(app)["Draft agreed"].decides == "Mine"


@on_one_database
def test_a_task_goes_to_someone_else_with_its_outcome_and_limits(app, alice, ann):
    with app.app_context():
        bea = factory.employee(alice.team_id, "Bea").id
        row = db.session.scalars(db.select(Agreement).filter_by(state="agreed")).one()
        row.outcome, row.limits, row.decides = "A rota", "No overtime", "The order"
        db.session.commit()
        old = row.id
    assert alice.get(f"/agreements/{old}").select(f"a[href='/passing/{old}']")
    url = f"/passing/{old}"
    version = alice.get(url).select_one("[name=version]")["value"]

    none = alice.page(alice.post(url, version=version, closing_reason="Leave"), 422)
    assert none.select_one("#closing_reason").text.strip() == "Leave"
    late = alice.page(alice.post(url, version="0", employee_id=bea), 409)
    assert late.select_one("option[selected]").text == "Bea"

    answer = alice.post(url, version=version, employee_id=bea)

    with app.app_context():
        ended = db.session.get(Agreement, old)
        draft = db.session.scalars(
            db.select(Agreement).filter_by(employee_id=bea)
        ).one()
        assert (ended.state, ended.closing_reason) == ("ended", "It goes to Bea.")
        assert (draft.state, draft.outcome, draft.limits, draft.decides) == (
            "draft",
            "A rota",
            "No overtime",
            "",
        )
        assert answer.location == f"/agreements/{draft.id}"
        assert draft.employee_id != db.session.get(Employee, ann).id
    assert alice.post(url, version=version, employee_id=bea).status_code == 409


@on_one_database
def test_the_screen_takes_the_same_few_queries_however_much_there_is(app, alice, ann):
    url = f"/settle/{ann}"
    alice.get(url)  # who looked is written once a day
    with statements(app) as few:
        alice.get(url)
    with app.app_context():
        person = db.session.get(Employee, ann)
        for number in range(12):
            work = factory.task(alice.team_id, f"More {number}")
            row = factory.agreement(person, work, look_back_on=SOON)
            factory.add(CheckIn(agreement_id=row.id, day=SOON))
    with statements(app) as many:
        assert len(alice.get(url).select(".settle-line")) == 15

    assert len(many) == len(few) <= 9


@pytest.mark.parametrize(
    ("title", "address", "fields"),
    [
        ("Draft draft", "/agreements/{id}", {"level": "4", "agree": "1"}),
        ("Agreed agreed", "/agreements/{id}/look-back", {"state": "further"}),
        ("Agreed agreed", "/agreements/{id}/look-back", {"state": "looked_back"}),
        ("Agreed agreed", "/agreements/{id}/close", {"closing": "ended"}),
        ("Agreed agreed", "/passing/{id}", {"employee_id": "{bea}"}),
    ],
)
def test_of_clicks_at_one_moment_one_counts(app, alice, ann, title, address, fields):
    with app.app_context():
        bea = factory.employee(alice.team_id, "Bea").id
    id = agreements(app)[title].id
    given = {name: value.format(bea=bea) for name, value in fields.items()}
    given |= {"look_back_on": SOON, "next_on": SOON, "level_why": "She asked for it."}
    given |= {"closing_reason": "It ends.", "version": "1"}

    answers = alice.click_again_and_again(address.format(id=id), **given)

    assert sorted(one.status_code for one in answers) == [302, 409, 409]
    with app.app_context():
        count = db.select(db.func.count()).select_from
        assert db.session.scalar(count(LookBack)) == ("look-back" in address)


@on_one_database
@pytest.mark.parametrize("who", ["abc", "-1", "²", ""])
def test_a_task_goes_to_nobody_that_is_none(app, alice, ann, who):
    id = agreements(app)["Agreed agreed"].id
    given = {"employee_id": who, "closing_reason": "She knows it.", "version": "1"}
    page = alice.page(alice.post(f"/passing/{id}", **given), 422)

    assert "She knows it." in page.select_one("[name=closing_reason]").text
    assert agreements(app)["Agreed agreed"].id == id


@on_one_database
def test_a_task_goes_to_nobody_of_another_team(app, alice, bob, ann):
    id = agreements(app)["Agreed agreed"].id
    with app.app_context():
        eve = factory.employee(bob.team_id, "Eve").id
    given = {"employee_id": eve, "closing_reason": "She knows it.", "version": "1"}

    assert "Eve" not in alice.get(f"/passing/{id}").text
    assert alice.post(f"/passing/{id}", **given).status_code == 422
    assert len(agreements(app)) == 3


@on_one_database
def test_no_line_tells_what_a_task_of_another_team_is_called(app, alice, bob, ann):
    with app.app_context():
        other = factory.task(bob.team_id, "Merger").id
    sent = typed(alice.get(f"/settle/{ann}")) | {f"t{other}-version": "1.1"}
    page = alice.page(alice.post(f"/settle/{ann}", **sent), 409)

    assert "It ended meanwhile." in page.select_one("#conflict").text
    assert "Merger" not in page.text


@on_one_database
def test_what_was_removed_is_not_settled(app, alice, ann):
    with app.app_context():
        work = db.session.scalar(db.select(Task).where(Task.title == "Back"))
        work.removed_at = utc_now()
        db.session.commit()
    shown = typed(alice.get(f"/settle/{ann}"))

    assert sum(name.endswith("-version") for name in shown) == 2


@on_one_database
def test_who_has_an_agreement_on_it_already_stands_apart(app, alice, ann):
    id = agreements(app)["Agreed agreed"].id
    with app.app_context():
        bea = factory.employee(alice.team_id, "Bea")
        work = db.session.scalar(db.select(Task).where(Task.title == "Agreed"))
        factory.agreement(bea, work, state="draft")
        given = {"employee_id": bea.id, "closing_reason": "Leave.", "version": "1"}

    [apart] = alice.get(f"/passing/{id}").select("optgroup option[disabled]")
    page = alice.page(alice.post(f"/passing/{id}", **given), 422)

    assert apart.text == "Bea"
    assert "Bea has an agreement" in page.select_one("#faults").text
    assert page.select_one("[name=closing_reason]").text.strip() == "Leave."


@on_one_database
@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/agreements/{}/close", {"closing": "taken_back"}),
        ("/agreements/{}/look-back", {"state": "ended"}),
        ("/passing/{}", {}),
    ],
)
def test_who_does_it_no_longer_is_not_asked_about(app, alice, ann, address, fields):
    with app.app_context():
        fields |= {"employee_id": factory.employee(alice.team_id, "Bea").id}
        db.session.scalars(
            db.select(Pair).join(Task).where(Task.title == "Agreed")
        ).one().current = 6
        db.session.commit()
    id = agreements(app)["Agreed agreed"].id
    given = {"closing_reason": "Too soon.", "version": "1", "stops": "y", **fields}

    assert alice.post(address.format(id), **given).status_code == 302

    with app.app_context():
        assert db.session.get_one(Agreement, id).pair.current is None
