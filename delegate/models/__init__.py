"""The tables, and how a row becomes what the rules take.

Every limit that a form checks is a named constraint here as well, made from the same
constant. Nothing here knows of requests, pages or languages. Times are UTC without a
zone, because SQLite gives them back that way.
"""

from .agreed import (
    AGREEMENT_STATES,
    AGREEMENT_TEXTS,
    EVENTS,
    LIVE_STATES,
    Agreement,
    CheckIn,
    LookBack,
    Pair,
    PairEvent,
    Safeguard,
)
from .base import (
    CODE,
    HOURS,
    LONG,
    TITLE,
    YEARS,
    Base,
    Model,
    Versioned,
    db,
    utc_now,
)
from .behind import (
    ATTEMPTS,
    JOB_STATES,
    LINKS,
    AuditEntry,
    Job,
    Link,
)
from .managers import (
    LoginSession,
    Manager,
    Passkey,
    Tries,
)
from .proposed import Proposal, ProposedPerson, ProposedTask
from .said import (
    CONDITIONS,
    DOERS,
    STEP_KINDS,
    TALK_ITEMS,
    THEME_SCALE,
    THEMES,
    OwnAnswer,
    OwnChoice,
    OwnView,
    Postponement,
    SelfCheck,
    Step,
    Talk,
    TalkItem,
    TeamConditions,
    TeamRound,
)
from .workplace import (
    CLARITIES,
    FACTS,
    KEEP_MONTHS,
    NEEDS_EXAMPLE,
    RATING_STATES,
    ROLES,
    WRONG,
    Employee,
    Membership,
    Rating,
    Remark,
    Task,
    Team,
    task_facts,
)

for _table in Base.metadata.tables.values():
    if "id" in _table.c:
        # What is erased must not lend its id to whoever comes next: an old page would
        # then act on someone else.
        _table.dialect_options["sqlite"]["autoincrement"] = True
