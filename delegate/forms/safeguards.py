"""The fields in which safeguards are written, for the forms that have them.

A field that was not sent changes nothing: a page shows only those that matter there.
"""

from typing import Any

from .. import rules, wording
from ..models import Agreement, Safeguard
from . import Difference, LongText, VersionedForm


def safeguard(criterion: str) -> LongText:
    return LongText(wording.SAFEGUARDS[criterion])


def texts_of(agreement: Agreement | None) -> dict[str, str]:
    """Return what the fields hold of the safeguards of an agreement."""
    rows = agreement.safeguards if agreement else ()
    return {f"safeguard_{one.criterion}": one.text for one in rows}


class SafeguardsForm(VersionedForm):
    """A form with a field `safeguard_…` for each of the four criteria."""

    @property
    def safeguards(self) -> dict[str, LongText]:
        """The fields of the safeguards, by criterion."""
        return {name: self[f"safeguard_{name}"] for name in rules.CRITERIA}

    @property
    def guarded(self) -> frozenset[str]:
        """The criteria that have a safeguard, as the form stands."""
        return frozenset(name for name, field in self.safeguards.items() if field.data)

    def differences(self, row: Any) -> list[Difference]:
        saved = texts_of(row)
        return super().differences(row) + [
            Difference(field.label.text, field.data, saved.get(field.name, ""))
            for field in self.safeguards.values()
            if field.raw_data and (field.data or "") != saved.get(field.name, "")
        ]

    def guard(self, row: Agreement) -> None:
        """Write the safeguards that were sent onto `row`; the others stay."""
        kept = {one.criterion: one for one in row.safeguards}
        for name, field in self.safeguards.items():
            if field.raw_data and field.data:
                kept.setdefault(name, Safeguard(criterion=name)).text = field.data
            elif field.raw_data:
                kept.pop(name, None)
        row.safeguards = [kept[name] for name in sorted(kept)]
