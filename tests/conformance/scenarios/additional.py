"""Additional doses."""

from __future__ import annotations

from tests.conformance.oracle import CENTRAL, DEPOT, THIRD, Bolus, Infusion
from tests.conformance.scenarios.scenario import (
    ONE,
    ONE_DEPOT,
    THREE,
    TWO,
    TWO_DEPOT,
    Scenario,
    course,
)

ADDITIONAL = (
    Scenario(
        71,
        "additional-boluses",
        "ADDL counts the doses after the first.",
        ONE,
        """
            ID TIME EVID AMT CMT II ADDL
            1 0 1 50 1 6 3
            1 5 0 0 1 0 0
            1 7 0 0 1 0 0
            1 19 0 0 1 0 0
            1 30 0 0 1 0 0
        """,
        (
            course(
                Bolus(0, 50, CENTRAL),
                Bolus(6, 50, CENTRAL),
                Bolus(12, 50, CENTRAL),
                Bolus(18, 50, CENTRAL),
            ),
        ),
    ),
    Scenario(
        72,
        "additional-infusions",
        "Additional doses of an infusion are infusions.",
        TWO,
        """
            ID TIME EVID AMT CMT RATE II ADDL
            1 0 1 100 1 50 8 2
            1 2 0 0 1 0 0 0
            1 9 0 0 1 0 0 0
            1 17 0 0 1 0 0 0
            1 18 0 0 1 0 0 0
            1 30 0 0 1 0 0 0
        """,
        (
            course(
                Infusion(0, 2, 50, CENTRAL),
                Infusion(8, 10, 50, CENTRAL),
                Infusion(16, 18, 50, CENTRAL),
            ),
        ),
    ),
    Scenario(
        73,
        "additional-infusions-overlap",
        "Additional infusions longer than the interval overlap.",
        ONE,
        """
            ID TIME EVID AMT CMT RATE II ADDL
            1 0 1 100 1 20 2 3
            1 1 0 0 1 0 0 0
            1 3 0 0 1 0 0 0
            1 5.5 0 0 1 0 0 0
            1 8 0 0 1 0 0 0
            1 11 0 0 1 0 0 0
            1 14 0 0 1 0 0 0
        """,
        (
            course(
                Infusion(0, 5, 20, CENTRAL),
                Infusion(2, 7, 20, CENTRAL),
                Infusion(4, 9, 20, CENTRAL),
                Infusion(6, 11, 20, CENTRAL),
            ),
        ),
    ),
    Scenario(
        74,
        "additional-dose-due-at-a-sample",
        "An additional dose due exactly at a record is given before it: 0.1 three times is 0.3.",
        ONE,
        """
            ID TIME EVID AMT CMT II ADDL
            1 0 1 10 1 0.1 5
            1 0.1 0 0 1 0 0
            1 0.3 0 0 1 0 0
            1 0.35 0 0 1 0 0
            1 0.5 0 0 1 0 0
            1 0.6 0 0 1 0 0
        """,
        (
            course(
                Bolus(0, 10, CENTRAL),
                Bolus("0.1", 10, CENTRAL),
                Bolus("0.2", 10, CENTRAL),
                Bolus("0.3", 10, CENTRAL),
                Bolus("0.4", 10, CENTRAL),
                Bolus("0.5", 10, CENTRAL),
            ),
        ),
    ),
    Scenario(
        75,
        "additional-dose-due-at-a-dose",
        "An additional dose due exactly at a dose record is given before it, and both are there after it.",
        ONE,
        """
            ID TIME EVID AMT CMT II ADDL
            1 0 1 50 1 6 1
            1 6 0 0 1 0 0
            1 6 1 20 1 0 0
            1 6 0 0 1 0 0
            1 9 0 0 1 0 0
        """,
        (course(Bolus(0, 50, CENTRAL), Bolus(6, 50, CENTRAL), Bolus(6, 20, CENTRAL, seen_from=3)),),
    ),
    Scenario(
        76,
        "additional-doses-with-F-and-lag",
        "Additional doses have the F and the lag of their record.",
        TWO_DEPOT,
        """
            ID TIME EVID AMT CMT II ADDL F1 ALAG1
            1 0 1 80 1 5 2 0.5 1
            1 4 0 0 2 0 0 0.5 1
            1 6 0 0 2 0 0 0.5 1
            1 12 0 0 2 0 0 0.5 1
            1 24 0 0 2 0 0 0.5 1
        """,
        (course(Bolus(1, 40, DEPOT), Bolus(6, 40, DEPOT), Bolus(11, 40, DEPOT)),),
    ),
    Scenario(
        77,
        "additional-doses-into-two-compartments",
        "Two series of additional doses run beside each other.",
        TWO_DEPOT,
        """
            ID TIME EVID AMT CMT RATE II ADDL
            1 0 1 80 1 0 6 2
            1 1 1 30 2 15 4 2
            1 4 0 0 2 0 0 0
            1 5.5 0 0 2 0 0 0
            1 10 0 0 2 0 0 0
            1 13 0 0 2 0 0 0
            1 24 0 0 2 0 0 0
        """,
        (
            course(
                Bolus(0, 80, DEPOT),
                Bolus(6, 80, DEPOT),
                Bolus(12, 80, DEPOT),
                Infusion(1, 3, 15, CENTRAL),
                Infusion(5, 7, 15, CENTRAL),
                Infusion(9, 11, 15, CENTRAL),
            ),
        ),
    ),
    Scenario(
        78,
        "additional-doses-with-modelled-duration",
        "Additional doses have the modelled duration of their record.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT RATE II ADDL D1
            1 0 1 80 1 -2 6 1 2
            1 2 0 0 2 0 0 0 2
            1 7 0 0 2 0 0 0 2
            1 8 0 0 2 0 0 0 2
            1 12 0 0 2 0 0 0 2
        """,
        (course(Infusion(0, 2, 40, DEPOT), Infusion(6, 8, 40, DEPOT)),),
    ),
    Scenario(
        79,
        "additional-doses-into-a-peripheral-compartment",
        "A series may go into a peripheral compartment.",
        THREE,
        """
            ID TIME EVID AMT CMT II ADDL
            1 0 1 20 3 3 2
            1 2 0 0 1 0 0
            1 3 0 0 1 0 0
            1 8 0 0 1 0 0
            1 24 0 0 1 0 0
        """,
        (course(Bolus(0, 20, THIRD), Bolus(3, 20, THIRD), Bolus(6, 20, THIRD)),),
    ),
    Scenario(
        80,
        "additional-doses-after-the-last-record",
        "Additional doses due after the last record change nothing.",
        ONE,
        """
            ID TIME EVID AMT CMT II ADDL
            1 0 1 50 1 12 100
            1 11 0 0 1 0 0
            1 13 0 0 1 0 0
        """,
        (course(Bolus(0, 50, CENTRAL), Bolus(12, 50, CENTRAL)),),
    ),
    Scenario(
        81,
        "interval-without-additional-doses",
        "II alone repeats nothing.",
        ONE,
        """
            ID TIME EVID AMT CMT II ADDL
            1 0 1 50 1 6 0
            1 5 0 0 1 0 0
            1 7 0 0 1 0 0
        """,
        (course(Bolus(0, 50, CENTRAL)),),
    ),
)
