"""Bioavailability of boluses, rates and durations."""

from __future__ import annotations

from tests.conformance.oracle import CENTRAL, DEPOT, Bolus, Infusion
from tests.conformance.scenarios.scenario import ONE, ONE_DEPOT, TWO, TWO_DEPOT, Scenario, course

AVAILABILITY = (
    Scenario(
        48,
        "F-of-a-bolus",
        "F1 multiplies the amount.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT F1
            1 0 1 80 1 0.6
            1 1 0 0 2 0.6
            1 4 0 0 2 0.6
        """,
        (course(Bolus(0, 48, DEPOT)),),
    ),
    Scenario(
        49,
        "F-above-one",
        "F1 may exceed 1, and applies to any compartment.",
        ONE,
        """
            ID TIME EVID AMT CMT F1
            1 0 1 50 1 1.4
            1 1 0 0 1 1.4
            1 4 0 0 1 1.4
        """,
        (course(Bolus(0, 70, CENTRAL)),),
    ),
    Scenario(
        50,
        "F-of-an-infusion",
        "An infusion keeps its rate and lasts F AMT/RATE: shorter.",
        ONE,
        """
            ID TIME EVID AMT CMT RATE F1
            1 0 1 100 1 25 0.6
            1 2 0 0 1 0 0.6
            1 3 0 0 1 0 0.6
            1 4 0 0 1 0 0.6
            1 8 0 0 1 0 0.6
        """,
        (course(Infusion(0, "2.4", 25, CENTRAL)),),
    ),
    Scenario(
        51,
        "F-above-one-of-an-infusion",
        "An infusion keeps its rate and lasts F AMT/RATE: longer.",
        TWO,
        """
            ID TIME EVID AMT CMT RATE F1
            1 0 1 100 1 25 1.5
            1 4 0 0 1 0 1.5
            1 5 0 0 1 0 1.5
            1 6 0 0 1 0 1.5
            1 8 0 0 1 0 1.5
        """,
        (course(Infusion(0, 6, 25, CENTRAL)),),
    ),
    Scenario(
        52,
        "F-of-a-duration",
        "A dose with DUR keeps its duration, and F scales the rate.",
        ONE,
        """
            ID TIME EVID AMT CMT DUR F1
            1 0 1 100 1 4 0.6
            1 2 0 0 1 0 0.6
            1 4 0 0 1 0 0.6
            1 8 0 0 1 0 0.6
        """,
        (course(Infusion(0, 4, 15, CENTRAL)),),
    ),
    Scenario(
        53,
        "F-of-a-modelled-duration",
        "RATE=-2 keeps D1, and F scales the rate.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT RATE D1 F1
            1 0 1 100 1 -2 2.5 0.6
            1 2 0 0 2 0 2.5 0.6
            1 2.5 0 0 2 0 2.5 0.6
            1 8 0 0 2 0 2.5 0.6
        """,
        (course(Infusion(0, "2.5", 24, DEPOT)),),
    ),
    Scenario(
        54,
        "F-of-a-modelled-rate",
        "RATE=-1 keeps R1, and F scales the duration.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT RATE R1 F1
            1 0 1 100 1 -1 40 0.6
            1 1 0 0 2 0 40 0.6
            1 1.5 0 0 2 0 40 0.6
            1 2.5 0 0 2 0 40 0.6
            1 8 0 0 2 0 40 0.6
        """,
        (course(Infusion(0, "1.5", 40, DEPOT)),),
    ),
    Scenario(
        55,
        "F-of-two-compartments",
        "F1 is the depot's and F2 the central compartment's.",
        TWO_DEPOT,
        """
            ID TIME EVID AMT CMT F1 F2
            1 0 1 80 1 0.5 0.9
            1 0 1 20 2 0.5 0.9
            1 1 0 0 2 0.5 0.9
            1 6 0 0 2 0.5 0.9
        """,
        (course(Bolus(0, 40, DEPOT), Bolus(0, 18, CENTRAL, seen_from=2)),),
    ),
    Scenario(
        56,
        "F-of-the-dose-record",
        "Only the F1 of the dose record counts.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT F1
            1 0 1 80 1 0.5
            1 1 0 0 2 7
            1 4 1 80 1 0.25
            1 6 0 0 2 7
            1 9 0 0 2 0
        """,
        (course(Bolus(0, 40, DEPOT), Bolus(4, 20, DEPOT)),),
    ),
    Scenario(
        57,
        "F-of-the-model",
        "The model's F is the depot's; a dose into the central compartment is whole.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT
            1 0 1 80 1
            1 1 0 0 2
            1 2 1 20 2
            1 4 0 0 2
        """,
        (course(Bolus(0, 20, DEPOT), Bolus(2, 20, CENTRAL)),),
        model={"F": 0.25},
    ),
    Scenario(
        58,
        "F-of-the-file-before-the-models",
        "F1 of the file takes the place of the model's F.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT F1
            1 0 1 80 1 0.75
            1 1 0 0 2 0.75
            1 4 0 0 2 0.75
        """,
        (course(Bolus(0, 60, DEPOT)),),
        model={"F": 0.25},
    ),
    Scenario(
        59,
        "F-of-an-infusion-into-the-depot",
        "The model's F shortens an infusion into the depot.",
        TWO_DEPOT,
        """
            ID TIME EVID AMT CMT RATE
            1 0 1 100 1 25
            1 2 0 0 2 0
            1 3 0 0 2 0
            1 4 0 0 2 0
            1 12 0 0 2 0
        """,
        (course(Infusion(0, 3, 25, DEPOT)),),
        model={"F": 0.75},
    ),
)
