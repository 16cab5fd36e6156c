"""Occupancy of the NMDA receptor by competitive binding, as an illustration.

The Ki were measured in rat cortex with [3H]MK-801 (Ebert 1997, Eur J Pharmacol 333:99-104). Unbound
fractions are those of plasma; what reaches the receptor in a human brain is not published.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.errors import PlanError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.model.model import Model

    Floats = NDArray[np.float64]

SOURCE = "Ebert 1997, Eur J Pharmacol 333:99-104, rat cortex, [3H]MK-801 (grade A)"
MARK = (
    "illustrative: NMDA occupancy from Ki of rat cortex (Ebert 1997) and unbound fractions of "
    "plasma; occupancy in a human brain is not published"
)
KI_UMOL_PER_L = {
    "S-ketamine": 0.3,
    "R-ketamine": 1.4,
    "S-norketamine": 1.7,
    "R-norketamine": 13.0,
}
"""Inhibition constants [umol/L]."""
UNBOUND = {"racemic": 0.53, "S": 0.56, "norketamine": 0.5}
"""Unbound fraction [1]: racemic up to 47 % bound (Dayton 1983, grade A), esketamine 43 to 45 %
bound (label, grade B, its middle), norketamine 0.5 (Ashraf 2018, grade A)."""


def occupancy(model: Model, drug: str, concentrations: dict[str, Any]) -> Floats:
    """Share of receptors taken [1].

    Parameters
    ----------
    model : Model
        Which tells the dosed drug from its metabolite.
    drug : {"racemic", "S"}
        Form given; of racemic drug and its norketamine each half is taken as either enantiomer.
    concentrations : dict of str to (N, T) ndarray
        By analyte [ng/mL].

    Raises
    ------
    PlanError
        If no unbound fraction is published for the form given.
    """
    if drug not in UNBOUND:
        raise PlanError(
            f"No unbound fraction is published for the form {drug!r}; occupancy is for racemic "
            f"ketamine and esketamine."
        )
    taken: Any = 0.0
    for analyte, ng_per_ml in concentrations.items():
        parent = analyte == model.parent
        if not parent and analyte != model.metabolite:
            continue  # No Ki is published for hydroxynorketamine here.
        unbound = UNBOUND[drug if parent else "norketamine"]
        umol_per_l = ng_per_ml / units.molar_mass(analyte) * unbound
        name = "ketamine" if parent else "norketamine"
        halves = {"S": 0.5, "R": 0.5} if drug == "racemic" else {"S": 1.0}
        taken = taken + sum(
            umol_per_l * share / KI_UMOL_PER_L[f"{form}-{name}"] for form, share in halves.items()
        )
    result: Floats = taken / (1.0 + taken)
    return result
