"""Records as NONMEM means them: every scenario agrees with the oracle's stored predictions."""

import functools

import mpmath as mp
import numpy as np
import polars as pl
import pytest

import ketapk as kp
from ketapk.errors import InputError
from tests.conformance.make_expected import EXPECTED, README, predictions, states, table
from tests.conformance.oracle import (
    CENTRAL,
    DEPOT,
    DIGITS,
    PLACES,
    SECOND,
    THIRD,
    Body,
    Bolus,
    Infusion,
    amounts,
)
from tests.conformance.scenarios import SCENARIOS

RTOL = 1e-13
"""Relative, without an absolute part: where nothing is left, exactly zero is expected."""
REFUSED = {"negative-times": "times start at 0"}
"""What ketapk does not predict, and a part of the sentence with which it says so."""
READ = [scenario for scenario in SCENARIOS if scenario.name not in REFUSED]
BUILDERS = (kp.one_compartment, kp.two_compartment, kp.three_compartment)
SITES = ({SECOND: "peripheral"}, {SECOND: "peripheral 1", THIRD: "peripheral 2"})


def of(scenarios):
    return pytest.mark.parametrize("scenario", scenarios, ids=lambda scenario: scenario.label)


def peripherals(scenario):
    """How many peripheral compartments the body has."""
    return (scenario.body.Q2 != "0") + (scenario.body.Q3 != "0")


def file_of(scenario):
    return EXPECTED / f"{scenario.label}.csv"


@functools.cache
def stored(scenario):
    """The file of a scenario as a frame; a dot is a missing value."""
    return pl.read_csv(file_of(scenario), null_values=".")


def simulated(source, scenario):
    """The records of a source, simulated as the scenario says."""
    names = ["CL", "V1", *("Q2", "V2", "Q3", "V3")[: 2 * peripherals(scenario)]]
    names += ["ka"] if scenario.body.ka != "0" else []
    given = {name: float(getattr(scenario.body, name)) for name in names}
    model = BUILDERS[peripherals(scenario)](**given, **scenario.model)
    records = kp.read_nonmem(source, carry=scenario.carry)
    return records.simulate(model, parameters=scenario.parameters)


@of(READ)
def test_a_file_is_predicted_as_expected(scenario):
    predicted = simulated(file_of(scenario), scenario)
    np.testing.assert_allclose(
        predicted.concentration("ketamine"), stored(scenario)["PRED"], rtol=RTOL, atol=0.0
    )


@of(READ)
def test_a_frame_is_predicted_as_its_file(scenario):
    by_frame = simulated(stored(scenario).drop("PRED"), scenario)
    np.testing.assert_array_equal(by_frame.amounts, simulated(file_of(scenario), scenario).amounts)


@of(READ)
def test_every_compartment_holds_what_the_oracle_says(scenario):
    predicted = simulated(file_of(scenario), scenario)
    sites = {CENTRAL: "central"}
    if peripherals(scenario):
        sites |= SITES[peripherals(scenario) - 1]
    if "depot" in predicted.sites:
        sites |= {DEPOT: "depot"}
    wanted = states(scenario)
    assert all(not state[place] for state in wanted for place in PLACES if place not in sites)
    for place, site in sites.items():
        np.testing.assert_allclose(
            predicted.amounts[:, predicted.sites.index(site)],
            [float(state[place]) for state in wanted],
            rtol=RTOL,
            atol=0.0,
            err_msg=place,
        )


@of([scenario for scenario in SCENARIOS if scenario.name in REFUSED])
def test_what_is_refused_is_refused_with_a_sentence(scenario):
    with pytest.raises(InputError, match=REFUSED[scenario.name]):
        simulated(file_of(scenario), scenario)


@of([*SCENARIOS[::9], *(scenario for scenario in SCENARIOS if scenario.name in REFUSED)])
def test_the_stored_predictions_are_what_the_oracle_gives(scenario):
    np.testing.assert_allclose(
        stored(scenario)["PRED"], predictions(scenario), rtol=2 * np.finfo(float).eps, atol=0.0
    )


@of(SCENARIOS)
def test_the_stored_records_are_those_of_the_scenario(scenario):
    lines = file_of(scenario).read_text().splitlines()
    found = [line.rpartition(",")[0].split(",") for line in lines]
    assert found == [scenario.columns, *scenario.rows]


