"""What the rules' codes are called on screen and on paper, in the reader's language.

Codes in, English and Dutch out: one dict per enum, and below them the few sentences
that need a value. Decides nothing, and knows no request, no database and no page.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from .behaviour import (
    ACQUAINT,
    BEHAVIOUR,
    CONVINCED,
    FIRST_STEPS,
    LEVEL_QUESTION,
    OPEN,
    QUESTIONS,
    RECIPROCITY,
    SELF_QUESTIONS,
    TEAM_ACTIONS,
    TEAM_NOUNS,
    TEAM_QUESTIONS,
    TEAM_STATEMENTS,
    TOGETHER_FIRST,
    UNSEEN,
    UNSEEN_SENTENCE,
    UNSEEN_SHORT,
)
from .dialogue.phrasing import MOMENTS, ON_PAPER, PHRASES, POINTED_OUT
from .rules import (
    SAFEGUARD_CEILING,
    Ceiling,
    CheckIn,
    Clarity,
    Level,
    Posture,
    Ratings,
    Recommendation,
    Stakes,
    Undo,
)

__all__ = [
    "ACQUAINT",
    "BEHAVIOUR",
    "CONVINCED",
    "FIRST_STEPS",
    "LEVEL_QUESTION",
    "MOMENTS",
    "ON_PAPER",
    "OPEN",
    "PHRASES",
    "POINTED_OUT",
    "QUESTIONS",
    "RECIPROCITY",
    "SELF_QUESTIONS",
    "TEAM_ACTIONS",
    "TEAM_NOUNS",
    "TEAM_QUESTIONS",
    "TEAM_STATEMENTS",
    "TOGETHER_FIRST",
    "UNSEEN",
    "UNSEEN_SENTENCE",
    "UNSEEN_SHORT",
]
"""Passed on, so that pages have one place for words."""

DELEGATE = _("In Delegate managers plan what to hand over, to whom, and how far.")
"""What it is, for whoever never heard of it."""

PURPOSE = _("For conversation and development; not for pay or promotion.")
ADVICE = _("Advice, never an automated decision: the manager decides.")

WORKING_NOTE = _("Working note: may have to be shown on request.")
NOTE_HINT = _("Write what you saw or heard; nothing about health or private life.")
"""What stands under every text that is not on the shared plan."""

LEVELS = {
    Level.SHOW: _("Show"),
    Level.EXPLAIN: _("Explain"),
    Level.PROPOSE: _("Hear a proposal"),
    Level.DECIDE_TOGETHER: _("Decide together"),
    Level.ADVISE: _("Advise"),
    Level.HEAR_AFTERWARDS: _("Hear afterwards"),
    Level.LET_GO: _("Let go"),
}
"""At most 15 characters in both languages, so that a cell of the board holds them."""

LEVEL_SENTENCES = {
    Level.SHOW: _("I decide and show how; you watch and practise."),
    Level.EXPLAIN: _("I decide and explain why; you carry it out."),
    Level.PROPOSE: _("You propose; I decide."),
    Level.DECIDE_TOGETHER: _("We decide together."),
    Level.ADVISE: _("You decide after hearing my advice."),
    Level.HEAR_AFTERWARDS: _("You decide and tell me afterwards."),
    Level.LET_GO: _(
        "It is yours. We look back at an agreed moment; you come to me when it does"
        " not work."
    ),
}

BANDS = {
    1: _("I show"),
    2: _("We do it together"),
    3: _("You do it"),
}

WHO_SPEAKS = _("Here “I” is the manager, and “you” is whoever gets the task.")
"""Of the levels and their bands: on other words of a manager's pages it is not so."""

CHECK_INS = {
    CheckIn.DURING: _("during the work"),
    CheckIn.EACH_STEP: _("after each step"),
    CheckIn.EACH_DECISION: _("before each decision"),
    CheckIn.MILESTONE: _("at each milestone"),
    CheckIn.BEFORE_DECISION: _("once, before the decision"),
    CheckIn.AFTERWARDS: _("afterwards, at an agreed moment"),
    CheckIn.LOOK_BACK: _("a moment to look back only"),
}

CRITERIA = {
    "choices": _("Makes sound choices"),
    "informs": _("Informs me at the right moments"),
    "needs": _("Provides for own needs"),
    "help": _("Asks for help when stuck"),
    "familiarity": _("Familiar with this task"),
}

