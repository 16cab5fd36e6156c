"""ketapk in the jobs: every call into the package that is benchmarked stands here.

`simulate` is what a user calls; `Course` is the solver layer below it, without checks and frames.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import jobs
import numpy as np
from entry import Curves, Entry
from jobs import FORMED, ROUTES, TIMES_H, Patients

import ketapk as kp
from ketapk.accuracy import Tolerance
from ketapk.course import Course
from ketapk.library.intravenous import INTRAVENOUS
from ketapk.model.model import Model
from ketapk.model.routes import Input, Route
from ketapk.model.structures import depot, through_the_liver
from ketapk.model.system import Graph
from ketapk.units import mg_per_l_to_ng_per_ml

PUBLIC, SOLVER = "ketapk simulate", "ketapk solver layer, model made anew"
AGAIN = "ketapk, solved again"
METABOLITE = "metabolite"
PER_NG_PER_ML = 1.0 / float(mg_per_l_to_ng_per_ml(1.0))


def versions() -> str:
    """Version of what runs."""
    return f"ketapk {kp.__version__}"


# Models and plans --------------------------------------------------------------------------------


def linear(p: Patients) -> Model:
    """Job A's model, and job D's."""
    return kp.three_compartment(CL=p.CL, V1=p.V1, Q2=p.Q2, V2=p.V2, Q3=p.Q3, V3=p.V3)


def saturable(p: Patients, ke0: float | None = None) -> Model:
    """Job C's model; with ``ke0`` [1/h] the stiff one."""
    elimination = {"Vmax": p.CL * jobs.KM_MG_PER_L, "Km": np.full(len(p), jobs.KM_MG_PER_L)}
    return kp.three_compartment(**elimination, V1=p.V1, Q2=p.Q2, V2=p.V2, Q3=p.Q3, V3=p.V3, ke0=ke0)


def routed(p: Patients) -> Model:
    """Job B's model: effect site, metabolite, muscle, and a nose of which the rest is swallowed."""

    def disposition(values: Any) -> Graph:
        graph = Graph()
        for name in ("central", "peripheral 1", "peripheral 2", METABOLITE):
            graph.compartment(name)
        graph.loss("eliminated")
        for number, (Q, V) in enumerate(((p.Q2, p.V2), (p.Q3, p.V3)), start=1):
            graph.flow("central", f"peripheral {number}", Q / p.V1)
            graph.flow(f"peripheral {number}", "central", Q / V)
        graph.flow("central", METABOLITE, FORMED * p.CL / p.V1)
        graph.flow("central", "eliminated", (1.0 - FORMED) * p.CL / p.V1)
        graph.flow(METABOLITE, "eliminated", p.km)
        graph.output("ketamine", "central", volume=p.V1)
        graph.output(METABOLITE, METABOLITE, volume=p.Vm)
        graph.effect_site("ketamine", ke0=p.ke0)
        graph.first_pass = (METABOLITE, FORMED)
        return graph

    def into_muscle(graph: Graph, values: Any) -> None:
        depot(graph, "muscle", "central", ka=p.ka)

    def into_nose(graph: Graph, values: Any) -> None:
        depot(graph, "nose", "central", ka=p.kn)
        graph.compartment("gut")
        through_the_liver(graph, "gut", ka=p.kg, escapes=jobs.F_LIVER)

    def muscle(dose: Any, values: Any) -> tuple[Input, ...]:
        return (Input(to="muscle", fraction=jobs.F_MUSCLE),)

    def nose(dose: Any, values: Any) -> tuple[Input, ...]:
        return (
            Input(to="nose", fraction=jobs.F_NOSE),
            Input(to="gut", fraction=1.0 - jobs.F_NOSE),
        )

    def route(name: str, inputs: Any, extend: Any) -> Route:
        return Route(
            name=name, title=name, source="job B", grade="assumed", inputs=inputs, extend=extend
        )

    return replace(
        linear(p),
        name="routes",
        analytes=("ketamine", METABOLITE),
        individual=lambda cohort: {},
        disposition=disposition,
        routes={
            "iv": INTRAVENOUS,
            "im": route("im", muscle, into_muscle),
            "nasal": route("nasal", nose, into_nose),
        },
    )


INFUSION = kp.infusion(f"{jobs.DOSE_MG} mg", over="40 min")
PLANS = {
    "iv": INFUSION,
    "im": kp.intramuscular(f"{jobs.DOSE_MG} mg"),
    "nasal": kp.nasal(f"{jobs.DOSE_MG} mg"),
}
EVERY_MINUTE = kp.every("1 min", until="8 weeks")
"""Job D's times."""


