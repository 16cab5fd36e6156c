"""A change: what may go otherwise than planned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ketapk.dosing.regimen import Regimen
    from ketapk.patients import Cohort


class Change(Protocol):
    """What may happen to a plan; its text is a sentence that the function `change` reads."""

    def of(self, plan: Regimen, cohort: Cohort) -> Regimen:
        """Return what becomes of a plan given to a cohort."""
