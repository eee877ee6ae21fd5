"""A made-up team to look around in: the repair service of a housing corporation.

Data only, each text in both languages; `rows` makes the rows. Days are counted
from the day of loading, so that the team is never out of date. Nobody in it exists.
"""

from typing import NamedTuple


class Text(NamedTuple):
    """The same words in both languages; the field names are the languages' codes."""

    en: str = ""
    nl: str = ""


class SampleTask(NamedTuple):
    """A task; `key` is how the rest of the sample names it."""

    key: str
    title: Text
    stakes: str | None
    undo: str | None
    outcome_clear: str = "clear"
    limits_clear: str = "clear"
    outcome: Text = Text()
    limits: Text = Text()
    reserved_why: Text | None = None
    with_me: bool = False


class Look(NamedTuple):
    """What was seen, and how many days ago; a score of None is *not yet observed*."""

    criterion: str
    score: int | None
    days_ago: int
    example: Text = Text()
    different: bool = False


class Person(NamedTuple):
    """Someone of the team: looks are told oldest first, `knows` is familiarity."""

    name: str
    role: Text
    looks: tuple[Look, ...] = ()
    knows: dict[str, int | None] = {}
    now: dict[str, int] = {}
    talk: tuple[int, int] | None = None
    """In how many days, and at which hour, the next conversation is."""
    count_on_me: Text = Text()
    asks_of_me: Text = Text()
    learning: Text = Text()
    hours_free: float | None = None


class Agreed(NamedTuple):
    """An agreement; without texts of its own it takes those of its task."""

    person: str
    task: str
    level: int
    look_back_in: int
    state: str = "agreed"
    made_ago: int = 40
    reason: Text = Text()
    why_you: Text = Text()
    decides: Text = Text()
    asks_first: Text = Text()
    stays: Text = Text()
    inform: Text = Text()
    help: Text = Text()
    resources: Text = Text()
    closing_reason: Text = Text()
    safeguards: dict[str, Text] = {}


TEAM = Text("Sample team: Repairs", "Voorbeeldteam: Reparatie")

