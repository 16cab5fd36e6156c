"""A model: parameters with their sources, a structure, routes, and who it was studied in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ketapk.errors import InputError, PlanError
from ketapk.lazy import lazy
from ketapk.model.body import MOST, Bodies, Held, numbers_of
from ketapk.model.variability import draw
from ketapk.patients import span

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ketapk.dosing.regimen import Dose, Regimen
    from ketapk.draws import Draws
    from ketapk.model.body import Body
    from ketapk.model.checks import Check
    from ketapk.model.parameters import Parameter
    from ketapk.model.routes import Input, Route, Values
    from ketapk.model.system import Graph, System
    from ketapk.model.variability import Correlation, Residual, Variability
    from ketapk.patients import Cohort
    from ketapk.verification import Verification


Group = Literal["adults", "children", "adults and children"]
Setting = Literal["any", "intensive care"]
ALTERED = "Altered by the user"
"""How the problem begins that says so."""
ADULT_FROM_Y = 18.0
"""Age from which a patient counts as an adult [y]."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Population:
    """The people a model was estimated in; None where the source gives no range."""

    description: str
    group: Group = "adults"
    setting: Setting = "any"
    weight_kg: tuple[float, float] | None = None
    age_y: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        for name in ("weight_kg", "age_y"):
            studied = getattr(self, name)
            if studied is not None and not _is_range(studied):
                raise InputError(
                    f"{name}={studied!r} of the population is no range; write the lowest and the "
                    f"highest, such as {name}=(20, 60)."
                )

    def _of_other_ages(self, cohort: Cohort) -> bool:
        """Whether somebody is no adult among adults, or one among children."""
        youngest, oldest = span(cohort.age_y)
        if self.group == "adults":
            return youngest < ADULT_FROM_Y
        return self.group == "children" and oldest >= ADULT_FROM_Y

    def outside(self, cohort: Cohort) -> list[str]:
        """One sentence for each covariate in which somebody is outside the studied range."""
        found = []
        if self.age_y is None and self._of_other_ages(cohort):
            adult = cohort.age_y >= ADULT_FROM_Y
            strange = ~adult if self.group == "adults" else adult
            who = (
                f"age {cohort.age_y[strange][0]:g} y is"
                if strange.size == 1
                else f"{int(strange.sum())} of {strange.size} patients are"
            )
            found.append(f"{who} not among the {self.group} studied")
        for name, unit, studied, values in (
            ("weight", "kg", self.weight_kg, cohort.weight_kg),
            ("age", "y", self.age_y, cohort.age_y),
        ):
            if studied is None:
                continue
            low, high = span(values)
            if studied[0] <= low and high <= studied[1]:
                continue
            out = (values < studied[0]) | (values > studied[1])
            who = (
                f"{name} {values[out][0]:g} {unit} is"
                if values.size == 1
                else f"{int(out.sum())} of {values.size} patients are by {name}"
            )
            found.append(f"{who} outside the {studied[0]:g} to {studied[1]:g} {unit} studied")
        return found


def _is_range(span: Any) -> bool:
    """Whether it is two finite numbers, none negative, in their order."""
    try:
        low, high = (float(end) for end in span)
    except (TypeError, ValueError):
        return False
    return 0.0 <= low <= high < np.inf