CRITERIA_NOTE = {
    "choices": _("also when they differ from mine"),
    "informs": _("in time to act, without noise"),
    "needs": _("time, information, people and means"),
    "help": _("in time, having tried something"),
    "familiarity": _("done elsewhere, not seen by you: not yet observed"),
}

INPUTS = {
    **CRITERIA,
    "clarity": _("Outcome and limits"),
    "stakes": _("What is at stake"),
}

NOUNS = {
    "choices": _("sound choices"),
    "informs": _("informing in time"),
    "needs": _("own needs"),
    "help": _("asking for help"),
    "familiarity": _("knowing this task"),
    "clarity": _("outcome and limits"),
    "stakes": _("what is at stake"),
}
"""The inputs in running text."""

STAKES = {
    Stakes.LOW: _("low stakes"),
    Stakes.MEDIUM: _("medium stakes"),
    Stakes.HIGH: _("high stakes"),
}

UNDO = {
    Undo.EASY: _("easy to undo"),
    Undo.EFFORT: _("takes effort to undo"),
    Undo.NO: _("cannot be undone"),
}

CLARITY = {
    Clarity.CLEAR: _("clear"),
    Clarity.PARTLY: _("partly clear"),
    Clarity.UNCLEAR: _("unclear"),
}

TASK_QUESTIONS = {
    "stakes": _("How much depends on it?"),
    "undo": _("Can it be undone?"),
    "outcome_clear": _("Is the outcome clear?"),
    "limits_clear": _("Are the limits clear?"),
}

TASK_ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "stakes": {
        Stakes.LOW: _("Little (rework, a small annoyance)"),
        Stakes.MEDIUM: _("Something (noticeable cost, delay, a dissatisfied customer)"),
        Stakes.HIGH: _("A lot (safety, law, large sums, jobs or reputations)"),
    },
    "undo": {
        Undo.EASY: _("Easily (within a day, without others noticing)"),
        Undo.EFFORT: _("With effort (at a cost)"),
        Undo.NO: _("No (done is done)"),
    },
    "outcome_clear": {
        Clarity.CLEAR: _("Clear (anyone can tell when it is done)"),
        Clarity.PARTLY: _("Partly (the main line, not the details)"),
        Clarity.UNCLEAR: _("Unclear (still to be put into words)"),
    },
    "limits_clear": {
        Clarity.CLEAR: _("Clear (anyone can tell what is allowed and what is not)"),
        Clarity.PARTLY: _("Partly (the main line, not the details)"),
        Clarity.UNCLEAR: _("Unclear (still to be put into words)"),
    },
}

MISSING = {
    "stakes": TASK_QUESTIONS["stakes"],
    "undo": TASK_QUESTIONS["undo"],
    "clarity": _("Are the outcome and the limits clear?"),
}
"""By the fact that `Recommendation.missing` names."""

DUTY = {
    "outcome_clear": {
        Clarity.PARTLY: _("Outcome partly clear: yours to write"),
        Clarity.UNCLEAR: _("Outcome unclear: yours to write"),
    },
    "limits_clear": {
        Clarity.PARTLY: _("Limits partly clear: yours to write"),
        Clarity.UNCLEAR: _("Limits unclear: yours to write"),
    },
}
"""What the manager has to do first; nothing to do where a fact is clear."""

TASK_CHANGES = {
    ("stakes", Stakes.LOW): _("A smaller part of it: low stakes"),
    ("stakes", Stakes.MEDIUM): _("A smaller part of it: medium stakes"),
    ("undo", Undo.EASY): _("Easier to undo: within a day"),
    ("undo", Undo.EFFORT): _("Easier to undo: with effort"),
    ("clarity", Clarity.CLEAR): _("Clearer: outcome and limits both clear"),
    ("clarity", Clarity.PARTLY): _("Clearer: partly clear"),
}
"""By the fact and the value of a `TaskChange`."""

POSTURES = {
    Posture.LETTING_FALL: _("letting fall?"),
    Posture.TOO_TRUSTING: _("too trusting?"),
    Posture.GENEROUS: _("generous"),
    Posture.HOLDING_ON: _("holding on"),
    Posture.IN_STEP: _("in step"),
}

POSTURE_QUESTIONS = {
    Posture.LETTING_FALL: _("No moment to look back is agreed. Let go, or let fall?"),
    Posture.TOO_TRUSTING: _(
        "This leans on what you have not seen yet. Which agreement makes it safe?"
    ),
    Posture.GENEROUS: _(
        "More room than advised. What do you know that the rule does not?"
    ),
    Posture.HOLDING_ON: _("You could give more room. What holds you back?"),
    Posture.IN_STEP: _("How it goes now raises no question."),
}

