"""The exact response to one milligram, as nodes from which a page computes any dose and time.

A linear model answers every plan by shifted and scaled copies of what one milligram does. At each
node stand the area, the concentration and its first two derivatives, all exact; a quintic through
them is accurate to better than a millionth of the peak anywhere, so that the page needs no model.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from ketapk import units
from ketapk.dosing.regimen import Dose, Regimen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.profiles import Profiles

    Floats = NDArray[np.float64]

RATIO = 1.05
"""Of the times of neighbouring nodes within a segment."""
FIRST = 0.02
"""First step, in time constants of the fastest rate."""
SETTLED = 45.0
"""Terminal time constants after which nothing is left."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Doses that do the same per milligram."""

    route: str
    drug: str
    form: str
    later_device: bool

    @classmethod
    def of(cls, dose: Dose) -> Kind:
        """Return the kind of a dose."""
        return cls(route=dose.route, drug=dose.drug, form=dose.form, later_device=dose.device > 1)

    def unit(self) -> Regimen:
        """Return one milligram of it at time 0 (a whole device, where it is one)."""
        from ketapk.dosing.regimen import DEVICE_MG

        device = 2 if self.later_device else 1
        spray = self.route == "nasal_spray"
        return Regimen.of(
            Dose(
                route=self.route,
                amt=DEVICE_MG if spray else 1.0,
                drug=self.drug,
                form=self.form,
                device=device if spray else 0,
                time=Fraction(0),
            )
        )


def explorable(run: Profiles) -> str | None:
    """Say why a page cannot recompute a run; None if it can."""
    system = run.solution.system
    if not system.linear:
        return f"{run.model.name} is not linear with constant rates"
    if len(run.plan.doses) != len(run.plan.events) or any(d.ss for d in run.plan.doses):
        return "the plan has resets or steady states"
    return None


def response(run: Profiles, kind: Kind, analyte: str) -> Floats:
    """Nodes of the response to one milligram, (K, 5): time [h], area, level, two derivatives.

    In ng/mL per mg and hours. A breakpoint has two nodes, one for each side.
    """
    plan = kind.unit()
    solution = replace(run.course, plan=plan, samples=np.empty(0)).solution
    system, arrays = solution.system, solution.schedule.arrays
    A = system.A[0]
    output = system.output_index(analyte)
    read = system.observe[0, output]
    fastest = float(-np.diag(A).min())
    slowest = float(np.log(2.0) / run.curve(analyte).t_half[0])
    nodes = []
    for g in range(arrays.start.size):
        start, end = float(arrays.start[g]), float(arrays.end[g])
        last = end == np.inf
        if last:
            end = start + SETTLED / slowest
        if end <= start:
            continue
        step = FIRST / fastest
        count = max(int(np.ceil(np.log((end - start) / step) / np.log(RATIO))), 2)
        inside = start + np.geomspace(min(step, 0.5 * (end - start)), end - start, count)
        times = np.concatenate([[start], inside[:-1], [end]])
        states = np.concatenate(
            [
                solution.at(times[:-1])[0],
                solution.at(times[-1:], side="after" if last else "before")[0],
            ]
        )
        slope = states @ A.T + arrays.rate[g]
        bend = slope @ A.T
        area = states[:, system.n_dynamic + output]
        nodes.append(np.column_stack([times, area, states @ read, slope @ read, bend @ read]))
    table: Floats = np.concatenate(nodes)
    mg = plan.doses[0].amt
    table[:, 1:] = units.mg_per_l_to_ng_per_ml(table[:, 1:]) / mg
    return table
