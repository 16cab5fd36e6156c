"""Models of one's own, put together from compartments, flows, inputs, outputs and equations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ketapk import units
from ketapk.dosing.regimen import DRUGS, ROUTES
from ketapk.errors import InputError, ModelError, nearest
from ketapk.model.connections import check_flows, check_places
from ketapk.model.consistency import (
    check_equations,
    check_shares,
    check_units,
    check_value,
    check_variability,
    uses,
)
from ketapk.model.design import (
    OUT,
    Design,
    Disposition,
    Entries,
    Entry,
    Equation,
    Individual,
    Loss,
    Place,
    Reading,
    Saturable,
    Transfer,
)
from ketapk.model.expressions import Expression
from ketapk.model.given import (
    correlation,
    different,
    expression,
    name_of_model,
    name_of_parameter,
    new,
    spread,
    text,
    with_unit_given,
)
from ketapk.model.model import Model, Population
from ketapk.model.parameters import GRADES, Grade, Parameter
from ketapk.model.routes import Route, nothing_more
from ketapk.model.system import NEVER_ABSORBED, WAITING
from ketapk.model.variability import Correlation, Variability
from ketapk.patients import Cohort
from ketapk.units import Dimension

GIVEN = "given by the user"
NO_PUBLICATION = "no publication: the parameters were given by the user"


class ModelBuilder:
    """Puts a model together, piece by piece, and checks it as a whole.

    Whatever is a number of the model is text with a unit ("80 L/h") or arithmetic of parameters
    ("fm * CL"). The result is a model like those of the library.

    Parameters
    ----------
    name : str
        Name of the model.
    analytes : str or sequence of str
        What can be read, the dosed drug first; a string is split at spaces.
    drugs : str or sequence of str
        Forms that may be dosed: "racemic", "S", "R".
    title, citation, doi, sampling_site : str
        As in `Model`.
    population : str or Population
        Who the parameters describe.
    grade : {"A", "B", "C", "assumed"}
        How far the numbers can be trusted; each parameter may have its own.

    Raises
    ------
    ModelError
        If the parts do not fit together.
    UnitError
        If units do not fit.

    Examples
    --------
    >>> build = ModelBuilder("mine")
    >>> build.parameters(CL="80 L/h", V1="60 L", ka="1.2 1/h", F=0.2)
    >>> build.covariates(CL="CL * (weight_kg / 70) ** 0.75")
    >>> build.compartments("gut", central="V1")
    >>> build.flow("gut", "central", "ka")
    >>> build.eliminate(central="CL")
    >>> build.input("oral", to="gut", F="F")
    >>> build.outputs(ketamine="central")
    >>> build.model()
    <Model mine: racemic/S/R; routes oral; ketamine; central compartment; grade assumed>
    """

    def __init__(
        self,
        name: str,
        *,
        analytes: str | Sequence[str] = "ketamine",
        drugs: str | Sequence[str] = DRUGS,
        title: str = "a model of one's own",
        citation: str = NO_PUBLICATION,
        doi: str = "",
        sampling_site: str = "central compartment",
        population: str | Population = "whoever the parameters describe",
        grade: Grade = "assumed",
    ) -> None:
        self.name = name_of_model(name)
        self.analytes = different("analytes", analytes)
        self.drugs = different("drugs", drugs)
        for drug in self.drugs:
            if drug not in DRUGS:
                raise ModelError(
                    f"drugs={drug!r} is not known; write one of {', '.join(DRUGS)}."
                    f"{nearest(drug, DRUGS)}"
                )
        if grade not in GRADES:
            raise ModelError(f"grade={grade!r} is not known; write one of {', '.join(GRADES)}.")
        self.title, self.citation = text("title", title), text("citation", citation)
        self.doi, self.sampling_site = text("doi", doi), text("sampling_site", sampling_site)
        self.grade = grade
        if isinstance(population, str):
            population = Population(description=population)
        if not isinstance(population, Population):
            raise ModelError(f"population={population!r} is nobody; write who, or a Population.")
        self.population = population
        self._parameters: dict[str, Parameter] = {}
        self._dimensions: dict[str, Dimension] = {}
        self._equations: dict[str, Equation] = {}
        self._places: dict[str, Place] = {}
        self._losses: dict[str, Loss] = {}
        self._transfers: list[Transfer] = []
        self._saturable: list[Saturable] = []
        self._entries: list[Entry] = []
        self._readings: dict[str, Reading] = {}
        self._effect_sites: dict[str, Expression] = {}
        self._first_pass: tuple[str, Expression] | None = None
        self._spreads: dict[str, Variability] = {}
        self._correlations: dict[tuple[str, str], Correlation] = {}

    def parameter(
        self,
        name: str,
        value: str | float,
        *,
        where: str = GIVEN,
        grade: Grade | None = None,
        note: str = "",
    ) -> None:
        """Add a number of the model, and say where it stands.

        Parameters
        ----------
        name : str
            To be used in expressions.
        value : str or float
            With its unit, such as "80 L/h", "1.2 1/h", "0.8 L/kg"; a bare number is a share.
        where : str
            Table and row of a source.
        grade : {"A", "B", "C", "assumed"}, optional
            That of the model by default.
        note : str
            Whatever else is to be said.

        Raises
        ------
        InputError, UnitError
            If it is no number, negative, or its unit is not known.
        ModelError
            If the name is taken, or cannot be a name.
        """
        new(name_of_parameter(name), self._parameters, "parameter")
        exact, dimension = units.parameter(value, name)
        if exact < 0:
            raise InputError(
                f"{name}={value!r} is negative; write it positive, and the minus where it is used."
            )
        self._parameters[name] = Parameter(
            name=name,
            value=float(exact),
            unit=str(dimension),
            where=text("where", where),
            grade=grade or self.grade,
            note=with_unit_given(text("note", note), value, dimension),
        )
        self._dimensions[name] = dimension

    def parameters(self, **values: str | float) -> None:
        """Add numbers of the model by name; as `parameter` without the source."""
        for name, value in values.items():
            self.parameter(name, value)

    def covariates(self, **equations: str | Callable[[Any, Any], Any]) -> None:
        """Let parameters depend on the person, in the order in which they are written.

        Parameters
        ----------
        **equations : str or callable
            By the parameter that they change: arithmetic of parameters and of ``weight_kg``,
            ``age_y``, ``height_cm``, ``sex`` and ``ancestry``; or a function of the values so far,
            by attribute, and of the `Cohort`, that returns an array. A model with a function
            cannot be written to a file.

        Raises
        ------
        ModelError
            If an equation cannot be read, or there is one for the parameter already.

        Examples
        --------
        >>> build = ModelBuilder("mine")
        >>> build.parameters(CL="80 L/h", slope="0.5 L/h/y")
        >>> build.covariates(CL="CL - slope * max(age_y - 60, 0)")
        """
        for name, equation in equations.items():
            new(name, self._equations, "covariate equation of")
            if not isinstance(equation, str) and not callable(equation):
                raise ModelError(
                    f"The equation of {name} is {equation!r}; write '{name} * weight_kg / 70', or "
                    f"a function of (values, cohort)."
                )
            self._equations[name] = Expression(equation) if isinstance(equation, str) else equation

    def compartment(
        self, name: str, *, volume: str | None = None, of: str | None = None, fate: str = ""
    ) -> None:
        """Add a compartment.

        Parameters
        ----------
        name : str
            Name; "central" is where borrowed routes enter.
        volume : str, optional
            Its volume [L]: a parameter or arithmetic of parameters. What is read, or left by a
            clearance or a saturable flow, needs one.
        of : str, optional
            The analyte that it holds. By default what is read from it, or from a compartment that
            it exchanges with; else the dosed drug.
        fate : str
            What it means to be there, for the ledger.
        """
        self._check_place(name)
        held = None if volume is None else expression(volume, f"volume of {name!r}")
        self._places[name] = Place(name=name, volume=held, of=of, fate=text("fate", fate))

    def compartments(self, *names: str, **volumes: str) -> None:
        """Add compartments: names of those without a volume, then others with theirs [L]."""
        for name in names:
            self.compartment(name)
        for name, volume in volumes.items():
            self.compartment(name, volume=volume)

    def loss(self, name: str, *, fate: str = "") -> None:
        """Add a place where drug is lost, beside "out"; ``fate`` names it in the ledger."""
        self._check_place(name)
        self._losses[name] = Loss(name=name, fate=text("fate", fate))

    def flow(
        self, source: str, target: str, rate: str | None = None, *, clearance: str | None = None
    ) -> None:
        """Add a first-order flow.

        Parameters
        ----------
        source, target : str
            From a compartment to a compartment or a loss; the target "out" leaves the body.
        rate : str, optional
            Rate constant [1/h]; this or ``clearance``.
        clearance : str, optional
            Clearance [L/h] of the source, which needs a volume.
        """
        if (rate is None) == (clearance is None):
            raise ModelError(
                f"The flow from {source!r} to {target!r} needs a rate constant or a clearance, one "
                f"of the two; write flow({source!r}, {target!r}, 'k') or clearance='CL'."
            )
        what = f"flow from {source!r} to {target!r}"
        self._transfers.append(
            Transfer(
                source=source,
                target=target,
                rate=None if rate is None else expression(rate, what),
                clearance=None if clearance is None else expression(clearance, what),
            )
        )

    def exchange(self, one: str, other: str, clearance: str) -> None:
        """Let two compartments exchange, by one clearance [L/h] both ways."""
        self.flow(one, other, clearance=clearance)
        self.flow(other, one, clearance=clearance)

    def eliminate(self, **clearances: str) -> None:
        """Let drug leave the body: clearances [L/h] by compartment."""
        for name, clearance in clearances.items():
            self.flow(name, OUT, clearance=clearance)

    def saturable_flow(self, source: str, target: str, *, Vmax: str, Km: str) -> None:
        """Add a Michaelis-Menten flow.

        Parameters
        ----------
        source, target : str
            As in `flow`; the source needs a volume.
        Vmax : str
            Largest rate [mg/h].
        Km : str
            Concentration at half of it [mg/L], in milligrams of the dosed drug.
        """
        what = f"saturable flow from {source!r} to {target!r}"
        self._saturable.append(
            Saturable(
                source=source,
                target=target,
                Vmax=expression(Vmax, what),
                Km=expression(Km, what),
            )
        )

    def input(
        self,
        route: str,
        *,
        to: str,
        F: str | float | None = None,
        lag: str | None = None,
        dur: str | None = None,
        site: str = "",
    ) -> None:
        """Let doses of a route enter; several inputs of a route share its dose.

        Parameters
        ----------
        route : str
            "iv", "oral", "im", ... or "depot".
        to : str
            Compartment or loss.
        F : str or float, optional
            Share of the dose [1]; all of it by default. The rest is never absorbed.
        lag : str, optional
            Delay [h].
        dur : str, optional
            Duration of zero-order release [h], for doses that have none of their own.
        site : str
            What the ledger calls it; ``to`` by default.
        """
        if not isinstance(route, str) or route not in ROUTES:
            raise ModelError(
                f"The route {route!r} is not known; write one of {', '.join(ROUTES)}."
                f"{nearest(str(route), ROUTES)}"
            )
        given = {
            name: None if value is None else expression(value, f"{name} of the route {route!r}")
            for name, value in (("F", F), ("lag", lag), ("dur", dur))
        }
        self._entries.append(Entry(route=route, to=to, site=text("site", site), **given))

    def output(self, analyte: str, compartment: str, *, own_mass: bool = False) -> None:
        """Read the concentration of an analyte in a compartment with a volume, in ng/mL.

        Amounts are milligrams of the dosed drug. ``own_mass`` gives a metabolite in its own, by the
        molar masses of ketamine, norketamine and hydroxynorketamine.
        """
        if own_mass and "ketamine" not in str(analyte).lower():
            raise ModelError(
                f"The molar mass of {analyte!r} is not known; leave out own_mass and read "
                f"milligrams of the dosed drug, or put the ratio into the volume."
            )
        new(analyte, self._readings, "output of")
        self._readings[analyte] = Reading(
            analyte=analyte, compartment=compartment, own_mass=own_mass
        )

    def outputs(self, **compartments: str) -> None:
        """Read analytes in compartments; as `output`."""
        for analyte, compartment in compartments.items():
            self.output(analyte, compartment)

    def effect_site(self, analyte: str, ke0: str) -> None:
        """Follow the concentration of an analyte with a rate constant [1/h]."""
        new(analyte, self._effect_sites, "effect site of")
        self._effect_sites[analyte] = expression(ke0, f"effect site of {analyte}")

    def first_pass(self, compartment: str, share: str | float = 1.0) -> None:
        """Say what a borrowed route's first pass forms: where it enters, and its share [1]."""
        self._first_pass = (compartment, expression(share, "first pass"))

    def vary(self, **spreads: str) -> None:
        """Let parameters differ between people.

        Parameters
        ----------
        **spreads : str
            By parameter: "30 %" (CV of a log-normal parameter), "0.09 variance" (of its
            logarithm), or "0.7 logit SD" (for a share, which stays between 0 and 1).
        """
        for name, given in spreads.items():
            new(name, self._spreads, "variability of")
            value, scale = spread(name, given)
            self._spreads[name] = Variability(
                parameter=name, value=value, scale=scale, where=GIVEN, grade=self.grade
            )

    def correlate(self, first: str, second: str, value: float) -> None:
        """Let the random effects of two parameters go together, by their correlation."""
        number = correlation(first, second, value)
        pair = (min(first, second), max(first, second))
        new(pair, self._correlations, "correlation of")
        self._correlations[pair] = Correlation(
            first=first,
            second=second,
            value=number,
            scale="correlation",
            where=GIVEN,
            grade=self.grade,
        )

    def model(self) -> Model:
        """Check everything and return the model.

        Returns
        -------
        Model
            With routes, ledger, populations and comparison as those of the library; the builder
            can go on, and the model does not change with it.

        Raises
        ------
        ModelError
            If something is not connected, not known, or not possible.
        UnitError
            If units do not fit.
        """
        design = Design(
            analytes=self.analytes,
            places=tuple(self._places.values()),
            losses=tuple(self._losses.values()),
            transfers=tuple(self._transfers),
            saturable=tuple(self._saturable),
            entries=tuple(self._entries),
            readings=tuple(self._readings.values()),
            effect_sites=tuple(self._effect_sites.items()),
            first_pass=self._first_pass,
        )
        check_places(design)
        for use in uses(design):
            check_units(use.expression, use.what, use.dimension, self._dimensions)
        check_equations(self._equations, self._dimensions)
        check_flows(design)
        individual = Individual(tuple(self._parameters.values()), tuple(self._equations.items()))
        typical = self._typical()
        values = individual(typical)
        for use in uses(design):
            check_value(use, values)
        check_shares(design, values)
        correlations = tuple(self._correlations.values())
        check_variability(self._spreads, correlations, self._dimensions, values)
        model = Model(
            name=self.name,
            title=self.title,
            citation=self.citation,
            doi=self.doi,
            grade=self.grade,
            status="generic",
            drugs=self.drugs,
            analytes=self.analytes,
            sampling_site=self.sampling_site,
            population=self.population,
            parameters=individual.parameters,
            individual=individual,
            disposition=Disposition(design),
            routes={name: self._route(name, design) for name in design.routes},
            covariates=individual.asks(typical),
            structure=design.words,
            variability=tuple(self._spreads.values()),
            correlations=correlations,
            problems=_problems(design),
            refuses=_refuses(design),
        )
        model.system(values)
        return model

    def _route(self, name: str, design: Design) -> Route:
        entries = tuple(entry for entry in design.entries if entry.route == name)
        named = [
            parameter
            for entry in entries
            for expression in (entry.F, entry.lag, entry.dur)
            if expression is not None
            for parameter in expression.names
        ]
        return Route(
            name=name,
            title=ROUTES[name],
            source="parameters given by the user",
            grade=self.grade,
            inputs=Entries(entries),
            extend=nothing_more,
            parameters=tuple(self._parameters[n] for n in dict.fromkeys(named)),
            infusible=True,
        )

    def _typical(self) -> Cohort:
        """Somebody for whom the model must work, twice: a function may take one for a number."""
        weight, age = self.population.weight_kg, self.population.age_y
        return Cohort(
            weight_kg=[70.0 if weight is None else sum(weight) / 2.0] * 2,
            age_y=40.0 if age is None else sum(age) / 2.0,
        )

    def _check_place(self, name: str) -> None:
        if not isinstance(name, str) or not name.strip() or name in (OUT, WAITING, NEVER_ABSORBED):
            raise ModelError(f"A place cannot be called {name!r}; give it another name.")
        new(name, {**self._places, **self._losses}, "place")


def _problems(design: Design) -> tuple[str, ...]:
    if len(design.analytes) > 1 and design.first_pass is None:
        return (
            f"A borrowed route forms no {design.analytes[1]} on its first pass, because the model "
            f"does not say how much.",
        )
    return ()


def _refuses(design: Design) -> dict[str, str]:
    """Routes that cannot be borrowed: they enter a compartment of a certain name."""
    if "central" in design.place:
        return {}
    reason = "it has no compartment called 'central' for a borrowed route to enter"
    return dict.fromkeys((name for name in ROUTES if name not in design.routes), reason)