STILL_WITH_ME = _("still with me")
STILL_WITH_ME_QUESTION = _("You do it yourself. What keeps it with you?")

AGREEMENT_STATES = {
    "draft": _("draft, to discuss"),
    "agreed": _("agreed"),
    "looked_back": _("looked back"),
    "taken_back": _("taken back"),
    "ended": _("ended"),
}

TOO_RISKY = {
    "reserved": _("it stays with you"),
    "missing": _("not all is known of it yet"),
    "stakes": _("a lot depends on it"),
    "undo": _("it cannot be undone"),
}
"""Why a task is no task to get acquainted on."""

LOOKED_BACK = {
    "agreed": _("it goes on"),
    "looked_back": _("what comes next was left open"),
    "ended": _("it ended"),
    "taken_back": _("it was taken back"),
}
"""What followed when two people looked back."""

SAFEGUARDS = {
    "choices": _("written limits"),
    "informs": _("fixed update moment"),
    "needs": _("what is needed is arranged"),
    "help": _("help trigger"),
}

SAFEGUARD_EXAMPLES = {
    "choices": _("Up to 1,000 euros you decide; above that you ask first."),
    "informs": _("Thursday at 15:00, ten minutes."),
    "needs": _("Access, time and a colleague to ask are arranged before the start."),
    "help": _("Stuck for half an hour: call."),
}

SAFEGUARD_EFFECTS = {
    "raises": _("Without: %(low)s, with: %(high)s."),
    "highest": _("Changes nothing: a safeguard lifts to 5 at most."),
    "no_limit": _("Changes nothing: this does not hold the level back."),
    "floored": _("Changes nothing: whoever knows this work is at %(level)s already."),
    "others": _(
        "Changes nothing, because something else is lower or as low: %(things)s."
    ),
}

STILL_OPEN = _("Still open: %(things)s.")
WHAT_IS_DECIDED = _("what %(thing)s decides")
WHAT_MAKES_SAFE = _("what makes it safe (%(thing)s)")

GOES_PAST = {
    True: _(
        "You choose %(chosen)s. On %(noun)s it stops at %(level)s: which agreement"
        " makes it safe?"
    ),
    False: _(
        "You choose %(chosen)s. On %(noun)s it stops at %(level)s: which moment to"
        " look do you agree?"
    ),
}
"""What a choice above the advice asks, by whether it passes one of the criteria."""

STOPS = {
    True: _("On %(noun)s it stops at %(level)s: which agreement makes it safe?"),
    False: _("On %(noun)s it stops at %(level)s: which moment to look do you agree?"),
}
"""The same, beside the levels to choose from."""

INFORM_BY_LEVEL = {
    Level.SHOW: _("During the work: I am there, and you ask as we go."),
    Level.EXPLAIN: _(
        "After each step: show me what is done before the next one starts."
    ),
    Level.PROPOSE: _("Before each decision: come to me with your proposal."),
    Level.DECIDE_TOGETHER: _(
        "At each milestone: we see where it stands and decide together."
    ),
    Level.ADVISE: _(
        "Once, before you decide: tell me your plan and hear my advice. At once: when"
        " a promise cannot be kept."
    ),
    Level.HEAR_AFTERWARDS: _(
        "Afterwards, at the agreed moment: tell me what you decided. At once: when"
        " something cannot wait."
    ),
    Level.LET_GO: _(
        "In between: nothing. At once: when the outcome or a limit is at risk. We"
        " look back at the agreed moment."
    ),
}
"""Suggestions for "moments to inform", from manager to employee."""

_STUCK = _("Stuck for half an hour: call me and say what you have tried.")

HELP_BY_LEVEL = {
    Level.SHOW: _("Ask at once: I am there."),
    Level.EXPLAIN: _("Stuck for ten minutes: ask me."),
    Level.PROPOSE: _STUCK,
    Level.DECIDE_TOGETHER: _STUCK,
    Level.ADVISE: _("Stuck for half a day: call me and say what you have tried."),
    Level.HEAR_AFTERWARDS: _(
        "When the outcome or a limit is at risk: call me and say what you have tried."
    ),
    Level.LET_GO: _("Come to me when it does not work: asking is part of it."),
}
"""Suggestions for "how to ask for help", from manager to employee."""

