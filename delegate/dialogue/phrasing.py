"""How to say it: from the parent role to the adult role, by the moment it is said.

Words only: pages take these names from `wording`.

Source: four of the sentences are Jan Stevens', "Vertrouwen geven en vertrouwen
ontvangen" (De Steven); the others, and all answers, are our own.
"""

from typing import NamedTuple

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString


class Phrase(NamedTuple):
    """What is easily said or heard, what shows in it, and what to say instead.

    `moment` is one of MOMENTS; in the last of them it is the other who says it first.
    """

    moment: str
    said: LazyString
    shows: LazyString
    say: LazyString

    @property
    def is_heard(self) -> bool:
        return self.moment == "doubt"


MOMENTS = {
    "before": _("Before you hand it over"),
    "underway": _("On the way"),
    "wrong": _("When it goes wrong"),
    "back": _("Looking back"),
    "doubt": _("When you hear doubt"),
}

PHRASES = {
    "not_seen": Phrase(
        "before",
        _("I have yet to see whether you can do that."),
        _("Doubt about what you have not seen yet."),
        _("I have not seen this yet. What would you like to show me first?"),
    ),
    "my_way": Phrase(
        "before",
        _("Just do it the way I always do it."),
        _("Only your own way counts as right."),
        _(
            "This is what it has to lead to, and these are the limits. How would you"
            " go about it?"
        ),
    ),
    "quicker": Phrase(
        "before",
        _("I will do it myself, that is quicker."),
        _("Holding on: nobody gets to learn it."),
        _("It may take longer this time. Which part do you start with?"),
    ),
    "sort_it": Phrase(
        "before",
        _("You will manage. Sort it out yourself."),
        _("Letting fall: no outcome, no limits, no moment to look."),
        _("It is yours. What do you need from me, and when do we look at it together?"),
    ),
    "on_earth": Phrase(
        "underway",
        _("What on earth are you doing?"),
        _("A verdict, spoken as to a child."),
        _("What was your aim here? Then I can follow your choice."),
    ),
    "done_yet": Phrase(
        "underway",
        _("Is it done yet?"),
        _("Checking, outside the moment you agreed."),
        _("We look at it on Thursday. Is there anything you need before then?"),
    ),
    "give_here": Phrase(
        "underway",
        _("Leave it, I will take it from here."),
        _("Taking back at the first obstacle."),
        _("What have you tried, and what would your next step be?"),
    ),
    "knew_it": Phrase(
        "wrong",
        _("I knew this would happen."),
        _("Distrust that was there from the start."),
        _(
            "This went differently from what we agreed. What happened, and what do you"
            " need to put it right?"
        ),
    ),
    "always": Phrase(
        "wrong",
        _("You always forget to tell me."),
        _("A verdict on the person: one time becomes always."),
        _(
            "On Tuesday I heard it from the customer, and I want to hear it from you"
            " the same day. What got in the way?"
        ),
    ),
    "all_by_me": Phrase(
        "wrong",
        _("From now on everything goes past me first."),
        _("One thing went wrong, and all trust is taken back."),
        _("On this one point I look along for a month. The rest stays with you."),
    ),
    "differently": Phrase(
        "back",
        _("I would have done that very differently."),
        _("Different is taken for wrong."),
        _(
            "I would have chosen something else. What made you choose this, and did it"
            " stay within the limits?"
        ),
    ),
    "good_job": Phrase(
        "back",
        _("Well done. You see, you can do it."),
        _("Praise from above: you remain the judge."),
        _(
            "You told me a day ahead that it would not fit, so I could still call the"
            " customer. What do you take with you from this?"
        ),
    ),
    "cannot": Phrase(
        "doubt",
        _("I do not know whether I can do this."),
        _("Little self-confidence."),
        _("Which part will work? Where do you want help?"),
    ),
    "distrusted": Phrase(
        "doubt",
        _("You surely do not think that I just do anything?"),
        _("Someone feels distrusted."),
        _(
            "I ask because I want to understand, not because I distrust you. How did"
            " you go about it?"
        ),
    ),
}
"""By a name of its own, in the order of the moments."""

POINTED_OUT = {
    "judging": _("This judges: %(words)s. What did you see or hear?"),
    "private": _(
        "About health or private life: %(words)s? It does not belong here. Write what"
        " you saw in the work."
    ),
}
"""Said of words in a note, each between quotation marks, by their list."""

ON_PAPER = ("not_seen", "on_earth", "cannot", "distrusted")
"""What stands on the private sheet: the article's own four."""

ABOUT_SEEN = ("always", "differently", "not_seen", "good_job")
"""What fits beside a note of what was seen."""

ABOUT_WHY = ("not_seen", "quicker", "sort_it")
"""What fits beside a note of why there is more or less room."""

ABOUT_ENDING = ("knew_it", "all_by_me", "differently")
"""What fits beside a note of why an agreement ends."""