def long_plan() -> kp.Regimen:
    """Job D's sixteen infusions of three rates."""
    piece = Fraction(1, 3)
    return kp.Regimen.of(
        *(
            kp.Dose(
                route="iv",
                amt=rate * jobs.LONG_PIECE_H,
                dur=piece,
                time=Fraction(start) + k * piece,
            )
            for start in jobs.LONG_STARTS_H
            for k, rate in enumerate(jobs.LONG_RATES)
        )
    )


def everybody(n: int) -> kp.Cohort:
    """N people of 70 kg; what makes them differ is in the model."""
    return kp.Cohort(weight_kg=np.full(n, 70.0))


# Curves ------------------------------------------------------------------------------------------

READ = (("ketamine", "plasma"), ("ketamine", "effect"), (METABOLITE, "plasma"))


def _simulated(
    model: Model,
    plan: Any,
    people: kp.Cohort,
    times: Any,
    reads: tuple[tuple[str, str], ...],
    **how: Any,
) -> Curves:
    """Curves [ng/mL] by the public door."""
    run = kp.simulate(plan, model, people, times=times, allow_implausible=True, **how)
    return tuple(run.concentration(analyte, site=site) for analyte, site in reads)


def _course(model: Model, plan: Any, n: int, times: Any, rtol: float, **how: Any) -> Course:
    """What the solver layer solves."""
    cohort = everybody(n)
    return Course(
        plan=plan,
        model=model,
        cohort=cohort,
        values=model.values(cohort),
        samples=times,
        tolerance=Tolerance(rtol=rtol, atol=rtol * jobs.ATOL_SHARE),
        **how,
    )


def _read(course: Course, times: Any, reads: tuple[tuple[str, str], ...]) -> Curves:
    """Curves [mg/L] by the solver layer."""
    return tuple(
        course.curve(course.system.output_index(analyte, site), times) for analyte, site in reads
    )


def _public(
    make: Callable[[Patients], Model], plans: Any, times: Any, reads: Any
) -> Callable[..., Callable[[], Curves]]:
    """Calls of the public door with people and a model that are loaded, as a user has them."""

    def prepare(people: Patients, rtol: float = jobs.RTOL) -> Callable[[], Curves]:
        how = {"rtol": rtol, "atol": rtol * jobs.ATOL_SHARE}
        model, cohort = make(people), everybody(len(people))

        def run() -> Curves:
            found: list[Any] = []
            for plan in plans:
                found += _simulated(model, plan, cohort, times, reads, **how)
            return NgPerMl(found)

        return run

    return prepare


class NgPerMl(tuple[Any, ...]):
    """Curves in ng/mL, whose error is taken in mg/L."""


def in_mg_per_l(curves: Curves, few: int) -> Curves:
    """Curves of the first patients, in the unit of the truth."""
    factor = PER_NG_PER_ML if isinstance(curves, NgPerMl) else 1.0
    return tuple(np.asarray(curve[:few]) * factor for curve in curves)


def _layer(
    make: Callable[[Patients], Model], plans: Any, times: Any, reads: Any, **how: Any
) -> Callable[..., Callable[[], Curves]]:
    def prepare(people: Patients, rtol: float = jobs.RTOL) -> Callable[[], Curves]:
        def run() -> Curves:
            model = make(people)
            found: list[Any] = []
            for plan in plans:
                found += _read(_course(model, plan, len(people), times, rtol, **how), times, reads)
            return tuple(found)

        return run

    return prepare


def _again(
    make: Callable[[Patients], Model], plan: Any, times: Any, reads: Any
) -> Callable[[Patients], Callable[[], Curves]]:
    """Curves of a plan that is lowered already: the kernel, and the call to it."""

    def prepare(people: Patients) -> Callable[[], Curves]:
        course = _course(make(people), plan, len(people), times, jobs.RTOL)
        return lambda: _read(course, times, reads)

    return prepare


def entries() -> list[Entry]:
    """What ketapk takes part in, through both doors."""

    def stiff(people: Patients) -> Model:
        return saturable(people, jobs.STIFF_KE0)

    all_plans = [PLANS[route] for route in ROUTES]
    asked: list[tuple[str, Any, Any, Any, Any]] = [
        ("A", linear, [INFUSION], TIMES_H, READ[:1]),
        ("B", routed, all_plans, TIMES_H, READ),
        ("C", saturable, [INFUSION], TIMES_H, READ[:1]),
        ("C stiff", stiff, [INFUSION], TIMES_H, READ[:2]),
        ("D", linear, [long_plan()], EVERY_MINUTE, READ[:1]),
    ]
    found = []
    for job, make, plans, times, reads in asked:
        steps = not jobs.CURVES[job].linear
        found.append(Entry(job, PUBLIC, _public(make, plans, times, reads), steps=steps))
        found.append(Entry(job, SOLVER, _layer(make, plans, times, reads), steps=steps))
    found.append(Entry("D", AGAIN, _again(linear, long_plan(), EVERY_MINUTE, READ[:1])))
    return found


