"""Absorption of routes as published, one route a file, to be composed with a disposition model.

F, ka and CL of one paper belong together. A route borrowed from here makes a composition, which
says so in its name, its grade and every report, and is drawn over the range of its sources.
"""

from __future__ import annotations

from ketapk.library.absorption.device import DEVICE
from ketapk.library.absorption.inhaled import INHALED
from ketapk.library.absorption.intramuscular import INTRAMUSCULAR, INTRAMUSCULAR_CHILDREN
from ketapk.library.absorption.mouth import BUCCAL, SUBLINGUAL
from ketapk.library.absorption.nasal import NASAL
from ketapk.library.absorption.oral import ORAL
from ketapk.library.absorption.rectal import RECTAL
from ketapk.library.absorption.subcutaneous import SUBCUTANEOUS

__all__ = ["ABSORPTION", "ABSORPTION_CHILDREN"]

ABSORPTION = {
    route.name: route
    for route in (
        INTRAMUSCULAR,
        SUBCUTANEOUS,
        NASAL,
        DEVICE,
        ORAL,
        SUBLINGUAL,
        BUCCAL,
        RECTAL,
        INHALED,
    )
}
"""What can be borrowed, by route."""
ABSORPTION_CHILDREN = {**ABSORPTION, "im": INTRAMUSCULAR_CHILDREN}
"""The same for models of children."""