TASKS = (
    SampleTask(
        "planning",
        Text(
            "Weekly planning of the repair crews",
            "Weekplanning van de onderhoudsploegen",
        ),
        "medium",
        "effort",
        outcome=Text(
            "On Thursday at 16:00 every crew knows its jobs for next week; at least 90%"
            " of the promised dates are kept.",
            "Donderdag om 16.00 uur weet elke ploeg welk werk er volgende week is;"
            " minstens 90% van de beloofde data wordt gehaald.",
        ),
        limits=Text(
            "At most four hours of overtime per crew per week; urgent leaks always"
            " first; no change after Friday 12:00 without telling the tenant.",
            "Hooguit vier uur overwerk per ploeg per week; spoedlekkages altijd eerst;"
            " na vrijdag 12.00 uur geen wijziging zonder bericht aan de huurder.",
        ),
    ),
    SampleTask(
        "report",
        Text(
            "Monthly report to the management team",
            "Maandrapportage voor het managementteam",
        ),
        "medium",
        "easy",
        outcome=Text(
            "On the fifth working day two pages are there: what went well, what is late"
            " and what is needed from the management team.",
            "Op de vijfde werkdag liggen er twee kanten: wat goed ging, wat te laat is"
            " en wat er van het managementteam nodig is.",
        ),
        limits=Text(
            "Figures from the repair system only; no names of tenants or colleagues.",
            "Alleen cijfers uit het reparatiesysteem; geen namen van huurders of"
            " collega’s.",
        ),
    ),
    SampleTask(
        "invoices",
        Text(
            "Checking subcontractors’ invoices",
            "Facturen van onderaannemers controleren",
        ),
        "medium",
        "effort",
        outcome=Text(
            "Every invoice is paid or questioned within fourteen days.",
            "Elke factuur is binnen veertien dagen betaald of teruggelegd met een"
            " vraag.",
        ),
        limits=Text(
            "Prices of the contract; no payment without a signed work order.",
            "Prijzen uit het contract; geen betaling zonder getekende werkbon.",
        ),
    ),
    SampleTask(
        "contract",
        Text(
            "Negotiating the framework contract for lift maintenance",
            "Onderhandelen over het raamcontract voor liftonderhoud",
        ),
        "high",
        "effort",
        outcome=Text(
            "From 1 April there is a contract for four years: a lift that stands still"
            " is attended to within two hours.",
            "Vanaf 1 april is er een contract voor vier jaar: bij een lift die"
            " stilstaat is er binnen twee uur iemand.",
        ),
        limits=Text(
            "Within the budget of the long-term plan; procurement reads along.",
            "Binnen het budget van de meerjarenplanning; inkoop leest mee.",
        ),
    ),
    SampleTask(
        "complaints",
        Text("Answering tenants’ complaints", "Klachten van huurders beantwoorden"),
        "low",
        "easy",
        outcome=Text(
            "Every tenant hears within two working days what happens next.",
            "Elke huurder hoort binnen twee werkdagen wat er gaat gebeuren.",
        ),
        limits=Text(
            "Compensation up to €50; anything about safety goes on the same day.",
            "Tegemoetkoming tot € 50; alles over veiligheid nog dezelfde dag.",
        ),
    ),
    SampleTask(
        "materials",
        Text("Ordering materials up to €2,500", "Materiaal bestellen tot € 2.500"),
        "medium",
        "effort",
        outcome=Text(
            "No crew waits for material; the stock stays under €18,000.",
            "Geen ploeg wacht op materiaal; de voorraad blijft onder € 18.000.",
        ),
        limits=Text(
            "Framework prices; two quotes above €1,000.",
            "Raamprijzen; twee offertes boven € 1.000.",
        ),
    ),
    SampleTask(
        "rota",
        Text(
            "Emergency rota for the public holidays",
            "Storingsdienst tijdens de feestdagen inroosteren",
        ),
        "high",
        "effort",
        outcome=Text(
            "Six weeks ahead every shift has two names, of whom one can open a gas"
            " valve.",
            "Zes weken vooruit staan er bij elke dienst twee namen, van wie één een"
            " gaskraan mag bedienen.",
        ),
        limits=Text(
            "The collective agreement; nobody both at Christmas and at New Year.",
            "De cao; niemand én met kerst én met oud en nieuw.",
        ),
        with_me=True,
    ),
    SampleTask(
        "subcontractor",
        Text(
            "Choosing the subcontractor for the stairwell renovation at Lindenhof",
            "Keuze van de onderaannemer voor de renovatie van de portieken in"
            " Lindenhof",
        ),
        "high",
        "no",
        limits_clear="partly",
        outcome=Text(
            "One contractor for 48 stairwells, finished before the summer holidays.",
            "Eén aannemer voor 48 portieken, klaar vóór de zomervakantie.",
        ),
        with_me=True,
    ),
    SampleTask(
        "intake",
        Text(
            "Redesigning the repair intake form",
            "Vernieuwing van het intakeformulier voor reparaties",
        ),
        "medium",
        "easy",
        outcome_clear="unclear",
        limits=Text(
            "It stays within the present system; no new licence.",
            "Het blijft binnen het huidige systeem; geen nieuwe licentie.",
        ),
    ),
    SampleTask(
        "standup",
        Text("Chairing the Monday stand-up", "De maandagstart voorzitten"),
        "low",
        "easy",
        outcome=Text(
            "In fifteen minutes everyone knows what is special this week.",
            "Na een kwartier weet iedereen wat er deze week bijzonder is.",
        ),
        limits=Text(
            "Starts at 7:45, no longer than fifteen minutes.",
            "Begint om 7.45 uur, duurt hooguit een kwartier.",
        ),
    ),
    SampleTask(
        "training",
        Text(
            "Showing new colleagues the planning system",
            "Nieuwe collega’s wegwijs maken in het planningssysteem",
        ),
        "low",
        "easy",
        outcome=Text(
            "After a week a new colleague plans a simple job without help.",
            "Na een week plant een nieuwe collega een eenvoudige klus zonder hulp.",
        ),
        limits=Text("In the practice system only.", "Alleen in de oefenomgeving."),
    ),
    SampleTask(
        "absence",
        Text("Sickness-absence talks", "Verzuimgesprekken"),
        "high",
        "no",
        reserved_why=Text("law and confidentiality", "wet en vertrouwelijkheid"),
    ),
    SampleTask(
        "keys",
        Text(
            "Looking after the keys of vacant homes",
            "Sleutelbeheer van leegstaande woningen",
        ),
        "medium",
        None,
        outcome=Text(
            "Of every key it is known within a minute where it is.",
            "Van elke sleutel is binnen een minuut bekend waar die is.",
        ),
        limits=Text("Never two sets out at once.", "Nooit twee setjes tegelijk mee."),
        with_me=True,
    ),
)