def threaded(job: str, people: Patients, threads: int) -> Callable[[], Curves]:
    """Jobs A and C through the solver layer with a number of threads."""
    make = saturable if job == "C" else linear
    return _layer(make, [INFUSION], TIMES_H, READ[:1], threads=threads)(people)


def sampled(people: Patients, times: Any) -> Callable[[], Curves]:
    """Job A through the public door at other times."""
    return _public(linear, [INFUSION], times, READ[:1])(people)


# Latency, exposure, the library ------------------------------------------------------------------


@dataclass(frozen=True)
class Call:
    """One call of jobs E to G."""

    name: str
    run: Callable[[], Any]
    per: int = 1
    """Patients that its time is divided by."""


WARM = "one patient, 241 times, simulate"
WARM_AGAIN = "one patient, 241 times, solved again"
COLD = "new process, first curve, filled kernel cache"
HELP = "new process, ketapk --help"


def warm_calls() -> list[Call]:
    """Job E with everything compiled."""
    patient = kp.Patient(weight_kg=70)
    sentence = "0.5 mg/kg iv over 40 min"
    model, plan = kp.load_model("domino"), kp.parse(sentence)
    run = kp.simulate(plan, model, patient, times=TIMES_H)
    output = run.course.system.output_index("ketamine", "plasma")
    one = jobs.population(1)
    arrays = _layer(linear, [INFUSION], TIMES_H, READ[:1])(one)
    four = {
        "iv": sentence,
        "im": "0.5 mg/kg im",
        "nasal": "0.5 mg/kg nasal",
        "oral": "0.5 mg/kg oral",
    }

    def public() -> Any:
        return kp.simulate(plan, model, patient, times=TIMES_H).concentration("ketamine")

    def compared() -> Any:
        return kp.compare(four, patient=patient).table

    return [
        Call(WARM, public),
        Call(WARM_AGAIN, lambda: run.course.curve(output, TIMES_H)),
        Call("one patient, 241 times, solver layer, model made anew", arrays),
        Call("comparison of four routes", compared),
    ]


FIRST_CURVE = """
import numpy, ketapk as kp
plan, people = "0.5 mg/kg iv over 40 min", kp.Patient(weight_kg=70)
kp.simulate(plan, "domino", people, times=numpy.arange(241) / 10).concentration("ketamine")
"""


def cold_calls(*, with_empty_cache: bool) -> list[Call]:
    """Job E from a new process."""

    def process(*arguments: str, cache: str = "") -> None:
        environment = {**os.environ, "KETAPK_CACHE_DIR": cache} if cache else None
        subprocess.run(
            [sys.executable, *arguments], env=environment, check=True, capture_output=True
        )

    def empty() -> None:
        with tempfile.TemporaryDirectory() as new:
            process("-c", FIRST_CURVE, cache=new)

    # A filled cache has been filled by a process that did the same.
    process("-c", FIRST_CURVE)
    calls = [
        Call(COLD, lambda: process("-c", FIRST_CURVE)),
        Call(HELP, lambda: process("-m", "ketapk", "--help")),
        Call("new process, Python alone", lambda: process("-c", "pass")),
    ]
    if with_empty_cache:
        calls.append(Call("new process, first curve, empty kernel cache", empty))
    return calls


def exposure(people: Patients) -> Call:
    """Job F: nothing is stored but a row a patient, so two times will do."""
    n = len(people)
    ends = np.array([0.0, 24.0])

    def run() -> Any:
        profiles = kp.simulate(INFUSION, linear(people), everybody(n), times=ends)
        return profiles.exposure(above="100 ng/mL")

    return Call("Cmax, Tmax, AUC, time above 100 ng/mL", run, per=n)


def exposure_columns(frame: Any) -> dict[str, Any]:
    """Columns of job F as arrays [mg/L], [h]."""
    return {
        "Cmax": frame["Cmax"].to_numpy() * PER_NG_PER_ML,
        "Tmax": frame["Tmax"].to_numpy(),
        "AUC": frame["AUC_inf"].to_numpy() * PER_NG_PER_ML,
        "above": frame["time above 100 ng/mL"].to_numpy(),
    }


def library() -> Call:
    """Job G."""
    patient = kp.Patient(weight_kg=70)
    models = len(kp.list_models())

    def run() -> Any:
        return kp.simulate_models("0.5 mg/kg iv over 40 min", patient).table

    return Call(f"one plan in the library of {models} models", run)
