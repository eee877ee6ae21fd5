"""The copy of all that is kept of a person: complete, and about nobody else."""

import io
import json
from datetime import date, datetime, timedelta

import factory
import pikepdf
import pytest
from conftest import on_one_database
from counting import statements
from paper_checks import assert_accessible, text_of
from sqlalchemy.orm import Session
from test_doors import team_of

from delegate import models, wording
from delegate.models import (
    LONG,
    Agreement,
    AuditEntry,
    CheckIn,
    Employee,
    Link,
    LookBack,
    Manager,
    Membership,
    OwnAnswer,
    OwnChoice,
    OwnView,
    Pair,
    PairEvent,
    Postponement,
    Proposal,
    ProposedPerson,
    ProposedTask,
    Rating,
    Remark,
    Safeguard,
    Step,
    Talk,
    TalkItem,
    Team,
    db,
)
from delegate.rights import blanking, collecting, dossier
from delegate.rights.blanking import BLANK

HOW_IT_IS_FOUND = "how the row is found, not what is kept of someone"
NOT_IN_THE_COPY = {
    "id": HOW_IT_IS_FOUND,
    "team_id": HOW_IT_IS_FOUND,
    "employee_id": HOW_IT_IS_FOUND,
    "agreement_id": HOW_IT_IS_FOUND,
    "rating_id": HOW_IT_IS_FOUND,
    "own_view_id": HOW_IT_IS_FOUND,
    "proposal_id": HOW_IT_IS_FOUND,
    "talk.number": "by which a calendar finds its appointment",
    "talk.sequence": "by which a calendar finds its appointment",
    "proposal.facts": "a digest, to see whether something changed since",
    "proposal.least": "of the whole team, and of nobody in it",
    "proposal.hours": "of the whole team, and of nobody in it",
    "proposal.hours_bound": "of the whole team, and of nobody in it",
    "proposal.levels": "of the whole team, and of nobody in it",
    "proposal.levels_bound": "of the whole team, and of nobody in it",
    "proposed_task.stays": "that it goes to nobody",
    "link.with_names": "of calendars only, which are a manager's",
    "version": "how often a row was saved: against saves that collide",
    "employee.removed_at": "hides a page for a month, which the trail tells",
    "link.token_hash": "opens a door, and tells nothing of anyone",
    "link.email": "of invitations only, which are about managers",
    "link.role": "of invitations only, which are about managers",
}
ABOUT_OTHERS = {
    "manager": "accounts of managers",
    "passkey": "accounts of managers",
    "login_session": "accounts of managers",
    "tries": "keyed hashes against guessing",
    "team": "its name and period stand on the copy",
    "membership": "which manager works in which team",
    "task": "work; its title stands wherever it touches the person",
    "team_conditions": "what is said of a team, and of nobody in it",
    "team_round": "answers that are counted, and nobody's",
    "self_check": "what managers see in themselves",
    "job": "what was asked to be printed, for a short time",
}


@pytest.fixture
def ann(app, alice):
    """Ann, with a row of each kind that can be about her; gives her id."""
    with app.app_context():
        return filled(alice)


