"""Doses that arrive after their record."""

from __future__ import annotations

from tests.conformance.oracle import CENTRAL, DEPOT, Bolus, Infusion
from tests.conformance.scenarios.scenario import (
    ONE,
    ONE_DEPOT,
    THREE_DEPOT,
    TWO,
    TWO_DEPOT,
    Scenario,
    course,
)

LAG = (
    Scenario(
        60,
        "lag-of-a-bolus",
        "A dose arrives ALAG1 after its record.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT ALAG1
            1 0 1 80 1 0.5
            1 0.25 0 0 2 0.5
            1 0.75 0 0 2 0.5
            1 4 0 0 2 0.5
        """,
        (course(Bolus("0.5", 80, DEPOT)),),
    ),
    Scenario(
        61,
        "lag-of-an-infusion",
        "A lag shifts start and end of an infusion.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT RATE ALAG1
            1 0 1 80 1 40 0.75
            1 0.5 0 0 2 0 0.75
            1 1 0 0 2 0 0.75
            1 2.5 0 0 2 0 0.75
            1 2.75 0 0 2 0 0.75
            1 6 0 0 2 0 0.75
        """,
        (course(Infusion("0.75", "2.75", 40, DEPOT)),),
    ),
    Scenario(
        62,
        "lag-of-the-central-compartment",
        "A dose into the central compartment may lag.",
        TWO,
        """
            ID TIME EVID AMT CMT RATE ALAG1
            1 0 1 50 1 0 1
            1 0.5 0 0 1 0 1
            1 1 0 0 1 0 1
            1 2 1 50 1 25 1
            1 2.5 0 0 1 0 1
            1 4 0 0 1 0 1
            1 8 0 0 1 0 1
        """,
        (course(Bolus(1, 50, CENTRAL), Infusion(3, 5, 25, CENTRAL)),),
    ),
    Scenario(
        63,
        "lag-of-two-compartments",
        "ALAG1 is the depot's and ALAG2 the central compartment's.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT ALAG1 ALAG2
            1 0 1 80 1 0.5 1.5
            1 0 1 20 2 0.5 1.5
            1 1 0 0 2 0.5 1.5
            1 2 0 0 2 0.5 1.5
            1 6 0 0 2 0.5 1.5
        """,
        (course(Bolus("0.5", 80, DEPOT), Bolus("1.5", 20, CENTRAL)),),
    ),
    Scenario(
        64,
        "lag-of-the-model",
        "The model's tlag is the depot's; a dose into the central compartment is there at once.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT
            1 0 1 80 1
            1 0 1 20 2
            1 0.5 0 0 2
            1 1 0 0 2
            1 6 0 0 2
        """,
        (course(Bolus("0.75", 80, DEPOT), Bolus(0, 20, CENTRAL, seen_from=2)),),
        model={"tlag": 0.75},
    ),
    Scenario(
        65,
        "lag-of-the-file-before-the-models",
        "ALAG1 of the file takes the place of the model's tlag.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT ALAG1
            1 0 1 80 1 2
            1 1 0 0 2 2
            1 3 0 0 2 2
            1 6 0 0 2 2
        """,
        (course(Bolus(2, 80, DEPOT)),),
        model={"tlag": 0.75},
    ),
    Scenario(
        66,
        "lag-due-at-a-sample",
        "A lagged dose due exactly at a record is given before it: 0.1 + 0.2 is 0.3.",
        ONE,
        """
            ID TIME EVID AMT CMT ALAG1
            1 0.1 1 50 1 0.2
            1 0.2 0 0 1 0.2
            1 0.3 0 0 1 0.2
            1 1 0 0 1 0.2
        """,
        (course(Bolus("0.3", 50, CENTRAL)),),
    ),
    Scenario(
        67,
        "lag-by-record",
        "A later dose with a short lag overtakes an earlier one with a long lag.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT ALAG1
            1 0 1 80 1 5
            1 1 1 20 1 0.5
            1 2 0 0 2 0
            1 4 0 0 2 0
            1 6 0 0 2 0
            1 12 0 0 2 0
        """,
        (course(Bolus(5, 80, DEPOT), Bolus("1.5", 20, DEPOT)),),
    ),
    Scenario(
        68,
        "lag-and-modelled-duration",
        "Lag and modelled duration follow each other.",
        TWO_DEPOT,
        """
            ID TIME EVID AMT CMT RATE D1 ALAG1
            1 0 1 80 1 -2 2 1.5
            1 1 0 0 2 0 2 1.5
            1 2 0 0 2 0 2 1.5
            1 3.5 0 0 2 0 2 1.5
            1 12 0 0 2 0 2 1.5
        """,
        (course(Infusion("1.5", "3.5", 40, DEPOT)),),
    ),
    Scenario(
        69,
        "lag-longer-than-the-interval",
        "Additional doses lag too, also longer than their interval.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT II ADDL ALAG1
            1 0 1 60 1 4 2 9
            1 6 0 0 2 0 0 9
            1 10 0 0 2 0 0 9
            1 14 0 0 2 0 0 9
            1 16 0 0 2 0 0 9
            1 18 0 0 2 0 0 9
            1 30 0 0 2 0 0 9
        """,
        (course(Bolus(9, 60, DEPOT), Bolus(13, 60, DEPOT), Bolus(17, 60, DEPOT)),),
    ),
    Scenario(
        70,
        "lag-of-three-compartments",
        "A lagged infusion into the depot of three compartments, with F.",
        THREE_DEPOT,
        """
            ID TIME EVID AMT CMT RATE F1 ALAG1
            1 0 1 100 1 50 0.5 0.2
            1 0.1 0 0 2 0 0.5 0.2
            1 1 0 0 2 0 0.5 0.2
            1 1.2 0 0 2 0 0.5 0.2
            1 5 0 0 2 0 0.5 0.2
        """,
        (course(Infusion("0.2", "1.2", 50, DEPOT)),),
    ),
)