REASON_SAFE = _("We agree beforehand what makes it safe.")
"""Also the reason where a safeguard lifts the advice to what is chosen."""

REASONS_FOR_MORE = (
    _("It already goes well this way."),
    _("There is time now to practise."),
    _("We look back soon, so it can still be put right."),
    _("It was a wish in the conversation."),
    REASON_SAFE,
)
"""Usual reasons for a level above the advice; fit for both to read."""

REASONS_FOR_LESS = (
    _("We want to take one step at a time."),
    _("The work is in a busy period."),
    _("This time it touches more people than usual."),
    _("We still have to talk the outcome and the limits through."),
    _("A smaller step was a wish in the conversation."),
)
"""Usual reasons for a level below the advice; fit for both to read."""

# A sentence for each count, as in Dutch the number word opens it.

HELD_BACK = {
    0: _("Nothing holds it back."),
    1: _("Held back by one thing: %(things)s."),
    2: _("Held back by two things: %(things)s."),
    3: _("Held back by three things: %(things)s."),
    4: _("Held back by four things: %(things)s."),
    5: _("Held back by five things: %(things)s."),
    6: _("Held back by six things: %(things)s."),
    7: _("Held back by all seven things: %(things)s."),
}

NOT_SEEN = {
    1: _("One of the five things this level rests on has not been seen yet."),
    2: _("Two of the five things this level rests on have not been seen yet."),
    3: _("Three of the five things this level rests on have not been seen yet."),
    4: _("Four of the five things this level rests on have not been seen yet."),
    5: _("None of the five things this level rests on has been seen yet."),
}

SEE_ALL = {
    2: _("See both at %(rating)s or more"),
    3: _("See all three at %(rating)s or more"),
    4: _("See all four at %(rating)s or more"),
    5: _("See all five at %(rating)s or more"),
}

TOGETHER = {
    1: "%(steps)s",
    2: _("%(steps)s (both together)"),
}
ALL_TOGETHER = _("%(steps)s (all together)")

CEILING_NOTES = {
    "lowest": _("lowest: stops at %(level)s"),
    "higher": _("up to %(level)s"),
    "unseen": _("not yet seen: %(level)s for now"),
}

STEPS = {
    "from": _("%(noun)s, from %(rating)s to %(value)s"),
    "unseen": _("%(noun)s, seen at %(value)s or more"),
    Clarity.CLEAR: _("%(noun)s, made clear"),
    Clarity.PARTLY: _("%(noun)s, made partly clear"),
}

_ALONE = _("You saw a %(rating)s; nothing else stops below %(level)s.")
_ALONE_TOLD = _("Your manager saw a %(rating)s; nothing else stops below %(level)s.")
_FLOORED = _(
    "knows this work, so is heard before you decide: %(level)s, not %(lowest)s"
)
_TOO_RISKY = _("Too risky to get acquainted on: %(why)s.")
_SAFEGUARDED = _("%(note)s, with a safeguard agreed")


def held_back(
    recommendation: Recommendation,
    ratings: Ratings | None = None,
    *,
    to_manager: bool = True,
) -> str:
    """Say what holds the level where it is, and what of it is not yet seen.

    With `ratings`, where one rating alone holds it back, also tell that rating and how
    far the rest would go. Empty where there is no level. Said to the manager, or to who
    it is about.
    """
    if recommendation.level is None:
        return ""
    sentences = (
        _limits(recommendation),
        _alone(recommendation, ratings, _ALONE if to_manager else _ALONE_TOLD),
        not_seen(recommendation),
    )
    return " ".join(filter(None, sentences))


def not_seen(recommendation: Recommendation) -> str:
    """Say how much of what the level rests on is not yet observed; empty if nothing."""
    return str(NOT_SEEN.get(len(recommendation.unseen), ""))


def floored(recommendation: Recommendation) -> str:
    """Say why the level is above its lowest ceiling, to follow a name; else empty."""
    if recommendation.level is None or not recommendation.floored:
        return ""
    return _fill(
        _FLOORED,
        level=int(recommendation.level),
        lowest=int(recommendation.ceilings[0].at_most),
    )


def ceiling_note(ceiling: Ceiling, *, lowest: bool = False) -> str:
    """Say how far one input goes; `lowest` where no other goes less far."""
    seen = "lowest" if lowest else "higher"
    code = seen if ceiling.seen else "unseen"
    note = _fill(CEILING_NOTES[code], level=int(ceiling.at_most))
    return _fill(_SAFEGUARDED, note=note) if ceiling.safeguarded else note