def filled(browser):
    employee = factory.employee(
        browser.team_id,
        role="Planner",
        hours_free=4.5,
        left_on=date(2027, 1, 2),
        next_talk_at=datetime(2026, 12, 1, 9),
        count_on_me="My back.",
        asks_of_me="Time.",
        learning="Asking.",
        entrusted="The whole week.",
    )
    mine = {"rater_id": browser.manager_id}
    task = factory.task(browser.team_id, "Weekly planning")
    first = factory.rating(employee, "informs", 2, seen_on=date(2026, 5, 4), **mine)
    factory.rating(employee, "informs", 3, answers_id=first.id, **mine)
    factory.rating(employee, "familiarity", 4, task=task, **mine)
    by = {"recorded_by_id": browser.manager_id}
    factory.add(Remark(rating_id=first.id, text="Two were away.", **by))
    factory.pair(employee, task, current=3)
    agreement = factory.agreement(
        employee, task, advised=4, reason="A wish.", created_by_id=browser.manager_id
    )
    agreement.safeguards.append(Safeguard(criterion="informs", text="Thursday."))
    by = {"created_by_id": browser.manager_id}
    of = {"agreement_id": agreement.id, "theirs": "It went well.", "mine": "I rang."}
    factory.add(LookBack(next_state="agreed", **of, **by))
    ids = {"employee_id": employee.id, "manager_id": browser.manager_id}
    ids["team_id"] = browser.team_id
    soon = datetime(2026, 12, 9)
    link = factory.add(Link(kind="own_view", token_hash="x", expires_at=soon, **ids))
    factory.own_view(employee, task, link_id=link.id, asked_by_id=browser.manager_id)
    factory.add(Postponement(**ids))
    about = {"team_id": browser.team_id, "employee_id": employee.id}
    about["task_id"] = task.id
    step = {"kind": "acquaint", "criterion": "help", "text": "Ask first."}
    factory.add(Step(due_on=date(2026, 12, 4), **step, **about, **by))
    event = {"kind": "safeguard", "criterion": "informs", "value": 5}
    event |= {"by_id": browser.manager_id, "agreement_id": agreement.id}
    factory.add(PairEvent(**event, **about))
    at = datetime(2026, 11, 2, 9)
    seen = {"kept_at": at, "seen": "It was there.", "criterion": "informs"}
    factory.add(CheckIn(agreement_id=agreement.id, day=date(2026, 11, 2), **seen, **by))
    of = {"team_id": browser.team_id, "employee_id": employee.id}
    factory.add(Talk(number=1, at=at, held_by_id=browser.manager_id, **of))
    item = {"kind": "action", "text": "Call the school.", "doer": "manager"}
    factory.add(TalkItem(due_on=date(2026, 12, 4), **item, **of, **by))
    proposal = factory.add(
        Proposal(team_id=browser.team_id, manager_id=browser.manager_id, made_at=at)
    )
    of = {"proposal_id": proposal.id, "employee_id": employee.id}
    factory.add(ProposedPerson(hours_free=4.5, **of))
    factory.add(ProposedTask(task_id=task.id, level=4, hours=2.0, **of))
    factory.add(AuditEntry(action="viewed", subject="rating", **ids))
    return employee.id


def form_of(browser, id, query=""):
    """Return what the page that shows every text would post."""
    page = browser.get(f"/people/{id}/copy{query}")
    fields = {one["name"]: one.get("value", "") for one in page.select("#main input")}
    return {
        **{name: fields[name] for name in ("version",)},
        **{
            one["name"]: one.text.removeprefix("\r\n")
            for one in page.select("#main textarea")
        },
        "language": "en",
        "paper": "a4",
    }


def copied(browser, id, kind="json", query="", **changes):
    data = {**form_of(browser, id, query), kind: "1", **changes}
    response = browser.post(f"/people/{id}/copy{query}", **data)
    assert response.status_code == 200, response.text
    return json.loads(response.data) if kind == "json" else response.data


def kept_of(employee_id, manager_id):
    employee = db.session.get(Employee, employee_id)
    manager = db.session.get(Manager, manager_id)
    made = dossier.as_json(collecting.gather(employee, manager))
    return json.dumps({**made, "made_at": ""})


CODES = {
    "criterion": "needs",
    "state": "unseen",
    "action": "printed",
    "subject": "plan",
}


