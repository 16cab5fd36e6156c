"""Resets, and time that starts again."""

from __future__ import annotations

from tests.conformance.oracle import CENTRAL, DEPOT, Bolus, Infusion
from tests.conformance.scenarios.scenario import (
    ONE,
    ONE_DEPOT,
    PAST,
    THREE,
    TWO,
    TWO_DEPOT,
    Scenario,
    course,
)

RESETS = (
    Scenario(
        140,
        "reset",
        "EVID 3 empties everything, and doses may follow.",
        TWO,
        """
            ID TIME EVID AMT CMT
            1 0 1 50 1
            1 2 0 0 1
            1 3 3 0 0
            1 4 0 0 1
            1 5 1 30 1
            1 6 0 0 1
            1 12 0 0 1
        """,
        (course(Bolus(0, 50, CENTRAL), last=2), course(Bolus(5, 30, CENTRAL), first=4)),
    ),
    Scenario(
        141,
        "samples-around-a-reset",
        "At one time a sample before the reset sees the dose, and one after sees nothing.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT
            1 0 1 80 1
            1 3 0 0 2
            1 3 3 0 0
            1 3 0 0 2
            1 3 1 40 2
            1 3 0 0 2
            1 6 0 0 2
        """,
        (course(Bolus(0, 80, DEPOT), last=2), course(Bolus(3, 40, CENTRAL), first=5)),
    ),
    Scenario(
        142,
        "reset-ends-an-infusion",
        "EVID 3 ends a running infusion.",
        TWO,
        """
            ID TIME EVID AMT CMT RATE
            1 0 1 100 1 10
            1 4 0 0 1 0
            1 5 3 0 0 0
            1 6 0 0 1 0
            1 12 0 0 1 0
        """,
        (course(Infusion(0, 10, 10, CENTRAL), last=2),),
    ),
    Scenario(
        143,
        "reset-cancels-a-lagged-dose",
        "EVID 3 cancels a dose that has not arrived yet, bolus or infusion.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT RATE ALAG1
            1 0 1 80 1 0 4
            1 1 1 80 1 40 4
            1 2 3 0 0 0 4
            1 5 0 0 2 0 4
            1 8 0 0 2 0 4
        """,
        (),
    ),
    Scenario(
        144,
        "reset-cancels-additional-doses",
        "EVID 3 cancels additional doses.",
        ONE,
        """
            ID TIME EVID AMT CMT II ADDL
            1 0 1 50 1 4 5
            1 5 0 0 1 0 0
            1 6 3 0 0 0 0
            1 8 0 0 1 0 0
            1 13 0 0 1 0 0
        """,
        (course(Bolus(0, 50, CENTRAL), Bolus(4, 50, CENTRAL), last=2),),
    ),
    Scenario(
        145,
        "reset-at-a-due-dose",
        "An additional dose due exactly at a reset is lost with the rest.",
        ONE,
        """
            ID TIME EVID AMT CMT II ADDL
            1 0 1 50 1 4 2
            1 4 3 0 0 0 0
            1 4 0 0 1 0 0
            1 8 0 0 1 0 0
            1 9 0 0 1 0 0
        """,
        (course(Bolus(0, 50, CENTRAL), last=1),),
    ),
    Scenario(
        146,
        "reset-ends-a-steady-state",
        "EVID 3 ends what the earlier doses of a steady state still send.",
        ONE,
        """
            ID TIME EVID AMT CMT RATE II ADDL SS
            1 0 1 100 1 20 2 4 1
            1 1 0 0 1 0 0 0 0
            1 2 3 0 0 0 0 0 0
            1 3 0 0 1 0 0 0 0
            1 5 1 50 1 0 0 0 0
            1 7 0 0 1 0 0 0 0
        """,
        (
            course(*(Infusion(8 - 2 * k, 13 - 2 * k, 20, CENTRAL) for k in PAST), last=2),
            course(Bolus(5, 50, CENTRAL), first=5),
        ),
    ),
    Scenario(
        147,
        "reset-and-dose",
        "EVID 4 is a reset and then a dose.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT
            1 0 1 80 1
            1 3 0 0 2
            1 3 4 40 1
            1 3 0 0 2
            1 5 0 0 2
        """,
        (course(Bolus(0, 80, DEPOT), last=2), course(Bolus(3, 40, DEPOT), first=3)),
    ),
    Scenario(
        148,
        "reset-and-bolus",
        "The prediction on an EVID 4 record sees its bolus and nothing else.",
        THREE,
        """
            ID TIME EVID AMT CMT RATE
            1 0 1 60 1 10
            1 3 4 35 1 0
            1 4 0 0 1 0
            1 8 0 0 1 0
        """,
        (course(Infusion(0, 6, 10, CENTRAL), last=1), course(Bolus(3, 35, CENTRAL), first=2)),
    ),
    Scenario(
        149,
        "reset-and-infusion",
        "EVID 4 with RATE starts an infusion in an empty body.",
        TWO,
        """
            ID TIME EVID AMT CMT RATE
            1 0 1 50 1 0
            1 3 4 40 1 20
            1 4 0 0 1 0
            1 5 0 0 1 0
            1 8 0 0 1 0
        """,
        (course(Bolus(0, 50, CENTRAL), last=1), course(Infusion(3, 5, 20, CENTRAL), first=2)),
    ),
    Scenario(
        150,
        "reset-and-additional-doses",
        "EVID 4 with ADDL cancels the earlier series and starts its own, with one reset.",
        ONE,
        """
            ID TIME EVID AMT CMT II ADDL
            1 0 1 50 1 4 9
            1 5 0 0 1 0 0
            1 6 4 20 1 5 2
            1 9 0 0 1 0 0
            1 11 0 0 1 0 0
            1 13 0 0 1 0 0
            1 20 0 0 1 0 0
        """,
        (
            course(Bolus(0, 50, CENTRAL), Bolus(4, 50, CENTRAL), last=2),
            course(Bolus(6, 20, CENTRAL), Bolus(11, 20, CENTRAL), Bolus(16, 20, CENTRAL), first=3),
        ),
    ),
    Scenario(
        151,
        "reset-and-lagged-dose",
        "EVID 4 resets at its record and its dose arrives later.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT ALAG1
            1 0 1 80 1 1
            1 2 0 0 2 1
            1 3 4 40 1 1
            1 3.5 0 0 2 1
            1 5 0 0 2 1
            1 9 0 0 2 1
        """,
        (course(Bolus(1, 80, DEPOT), last=2), course(Bolus(4, 40, DEPOT), first=3)),
    ),
    Scenario(
        152,
        "reset-and-steady-state",
        "EVID 4 with SS=1 is as EVID 1 with SS=1.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT II SS
            1 0 1 80 1 0 0
            1 2 0 0 2 0 0
            1 3 4 40 1 6 1
            1 5 0 0 2 0 0
            1 12 0 0 2 0 0
        """,
        (
            course(Bolus(0, 80, DEPOT), last=2),
            course(*(Bolus(3 - 6 * k, 40, DEPOT) for k in PAST), first=3),
        ),
    ),
    Scenario(
        153,
        "reset-and-steady-state-two",
        "EVID 4 with SS=2 adds to nothing.",
        ONE,
        """
            ID TIME EVID AMT CMT RATE II SS
            1 0 1 100 1 20 0 0
            1 2 0 0 1 0 0 0
            1 3 4 40 1 20 6 2
            1 4 0 0 1 0 0 0
            1 8 0 0 1 0 0 0
        """,
        (
            course(Infusion(0, 5, 20, CENTRAL), last=2),
            course(*(Infusion(3 - 6 * k, 5 - 6 * k, 20, CENTRAL) for k in PAST), first=3),
        ),
    ),
    Scenario(
        154,
        "reset-and-lagged-steady-state",
        "EVID 4 with SS=1 and a lag is at steady state before its dose arrives.",
        TWO_DEPOT,
        """
            ID TIME EVID AMT CMT II ADDL SS ALAG1
            1 0 1 80 1 0 0 0 1
            1 2 0 0 2 0 0 0 1
            1 3 4 40 1 6 1 1 1
            1 3.5 0 0 2 0 0 0 1
            1 5 0 0 2 0 0 0 1
            1 10 0 0 2 0 0 0 1
            1 20 0 0 2 0 0 0 1
        """,
        (
            course(Bolus(1, 80, DEPOT), last=2),
            course(*(Bolus(10 - 6 * k, 40, DEPOT) for k in PAST), first=3),
        ),
    ),
    Scenario(
        155,
        "time-starts-again-after-a-reset",
        "After EVID 3 time may start again.",
        TWO,
        """
            ID TIME EVID AMT CMT
            1 0 1 50 1
            1 10 0 0 1
            1 0 3 0 0
            1 0 0 0 1
            1 1 1 30 1
            1 2 0 0 1
            1 8 0 0 1
        """,
        (course(Bolus(0, 50, CENTRAL), last=2), course(Bolus(1, 30, CENTRAL), first=5)),
    ),
    Scenario(
        156,
        "time-starts-again-with-a-dose",
        "After EVID 4 time may start again; pending doses of before do not come back.",
        ONE,
        """
            ID TIME EVID AMT CMT RATE II ADDL
            1 0 1 60 1 20 6 9
            1 10 0 0 1 0 0 0
            1 0 4 30 1 10 0 0
            1 2 0 0 1 0 0 0
            1 4 0 0 1 0 0 0
            1 7 0 0 1 0 0 0
            1 13 0 0 1 0 0 0
        """,
        (
            course(Infusion(0, 3, 20, CENTRAL), Infusion(6, 9, 20, CENTRAL), last=2),
            course(Infusion(0, 3, 10, CENTRAL), first=3),
        ),
    ),
    Scenario(
        157,
        "time-starts-again-twice",
        "Three occasions in one subject, each from time 0.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT II ADDL ALAG1
            1 0 1 80 1 8 1 0.5
            1 4 0 0 2 0 0 0.5
            1 12 0 0 2 0 0 0.5
            1 0 4 40 2 8 1 0.5
            1 4 0 0 2 0 0 0.5
            1 12 0 0 2 0 0 0.5
            1 0 4 80 1 6 1 0.5
            1 4 0 0 2 0 0 0.5
            1 12 0 0 2 0 0 0.5
        """,
        (
            course(Bolus("0.5", 80, DEPOT), Bolus("8.5", 80, DEPOT), last=3),
            course(Bolus(0, 40, CENTRAL), Bolus(8, 40, CENTRAL), first=4, last=6),
            course(Bolus("0.5", 80, DEPOT), Bolus("6.5", 80, DEPOT), first=7),
        ),
    ),
)