@dataclass(frozen=True, kw_only=True)
class Model:
    """A compartment model as data.

    ``individual`` turns a cohort into parameter values; ``disposition`` turns these into a graph of
    compartments; each route adds what it needs. What these functions return depends on their
    arguments alone: the compartments of one person are kept. Nothing here is solved.
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
    structure: str = ""
    """The structure and the covariate equations, in words."""
    variability: tuple[Variability, ...] = ()
    correlations: tuple[Correlation, ...] = ()
    residuals: tuple[Residual, ...] = ()
    checks: tuple[Check, ...] = ()
    problems: tuple[str, ...] = ()
    refuses: Mapping[str, str] = field(default_factory=dict)
    """Routes that may not be borrowed, with the reason."""
    parts: tuple[str, ...] = ()
    """What a composition is put together from; empty for a model that is one paper."""

    @property
    def parent(self) -> str:
        """The analyte that is dosed."""
        return self.analytes[0]

    @lazy
    def caveats(self) -> tuple[str, ...]:
        """What is known to be amiss: checks that fail, and what a user altered."""
        failing = dict.fromkeys(f"{self.name}: {c.note}." for c in self.checks if not c.reproduces)
        altered = (f"{self.name}: {p}" for p in self.problems if p.startswith(ALTERED))
        return (*failing, *altered)

    @property
    def metabolite(self) -> str | None:
        """The first metabolite that the model follows, if any."""
        return self.analytes[1] if len(self.analytes) > 1 else None

    def values(self, cohort: Cohort, draws: Draws | None = None) -> Values:
        """Parameter values of a cohort: of typical people, or drawn as published.

        Parameters
        ----------
        cohort : Cohort
            N people.
        draws : Draws, optional
            Where the numbers come from; what is drawn for a person depends on their number alone.

        Returns
        -------
        mapping
            Numbers, or (N,) arrays, by the name of the parameter; not to be written to.

        Raises
        ------
        PlanError
            If people are to be drawn and the model publishes no variability.
        """
        alone = self.covariates and len(cohort) == 1
        values = self._of_one(cohort) if alone else self.individual(cohort)
        if draws is None:
            return values
        return draw(values, cohort.subject, self.variability, self.correlations, draws)

    def altered(self, **values: float) -> Model:
        """Return the model with other values of some parameters, for a "what if".

        Parameters
        ----------
        **values : float
            Parameters by name, per hour and litre, as ``values`` gives them: they replace those of
            everybody, after covariates.

        Returns
        -------
        Model
            Named ``model (altered)``, grade "assumed", without checks.

        Raises
        ------
        InputError
            If the model has no such parameter.

        Examples
        --------
        >>> from ketapk.library.catalogue import load_model
        >>> load_model("kamp2020").altered(CL=42.0).name
        'kamp2020 (altered: CL=42)'
        """
        known = tuple(p.name for p in self.parameters)
        known += tuple(
            f"{route.name}: {p.name}"
            for route in self.routes.values()
            if route.borrowed
            for p in route.parameters
        )
        for name, value in values.items():
            if name not in known:
                raise InputError(
                    f"{self.name} has no parameter {name!r}; it has {', '.join(known)}."
                )
            if not (np.isfinite(value) and value > 0.0):
                raise InputError(f"{name}={value!r} is not possible; give a positive number.")
        said = ", ".join(f"{name}={value:g}" for name, value in values.items())
        return replace(
            self,
            name=f"{self.name} (altered: {said})",
            grade="assumed",
            individual=lambda cohort: {**self.individual(cohort), **values},
            checks=(),
            problems=(*self.problems, f"{ALTERED}: {said}."),
        )

    def verify(self) -> Verification:
        """Re-create what the source reports besides its parameters.

        Returns
        -------
        Verification
            Published, simulated, difference, tolerance and verdict of every check.

        Examples
        --------
        >>> from ketapk.library.catalogue import load_model
        >>> load_model("hijazi2003").verify().table["verdict"].unique().to_list()
        ['pass']
        """
        # The one call up the house: a model knows its checks, and only a simulation can run them.
        from ketapk.verification import verify

        return verify(self)

    def system(
        self,
        values: Values,
        routes: Sequence[str] | None = None,
        *,
        ke0: ArrayLike | None = None,
    ) -> System:
        """Compartments with the depots that some routes need, as arrays.

        Parameters
        ----------
        values : mapping
            What ``values`` returned.
        routes : sequence of str, optional
            Routes to provide for; all of the model's by default.
        ke0 : float or (N,) array_like, optional
            Attach an effect site of the dosed analyte [1/h].
        """
        # A rate that overflows is found by the kernels, which name the patient.
        with np.errstate(over="ignore", invalid="ignore"):
            graph = self.disposition(values)
            for name in self.routes if routes is None else routes:
                self.route(name).extend(graph, values)
            if ke0 is not None:
                graph.effect_site(self.parent, ke0=ke0)
            return graph.system()

    def body(
        self, values: Values, routes: Sequence[str], *, ke0: ArrayLike | None = None
    ) -> Body | None:
        """Compartments of one person as `system` gives them, made once; None for many people."""
        numbers = numbers_of(values)
        if numbers is None or not (ke0 is None or isinstance(ke0, float)):
            return None
        key = (*routes, ke0, *numbers)
        return self._bodies.of(key, lambda: self.system(values, routes, ke0=ke0))

    @lazy
    def _of_one(self) -> Callable[[Cohort], Values]:
        """Typical values of one person, of whom the last few are kept; nobody writes to them."""
        return lru_cache(maxsize=MOST)(lambda cohort: Held(self.individual(cohort)))

    @lazy
    def _bodies(self) -> Bodies:
        return Bodies()

    @lazy
    def suited(self) -> dict[Regimen, tuple[str, ...]]:
        """Plans that it was found to answer, with what is to be said of the two to anybody."""
        return {}

    def __getstate__(self) -> dict[str, Any]:
        # What was derived is derived again.
        return {f.name: getattr(self, f.name) for f in fields(self)}

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
        for dose in plan.kinds:
            route = self.route(dose.route)
            infused = dose.dur is not None or dose.rate is not None
            if infused and not route.infusible:
                raise PlanError(
                    f"{self.name} takes no infusion by the route {dose.route!r}; give it as single "
                    f"doses."
                )
            if route.forms is not None and dose.form not in route.forms:
                raise PlanError(
                    f"{self.name} has no form {dose.form!r} for the route {dose.route!r}; it has "
                    f"{', '.join(route.forms)}."
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
            f"{start} if esketamine was meant, say so, such as '35 mg esketamine iv bolus'; to "
            f"follow the S half of the racemic dose, give half of it as esketamine "
            f"(plan.enantiomer('S') in Python)."
        )
    return f"{start} choose a model for it from the list of models."
