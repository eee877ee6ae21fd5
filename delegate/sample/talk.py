"""The conversation of the made-up team: both views, steps, and what the team says.

Data only, as `team`, whose people and tasks it names. Days are counted from the day
of loading.
"""

from typing import NamedTuple

from .team import Text


class OwnView(NamedTuple):
    """How someone sees themself; an answer of None is *I cannot say yet*."""

    person: str
    answers: dict[str, int | None]
    levels: dict[str, int]
    received_ago: int
    revealed_ago: int | None = None
    can: Text = Text()
    cannot_yet: Text = Text()
    needs_from_manager: Text = Text()
    can_be_counted_on: Text = Text()


class Step(NamedTuple):
    """A step on one criterion, on a task that is safe enough; due in some days."""

    person: str
    task: str
    kind: str
    criterion: str
    text: Text
    due_in: int


class CheckIn(NamedTuple):
    """A moment to check in, in so many days; one that is past was kept."""

    person: str
    task: str
    in_days: int
    seen: Text = Text()
    criterion: str | None = None


class Item(NamedTuple):
    """Something for the one-on-one, noted some days ago; to do by a day, or done."""

    person: str
    kind: str
    ago: int
    text: Text
    shared: bool = True
    doer: str | None = None
    due_in: int | None = None
    done_ago: int | None = None


class LookBack(NamedTuple):
    """What came of an agreement that is looked back on, some days ago."""

    person: str
    task: str
    ago: int
    theirs: Text
    mine: Text


ENTRUSTED = {
    "Ann Verhoeven": Text(
        "The week of the crews: you know best who is good at what.",
        "De week van de ploegen: jij weet het best wie waar goed in is.",
    ),
}

OWN_VIEWS = (
    OwnView(
        "Ann Verhoeven",
        answers={"choices": 4, "informs": None, "needs": 5, "help": 4},
        levels={"planning": 6, "materials": 6, "standup": 6, "complaints": 7},
        received_ago=6,
        revealed_ago=2,
        can=Text(
            "Plan the crews for the week, and see early where it gets tight.",
            "De ploegen voor de week plannen, en vroeg zien waar het knelt.",
        ),
        cannot_yet=Text(
            "Say no to the management team when it asks for something in between.",
            "Nee zeggen tegen het managementteam als het er iets tussendoor vraagt.",
        ),
        needs_from_manager=Text(
            "Hearing on Monday what the week is about, and not in the crew chat.",
            "Op maandag horen waar de week om draait, en niet in de groepsapp.",
        ),
        can_be_counted_on=Text(
            "The list is there on Thursday at four, whatever happens.",
            "Donderdag om vier uur ligt de lijst er, wat er ook gebeurt.",
        ),
    ),
    OwnView(
        "Yusuf Özdemir",
        answers={"choices": 3, "informs": 4, "needs": 4, "help": 3},
        levels={"materials": 6, "invoices": 4},
        received_ago=1,
        needs_from_manager=Text(
            "A reaction to what I propose.", "Een reactie op wat ik voorstel."
        ),
    ),
)

STEPS = (
    Step(
        "Jayden Pinas",
        "complaints",
        "acquaint",
        "choices",
        Text(
            "Two answers to a complaint, with what speaks for each; Jayden chooses.",
            "Twee antwoorden op een klacht, met wat ervoor pleit; Jayden kiest.",
        ),
        due_in=5,
    ),
    Step(
        "Noor el Amrani",
        "standup",
        "acquaint",
        "help",
        Text(
            "Chair the Monday start once; say beforehand when I can be reached.",
            "Eén keer de maandagstart voorzitten; ik zeg vooraf wanneer ik bereikbaar"
            " ben.",
        ),
        due_in=8,
    ),
)

CHECK_INS = (
    CheckIn(
        "Yusuf Özdemir",
        "materials",
        -25,
        Text(
            "Called before ordering: the price had gone up. Asked what we can miss.",
            "Belde voor de bestelling: de prijs was gestegen, en vroeg wat we kunnen"
            " missen.",
        ),
        "informs",
    ),
    CheckIn(
        "Noor el Amrani",
        "complaints",
        -4,
        Text(
            "Two letters went out without me; of the third I heard beforehand.",
            "Twee brieven gingen weg zonder mij; over de derde hoorde ik vooraf.",
        ),
        "choices",
    ),
    CheckIn("Noor el Amrani", "complaints", 1),
    CheckIn("Jayden Pinas", "invoices", 2),
)

TALKS = {"Ann Verhoeven": 14, "Yusuf Özdemir": 21}
"""How many days ago a one-on-one was held."""

ITEMS = (
    Item(
        "Ann Verhoeven",
        "action",
        15,
        Text(
            "Ask the management team to send its wishes before Tuesday.",
            "Het managementteam vragen zijn wensen voor dinsdag te sturen.",
        ),
        doer="manager",
        due_in=2,
    ),
    Item(
        "Ann Verhoeven",
        "action",
        14,
        Text(
            "Put the holiday list of the crews beside the planning.",
            "De verloflijst van de ploegen naast de planning leggen.",
        ),
        doer="employee",
        due_in=5,
    ),
    Item(
        "Ann Verhoeven",
        "action",
        14,
        Text("Rights in the planning system.", "Rechten in het planningssysteem."),
        doer="manager",
        due_in=-7,
        done_ago=8,
    ),
    Item(
        "Ann Verhoeven",
        "question",
        3,
        Text(
            "What would you do differently in the weeks around Christmas?",
            "Wat zou jij anders doen in de weken rond kerst?",
        ),
    ),
    Item(
        "Ann Verhoeven",
        "note",
        2,
        Text(
            "First say what I saw on Thursday, then ask.",
            "Eerst zeggen wat ik donderdag zag, dan vragen.",
        ),
        shared=False,
    ),
)

LOOK_BACKS = (
    LookBack(
        "Marijke van den Bosch-Hendriksen",
        "training",
        ago=12,
        theirs=Text(
            "Everyone new could plan a week alone after ten days.",
            "Wie nieuw was kon na tien dagen zelf een week plannen.",
        ),
        mine=Text(
            "I kept two afternoons free of other work; the third I did not.",
            "Twee middagen hield ik vrij van ander werk; de derde niet.",
        ),
    ),
)

CONDITIONS = {"direction": True, "expectations": False, "attention": True}
ACTIONS = {
    "expectations": Text(
        "Before the first of the month I write down, with each of you, what a good week"
        " looks like.",
        "Voor de eerste van de maand schrijf ik met ieder van jullie op hoe een goede"
        " week eruitziet.",
    ),
}

ROUND = {
    "codes": 7,
    "answers": 5,
    "direction_no": 1,
    "expectations_no": 3,
    "attention_no": 1,
    "certainty_no": 2,
}
ROUND_AGO = 20
"""The codes of this round have run out since."""
