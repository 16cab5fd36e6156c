"""A model: parameters with their sources, a structure, routes, and who it was studied in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ketapk.errors import PlanError

if TYPE_CHECKING:
    from ketapk.dosing.regimen import Dose, Regimen
    from ketapk.model.parameters import Parameter, Variability
    from ketapk.model.routes import Input, Route, Values
    from ketapk.model.system import Graph, System
    from ketapk.patients import Cohort


@dataclass(frozen=True, kw_only=True, slots=True)
class Population:
    """The people a model was estimated in; None where the source gives no range."""

    description: str
    weight_kg: tuple[float, float] | None = None
    age_y: tuple[float, float] | None = None

    def outside(self, cohort: Cohort) -> list[str]:
        """One sentence for each covariate in which somebody is outside the studied range."""
        found = []
        for name, unit, span in (
            ("weight", "kg", self.weight_kg),
            ("age", "y", self.age_y),
        ):
            if span is None:
                continue
            values = np.asarray(getattr(cohort, f"{name}_{unit}"))
            out = (values < span[0]) | (values > span[1])
            if np.any(out):
                who = (
                    f"{name} {values[out][0]:g} {unit} is"
                    if values.size == 1
                    else f"{int(out.sum())} of {values.size} patients have a {name}"
                )
                found.append(f"{who} outside the {span[0]:g} to {span[1]:g} {unit} studied")
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """A figure that the source reports besides its parameters, to be reproduced."""

    what: str
    plan: str
    """Dose sentence that produces it."""
    measure: str
    """"Cmax", "AUC_24" or "F", then the analyte."""
    published: float
    unit: str
    tolerance: float
    """Relative difference allowed."""
    where: str
    reproduces: bool = True
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Model:
    """A compartment model as data.

    ``individual`` turns a cohort into parameter values; ``disposition`` turns these into a graph of
    compartments; each route adds what it needs. Nothing here is solved.
    """

    name: str
    title: str
    citation: str
    doi: str
    grade: str
    status: str
    """"recommended", "restricted", "experimental" or "generic"."""
    drugs: tuple[str, ...]
    """Forms of the drug that the model describes: "racemic", "S", "R"."""
    analytes: tuple[str, ...]
    sampling_site: str
    population: Population
    parameters: tuple[Parameter, ...]
    individual: Callable[[Cohort], Values]
    disposition: Callable[[Values], Graph]
    routes: Mapping[str, Route]
    covariates: tuple[str, ...] = ()
    variability: tuple[Variability, ...] = ()
    checks: tuple[Check, ...] = ()
    problems: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    """What a composition is put together from; empty for a model that is one paper."""

    @property
    def parent(self) -> str:
        """The analyte that is dosed."""
        return self.analytes[0]

    @property
    def metabolite(self) -> str | None:
        """The first metabolite that the model follows, if any."""
        return self.analytes[1] if len(self.analytes) > 1 else None

    def values(self, cohort: Cohort) -> Values:
        """Individual parameter values of a cohort."""
        return self.individual(cohort)

    def system(self, values: Values, routes: Sequence[str] | None = None) -> System:
        """Compartments with the depots that some routes need, as arrays.

        Parameters
        ----------
        values : mapping
            What ``values`` returned.
        routes : sequence of str, optional
            Routes to provide for; all of the model's by default.
        """
        # A rate that overflows is found by the kernels, which name the patient.
        with np.errstate(over="ignore", invalid="ignore"):
            graph = self.disposition(values)
            for name in self.routes if routes is None else routes:
                self.route(name).extend(graph, values)
            return graph.system()

    def inputs(self, dose: Dose, values: Values) -> tuple[Input, ...]:
        """How one dose enters."""
        return self.route(dose.route).inputs(dose, values)

    def route(self, name: str) -> Route:
        """Return one of the model's routes, or say which there are."""
        try:
            return self.routes[name]
        except KeyError:
            raise PlanError(
                f"{self.name} has no route {name!r}; it has {', '.join(self.routes)}."
            ) from None

    def check_plan(self, plan: Regimen) -> None:
        """Refuse a plan that the model cannot answer, with the reason."""
        for drug in plan.drugs:
            if drug not in self.drugs:
                raise PlanError(_wrong_drug(self, drug))
        for dose in plan.doses:
            route = self.route(dose.route)
            infused = dose.dur is not None or dose.rate is not None
            if infused and not route.infusible:
                raise PlanError(
                    f"{self.name} takes no infusion by the route {dose.route!r}; give it as single "
                    f"doses."
                )
            if dose.release not in route.releases:
                raise PlanError(
                    f"{self.name} has no {dose.release}-release form for the route {dose.route!r}; "
                    f"it has {', '.join(route.releases)}."
                )
            if dose.modelled is not None:
                raise PlanError(
                    f"{self.name} gives no {dose.modelled} for the route {dose.route!r}; give the "
                    f"dose its own."
                )
            if dose.cmt is not None:
                raise PlanError(
                    f"{self.name} takes doses by route and not into a compartment ({dose.cmt!r}); "
                    f"leave out cmt."
                )

    def cite(self) -> str:
        """Sources of the model and of every borrowed part, one a line."""
        base = self.name.partition("+")[0]
        doi = f" doi:{self.doi}" if self.doi else ""
        lines = [f"{base}: {self.citation}{doi}"]
        lines += [
            f"{route.title}: {route.source} (grade {route.grade})"
            for route in self.routes.values()
            if route.borrowed
        ]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return (
            f"<Model {self.name}: {'/'.join(self.drugs)}; routes {', '.join(self.routes)}; "
            f"{', '.join(self.analytes)}; {self.sampling_site}; grade {self.grade}>"
        )


DRUG_TITLE = {"racemic": "racemic ketamine", "S": "esketamine (S)", "R": "arketamine (R)"}


def _wrong_drug(model: Model, drug: str) -> str:
    described = " and ".join(DRUG_TITLE[d] for d in model.drugs)
    start = f"{model.name} describes {described}, and the plan gives {DRUG_TITLE[drug]};"
    if drug == "racemic" and "S" in model.drugs:
        return (
            f"{start} if esketamine was meant, say so (drug='S', or 'esketamine' in the sentence); "
            f"to follow the S half of the racemic dose, use plan.enantiomer('S')."
        )
    return f"{start} choose a model for it with list_models()."
