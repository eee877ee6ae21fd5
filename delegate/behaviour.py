"""What to look for, to ask and to say: the sentences of the conversation.

Behaviour, never character. Words only: it knows nothing of levels or tasks, and
pages take these names from `wording`.

Source: the four criteria are Jan Stevens', "Vertrouwen geven en vertrouwen
ontvangen" (De Steven); the sentences and questions are our own.
"""

from flask_babel import lazy_gettext as _

CONVINCED = _("What have you seen that convinces you?")

UNSEEN = _("Not yet observed")
UNSEEN_SENTENCE = _("I have had no chance to see this.")
UNSEEN_SHORT = _("not seen")
OPEN = _("open")

BEHAVIOUR = {
    "choices": {
        1: _(
            "More than once crossed an agreed limit and caused damage that others had"
            " to repair."
        ),
        2: _(
            "Regularly overlooks an agreed limit or a foreseeable consequence; a"
            " decision had to be reversed to prevent damage."
        ),
        3: _(
            "Chooses well in familiar situations; in a new situation waits for my"
            " choice or needs correction."
        ),
        4: _(
            "Chooses well within the agreed limits, also in new situations, and can"
            " say why; the choice may differ from mine."
        ),
        5: _(
            "Weighs options and consequences beforehand, chooses independently also"
            " under pressure, and changes course in time when the facts change."
        ),
    },
    "informs": {
        1: _(
            "I hear of problems from others, or only when it is too late; important"
            " facts turned out to be left out."
        ),
        2: _(
            "Tells me only when I ask, or so late that I can no longer do anything"
            " with it."
        ),
        3: _(
            "Keeps to the agreed moments; unexpected changes reach me late, or I get"
            " everything and cannot see what matters."
        ),
        4: _(
            "Tells me unasked, in time to act, when something changes in result,"
            " time, money or people."
        ),
        5: _(
            "Chooses moment and detail well: no surprises and no noise; brings bad"
            " news early too, own part in it included."
        ),
    },
    "needs": {
        1: _(
            "Lets work stand still until someone notices; does not say what is missing."
        ),
        2: _("Mentions what is missing only when stuck; I usually have to arrange it."),
        3: _(
            "Arranges ordinary things (information, planning, access); waits for me"
            " with anything unusual."
        ),
        4: _(
            "Finds out beforehand what the task asks (time, information, people,"
            " means), arranges it or says clearly what is needed from me."
        ),
        5: _(
            "Keeps workload, knowledge and support in order over a longer period;"
            " says no or renegotiates in time."
        ),
    },
    "help": {
        1: _(
            "Carries on or hides it when stuck until it goes wrong, or hands the work"
            " back at the first obstacle."
        ),
        2: _("Asks late, or asks for the answer without having tried anything."),
        3: _(
            "Says honestly that it does not work, but only when I ask or at the"
            " check-in."
        ),
        4: _(
            "Asks in time and unasked, says what was tried and what is needed, and"
            " then carries on alone."
        ),
        5: _(
            "Knows own limits beforehand: says at the start what may be difficult and"
            " whom to turn to, and learns from it, so the same question does not come"
            " back."
        ),
    },
    "familiarity": {
        1: _("Has never done this task."),
        2: _("Has watched, or done parts with guidance."),
        3: _("Has done the whole task while someone looked along."),
        4: _("Has done it independently several times, to the agreed standard."),
        5: _("Does it as routine, handles exceptions, could teach someone else."),
    },
}
"""By criterion and score: what was seen or heard over the last three months."""

ACQUAINT = {
    "choices": _(
        "Ask for two options with pros and cons on a small decision; leave the choice"
        " to the other person; look back after a week."
    ),
    "informs": _(
        "Agree one moment at which you want to hear something and one kind of change"
        " you want to hear about at once; see what happens."
    ),
    "needs": _(
        "Ask at the start: “What do you need, and how will you get it?” Do not"
        " arrange it yourself this time."
    ),
    "help": _(
        "Say beforehand when and how you can be reached; give a task with one"
        " difficult part; notice when the question comes."
    ),
    "familiarity": _(
        "Do the task together once; then watch while the other person leads."
    ),
}
"""By criterion: a step that gives a chance to see what is not yet observed."""

