"""What an entry of the trail says, in the reader's language. Knows codes only."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _

ACTIONS = {
    "viewed": _("%(who)s looked at %(what)s"),
    "printed": _("%(who)s printed %(what)s"),
    "exported": _("%(who)s exported %(what)s"),
    "added": _("%(who)s added %(what)s"),
    "answered": _("%(who)s filled in %(what)s"),
    "changed": _("%(who)s changed %(what)s"),
    "opened": _("%(who)s opened %(what)s beside what was seen"),
    "removed": _("%(who)s removed %(what)s"),
    "put_back": _("%(who)s put back %(what)s"),
    "erased": _("%(who)s erased %(what)s"),
    "imported": _("%(who)s imported %(what)s"),
    "shared": _("%(who)s gave access to %(what)s"),
    "unshared": _("%(who)s withdrew access to %(what)s"),
    "joined": _("%(who)s took up the invitation"),
    "handed_over": _("%(who)s handed the team over to someone else"),
}

OF_ITS_OWN = {
    ("changed", "membership"): _("%(who)s changed who may do what in the team"),
    ("added", "own_view"): _("%(who)s asked for %(what)s"),
    ("added", "postponement"): _("%(who)s put off %(what)s"),
    ("shared", "account"): _(
        "%(who)s made a link that sets the password of someone who works with the team"
    ),
}
"""What the words for its action do not say well."""

OF_SOMEONE = {
    "employee": _("the page of %(name)s"),
    "rating": _("a score of %(name)s"),
    "remark": _("a remark by %(name)s"),
    "pair": _("how a task goes with %(name)s"),
    "agreement": _("an agreement with %(name)s"),
    "safeguard": _("a safeguard in an agreement with %(name)s"),
    "plan": _("the plan of %(name)s"),
    "preparation": _("the private preparation of the one-on-one with %(name)s"),
    "copy": _("the copy of everything on %(name)s"),
    "own_view": _("the own view of %(name)s"),
    "own_answer": _("an answer in the own view of %(name)s"),
    "own_choice": _("a choice in the own view of %(name)s"),
    "look_back": _("looking back on an agreement with %(name)s"),
    "check_in": _("a moment to check in with %(name)s"),
    "talk": _("a one-on-one with %(name)s"),
    "private_talk": _("the manager’s own paper for the one-on-one with %(name)s"),
    "talk_item": _("a point for the one-on-one with %(name)s"),
    "step": _("a step with %(name)s"),
    "postponement": _("rating %(name)s"),
}
"""What is about one person."""

OF_THE_TEAM = {
    "account": _("an account"),
    "team": _("the team"),
    "membership": _("the team"),
    "invitation": _("the team, by an invitation"),
    "team_code": _("the questions to the team, by codes"),
    "calendar": _("the calendar, by a link"),
    "board": _("the board"),
    "agreements": _("the list of agreements"),
    "task": _("a task"),
    "team_conditions": _("what is said of the team"),
    "proposal": _("who could take what"),
    "progress": _("what was let go over time"),
    "employees": _("people"),
    "tasks": _("tasks"),
}
"""What is about a team and nobody in it."""

ONLY_SIGNED_IN = ("viewed", "printed", "exported", "joined")
"""What is told of someone with an account only."""

KINDS = {
    "seen": (_("Looked at"), ("viewed",)),
    "changed": (
        _("Changed"),
        (
            "added",
            "answered",
            "changed",
            "opened",
            "removed",
            "put_back",
            "erased",
            "imported",
        ),
    ),
    "taken": (_("Printed or exported"), ("printed", "exported")),
    "shared": (_("Shared"), ("shared", "unshared", "joined", "handed_over")),
}
"""What to choose from when reading, and the actions of each."""


def sentence(action: str, subject: str, who: str | None, name: str | None) -> str:
    """Return what happened; without a name it was about someone who has been erased."""
    if subject in OF_THE_TEAM:
        what = str(OF_THE_TEAM[subject])
    else:
        someone = name or gettext("someone who has been erased")
        words = OF_SOMEONE.get(subject, _("something that has no name here"))
        what = str(words) % {"name": someone}
    words = OF_ITS_OWN.get((action, subject), ACTIONS[action])
    return str(words) % {"who": who or without_account(action), "what": what}


def without_account(action: str) -> str:
    """Return who did this where the entry names nobody, or not any more."""
    if action == "answered":
        who = _("Someone with a link")
    elif action in ONLY_SIGNED_IN:
        who = _("A colleague whose account is gone")
    else:
        who = _("A command, or a colleague whose account is gone,")
    return str(who)
