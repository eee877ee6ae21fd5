"""The own view: asked for, sent once, closed until both are in, never in a level."""

import factory
import pytest
from browsing import Browser

from delegate.models import OwnView, db

SAID = {
    "choices": "4",
    "needs": "5",
    "help": "0",
    "can": "Plan a crew for a week.",
    "cannot_yet": "Talk to the director.",
    "needs_from_manager": "An answer the same day.",
    "can_be_counted_on": "That I call before it is late.",
}


@pytest.fixture
def ann(app, alice):
    """Ann, whom Alice has seen nothing of; she does one of two tasks. Gives her id."""
    with app.app_context():
        employee = factory.employee(alice.team_id)
        factory.pair(employee, factory.task(alice.team_id, "Rota"), 3)
        factory.task(alice.team_id, "Tender")
        return employee.id


def ticked(page):
    return [
        box.find_parent("label").text.strip()
        for box in page.select("[name=task][checked]")
    ]


def asked(alice, ann, tasks=()):
    """Return the path of the link with which Ann is asked."""
    page = alice.page(alice.post(f"/people/{ann}/own-view", task=tasks))
    return "/s/" + page.find(id="address")["value"].split("/s/")[1]


def test_the_whole_way(app, alice, ann):
    page = alice.get(f"/people/{ann}/own-view")
    assert ticked(page) == ["Rota"]
    box = page.select_one("[name=task][checked]")["value"]
    path = asked(alice, ann, [box])
    me = Browser(app)
    form = me.get(path)
    assert "Rota" in form.text
    sent = me.page(me.post(path, **SAID, **{f"level-{box}": "5"}))
    assert sent.h1.text == "Received"
    with app.app_context():
        view = db.session.scalars(db.select(OwnView)).one()
        assert view.received_at
        assert view.can == SAID["can"]
        assert {one.criterion: one.score for one in view.answers} == {
            "choices": 4,
            "needs": 5,
            "help": None,
        }
        assert [one.level for one in view.choices] == [5]
