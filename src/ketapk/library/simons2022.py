"""Simons 2022: esketamine as an oral thin film, with nor- and hydroxynorketamine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ketapk.library.intravenous import INTRAVENOUS
from ketapk.library.mammillary import allometric
from ketapk.library.simons2022_checks import CHECKS
from ketapk.library.source import ASSUMED, Source, allometry
from ketapk.model.model import Model, Population
from ketapk.model.routes import Input, Route
from ketapk.model.structures import (
    AS_HYDROXYNORKETAMINE,
    AS_NORKETAMINE,
    ELIMINATED,
    ELIMINATED_METABOLITE,
    FIRST_PASS_METABOLITE,
    LIVER_FIRST_PASS,
    chain,
    depot,
    eliminate,
    mammillary,
)
from ketapk.model.system import Graph
from ketapk.units import molar_mass

if TYPE_CHECKING:
    from ketapk.dosing.regimen import Dose
    from ketapk.model.routes import Values

TABLE = Source(where="Table 4", grade="B", via="nlmixr2lib Simons_2022_s_ketamine")
BOTH = Source(
    where="abstract and Table 4",
    grade="A",
    via="abstract of the primary paper, and nlmixr2lib Simons_2022_s_ketamine",
)
FILM = (
    BOTH.parameter("F1", 0.263, "fraction", "through the mucosa; 26 +/- 1 % in the abstract"),
    TABLE.parameter("D1", 13.1, "min"),
    TABLE.parameter("KA1", 0.04, "1/min"),
    TABLE.parameter("F2", 1.16, "fraction", "of the full film dose, metabolised; fitted, no typo"),
    TABLE.parameter("D2", 29.9, "min"),
    TABLE.parameter("KA2", 0.049, "1/min"),
    TABLE.parameter("MTT_gut", 10.7, "min", "one delay compartment"),
)
DISPOSITION = (
    TABLE.parameter("VK1", 11.6, "L/70 kg", "also the central volume of norketamine (VN1)"),
    TABLE.parameter("VK2", 39.0, "L/70 kg"),
    TABLE.parameter("VK3", 174.0, "L/70 kg"),
    TABLE.parameter("CLK1", 1.48, "L/min/70 kg"),
    TABLE.parameter("CLK2", 2.43, "L/min/70 kg"),
    TABLE.parameter("CLK3", 1.21, "L/min/70 kg"),
    TABLE.parameter("MTT_K_NK", 20.1, "min", "total of two compartments"),
    BOTH.parameter("fm_NK", 0.8, "fraction", "fixed"),
    TABLE.parameter("VN2", 221.0, "L/70 kg"),
    TABLE.parameter("CLN1", 1.0, "L/min/70 kg"),
    TABLE.parameter("CLN2", 2.63, "L/min/70 kg"),
    TABLE.parameter("MTT_NK_HNK", 1.12, "min", "total of two compartments"),
    TABLE.parameter("fm_HNK", 0.7, "fraction", "fixed; 0.8 x 0.7 is the abstract's 56 %"),
    TABLE.parameter("VH1", 4.4, "L/70 kg"),
    TABLE.parameter("VH2", 87.5, "L/70 kg"),
    TABLE.parameter("CLH1", 0.933, "L/min/70 kg"),
    TABLE.parameter("CLH2", 1.7, "L/min/70 kg"),
)
PARAMETERS = (*FILM, *DISPOSITION, *allometry(ASSUMED, "values printed at 70 kg, no exponent"))
LOG: Final = "variance on the log scale"
OTHER_ROW = "0.751 is printed on another row and assigned here by nlmixr2lib"
VARIABILITY = (
    TABLE.spread("VK1", 0.057, LOG),
    TABLE.spread("CLK1", 0.029, LOG),
    TABLE.spread("CLK3", 0.026, LOG),
    TABLE.spread("CLN1", 0.05, LOG),
    TABLE.spread("MTT_K_NK", 0.021, LOG),
    TABLE.spread("VH1", 1.22, LOG),
    TABLE.spread("CLH1", 0.103, LOG),
    TABLE.spread("CLH2", 0.287, LOG),
    TABLE.occasion("F1", 0.06),
    TABLE.occasion("D1", 0.154),
    TABLE.occasion("KA1", 0.062),
    TABLE.occasion("F2", 0.057),
    TABLE.occasion("D2", 0.611),
    TABLE.occasion("KA2", 0.376),
    TABLE.occasion("MTT_gut", 0.937),
    TABLE.occasion("MTT_K_NK", 0.751, note=OTHER_ROW),
    TABLE.occasion("VH2", 0.152),
    TABLE.occasion("CLH1", 0.008),
)
AS_VARIANCE = "the table prints 0.012, read as a variance by nlmixr2lib (uncertain)"
RESIDUALS = (
    TABLE.residual("esketamine", 0.1095, "proportional SD", AS_VARIANCE),
    TABLE.residual("noresketamine", 0.102, "proportional SD"),
    TABLE.residual("noresketamine", 0.058, "additive SD [nmol/mL]"),
    TABLE.residual("hydroxynoresketamine", 0.079, "proportional SD"),
    TABLE.residual("hydroxynoresketamine", 0.02, "additive SD [nmol/mL]"),
)
FORMING, FORMING_NEXT = "on the way to norketamine", "on the way to hydroxynorketamine"
LINING, GUT, LIVER = "mouth lining", "swallowed film", "swallowed film, in the liver"
SURPLUS = "in excess of the dose (F1 + F2 of the model is 1.42)"


def disposition(p: Values) -> Graph:
    """Three compartments of the drug, and two of each metabolite behind a chain of two."""
    graph = Graph()
    mammillary(graph, V1=p["VK1"], peripherals=((p["CLK2"], p["VK2"]), (p["CLK3"], p["VK3"])))
    _metabolite(graph, "norketamine", AS_NORKETAMINE, p["VK1"], p["CLN2"], p["VN2"])
    _metabolite(graph, "hydroxynorketamine", AS_HYDROXYNORKETAMINE, p["VH1"], p["CLH2"], p["VH2"])
    eliminate(graph, ELIMINATED)
    eliminate(graph, ELIMINATED_METABOLITE)
    _formation(
        graph, FORMING, "central", p["CLK1"] / p["VK1"], p["MTT_K_NK"], "norketamine central",
        p["fm_NK"], ELIMINATED, FORMING,
    )  # fmt: skip
    _formation(
        graph, FORMING_NEXT, "norketamine central", p["CLN1"] / p["VK1"], p["MTT_NK_HNK"],
        "hydroxynorketamine central", p["fm_HNK"], ELIMINATED_METABOLITE, AS_NORKETAMINE,
    )  # fmt: skip
    graph.flow("hydroxynorketamine central", ELIMINATED_METABOLITE, p["CLH1"] / p["VH1"])
    graph.first_pass = ("norketamine central", p["fm_NK"])
    graph.output("esketamine", "central", volume=p["VK1"])
    # Amounts are moles written as milligrams of ketamine; a metabolite's milligrams are fewer.
    for analyte, name, volume in (
        ("noresketamine", "norketamine", p["VK1"]),
        ("hydroxynoresketamine", "hydroxynorketamine", p["VH1"]),
    ):
        per_mole = molar_mass("ketamine") / molar_mass(name)
        graph.output(analyte, f"{name} central", volume=volume * per_mole)
    return graph


def _metabolite(graph: Graph, name: str, fate: str, V1: object, Q: object, V2: object) -> None:
    mammillary(graph, V1=V1, peripherals=((Q, V2),), prefix=f"{name} ", fate=fate)  # type: ignore[arg-type]


def _formation(
    graph: Graph, name: str, source: str, k: object, mean_time: object, target: str,
    share: object, other: str, fate: str,
) -> None:  # fmt: skip
    """Carry what leaves ``source`` through a chain; ``share`` of it becomes ``target``."""
    first, last, rate = chain(graph, name, stages=2, mean_time=mean_time, fate=fate)  # type: ignore[arg-type]
    graph.flow(source, first, k)  # type: ignore[arg-type]
    graph.flow(last, target, rate * share)  # type: ignore[operator]
    graph.flow(last, other, rate * (1.0 - share))  # type: ignore[operator]


def _film(dose: Dose, p: Values) -> tuple[Input, ...]:
    """F1 through the mucosa, F2 swallowed; what both exceed the dose by is counted against it."""
    return (
        Input(to=LINING, fraction=p["F1"], dur=p["D1"], waits_in="film, waiting", site="mouth"),
        Input(to=GUT, fraction=p["F2"], dur=p["D2"], waits_in="swallowed, waiting", site="gut"),
        Input(to=SURPLUS, fraction=1.0 - p["F1"] - p["F2"], site="model surplus"),
    )


def _with_film(graph: Graph, p: Values) -> None:
    """Add the mucosal depot, and the gut, whose drug is metabolised before it reaches the blood."""
    if LINING in graph.compartments:
        return
    for place in ("film, waiting", "swallowed, waiting"):
        graph.waiting_place(place)
    graph.loss(SURPLUS)
    depot(graph, LINING, "central", ka=p["KA1"])
    graph.compartment(GUT, "swallowed")
    graph.compartment("swallowed film, delayed", "swallowed")
    graph.flow(GUT, "swallowed film, delayed", p["KA2"])
    graph.loss(LIVER_FIRST_PASS)
    # The same chain as behind the blood, met on the first pass and counted apart.
    first, last, rate = chain(
        graph, LIVER, stages=2, mean_time=p["MTT_K_NK"], fate="swallowed, in the liver"
    )
    graph.flow("swallowed film, delayed", first, 1.0 / p["MTT_gut"])
    graph.flow(last, "norketamine central", rate * p["fm_NK"])
    graph.count(FIRST_PASS_METABOLITE, last, rate * p["fm_NK"])
    graph.flow(last, LIVER_FIRST_PASS, rate * (1.0 - p["fm_NK"]))


def _route(name: str) -> Route:
    return Route(
        name=name,
        title=f"oral thin film, {name}",
        source="the model itself, Table 4",
        grade="B",
        inputs=_film,
        extend=_with_film,
        parameters=FILM,
    )


MODEL = Model(
    name="simons2022",
    title="Esketamine film or infusion, with nor- and hydroxynorketamine",
    citation=(
        "Simons P, Olofsen E, van Velzen M, van Lemmen M, Mooren R, van Dasselaar T, Mohr P, "
        "Hammes F, van der Schrier R, Niesters M, Dahan A. S-Ketamine Oral Thin Film-Part 1: "
        "Population Pharmacokinetics of S-Ketamine, S-Norketamine and S-Hydroxynorketamine. Front "
        "Pain Res 2022;3:946486."
    ),
    doi="10.3389/fpain.2022.946486",
    grade="B",
    status="recommended",
    drugs=("S",),
    analytes=("esketamine", "noresketamine", "hydroxynoresketamine"),
    sampling_site="arterial (radial)",
    population=Population(
        description=(
            "20 healthy volunteers (10 women), film of 50 and 100 mg in a crossover, then 20 mg "
            "by vein over 20 min at 6 h"
        ),
        weight_kg=(53.0, 93.0),
        age_y=(19.0, 32.0),
    ),
    parameters=PARAMETERS,
    individual=allometric(
        PARAMETERS,
        volumes="VK1 VK2 VK3 VN2 VH1 VH2",
        clearances="CLK1 CLK2 CLK3 CLN1 CLN2 CLH1 CLH2",
    ),
    disposition=disposition,
    structure=(
        "F1 of a film enters a mucosal depot at zero order over D1 and the blood with KA1. F2 "
        "enters a gut depot over D2, passes a delay, and is metabolised without ever reaching the "
        "blood. Esketamine three compartments; CLK1 leads through a chain of two, 80 % of it to "
        "norketamine (two compartments, VN1 = VK1), whose CLN1 leads through a chain of two, 70 % "
        "of it to hydroxynorketamine (two compartments). Amounts are molar. Volumes times "
        "(weight/70 kg), clearances times (weight/70 kg)^0.75: assumed."
    ),
    routes={"iv": INTRAVENOUS, "buccal": _route("buccal"), "sublingual": _route("sublingual")},
    covariates=("weight_kg",),
    variability=VARIABILITY,
    residuals=RESIDUALS,
    checks=CHECKS,
    problems=(
        "F1 + F2 is 1.42: the model forms more metabolite than the film holds. The ledger shows "
        "the surplus as a negative row, so that it still sums to the dose.",
        "The exponents of body weight are assumed by nlmixr2lib and here; the table prints values "
        "at 70 kg only.",
        "The residual error of esketamine is printed as 0.012 and read as a variance.",
        "In an external data set (Kamp 2020, Br J Anaesth) norketamine is under-predicted by 28 %.",
    ),
)
