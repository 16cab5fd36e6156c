"""Several things at one time, and infusions that meet or overlap."""

from __future__ import annotations

from tests.conformance.oracle import CENTRAL, DEPOT, SECOND, Bolus, Infusion
from tests.conformance.scenarios.scenario import (
    ONE,
    ONE_DEPOT,
    THREE,
    TWO,
    TWO_DEPOT,
    Scenario,
    course,
)

TIES = (
    Scenario(
        82,
        "samples-around-a-dose",
        "At one time a sample before the dose does not see it, and one after does.",
        ONE,
        """
            ID TIME EVID AMT CMT
            1 0 1 50 1
            1 4 0 0 1
            1 4 1 30 1
            1 4 0 0 1
            1 6 0 0 1
        """,
        (course(Bolus(0, 50, CENTRAL), Bolus(4, 30, CENTRAL, seen_from=3)),),
    ),
    Scenario(
        83,
        "two-doses-at-one-time",
        "Two doses at one time are given one after the other, and a sample between sees the first.",
        TWO,
        """
            ID TIME EVID AMT CMT
            1 0 0 0 1
            1 0 1 50 1
            1 0 0 0 1
            1 0 1 20 1
            1 0 0 0 1
            1 2 0 0 1
        """,
        (course(Bolus(0, 50, CENTRAL, seen_from=2), Bolus(0, 20, CENTRAL, seen_from=4)),),
    ),
    Scenario(
        84,
        "bolus-and-infusion-at-one-time",
        "A bolus and an infusion may start at one time.",
        THREE,
        """
            ID TIME EVID AMT CMT RATE
            1 0 1 35 1 0
            1 0 1 60 1 20
            1 1 0 0 1 0
            1 3 0 0 1 0
            1 6 0 0 1 0
        """,
        (course(Bolus(0, 35, CENTRAL), Infusion(0, 3, 20, CENTRAL)),),
    ),
    Scenario(
        85,
        "samples-around-the-start-of-an-infusion",
        "At the start of an infusion nothing is in yet, before or after its record.",
        ONE,
        """
            ID TIME EVID AMT CMT RATE
            1 0 1 50 1 0
            1 2 0 0 1 0
            1 2 1 40 1 20
            1 2 0 0 1 0
            1 3 0 0 1 0
            1 4 0 0 1 0
        """,
        (course(Bolus(0, 50, CENTRAL), Infusion(2, 4, 20, CENTRAL)),),
    ),
    Scenario(
        86,
        "infusion-ends-at-a-sample",
        "An infusion that ends at a record has stopped there: 0.7 after 0.2 is 0.9.",
        TWO,
        """
            ID TIME EVID AMT CMT RATE
            1 0.2 1 70 1 100
            1 0.8 0 0 1 0
            1 0.9 0 0 1 0
            1 0.9 0 0 1 0
            1 1 0 0 1 0
        """,
        (course(Infusion("0.2", "0.9", 100, CENTRAL)),),
    ),
    Scenario(
        87,
        "next-infusion-starts-where-one-ends",
        "An infusion may start where another ends.",
        ONE,
        """
            ID TIME EVID AMT CMT RATE
            1 0 1 40 1 20
            1 2 0 0 1 0
            1 2 1 90 1 30
            1 2 0 0 1 0
            1 4 0 0 1 0
            1 5 0 0 1 0
            1 9 0 0 1 0
        """,
        (course(Infusion(0, 2, 20, CENTRAL), Infusion(2, 5, 30, CENTRAL)),),
    ),
    Scenario(
        88,
        "ten-infusions-are-one",
        "Ten infusions back to back are one long infusion.",
        THREE,
        """
            ID TIME EVID AMT CMT RATE II ADDL
            1 0 1 7 1 70 0.1 9
            1 0.35 0 0 1 0 0 0
            1 0.7 0 0 1 0 0 0
            1 1 0 0 1 0 0 0
            1 1.5 0 0 1 0 0 0
            1 6 0 0 1 0 0 0
        """,
        (course(Infusion(0, 1, 70, CENTRAL)),),
    ),
    Scenario(
        89,
        "ten-infusion-records-are-one",
        "Ten records of infusions back to back are one long infusion.",
        TWO,
        """
            ID TIME EVID AMT CMT RATE
            1 0 1 7 1 70
            1 0.1 1 7 1 70
            1 0.2 1 7 1 70
            1 0.3 1 7 1 70
            1 0.4 1 7 1 70
            1 0.5 1 7 1 70
            1 0.6 1 7 1 70
            1 0.7 1 7 1 70
            1 0.8 1 7 1 70
            1 0.9 1 7 1 70
            1 1 0 0 1 0
            1 3 0 0 1 0
        """,
        (course(Infusion(0, 1, 70, CENTRAL)),),
    ),
    Scenario(
        90,
        "infusions-overlap",
        "Rates of overlapping infusions add up.",
        TWO,
        """
            ID TIME EVID AMT CMT RATE
            1 0 1 100 1 20
            1 2 1 90 1 45
            1 3 0 0 1 0
            1 4 0 0 1 0
            1 4.5 1 10 1 5
            1 5 0 0 1 0
            1 6.5 0 0 1 0
            1 12 0 0 1 0
        """,
        (
            course(
                Infusion(0, 5, 20, CENTRAL),
                Infusion(2, 4, 45, CENTRAL),
                Infusion("4.5", "6.5", 5, CENTRAL),
            ),
        ),
    ),
    Scenario(
        91,
        "infusions-into-two-compartments-overlap",
        "Infusions into different compartments run beside each other.",
        TWO_DEPOT,
        """
            ID TIME EVID AMT CMT RATE
            1 0 1 100 1 20
            1 1 1 90 2 30
            1 2 1 30 3 15
            1 3 0 0 2 0
            1 4.5 0 0 2 0
            1 10 0 0 2 0
        """,
        (
            course(
                Infusion(0, 5, 20, DEPOT), Infusion(1, 4, 30, CENTRAL), Infusion(2, 4, 15, SECOND)
            ),
        ),
    ),
    Scenario(
        92,
        "bolus-during-an-infusion",
        "A bolus leaves a running infusion alone.",
        ONE,
        """
            ID TIME EVID AMT CMT RATE
            1 0 1 100 1 20
            1 2 1 50 1 0
            1 3 0 0 1 0
            1 5 0 0 1 0
            1 8 0 0 1 0
        """,
        (course(Infusion(0, 5, 20, CENTRAL), Bolus(2, 50, CENTRAL)),),
    ),
    Scenario(
        93,
        "other-event",
        "EVID 2 predicts and gives nothing.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT
            1 0 1 80 1
            1 0.5 2 0 0
            1 1 0 0 2
            1 4 2 0 0
            1 6 0 0 2
        """,
        (course(Bolus(0, 80, DEPOT)),),
    ),
    Scenario(
        94,
        "other-event-at-a-due-dose",
        "EVID 2 at the time of an additional dose sees it.",
        ONE,
        """
            ID TIME EVID AMT CMT II ADDL
            1 0 1 50 1 6 1
            1 6 2 0 0 0 0
            1 6 0 0 1 0 0
            1 9 0 0 1 0 0
        """,
        (course(Bolus(0, 50, CENTRAL), Bolus(6, 50, CENTRAL)),),
    ),
    Scenario(
        95,
        "short-and-long-infusion",
        "An infusion of a few seconds beside one of days.",
        THREE,
        """
            ID TIME EVID AMT CMT RATE
            1 0 1 240 1 5
            1 1 1 35 1 35000
            1 1.001 0 0 1 0
            1 1.01 0 0 1 0
            1 24 0 0 1 0
            1 48 0 0 1 0
            1 60 0 0 1 0
        """,
        (course(Infusion(0, 48, 5, CENTRAL), Infusion(1, "1.001", 35000, CENTRAL)),),
    ),
)