FIRST_STEPS = {
    "choices": _(
        "On one small decision: bring two options with their pros and cons, and choose"
        " yourself. We look back a week later."
    ),
    "informs": _(
        "We agree one moment at which you bring me up to date, and one kind of change"
        " that I hear about at once."
    ),
    "needs": _(
        "Say at the start what you need and how you will get it. This time you arrange"
        " it yourself."
    ),
    "help": _(
        "One part of this is difficult. I say when and how you can reach me; you come"
        " with what you have tried."
    ),
    "familiarity": _("We do it together once; the next time you lead and I watch."),
}
"""By criterion: the same step in words for both to read, from manager to employee."""

TOGETHER_FIRST = _("We do it together, and I stay in the lead the whole time.")
"""Where a task is too risky to try, as a first step to know it."""

QUESTIONS = {
    "choices": (
        _("Which recent choice are you pleased with, and how did you come to it?"),
        _("Where would you choose differently from me?"),
        _("Within which limits do you want to decide yourself?"),
        _("What would make you change your choice?"),
    ),
    "informs": (
        _("What should I hear at once, and what not?"),
        _("When did I hear something too late, in your view?"),
        _("Which moment suits you to bring me up to date?"),
        _("What makes it hard to bring bad news to me?"),
    ),
    "needs": (
        _("What do you need for this task, and what of that can you arrange yourself?"),
        _("What is in the way at the moment?"),
        _("What should I do, and what should I leave alone?"),
        _("What do you need to drop to take this on?"),
    ),
    "help": (
        _("How do you notice that you are stuck?"),
        _("How long do you try before you ask?"),
        _("Whom do you ask, and when do you come to me?"),
        _("How did I react the last time you asked for help?"),
    ),
    "familiarity": (
        _("Which part have you done before?"),
        _("Which part would you like to do together first?"),
    ),
}

LEVEL_QUESTION = _(
    "Which level would you choose for this task, and why? (choose before seeing mine)"
)

RECIPROCITY = (
    _("What can you count on from me here?"),
    _("When do you feel trusted by me, and when checked on?"),
    _("What should I stop doing?"),
)

TEAM_STATEMENTS = {
    "direction": _("The direction is clear."),
    "expectations": _("I know what is expected of me."),
    "attention": _("I get enough attention."),
    "certainty": _("I know how I am doing and what the near future looks like."),
}
"""By condition of a team: what each of its people could say."""

TEAM_NOUNS = {
    "direction": _("the direction"),
    "expectations": _("what is expected"),
    "attention": _("attention"),
    "certainty": _("certainty about the work and the near future"),
}

TEAM_QUESTIONS = {
    "direction": _("Is the direction clear?"),
    "expectations": _("Do you know what is expected of you?"),
    "attention": _("Do you get enough attention from me?"),
    "certainty": _(
        "Do you know how you are doing and what the near future looks like?"
    ),
}

TEAM_ACTIONS = {
    "direction": _(
        "I put the direction into three sentences and go through them with the team"
        " before our next meeting."
    ),
    "expectations": _(
        "I say to each of you what I expect, and ask what you expect of me. We write"
        " it down in our next one-on-one."
    ),
    "attention": _(
        "I keep half an hour every two weeks for each of you, and do not move it."
    ),
    "certainty": _(
        "I tell each of you how I think it is going. Of the months to come I say what"
        " is known, what is not, and when I know more."
    ),
}
"""By condition of a team: something its manager can do where it is missing."""

SELF_QUESTIONS = (
    _("Is it wrong, or only different?"),
    _("What am I afraid of, and can it be undone?"),
    _("Am I letting go, holding on, or dropping it out of irritation?"),
    _("Have I seen this myself, or do I assume it?"),
)
"""For the manager alone: private paper, never the shared plan."""
