"""The sentences of the own view: what a manager looks for, as one says it of oneself.

By criterion and score each means the same as in `behaviour`. Words only: it knows
nothing of levels but what they are called for, and no page.
"""

from flask_babel import lazy_gettext as _

from ..rules import Level

CRITERIA = {
    "choices": _("I make sound choices"),
    "informs": _("I inform my manager at the right moments"),
    "needs": _("I provide for my own needs"),
    "help": _("I ask for help when I am stuck"),
}

CRITERIA_NOTE = {
    "choices": _("also when my manager would choose differently"),
    "informs": _("in time to act, without noise"),
    "needs": _("time, information, people and means"),
    "help": _("in time, having tried something"),
}

IF_YOU_WISH = _("Your manager knows this best; say it if you wish.")
"""Why informing may stay open, alone of the four."""

CANNOT_SAY = _("I cannot say yet")
CANNOT_SAY_SENTENCE = _("I have had no chance to find out.")
NO_LEVEL = _("No level chosen")
"""Of a task that was skipped too: why is not said for whoever skipped it."""

BEHAVIOUR = {
    "choices": {
        1: _(
            "More than once I crossed an agreed limit and caused damage that others"
            " had to repair."
        ),
        2: _(
            "I regularly overlook an agreed limit or a foreseeable consequence; a"
            " decision of mine had to be reversed to prevent damage."
        ),
        3: _(
            "I choose well in familiar situations; in a new situation I wait for my"
            " manager’s choice or need correction."
        ),
        4: _(
            "I choose well within the agreed limits, also in new situations, and can"
            " say why; my choice may differ from my manager’s."
        ),
        5: _(
            "I weigh options and consequences beforehand, choose independently also"
            " under pressure, and change course in time when the facts change."
        ),
    },
    "informs": {
        1: _(
            "My manager hears of problems from others, or only when it is too late; I"
            " left out important facts."
        ),
        2: _(
            "I tell things only when my manager asks, or so late that nothing can be"
            " done with it any more."
        ),
        3: _(
            "I keep to the agreed moments; unexpected changes reach my manager late,"
            " or I tell everything, so that what matters is hard to see."
        ),
        4: _(
            "I tell my manager unasked, in time to act, when something changes in"
            " result, time, money or people."
        ),
        5: _(
            "I choose moment and detail well: no surprises and no noise; I bring bad"
            " news early too, my own part in it included."
        ),
    },
    "needs": {
        1: _(
            "I let work stand still until someone notices; I do not say what is"
            " missing."
        ),
        2: _(
            "I mention what is missing only when I am stuck; my manager usually has to"
            " arrange it."
        ),
        3: _(
            "I arrange ordinary things (information, planning, access); with anything"
            " unusual I wait for my manager."
        ),
        4: _(
            "I find out beforehand what the task asks (time, information, people,"
            " means), arrange it or say clearly what I need from my manager."
        ),
        5: _(
            "I keep workload, knowledge and support in order over a longer period; I"
            " say no or renegotiate in time."
        ),
    },
    "help": {
        1: _(
            "When I am stuck I carry on or hide it until it goes wrong, or I hand the"
            " work back at the first obstacle."
        ),
        2: _("I ask late, or I ask for the answer without having tried anything."),
        3: _(
            "I say honestly that it does not work, but only when I am asked or at the"
            " check-in."
        ),
        4: _(
            "I ask in time and unasked, say what I tried and what I need, and then"
            " carry on alone."
        ),
        5: _(
            "I know my limits beforehand: at the start I say what may be difficult and"
            " whom I can turn to, and I learn from it, so the same question does not"
            " come back."
        ),
    },
}
"""By criterion and score: what I did over the last three months."""

LEVEL_SENTENCES = {
    Level.SHOW: _("My manager decides and shows how; I watch and practise."),
    Level.EXPLAIN: _("My manager decides and explains why; I carry it out."),
    Level.PROPOSE: _("I propose; my manager decides."),
    Level.DECIDE_TOGETHER: _("My manager and I decide together."),
    Level.ADVISE: _("I decide after hearing my manager’s advice."),
    Level.HEAR_AFTERWARDS: _("I decide and tell my manager afterwards."),
    Level.LET_GO: _(
        "It is mine. We look back at an agreed moment; I come to my manager when it"
        " does not work."
    ),
}

TEXTS = {
    "can": _("What I can do"),
    "cannot_yet": _("What I cannot do yet"),
    "needs_from_manager": _("What I need from my manager"),
    "can_be_counted_on": _("What my manager can count on"),
}
"""What one writes in own words, by its column."""