def test_every_scenario_has_its_file_and_every_file_its_scenario():
    assert [scenario.number for scenario in SCENARIOS] == list(range(1, len(SCENARIOS) + 1))
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS)
    assert sorted(path.name for path in EXPECTED.iterdir()) == sorted(
        file_of(scenario).name for scenario in SCENARIOS
    )


def test_the_table_of_scenarios_is_current():
    assert README.read_text().endswith("\n## Scenarios\n\n" + table())


class TestTheOracleKnowsTheTextbook:
    """Closed forms, to 30 of its 40 digits."""

    def agree(self, found, wanted):
        assert abs(found - wanted) <= mp.mpf(10) ** -30 * abs(wanted)

    @pytest.fixture(autouse=True)
    def precision(self):
        with mp.workdps(DIGITS):
            yield

    def test_absorption(self):
        ka, k, t = mp.mpf("1.2"), mp.mpf("0.4"), mp.mpf("2.5")
        found = amounts([Bolus(0, 80, DEPOT)], [(0, Body(CL="40", V1="100", ka="1.2"))], "2.5")
        self.agree(found[DEPOT], 80 * mp.exp(-ka * t))
        self.agree(found[CENTRAL], 80 * ka / (ka - k) * (mp.exp(-k * t) - mp.exp(-ka * t)))

    @pytest.mark.parametrize("time", ["1", "2", "7"])
    def test_infusion(self, time):
        k, t = mp.mpf("0.4"), mp.mpf(time)
        found = amounts([Infusion(0, 2, 30, CENTRAL)], [(0, Body(CL="40", V1="100"))], time)
        during = min(t, mp.mpf(2))
        self.agree(found[CENTRAL], 30 / k * (1 - mp.exp(-k * during)) * mp.exp(-k * (t - during)))

    def test_two_compartments(self):
        k10, k12, k21 = mp.mpf(60) / 50, mp.mpf(100) / 50, mp.mpf(100) / 150
        total, root = k10 + k12 + k21, mp.sqrt((k10 + k12 + k21) ** 2 - 4 * k10 * k21)
        a, b = (total + root) / 2, (total - root) / 2
        fast, slow = mp.exp(-3 * a), mp.exp(-3 * b)
        body = Body(CL="60", V1="50", Q2="100", V2="150")
        found = amounts([Bolus(0, 50, CENTRAL)], [(0, body)], 3)
        self.agree(found[CENTRAL], 50 * ((a - k21) * fast + (k21 - b) * slow) / (a - b))
        self.agree(found[SECOND], 50 * k12 * (slow - fast) / (a - b))

    def test_a_constant_rate_settles_at_rate_over_clearance(self):
        body = Body(CL="84", V1="25", Q2="161", V2="56", Q3="79", V3="157", ka="1.5")
        found = amounts([Infusion(-400, 0, 21, DEPOT)], [(0, body)], 0)
        for place, content in {DEPOT: 14, CENTRAL: 6.25, SECOND: 14, THIRD: 39.25}.items():
            self.agree(found[place], mp.mpf(content))

    def test_past_doses_settle_at_the_geometric_sum(self):
        doses = [Bolus(-2 * k, 50, CENTRAL) for k in range(120)]
        found = amounts(doses, [(0, Body(CL="40", V1="100"))], 1)
        self.agree(found[CENTRAL], 50 * mp.exp(mp.mpf("-0.4")) / (1 - mp.exp(mp.mpf("-0.8"))))

    def test_another_body_takes_over_at_its_time(self):
        bodies = [(0, Body(CL="40", V1="100")), (2, Body(CL="10", V1="100"))]
        found = amounts([Bolus(1, 50, CENTRAL)], bodies, 5)
        self.agree(found[CENTRAL], 50 * mp.exp(mp.mpf("-0.7")))

    def test_a_bolus_is_seen_from_its_record_on(self):
        doses, bodies = [Bolus(1, 50, CENTRAL, seen_from=3)], [(0, Body(CL="40", V1="100"))]
        assert [amounts(doses, bodies, 1, record)[CENTRAL] for record in (2, 3)] == [0, 50]

    def test_floats_are_refused(self):
        with pytest.raises(TypeError, match=r"write '0\.1'"):
            amounts([Bolus(0, 0.1, CENTRAL)], [(0, Body(CL="40", V1="100"))], 1)