def safeguard_effect(
    name: str, without: Recommendation, guarded: Recommendation
) -> str:
    """Say what a safeguard on one criterion changes: the level, or why it does not."""
    if guarded.level != without.level:
        levels = {"low": without.level, "high": guarded.level}
        return _fill(SAFEGUARD_EFFECTS["raises"], **levels)
    limits = {one.input: one for one in guarded.limits}
    if name in limits and limits[name].at_most >= SAFEGUARD_CEILING:
        return str(SAFEGUARD_EFFECTS["highest"])
    things = _listed(NOUNS[one] for one in limits if one != name)
    if without.floored and not things:
        return _fill(SAFEGUARD_EFFECTS["floored"], level=without.level)
    return _fill(SAFEGUARD_EFFECTS["others" if things else "no_limit"], things=things)


def looked_back(next_state: str, level: int, level_after: int | None) -> str:
    """Say what followed when two looked back on an agreement at `level`."""
    if next_state != "ended" or not level_after:
        return str(LOOKED_BACK[next_state])
    further = _("one further, to %(level)s")
    words = further if level_after > level else _("one nearer, to %(level)s")
    return _fill(words, level=f"{level_after} {LEVELS[Level(level_after)]}")


def too_risky(reasons: Iterable[str]) -> str:
    """Say why a task is no task to get acquainted on; empty where it is one."""
    why = _listed(TOO_RISKY[one] for one in reasons)
    return _fill(_TOO_RISKY, why=why) if why else ""


def goes_past(ceiling: Ceiling, chosen: Level | None = None) -> str:
    """Say what a choice past this ceiling asks for; with `chosen`, of that choice."""
    is_criterion = ceiling.input in SAFEGUARDS
    sentence = (GOES_PAST if chosen else STOPS)[is_criterion]
    return _fill(
        sentence,
        chosen=chosen and int(chosen),
        noun=NOUNS[ceiling.input],
        level=int(ceiling.at_most),
    )


def still_open(decides: str, unsafe: Iterable[str]) -> str:
    """Say what an agreement leaves open; empty where that is nothing.

    `decides` names who may decide what is not written yet, or is empty; `unsafe` are
    the inputs of the rules that are to be made safe.
    """
    safe = _listed(NOUNS[one] for one in unsafe)
    things = _listed(
        _fill(sentence, thing=thing)
        for sentence, thing in ((WHAT_IS_DECIDED, decides), (WHAT_MAKES_SAFE, safe))
        if thing
    )
    return _fill(STILL_OPEN, things=things) if things else ""


def raise_step(changes: Iterable[tuple[str, int | Clarity]], ratings: Ratings) -> str:
    """Say what `RaiseBy.changes` asks for, from these ratings: one way up."""
    steps = dict(changes)
    unseen = all(getattr(ratings, name, 0) is None for name in steps)
    if unseen and len(steps) > 1 and len(set(steps.values())) == 1:
        return _fill(SEE_ALL[len(steps)], rating=next(iter(steps.values())))
    listed = _listed(_step(name, value, ratings) for name, value in steps.items())
    together = TOGETHER.get(len(steps), ALL_TOGETHER)
    return _sentence_case(_fill(together, steps=listed))


def _limits(recommendation: Recommendation) -> str:
    limits = recommendation.limits
    if limits and not any(limit.seen for limit in limits):
        return ""  # How much is not yet seen is then all there is to say.
    nouns = _listed(NOUNS[limit.input] for limit in limits)
    return _fill(HELD_BACK[len(limits)], things=nouns)


def _alone(
    recommendation: Recommendation, ratings: Ratings | None, sentence: object
) -> str:
    limits = recommendation.limits
    rating = getattr(ratings, limits[0].input, None) if len(limits) == 1 else None
    if rating is None:
        return ""
    rest = recommendation.ceilings[1]
    return _fill(sentence, rating=rating, level=int(rest.at_most))


def _step(name: str, value: int | Clarity, ratings: Ratings) -> str:
    rating = getattr(ratings, name, None)
    seen = "unseen" if rating is None else "from"
    code = value if isinstance(value, Clarity) else seen
    return _fill(STEPS[code], noun=NOUNS[name], rating=rating, value=value)


def _fill(sentence: object, **values: object) -> str:
    return str(sentence) % values


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def _listed(texts: Iterable[object]) -> str:
    # "Outcome and limits" is one thing: commas and an "and" would make it two.
    return "; ".join(str(text) for text in texts)