HOURS = {
    "planning": 4,
    "report": 2,
    "invoices": 3,
    "contract": 1.5,
    "complaints": 2.5,
    "materials": 1,
    "rota": 1,
    "subcontractor": 2,
    "intake": 1.5,
    "standup": 0.5,
    "training": 1,
    "absence": 1.5,
    "keys": None,
}
"""How many hours a week a task takes, by its key; of one nobody knows yet."""

PEOPLE = (
    Person(
        "Ann Verhoeven",
        Text("Planner", "Planner"),
        looks=(
            Look("choices", 3, 330),
            Look("informs", 3, 330),
            Look("help", None, 330),
            Look("help", 3, 228),
            Look(
                "needs",
                2,
                222,
                Text(
                    "Said in the week itself that there was no second van; I arranged"
                    " it.",
                    "Zei pas in de week zelf dat er geen tweede bus was; ik heb dat"
                    " geregeld.",
                ),
            ),
            Look("choices", 4, 150),
            Look("informs", 4, 122),
            Look(
                "help",
                4,
                25,
                Text(
                    "Asked for help with the tender, said what she had tried, and then"
                    " finished it alone.",
                    "Vroeg hulp bij de offerteaanvraag, vertelde wat ze had geprobeerd"
                    " en maakte die daarna zelf af.",
                ),
            ),
            Look(
                "needs",
                3,
                20,
                Text(
                    "Asked for the holiday list only on the day itself.",
                    "Vroeg het verlofoverzicht pas op de dag zelf.",
                ),
            ),
            Look(
                "informs",
                4,
                18,
                Text(
                    "Called before the delay, in time to move the tenants.",
                    "Belde vóór de vertraging, op tijd om de huurders te verzetten.",
                ),
            ),
            Look(
                "choices",
                4,
                11,
                Text(
                    "Moved the Hofstraat crew to the leak in Beukenlaan; I would have"
                    " waited, and it worked.",
                    "Stuurde de ploeg van de Hofstraat naar de lekkage in de"
                    " Beukenlaan; ik had gewacht, en het werkte.",
                ),
                different=True,
            ),
        ),
        knows={
            "planning": 4,
            "report": 3,
            "invoices": 3,
            "contract": 1,
            "complaints": 5,
            "materials": 4,
            "rota": 3,
            "subcontractor": 1,
            "intake": 3,
            "standup": 4,
            "training": 4,
        },
        now={"planning": 3, "materials": 5, "standup": 6, "complaints": 7},
        talk=(3, 10),
        count_on_me=Text(
            "An answer the same day. I do not change the plan behind Ann’s back.",
            "Antwoord op dezelfde dag. Ik verander het plan niet achter de rug van"
            " Ann om.",
        ),
        asks_of_me=Text(
            "Say early when a director wants something in the planning. Stay out of the"
            " crew chat.",
            "Vroeg zeggen wanneer een directeur iets in de planning wil. Uit de"
            " groepsapp van de ploegen blijven.",
        ),
        learning=Text(
            "I ask before I correct. Ann finds out beforehand what the planning asks.",
            "Ik vraag voordat ik bijstuur. Ann zoekt vooraf uit wat de planning"
            " vraagt.",
        ),
        hours_free=4,
    ),
    Person(
        "Marijke van den Bosch-Hendriksen",
        Text("Senior work planner", "Senior werkvoorbereider"),
        looks=(
            Look(
                "informs",
                5,
                190,
                Text(
                    "Told me about the wrong order before the supplier did, with her"
                    " own part in it.",
                    "Vertelde me over de verkeerde bestelling voordat de leverancier"
                    " het deed, met haar eigen aandeel erbij.",
                ),
            ),
            Look(
                "choices",
                5,
                60,
                Text(
                    "In the storm week dropped her own plan on the second day, because"
                    " the reports came from other streets than expected.",
                    "Liet in de stormweek op de tweede dag haar eigen plan los, omdat"
                    " de meldingen uit andere straten kwamen dan verwacht.",
                ),
            ),
            Look(
                "help",
                5,
                47,
                Text(
                    "Said at the start that the boiler figures would be difficult, and"
                    " had already asked Yusuf to read along.",
                    "Zei bij de start dat de ketelcijfers lastig werden en had Yusuf"
                    " al gevraagd om mee te lezen.",
                ),
            ),
            Look(
                "needs",
                4,
                33,
                Text(
                    "Had the figures from finance before the report started.",
                    "Had de cijfers van financiën voordat de rapportage begon.",
                ),
            ),
        ),
        knows={
            "planning": 5,
            "report": 5,
            "invoices": 4,
            "contract": 3,
            "complaints": 5,
            "materials": 5,
            "rota": 4,
            "subcontractor": 3,
            "intake": 4,
            "standup": 5,
            "training": 5,
        },
        now={"planning": 6, "report": 4, "standup": 7, "training": 7},
        talk=(15, 14),
        hours_free=2,
    ),
    Person(
        "Yusuf Özdemir",
        Text("Stock and purchasing", "Magazijn en inkoop"),
        looks=(
            Look(
                "choices",
                4,
                75,
                Text(
                    "Swapped two crews in the storm week without asking me; different"
                    " from what I would have done, and it worked.",
                    "Ruilde in de stormweek twee ploegen zonder het mij te vragen;"
                    " anders dan ik had gedaan, en het werkte.",
                ),
                different=True,
            ),
            Look(
                "informs",
                4,
                41,
                Text(
                    "Called on Tuesday morning that the Hofstraat job would run over.",
                    "Belde dinsdagochtend dat het werk in de Hofstraat zou uitlopen.",
                ),
            ),
            Look(
                "needs",
                4,
                38,
                Text(
                    "Arranged his own access to the new stock system before the first"
                    " order.",
                    "Regelde zijn eigen toegang tot het nieuwe voorraadsysteem vóór de"
                    " eerste bestelling.",
                ),
            ),
            Look("help", 4, 38),
        ),
        knows={
            "planning": 2,
            "report": 3,
            "invoices": 4,
            "contract": 2,
            "complaints": 4,
            "materials": 5,
            "rota": 3,
            "subcontractor": 2,
            "intake": 4,
            "standup": 4,
            "training": 4,
        },
        now={"invoices": 3, "materials": 6, "intake": 4},
        count_on_me=Text(
            "I read a proposal on the day it comes.",
            "Ik lees een voorstel op de dag dat het komt.",
        ),
        asks_of_me=Text(
            "Do not call the supplier without telling Yusuf.",
            "Niet de leverancier bellen zonder dat Yusuf het weet.",
        ),
        hours_free=3,
    ),
    Person(
        "Bartholomeus van Nieuwenhuizen",
        Text("Inspector of installations", "Opzichter installaties"),
        looks=(
            Look("informs", 3, 250),
            Look(
                "help",
                3,
                250,
                Text(
                    "Said in our talk, when I asked, that the lift at Parkzicht did not"
                    " work out.",
                    "Zei in ons gesprek, toen ik ernaar vroeg, dat het met de lift van"
                    " Parkzicht niet lukte.",
                ),
            ),
            Look("needs", 4, 90),
            Look(
                "choices",
                4,
                52,
                Text(
                    "Kept the old contractor for one more quarter and could say why.",
                    "Hield de oude aannemer nog een kwartaal aan en kon uitleggen"
                    " waarom.",
                ),
            ),
            Look(
                "informs",
                2,
                30,
                Text(
                    "I heard about the third offer when I asked for it, two days after"
                    " it had expired.",
                    "Ik hoorde pas van de derde offerte toen ik ernaar vroeg, twee"
                    " dagen nadat die was verlopen.",
                ),
            ),
        ),
        knows={
            "planning": 3,
            "report": 3,
            "invoices": 4,
            "contract": 5,
            "complaints": 3,
            "materials": 3,
            "rota": 3,
            "subcontractor": 4,
            "intake": 2,
            "standup": 3,
            "training": 4,
        },
        now={"contract": 7, "report": 3},
        hours_free=1,
    ),
    Person(
        "Priya Ramdin-Klaassen",
        Text("Customer contact", "Klantcontact"),
        looks=(
            Look(
                "choices",
                4,
                215,
                Text(
                    "Gave a tenant a hotel night for the burst pipe, within the limit"
                    " and well explained.",
                    "Gaf een huurder een hotelnacht bij de gesprongen leiding, binnen"
                    " de grens en goed uitgelegd.",
                ),
            ),
            Look("help", 3, 208),
            Look(
                "informs",
                3,
                55,
                Text(
                    "The weekly list is always there; the leak at number 14 I heard of"
                    " a day late.",
                    "De weeklijst is er altijd; van de lekkage op nummer 14 hoorde ik"
                    " een dag te laat.",
                ),
            ),
            Look("needs", 4, 55),
        ),
        knows={
            "planning": 3,
            "report": 2,
            "invoices": 2,
            "contract": 1,
            "complaints": 5,
            "materials": 3,
            "rota": 3,
            "subcontractor": 1,
            "intake": 4,
            "standup": 3,
            "training": 3,
        },
        now={"complaints": 6},
        hours_free=2,
    ),
    Person(
        "Noor el Amrani",
        Text("Work planner", "Werkvoorbereider"),
        looks=(
            Look("choices", None, 16),
            Look(
                "informs",
                4,
                16,
                Text(
                    "Sent a message before the tenant called: the glazier was a day"
                    " late.",
                    "Stuurde een bericht voordat de huurder belde: de glaszetter kwam"
                    " een dag later.",
                ),
            ),
            Look("help", None, 16),
        ),
        knows={
            "planning": 1,
            "invoices": 2,
            "contract": 1,
            "complaints": 3,
            "rota": 1,
            "subcontractor": 1,
            "intake": 2,
            "training": 1,
        },
        now={"complaints": 5},
        count_on_me=Text(
            "Fifteen minutes every Thursday, also in busy weeks.",
            "Elke donderdag een kwartier, ook in drukke weken.",
        ),
        asks_of_me=Text(
            "Say it straight away when something is not right.",
            "Het meteen zeggen als iets niet goed is.",
        ),
        hours_free=3,
    ),
    Person(
        "Jayden Pinas",
        Text("New: administration", "Nieuw: administratie"),
        now={"invoices": 6},
        talk=(1, 13),
    ),
)

