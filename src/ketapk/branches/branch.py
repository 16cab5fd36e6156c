"""A branch: a changed plan, with the moment at which it leaves the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from fractions import Fraction

    from ketapk.dosing.regimen import Regimen
    from ketapk.patients import Cohort


class Branch(NamedTuple):
    """A changed plan, and the moment at which it parts from the one before."""

    plan: Regimen
    parts_at: Fraction | None
    """[h]; None if nothing has changed."""


class Change(Protocol):
    """What may happen to a plan; its text is a sentence that `change` reads."""

    def of(self, plan: Regimen, cohort: Cohort) -> Branch:
        """Return what becomes of a plan given to a cohort."""
