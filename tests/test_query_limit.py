"""Every page: as many queries whatever there is to show, and of the first ones few."""

from datetime import date, timedelta

import factory
from conftest import on_one_database
from counting import statements
from sqlalchemy import insert, select
from test_doors import IN_A_TEAM, WHO, team_of, ways_in

from delegate.identity import links
from delegate.models import (
    Agreement,
    CheckIn,
    Employee,
    Link,
    LookBack,
    OwnView,
    Pair,
    PairEvent,
    Postponement,
    Rating,
    Remark,
    Safeguard,
    Step,
    Talk,
    TalkItem,
    Task,
    db,
    utc_now,
)
from delegate.rules import CRITERIA

MOST = 6
"""Most queries of one page, whose session and which teams included."""

QUARTER = timedelta(days=91)


def add_team(team_id, manager_id, other_id, people, tasks, quarters, each=8):
    """Fill a team, with something in every list, and return one person of it.

    Everybody has `each` of the tasks.
    """
    of, now, today = {"team_id": team_id}, utc_now(), date.today()
    mine = {**of, "created_by_id": manager_id}
    facts = {"outcome_clear": "clear", "limits_clear": "clear", "stakes": "low"}
    named = [{**of, "name": f"P{number:03}"} for number in range(people)]
    db.session.execute(insert(Employee), named)
    titled = [
        {**of, **facts, "title": f"T{number:03}", "undo": "easy", "with_me": number < 3}
        for number in range(tasks)
    ]
    db.session.execute(insert(Task), titled)
    staff, work = (
        db.session.scalars(select(model.id).where(model.team_id == team_id)).all()
        for model in (Employee, Task)
    )
    pairs = [{**of, "employee_id": who, "task_id": what} for who in staff
             for what in work[:each]]  # fmt: skip
    seen = [
        {**of, "employee_id": who, "task_id": what, "criterion": criterion,
         "state": "scored" if score else "unseen", "score": score or None,
         "rater_id": rater, "created_at": now - QUARTER * (quarters - back)}
        for back in range(quarters)
        for who in staff
        for rater in (manager_id, other_id)
        for criterion, what, score in [
            *((name, None, 3 + (who + back) % 2) for name in CRITERIA[:3]),
            (CRITERIA[3], None, who % 2 and 3),
            ("familiarity", work[who % 8], 3),
        ]
    ]  # fmt: skip
    db.session.execute(insert(Rating), seen)
    db.session.execute(insert(Pair), [{**one, "current": 3} for one in pairs])
    values = {"level": 5, "advised": 5, "look_back_on": today}
    db.session.execute(
        insert(Agreement),
        [{**mine, **one, **values, "state": "draft" if n % 3 else "agreed"}
         for n, one in enumerate(pairs)],
    )  # fmt: skip
    kept = {"created_at": now, "kept_at": now, "seen": "It went well."}
    for id in db.session.scalars(select(Agreement.id).filter_by(**of)).all():
        about = {"agreement_id": id}
        db.session.add(Safeguard(**about, criterion="needs", text="Thursday."))
        rows = [{**about, "day": today - QUARTER * n, **kept} for n in range(quarters)]
        db.session.execute(insert(CheckIn), rows)
        db.session.add(CheckIn(**about, day=today))
        db.session.add(LookBack(**about, theirs="Done.", next_state="looked_back"))
    event = {"kind": "now", "value": 3, "at": now}
    told = [{**one, **event} for one in pairs for _ in range(quarters)]
    db.session.execute(insert(PairEvent), told)
    for number, who in enumerate(staff):
        add_talk(mine, who, work[number % 8], quarters)
    db.session.commit()
    return staff[0]


def add_talk(mine, who, what, quarters):
    """Add what a manager and one person say to each other."""
    about, by = {"team_id": mine["team_id"], "employee_id": who}, mine["created_by_id"]
    today, now = date.today(), utc_now()
    steps = {"criterion": "help", "text": "A step.", "task_id": what}
    for kind in ("acquaint", "repair"):
        db.session.add(Step(**mine, **steps, employee_id=who, kind=kind))
    action = {"kind": "action", "doer": "manager", "due_on": today}
    db.session.add(TalkItem(**mine, **action, employee_id=who, text="Ask."))
    for number in range(1, quarters):
        db.session.add(Talk(**about, number=number, at=now))
    long_ago = now - timedelta(days=40)
    db.session.add(Postponement(**about, manager_id=by, started_at=long_ago))
    first = db.session.scalar(select(Rating.id).filter_by(employee_id=who).limit(1))
    db.session.add(Remark(rating_id=first, text="I see it otherwise."))
    person, task = db.session.get(Employee, who), db.session.get(Task, what)
    factory.own_view(person, task)
    link = Link(kind="own_view", token_hash=f"{who}", manager_id=by, **about)
    link.expires_at = now
    db.session.add(link)
    db.session.flush()
    db.session.add(OwnView(**about, link_id=link.id))


@on_one_database
def test_today_and_a_person_take_as_many_queries_whatever_there_is(app, alice, bob):
    with app.app_context():
        mine, yours = alice.manager_id, bob.manager_id
        small = add_team(alice.team_id, mine, yours, 12, 20, quarters=2)
        big = add_team(bob.team_id, yours, mine, 100, 200, quarters=10)
    asked = {}
    for who, person in ((alice, small), (bob, big)):
        for page in ("/", f"/people/{person}"):
            who.get(page)  # The first look of a day is told, after the answer.
            with statements(app) as sent:
                who.get(page)
            queries = [one for one in sent if one != "BEGIN"]
            assert len(queries) <= MOST, queries
            asked.setdefault(page == "/", []).append(len(queries))

    assert asked == {True: [MOST, MOST], False: [MOST, MOST]}


@on_one_database
def test_no_page_takes_more_queries_where_there_is_more(app, alice, bob):
    """Also one still to come, and what is to be taken along."""
    few = queries_by_page(app, alice, bob, people=6, tasks=8, quarters=2, each=6)
    many = queries_by_page(app, bob, alice, people=12, tasks=30, quarters=4, each=18)

    assert len(few) > 60
    assert {
        page: (few[page], more) for page, more in many.items() if more != few[page]
    } == {}


def queries_by_page(app, who, other, **much):
    """Return how many queries each page of a team took that is filled with so much."""
    with app.app_context():
        person = add_team(who.team_id, who.manager_id, other.manager_id, **much)
    ids = {**team_of(who), "employee_id": person}
    with app.app_context():
        for model, name in (Agreement, "agreement"), (Step, "step"), (TalkItem, "item"):
            mine = select(model.id).filter_by(employee_id=person).order_by(model.id)
            ids[f"{name}_id"] = db.session.scalars(mine).first()
        agreed = db.session.get_one(Agreement, ids["agreement_id"])
        ids["task_id"] = agreed.task_id
        theirs = select(CheckIn.id).filter_by(agreement_id=agreed.id)
        ids["check_in_id"] = db.session.scalars(theirs).first()
        feed = links.make("calendar", manager_id=who.manager_id, with_names=True)
        db.session.commit()
    found = {}
    for endpoint, method, url in ways_in(app, **ids, token=feed):
        who_may = WHO.get(endpoint, "") if method == "GET" else ""
        if who_may in ("manager", *IN_A_TEAM) or endpoint == "calendar.feed":
            with statements(app) as sent:
                who.open(url).close()
            found[endpoint] = sum(not one.startswith("BEGIN") for one in sent)
    return found