WENT = {
    ("Ann Verhoeven", "planning"): ((2, 320), (3, 195)),
    ("Bartholomeus van Nieuwenhuizen", "contract"): ((3, 200), (7, 27)),
}
"""How it went before it went as it does now: the level, and since how many days."""

AGREED = (
    Agreed(
        "Ann Verhoeven",
        "planning",
        3,
        -50,
        state="ended",
        made_ago=195,
        reason=Text("Summer cover first.", "Eerst de zomerbezetting."),
        closing_reason=Text(
            "The summer is over; time for a next step.",
            "De zomer is voorbij; tijd voor een volgende stap.",
        ),
    ),
    Agreed(
        "Ann Verhoeven",
        "planning",
        5,
        21,
        state="draft",
        made_ago=3,
        why_you=Text(
            "Tenants plan their day around our date. You know the crews and the streets"
            " better than I do.",
            "Huurders plannen hun dag rond onze datum. Jij kent de ploegen en de"
            " straten beter dan ik.",
        ),
        decides=Text(
            "Order of jobs, which crew goes where, swapping days.",
            "Volgorde van het werk, welke ploeg waarheen gaat, ruilen van dagen.",
        ),
        asks_first=Text(
            "Hiring an extra crew; moving a job by more than five days.",
            "Een extra ploeg inhuren; werk meer dan vijf dagen verplaatsen.",
        ),
        stays=Text(
            "Yearly capacity; complaints about staff.",
            "Jaarcapaciteit; klachten over medewerkers.",
        ),
        inform=Text(
            "Wednesday 15:00, ten minutes: the draft and my advice. At once: when a"
            " promised date is lost.",
            "Woensdag 15.00 uur, tien minuten: het concept en mijn advies. Meteen: als"
            " een beloofde datum niet wordt gehaald.",
        ),
        help=Text(
            "Stuck for thirty minutes: call me. If I do not answer: Marijke.",
            "Loop je een halfuur vast, bel me dan. Neem ik niet op: Marijke.",
        ),
        resources=Text(
            "Holiday list two weeks ahead, which Ann asks for herself; editing rights"
            " in the planning system.",
            "Verlofoverzicht twee weken vooruit, dat Ann zelf opvraagt; schrijfrechten"
            " in het planningssysteem.",
        ),
    ),
    Agreed(
        "Ann Verhoeven",
        "materials",
        5,
        2,
        why_you=Text(
            "You see first what runs out.", "Jij ziet als eerste wat opraakt."
        ),
        decides=Text(
            "Supplier and amount within the framework.",
            "Leverancier en hoeveelheid binnen het raamcontract.",
        ),
        asks_first=Text(
            "A supplier outside the framework.",
            "Een leverancier buiten het raamcontract.",
        ),
        stays=Text("Framework contracts.", "Raamcontracten."),
        inform=Text(
            "Before each order above €1,000. Otherwise the list on the first Monday.",
            "Vóór elke bestelling boven € 1.000. Verder de lijst op de eerste maandag.",
        ),
        help=Text(
            "When a crew would stand still: call at once.",
            "Als een ploeg stil komt te liggen: meteen bellen.",
        ),
        resources=Text("Order card in Ann’s name.", "Bestelpas op naam van Ann."),
    ),
    Agreed(
        "Ann Verhoeven",
        "standup",
        6,
        56,
        why_you=Text(
            "The crews speak more freely when I do not chair.",
            "De ploegen praten vrijer als ik niet voorzit.",
        ),
        decides=Text(
            "Agenda, who speaks, what is put off.",
            "Agenda, wie er praat, wat wordt uitgesteld.",
        ),
        asks_first=Text("Moving the time.", "Een ander tijdstip."),
        stays=Text("News about jobs and people.", "Nieuws over banen en mensen."),
        inform=Text(
            "A short message afterwards when something needs me.",
            "Achteraf een kort bericht als er iets voor mij is.",
        ),
        help=Text(
            "Ask to be relieved for a week; no reason needed.",
            "Vraag om een week vervanging; een reden hoeft niet.",
        ),
    ),
    Agreed(
        "Ann Verhoeven",
        "complaints",
        7,
        42,
        reason=Text("It already goes well this way.", "Het gaat zo al goed."),
        decides=Text(
            "The answer, its tone and the compensation up to €50.",
            "Het antwoord, de toon en de tegemoetkoming tot € 50.",
        ),
        inform=Text(
            "At once: anything about safety or the newspaper.",
            "Meteen: alles over veiligheid of de krant.",
        ),
    ),
    Agreed(
        "Marijke van den Bosch-Hendriksen",
        "planning",
        6,
        30,
        decides=Text(
            "The planning in the weeks when Ann is away.",
            "De planning in de weken dat Ann er niet is.",
        ),
        inform=Text(
            "Friday: a short message on what was moved.",
            "Vrijdag: een kort bericht over wat is verzet.",
        ),
    ),
    Agreed(
        "Marijke van den Bosch-Hendriksen",
        "standup",
        7,
        63,
        decides=Text("Everything, every other week.", "Alles, om de week."),
    ),
    Agreed(
        "Marijke van den Bosch-Hendriksen",
        "training",
        7,
        84,
        made_ago=80,
        decides=Text(
            "What is shown when, and who helps.",
            "Wat wanneer aan bod komt en wie helpt.",
        ),
    ),
    Agreed(
        "Yusuf Özdemir",
        "materials",
        6,
        -4,
        made_ago=67,
        decides=Text(
            "Supplier, amount and day of delivery.",
            "Leverancier, hoeveelheid en leverdag.",
        ),
        asks_first=Text(
            "Anything above the framework price.", "Alles boven de raamprijs."
        ),
        inform=Text(
            "The list on the first Monday of the month.",
            "De lijst op de eerste maandag van de maand.",
        ),
    ),
    Agreed(
        "Yusuf Özdemir",
        "invoices",
        5,
        28,
        state="draft",
        made_ago=5,
        reason=Text(
            "We want to take one step at a time.", "We willen stap voor stap gaan."
        ),
        decides=Text(
            "Which invoices go back with a question.",
            "Welke facturen met een vraag teruggaan.",
        ),
    ),
    Agreed(
        "Priya Ramdin-Klaassen",
        "complaints",
        6,
        25,
        decides=Text(
            "The answer, and the compensation up to €50.",
            "Het antwoord en de tegemoetkoming tot € 50.",
        ),
        inform=Text("The weekly list on Friday.", "De weeklijst op vrijdag."),
    ),
    Agreed(
        "Priya Ramdin-Klaassen",
        "invoices",
        4,
        -30,
        state="taken_back",
        made_ago=120,
        reason=Text("Helping out in the summer.", "Bijspringen in de zomer."),
        closing_reason=Text(
            "The calls came first; Jayden does part of it now.",
            "De telefoon ging voor; een deel doet Jayden nu.",
        ),
    ),
    Agreed(
        "Noor el Amrani",
        "complaints",
        5,
        3,
        made_ago=14,
        decides=Text(
            "The answer, after a look at it together on Thursday.",
            "Het antwoord, na een blik samen op donderdag.",
        ),
        inform=Text("Thursday, fifteen minutes.", "Donderdag een kwartier."),
        help=Text(
            "Stuck for half an hour: call Priya.",
            "Loop je een halfuur vast, bel Priya.",
        ),
        safeguards={
            "help": Text(
                "Stuck for half an hour: call Priya.",
                "Loop je een halfuur vast, bel Priya.",
            )
        },
    ),
    Agreed(
        "Jayden Pinas",
        "invoices",
        6,
        9,
        made_ago=10,
        reason=Text(
            "Jayden did this for years at another corporation.",
            "Jayden deed dit jaren bij een andere corporatie.",
        ),
        decides=Text(
            "Which invoices are paid, up to €500.",
            "Welke facturen worden betaald, tot € 500.",
        ),
    ),
)
