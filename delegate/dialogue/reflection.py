"""What managers can see in themselves, in words: four themes, and where trust breaks.

Words of our own after an article; codes in, sentences out. Knows nothing of anyone, and
nothing here is ever counted.

Source: Jan Stevens, "Vertrouwen geven en vertrouwen ontvangen", De Steven (trusting too
easily, self-confidence first, distrust and fear, and what damages trust).
"""

from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _


class Answer(NamedTuple):
    """How much of a theme someone recognises, what that says, what to try this week."""

    sentence: Any
    reading: Any
    to_try: Any


class Theme(NamedTuple):
    """One question to oneself, and three answers in behaviour."""

    name: Any
    question: Any
    answers: dict[int, Answer]


THEMES = {
    "trusting": Theme(
        _("Trusting easily"),
        _("You hand something over. What do you do with what you do not know yet?"),
        {
            1: Answer(
                _("I ask what I need to know, and agree when I will hear how it goes."),
                _("You look first, and then let go. Not everything has to be known."),
                _(
                    "Hand over one small thing of which you know a little less than"
                    " usual, with one moment to look back."
                ),
            ),
            2: Answer(
                _(
                    "I sometimes say yes before I know enough, and think of a moment"
                    " to look back only later."
                ),
                _("A good feeling is worth something. It is not yet a thing you saw."),
                _("Before you say yes, ask once: what of this have I seen myself?"),
            ),
            3: Answer(
                _(
                    "I often go by a good feeling, and find out afterwards what I had"
                    " not seen."
                ),
                _(
                    "Your trust comes early, and opens doors. Without an agreement both"
                    " of you have little to hold on to when it turns out otherwise."
                ),
                _(
                    "Choose one task that runs on a good feeling, and agree one fixed"
                    " moment at which you hear how it goes."
                ),
            ),
        },
    ),
    "confidence": Theme(
        _("Trust in yourself"),
        _("Someone does it differently from you, or better. What happens with you?"),
        {
            1: Answer(
                _("I am at ease with it: I know what I am good at, and what not."),
                _(
                    "Trust in yourself makes room for others. To those you lead it may"
                    " not come as easily."
                ),
                _("Tell someone what you learned from something you got wrong."),
            ),
            2: Answer(
                _("I sometimes doubt whether I do well, and then check more."),
                _(
                    "Doubt belongs to leading. To others it becomes heavy once it turns"
                    " into checking."
                ),
                _(
                    "The next time you want to check, ask first: is it about the work,"
                    " or about me?"
                ),
            ),
            3: Answer(
                _("I often doubt myself, and then find it hard to leave it to others."),
                _(
                    "Trust in someone else rests on trust in yourself. That grows, in"
                    " small steps."
                ),
                _("Write down each day one choice of yours that turned out well."),
            ),
        },
    ),
    "fear": Theme(
        _("Distrust and fear"),
        _("Something could go wrong. What leads you then?"),
        {
            1: Answer(
                _("I name what could go wrong, agree on it, and can leave it alone."),
                _("You are careful and you trust. The two go together."),
                _("Ask someone which check of yours could go."),
            ),
            2: Answer(
                _("I sometimes think of the worst, and ask more often than we agreed."),
                _(
                    "Fear says what matters to you. It does not yet say anything of the"
                    " other person."
                ),
                _(
                    "Write in one sentence what you are afraid of, and whether it can"
                    " be undone."
                ),
            ),
            3: Answer(
                _("I often keep hold, also where I have not seen anything go wrong."),
                _(
                    "Keeping hold feels safe. But whoever feels watched grows careful,"
                    " and tells you less."
                ),
                _(
                    "Take the smallest thing you keep hold of that can be undone. Let"
                    " go of it for a week, with a moment to look back."
                ),
            ),
        },
    ),
    "damaged": Theme(
        _("Damaged trust"),
        _("Does something from before come between you and the people you lead?"),
        {
            1: Answer(
                _("What happened before is behind me; I begin anew with each person."),
                _("You can begin anew. Someone in your team may not be that far yet."),
                _("Ask someone: what do you need in order to trust me?"),
            ),
            2: Answer(
                _("Something from before sometimes colours how I look at someone."),
                _("What you went through warns you; now and then of the wrong person."),
                _(
                    "When you hesitate about someone, ask: is this about them, or about"
                    " someone from before?"
                ),
            ),
            3: Answer(
                _("It often keeps me at a distance, also from who had no part in it."),
                _(
                    "What happened was real, and to be careful made sense. Those who"
                    " had no part in it need not pay for it."
                ),
                _(
                    "Tell what happened to someone you trust, outside your team. The"
                    " reading on damaged trust may help to find words."
                ),
            ),
        },
    ),
}
"""By the names in `models.THEMES`; the answers by `models.THEME_SCALE`."""


class Cause(NamedTuple):
    """What damages trust, and a question to look at it with."""

    words: Any
    question: Any


CAUSES = (
    Cause(
        _("Your loyalty or your kindness was used."),
        _("What would you give again, and where would you now say no?"),
    ),
    Cause(
        _("Something you told in confidence was passed on."),
        _("What would you still tell, and what not yet?"),
    ),
    Cause(
        _("Your words, or what happened, were passed on otherwise than they were."),
        _("Have you heard it from the person themself, or only from others?"),
    ),
    Cause(
        _("Others spoke badly of you, and your name suffered."),
        _("With whom would you like to set it straight first?"),
    ),
    Cause(
        _("Someone close to you broke your trust, in a relationship that ended."),
        _("Does some of that hurt come along to work?"),
    ),
    Cause(
        _("An agreement was not kept, or later was said never to have been made."),
        _("Was it on paper, and did you both mean the same by it?"),
    ),
    Cause(
        _("You were blamed for something you had not done."),
        _("What would put it right, and who could do that?"),
    ),
    Cause(
        _("Someone twisted or lied, and gained by it at your cost."),
        _("What do you know for certain, and what do you fill in yourself?"),
    ),
)

EARLIER = (
    _("Then this person has no part in it. Say that to yourself once more."),
    _(
        "Look only at what you saw this person do in the last three months. What you"
        " have not seen is not yet observed: neither good nor bad."
    ),
    _(
        "Begin with something small that can be undone, and agree when you look back."
        " Trust that was hurt grows by getting acquainted, not by being told to."
    ),
    _(
        "And what happened then deserves a place of its own: tell it to someone you"
        " trust, or write it down for yourself, elsewhere."
    ),
)
"""What to do where it is about someone else than the person at hand."""

REPAIRS = {
    "choices": _(
        "Say which choice still bothers me, ask how it came about, and agree the limit"
        " for the next one."
    ),
    "informs": _(
        "Say what I heard too late and what that did, ask what got in the way, and"
        " agree one moment to hear it from now on."
    ),
    "needs": _(
        "Say where I was left with it, ask what was missing then, and agree who"
        " arranges what the next time."
    ),
    "help": _(
        "Say that I would rather hear early that it does not work, ask what made that"
        " hard with me, and agree when to call."
    ),
}
"""A step to begin mending with, on one criterion: what happened, ask, agree."""