def another(column, value):
    """Return another value that the column could have."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, datetime):
        return value + timedelta(days=400)
    if isinstance(value, date):
        return value + timedelta(days=400)
    if isinstance(value, (int, float)):
        return None if column.foreign_keys else value + 1
    if value is None:
        known = {int: 1, float: 1.5, bool: True, str: "x"}
        kind = column.type.python_type
        return known.get(kind) or kind(2030, 5, 6)
    return CODES.get(column.key, value + "x")


def tables_about_people():
    """Return each table that leads to a person, by itself or by way of another."""
    found, before = {"employee"}, set()
    tables = models.Base.metadata.tables
    while found != before:
        before = set(found)
        found |= {
            name
            for name, table in tables.items()
            if any(key.column.table.name in before for key in table.foreign_keys)
        }
    return found


def test_every_table_is_in_the_copy_or_about_others():
    known = {model.__tablename__ for model in KINDS} | ABOUT_OTHERS.keys()

    assert known == set(models.Base.metadata.tables)
    assert tables_about_people() <= known
    assert {one.__tablename__ for one in KINDS} >= tables_about_people() - {"manager"}


KINDS = (
    Employee,
    Rating,
    Remark,
    Pair,
    Agreement,
    Safeguard,
    LookBack,
    OwnView,
    OwnAnswer,
    OwnChoice,
    Step,
    Postponement,
    PairEvent,
    CheckIn,
    Talk,
    TalkItem,
    Proposal,
    ProposedPerson,
    ProposedTask,
    Link,
    AuditEntry,
)
COLUMNS = [
    (model, column.key)
    for model in KINDS
    for column in model.__table__.columns
    if column.key not in NOT_IN_THE_COPY
    and f"{model.__tablename__}.{column.key}" not in NOT_IN_THE_COPY
]


@on_one_database
def test_every_column_shows_in_the_copy(app, alice, ann):
    """What changes in any column changes the copy: no column is forgotten."""
    with app.app_context(), db.session.no_autoflush:
        assert len(COLUMNS) > 50
        for model, name in COLUMNS:
            before = kept_of(ann, alice.manager_id)
            query = db.select(model).limit(1)
            if model is Rating:  # one with an answer to each column
                query = query.where(Rating.answers_id.is_not(None))
            if model is AuditEntry:
                query = query.filter_by(employee_id=ann)
            if model is PairEvent:  # one that is about a safeguard
                query = query.where(PairEvent.criterion.is_not(None))
            row = db.session.scalars(query).one()
            column = model.__table__.columns[name]
            if name == "task_id":
                continue  # its title stands there: see below
            setattr(row, name, another(column, getattr(row, name)))
            assert kept_of(ann, alice.manager_id) != before, f"{model.__name__}.{name}"
            db.session.expunge_all()
            Session.rollback(db.session())


def test_an_own_view_is_not_read_in_a_copy_before_it_is_revealed(app, alice, ann):
    with app.app_context():
        db.session.scalars(db.select(OwnView)).one().revealed_at = None
        db.session.commit()
    [view] = copied(alice, ann)["own_views"]

    assert view["received_at"]
    assert (view["answers"], view["choices"], "can" in view) == ([], [], False)
    assert "nobody else reads it" in text_of(copied(alice, ann, "pdf"))


def test_the_title_of_each_task_stands_there(alice, ann):
    made = copied(alice, ann)

    assert [row["task"] for row in made["tasks"]] == ["Weekly planning"]
    assert [row["task"] for row in made["agreements"]] == ["Weekly planning"]
    assert [row["task"] for row in made["ratings"]] == [None, None, "Weekly planning"]


CANARY = "Zanzibar{}"


def test_what_is_typed_anywhere_is_in_both_copies(app, alice):
    """Each text field of a person, filled through the pages."""
    rows = team_of(alice)
    id, task, agreement = rows["employee_id"], rows["task_id"], rows["agreement_id"]
    typed = iter(range(100, 999))
    said = []

    def canary():
        said.append(CANARY.format(next(typed)))
        return said[-1]

    def fill(path, prefix="", **data):
        page = alice.get(path)
        scope = page.select_one("#main")
        hidden = scope.select(f"input[name={prefix}version]")
        data |= {f"{prefix}version": hidden[0]["value"]}
        response = alice.post(path, **data)
        assert response.status_code == 302, response.text
        return response

    texts = ("count_on_me", "asks_of_me", "learning", "entrusted", "role")
    with app.app_context():
        version = db.session.get(Employee, id).version
    person = {name: canary() for name in texts}
    saved = {"name": "Ann Verhoeven", "version": version, **person}
    assert alice.post(f"/people/{id}/edit", **saved).status_code == 302
    private = [canary(), canary(), canary()]
    rated = {"informs-score": "2", "informs-example": private[0]}
    fill(f"/ratings/{id}", "informs-", **rated)
    with app.app_context():
        rating = db.session.scalar(db.select(db.func.max(Rating.id)))
    fill(f"/remarks/{rating}", text=private[1])
    with app.app_context():
        version = db.session.get(Agreement, agreement).version
    names = [name for name in collecting.AGREEMENT_TEXTS if name != "closing_reason"]
    words = {name: canary() for name in names}
    words |= {f"safeguard_{name}": canary() for name in wording.SAFEGUARDS}
    words |= {"look_back_on": "2099-01-04", "version": version}
    answer = alice.post(f"/agreements/{agreement}", **words)
    assert answer.status_code == 302, answer.text
    familiar = {"score": "4", "example": private[2], "version": "0"}
    assert alice.post(f"/pairs/{id}/{task}/familiarity", **familiar).status_code == 302
    shared = text_of(alice.open(f"/plan/{id}.pdf").data)
    with app.app_context():
        version = db.session.get(Agreement, agreement).version
    closing = {"closing": "ended", "closing_reason": canary(), "version": version}
    answer = alice.post(f"/agreements/{agreement}/close", **closing)
    assert answer.status_code == 302, answer.text

    made = json.dumps(copied(alice, id))
    paper = text_of(copied(alice, id, "pdf"))
    assert len(said) == 23
    assert [one for one in said if one not in made] == []
    assert [one for one in said if one not in paper] == []
    assert words["outcome"] in shared
    assert [one for one in (*private, words["reason"]) if one in shared] == []


def test_names_of_others_are_blanked_out_and_the_rest_can_be(app, alice, ann):
    with app.app_context():
        factory.employee(alice.team_id, "Jan de Vries")
        db.session.get(
            Employee, ann
        ).learning = "Jan's crew, de Vries and Ann: as Alice said."
        db.session.commit()

    form = form_of(alice, ann)
    assert form["learning"] == f"{BLANK}'s crew, de {BLANK} and Ann: as Alice said."
    made = copied(alice, ann, learning=f"{BLANK} and Ann: {BLANK}.")
    assert made["person"]["learning"] == f"{BLANK} and Ann: {BLANK}."
    assert "article 15(4)" in made["blank"][BLANK]
    with app.app_context():
        assert "Jan's crew" in db.session.get(Employee, ann).learning


def test_what_is_blanked_out_is_a_mark_on_paper_too(app, alice, ann):
    words = text_of(copied(alice, ann, "pdf", entrusted=f"{BLANK} week."))

    assert f"{BLANK} week." in words
    assert f"{BLANK}: left out" in words


def test_other_managers_are_named_and_told_apart_when_wished(app, alice, bob, ann):
    with app.app_context():
        person = db.session.get(Employee, ann)
        factory.rating(person, "help", 4, rater_id=bob.manager_id)
        factory.rating(person, "help", 3, rater_id=None)

    def by(made):
        return [
            row["written_by"] for row in made["ratings"] if row["criterion"] == "help"
        ]

    assert by(copied(alice, ann)) == ["", "Bob"]
    assert by(copied(alice, ann, nameless="y")) == ["", "colleague 1"]
    assert "Bob" in text_of(copied(alice, ann, "pdf"))
    assert "Bob" not in text_of(copied(alice, ann, "pdf", nameless="y"))


def test_what_holds_a_level_back_is_told_as_seen_by_the_manager(app, alice, ann):
    with app.app_context():
        person = db.session.get(Employee, ann)
        task = factory.task(alice.team_id, "Measuring")
        factory.rated(person, needs=2, rater_id=alice.manager_id)
        factory.rating(person, "familiarity", 4, task=task, rater_id=alice.manager_id)

    told = [row["why"] for row in copied(alice, ann)["tasks"]]
    assert any("Your manager saw a 2;" in why for why in told)
    assert not any("You saw" in why for why in told)


def test_each_title_of_a_task_has_a_label_of_its_own(app, alice, ann):
    with app.app_context():
        factory.pair(
            db.session.get(Employee, ann), factory.task(alice.team_id, "Two"), current=2
        )
    page = alice.get(f"/people/{ann}/copy")
    labels = [label.get_text(" ", strip=True) for label in page.select("label")]

    assert {"Task: Weekly planning", "Task: Two"} <= {*labels}
    assert len(labels) == len(set(labels))


def test_a_text_changed_meanwhile_is_looked_at_again(app, alice, ann):
    form = {**form_of(alice, ann), "learning": "As▇", "json": "1"}
    with app.app_context():
        db.session.get(Employee, ann).asks_of_me = "Something new."
        db.session.commit()

    page = alice.page(alice.post(f"/people/{ann}/copy", **form), 409)
    typed = {one["name"]: one.text.strip() for one in page.select("textarea")}
    assert typed["learning"] == "As▇"
    assert "Something new." in page.select_one(".conflict").text
    form["version"] = page.select_one("[name=version]")["value"]
    assert alice.post(f"/people/{ann}/copy", **form).status_code == 422  # other words
    form["asks_of_me"] = "Something new."
    assert alice.post(f"/people/{ann}/copy", **form).status_code == 200


@pytest.mark.parametrize("version", ["", "0", "x" * 64])
def test_no_copy_goes_out_that_was_not_looked_through(alice, ann, version):
    form = {**form_of(alice, ann), "version": version}
    assert alice.post(f"/people/{ann}/copy", **form).status_code == 409


def test_who_knows_the_texts_alone_was_not_shown_them(app, alice, ann, request):
    """They stand on other pages too, which an older sign-in may read."""
    form = form_of(alice, ann)
    with app.app_context():
        employee = db.session.get(Employee, ann)
        manager = db.session.get(Manager, alice.manager_id)
        [part] = dossier.in_parts(collecting.gather(employee, manager))
        form["version"] = dossier.digest(part)
    request.getfixturevalue("long_ago")

    answer = alice.post(f"/people/{ann}/copy", **form, json="1")
    assert (answer.status_code, "My back." in answer.text) == (302, False)


def test_a_rating_that_came_meanwhile_is_in_the_copy_or_shown_first(app, alice, ann):
    form = {**form_of(alice, ann), "json": "1"}
    with app.app_context():
        factory.rating(db.session.get(Employee, ann), "needs", 5)

    assert alice.post(f"/people/{ann}/copy", **form).status_code == 409


@pytest.mark.parametrize("text", ["a\0b", "x" * (4 * LONG + 1)])
def test_what_cannot_be_printed_is_kept_on_the_page(alice, ann, text):
    form = {**form_of(alice, ann), "learning": text, "pdf": "1"}
    page = alice.page(alice.post(f"/people/{ann}/copy", **form), 422)

    assert page.select("#learning + .notes .fault")
    assert len(page.select_one("#learning").text.strip()) == len(text)


@on_one_database
@pytest.mark.parametrize("kind", ["pdf", "json"])
def test_a_copy_takes_no_other_words_than_those_that_are_kept(alice, ann, kind):
    form = {**form_of(alice, ann), "learning": "Asking nothing.", kind: "1"}
    page = alice.page(alice.post(f"/people/{ann}/copy", **form), 422)

    assert page.select_one("#learning").text.strip() == "Asking nothing."
    notes = page.select_one("#learning + .notes").text
    assert BLANK in notes
    assert "It is kept as: Asking." in notes


@pytest.mark.parametrize(
    ("typed", "is_kept"),
    [
        ("Ann was away as Jan said.", True),
        ("Ann was away as ▇▇▇▇ said.", True),
        ("▇ was ▇▇ as ▇▇▇▇▇▇▇▇", True),
        ("▇", True),
        ("Ann was away as Jan▇.", True),
        ("Ann was away as Jan said", False),
        ("Ann was away as Jan said. Often.", False),
        ("Ann was away as Jan said.▇", False),
        ("▇Ann was away as Jan said.", False),
        ("Ann was ▇away as Jan said.", False),
        ("Ann was late ▇", False),
        ("Ann ▇ late ▇ said.", False),
        ("▇ Jan ▇ Ann ▇", False),
        ("Ann was away as Jan s▇said.", False),
    ],
)
def test_only_blanks_may_stand_for_words(typed, is_kept):
    kept = "Ann was away as Jan said."

    assert blanking.only_blanked(typed, kept) == is_kept


def test_an_emptied_text_is_not_silently_missing(alice, ann):
    assert copied(alice, ann, learning="")["person"]["learning"] == BLANK


HOSTILE = (
    '<img src=file:///etc/passwd>{{ 7*7 }}"\u202e🙂 \u0645\u0631\u062d\u0628\u0627'
)


@on_one_database
@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_paper_is_accessible_in_both_languages(
    app, alice, ann, tmp_path, language, paper
):
    with app.app_context():
        db.session.get(Employee, ann).learning = HOSTILE
        db.session.commit()
    made = copied(alice, ann, "pdf", language=language, paper=paper)

    assert_accessible(made, tmp_path)
    with pikepdf.open(io.BytesIO(made)) as document:
        assert document.Root.Lang == language
        assert not document.attachments
    words = text_of(made)
    assert "<img src=file:///etc/passwd>{{ 7*7 }}" in words
    said = {"en": "not for pay or promotion", "nl": "niet voor beloning of promotie"}
    assert said[language] in words


def test_the_json_says_what_it_is(alice, ann):
    made = copied(alice, ann, language="nl")

    assert made["format"] == "delegate-person/1"
    assert (made["language"], made["part"], made["parts"]) == ("nl", 1, 1)
    assert made["person"]["name"] == "Ann Verhoeven"
    assert made["ratings"][1]["remark"]["text"] == "Two were away."
    assert made["agreements"][0]["safeguards"][0]["text"] == "Thursday."
    assert made["tasks"][0]["current"] == 3
    assert made["tasks"][0]["why"]
    assert made["links"][0]["kind"] == "own_view"
    assert made["trail"][0]["action"] == "viewed"
    told = [row["words"] for row in made["trail"]]
    assert "Alice bekeek een score van Ann Verhoeven" in told
    assert made["ratings"][0]["written_at"].endswith("Z")


def test_the_file_has_a_safe_name_and_is_not_kept(app, alice, ann, tmp_path):
    with app.app_context():
        db.session.get(Employee, ann).name = 'A"; x="y\\../Ş'
        db.session.commit()
    form, before = form_of(alice, ann), {*tmp_path.rglob("*")}
    response = alice.post(f"/people/{ann}/copy", **form, json="1")
    disposition = response.headers["Content-Disposition"]

    assert disposition.startswith("attachment; filename=copy-a-x-y-s-")
    assert response.mimetype == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    assert {*tmp_path.rglob("*")} == before


@on_one_database
def test_ten_years_come_in_parts_and_nothing_is_missing(app, alice, ann, tmp_path):
    with app.app_context():
        person = db.session.get(Employee, ann)
        rows = [
            Rating(
                team_id=person.team_id,
                employee_id=ann,
                criterion="help",
                state="scored",
                score=2,
                example=f"Canary{number} " + "word " * 60,
                rater_id=alice.manager_id,
            )
            for number in range(500)
        ]
        db.session.add_all(rows)
        db.session.commit()
    first = copied(alice, ann)
    parts = first["parts"]
    made = [
        first,
        *(copied(alice, ann, query=f"?part={n}") for n in range(2, parts + 1)),
    ]

    assert parts > 1
    assert [one["part"] for one in made] == [*range(1, parts + 1)]
    seen = [row["example"].partition(" ")[0] for one in made for row in one["ratings"]]
    assert sorted(one for one in seen if one.startswith("Canary")) == sorted(
        f"Canary{number}" for number in range(500)
    )
    page = alice.get(f"/people/{ann}/copy")
    assert f"this is part 1 of {parts}" in " ".join(page.text.split())
    page = alice.get(f"/people/{ann}/copy?part={'9' * 6}")
    assert f"this is part {parts} of {parts}" in " ".join(page.text.split())
    assert alice.get(f"/people/{ann}/copy?part={'9' * 5000}")
    paper = copied(alice, ann, "pdf")
    assert f"This is part 1 of {parts}" in text_of(paper)
    assert_accessible(paper, tmp_path)


def test_a_viewer_makes_no_copy(app, alice, bob, ann):
    with app.app_context():
        ids = {"team_id": alice.team_id, "manager_id": bob.manager_id}
        factory.add(Membership(**ids, role="viewer"))

    assert bob.open(f"/people/{ann}/copy").status_code == 404
    assert bob.post(f"/people/{ann}/copy", version="").status_code == 404
    assert bob.get(f"/people/{ann}").select(f"a[href='/people/{ann}/copy']") == []


def test_the_owner_makes_a_copy_of_someone_removed(app, alice, bob, ann):
    """What is hidden is still kept; to all others it is as if it were gone."""
    before = copied(alice, ann)
    moments = {"made_at", "person"}  # which says when it was changed last
    with app.app_context():
        ids = {"team_id": alice.team_id, "manager_id": bob.manager_id}
        factory.add(Membership(**ids, role="editor"))
    alice.post(f"/people/{ann}/remove")

    address, to_it = f"/people/{ann}/copy", f"main a[href='/people/{ann}/copy']"
    assert len(alice.get("/people/removed").select(to_it)) == 1
    assert alice.get(address).select(f"a[href='/people/{ann}']") == []
    after = copied(alice, ann)
    changed = {key for key in before if before[key] != after[key]}
    assert changed - moments == {"trail"}
    assert after["person"]["name"] == before["person"]["name"]

    assert bob.get(f"/people/removed?team={alice.team_id}").select(to_it) == []
    assert bob.open(address).status_code == 404
    assert bob.post(address, version="").status_code == 404


@pytest.fixture
def long_ago(app):
    """Let every sign-in be too long ago for what weighs most."""
    from delegate import access

    before, access.FRESH = access.FRESH, timedelta(0)
    yield
    access.FRESH = before


def test_the_texts_are_shown_to_a_recent_sign_in_only(alice, ann, request):
    form = form_of(alice, ann)
    request.getfixturevalue("long_ago")

    assert alice.open(f"/people/{ann}/copy").status_code == 302
    stale = alice.post(f"/people/{ann}/copy", **{**form, "version": ""})
    assert (stale.status_code, "My back." in stale.text) == (302, False)
    kept = alice.post(f"/people/{ann}/copy", **form, json="1")
    assert kept.status_code == 200, "what was gone through is not lost"


@pytest.mark.parametrize("ending", ["pdf", "json"])
def test_the_command_writes_the_same(app, alice, ann, tmp_path, ending):
    with app.app_context():
        factory.employee(alice.team_id, "Jan de Vries")
        db.session.get(Employee, ann).learning = "Ask Jan."
        db.session.commit()
    out = tmp_path / f"copy.{ending}"
    arguments = ["copy", "ann", "--for", "ALICE@example.org", "--lang", "nl"]
    result = app.test_cli_runner().invoke(args=[*arguments, "-o", str(out)])

    assert result.exit_code == 0, result.output
    assert str(out) in result.output
    read = text_of(out.read_bytes()) if ending == "pdf" else out.read_text()
    assert "Two were away." in read
    assert f"Ask {BLANK}." in read
    assert out.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("command", ["copy", "plan"])
@pytest.mark.parametrize("name", ["Ann Verhoeven", "ann"])
def test_a_command_names_each_of_two_teams(app, alice, ann, tmp_path, command, name):
    with app.app_context():
        other = factory.add(Team(name="Day shift"))
        ids = {"team_id": other.id, "manager_id": alice.manager_id}
        factory.add(Membership(**ids, role="owner"))
        factory.employee(other.id, "Ann Verhoeven")
    out = tmp_path / "out.pdf"
    result = app.test_cli_runner().invoke(args=[command, name, "-o", str(out)])

    assert (result.exit_code, out.exists()) == (1, False)
    assert "Team of Alice" in result.output
    assert "Day shift" in result.output


def test_the_command_refuses_in_a_sentence(app, alice, ann, tmp_path):
    run = app.test_cli_runner().invoke
    nobody = run(args=["copy", "Zed", "-o", str(tmp_path / "x.pdf")])
    nowhere = run(args=["copy", "Ann", "-o", str(tmp_path / "none" / "x.json")])

    assert "There is nobody called Zed." in nobody.output
    assert nowhere.output.endswith("x.json: No such file or directory\n")


def test_the_words_that_name_someone():
    assert blanking.words_of("ann de boer") == {"ann", "boer", "Ann", "Boer"}
    assert blanking.words_of("A. Jansen 2") == {"Jansen"}
    assert blanking.words_of("Jan van het team") == {"Jan"}
    assert blanking.words_of("李 王芳") == {"李", "王芳"}
    assert blanking.blanked("mail jan.v@x.nl", {"Jan"}) == f"mail {BLANK}"
    assert blanking.blanked("mail Jan@x.nl, you", {"jan@x.nl"}) == f"mail {BLANK}, you"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Jan de Vries", ["Jan", "Vries"]),
        ("de Vries, Pieter", ["Vries", "Pieter"]),
        ("De Groot", ["Groot"]),
        ("Van Dijk, Els", ["Dijk", "Els"]),
        ("Berg, Will van den", ["Will", "Berg"]),
        ("Van 't Hof", ["Hof"]),
    ],
)
def test_small_words_are_not_blanked_as_a_name(name, found):
    small = "De rooster van de ploeg: Het ging. In den beginne, van 't jan will groot."
    names = blanking.words_of(name)

    assert blanking.blanked(small, names) == small
    assert blanking.blanked(f"{small} {name}", names).count(BLANK) == len(found)
    assert all(blanking.blanked(one, names) == BLANK for one in found)
    assert blanking.blanked("Groots, Dijken, Jansen", names) == "Groots, Dijken, Jansen"


@pytest.mark.parametrize("name", ["José Ångström", "Jose\u0301 A\u030angstro\u0308m"])
@pytest.mark.parametrize(
    "typed", ["José", "JOSÉ", "Jose\u0301", "ÅNGSTRÖM", "A\u030angstro\u0308m"]
)
def test_a_name_is_found_however_it_is_typed(name, typed):
    names = blanking.words_of(name)

    assert blanking.blanked(f"As {typed}: said.", names) == f"As {BLANK}: said."
    assert blanking.blanked("Jos and Angst stay.", names) == "Jos and Angst stay."


@on_one_database
def test_what_a_colleague_keeps_apart_is_told_without_its_words(app, alice, bob, ann):
    with app.app_context():
        for model in (Step, TalkItem):
            row = db.session.scalars(db.select(model)).one()
            row.text, row.created_by_id = "Only for Bob.", bob.manager_id
            if model is Step:
                row.kind = "repair"
        db.session.commit()
        share = {"team_id": alice.team_id, "manager_id": bob.manager_id}
        factory.add(Membership(role="editor", **share))

    theirs = copied(alice, ann)
    assert "Only for Bob." not in alice.get(f"/people/{ann}/copy").text
    for section in ("steps", "talk_items"):
        [one] = theirs[section]
        assert (one["text"], one["is_withheld"], one["created_by"]) == ("", True, "Bob")
    paper = text_of(copied(alice, ann, "pdf"))
    assert "Bob keeps these words apart from colleagues" in " ".join(paper.split())
    [his] = copied(bob, ann)["talk_items"]
    assert (his["text"], his["is_withheld"]) == ("Only for Bob.", False)


@on_one_database
def test_of_a_proposal_only_what_is_of_the_person_is_in_the_copy(app, alice, ann):
    with app.app_context():
        bo = factory.employee(alice.team_id, "Bo")
        of = {"proposal_id": db.session.scalar(db.select(Proposal.id))}
        task = factory.task(alice.team_id, "Rota of Bo")
        factory.add(ProposedTask(task_id=task.id, employee_id=bo.id, level=4, **of))
        cas = factory.employee(alice.team_id, "Cas").id
        factory.add(ProposedPerson(employee_id=cas, is_out=True, **of))

    [hers] = copied(alice, ann)["proposals"]
    [his] = copied(alice, cas)["proposals"]

    assert [one["task"] for one in hers["tasks"]] == ["Weekly planning"]
    assert (his["takes_nothing"], his["tasks"]) == (True, [])


def test_a_copy_takes_as_many_statements_however_often_others_rated(
    app, alice, bob, ann
):
    def rate():
        with app.app_context():
            person = db.session.get(Employee, ann)
            for _ in range(5):
                factory.rating(person, "help", 3, rater_id=bob.manager_id)

    rate()
    alice.get(f"/people/{ann}/copy")  # of a first look today the trail is told
    with statements(app) as few:
        alice.get(f"/people/{ann}/copy")
    rate()
    with statements(app) as many:
        alice.get(f"/people/{ann}/copy")

    assert len(few) == len(many)
