"""Steady states of boluses, infusions and constant rates."""

from __future__ import annotations

from fractions import Fraction as Fr

from tests.conformance.oracle import CENTRAL, DEPOT, SECOND, Bolus, Infusion
from tests.conformance.scenarios.scenario import (
    LONG,
    ONE,
    ONE_DEPOT,
    PAST,
    THREE,
    THREE_DEPOT,
    TWO,
    TWO_DEPOT,
    Scenario,
    course,
)

STEADY = (
    Scenario(
        96,
        "ss-bolus",
        "SS=1 is the state after a dose every II since ever, this one included.",
        ONE,
        """
            ID TIME EVID AMT CMT II SS
            1 24 0 0 1 0 0
            1 24 1 50 1 8 1
            1 24 0 0 1 0 0
            1 28 0 0 1 0 0
            1 32 0 0 1 0 0
            1 48 0 0 1 0 0
        """,
        (course(*(Bolus(24 - 8 * k, 50, CENTRAL) for k in PAST), first=2),),
    ),
    Scenario(
        97,
        "ss-bolus-depot",
        "SS=1 of a bolus into the depot.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT II SS
            1 24 1 80 1 6 1
            1 25 0 0 2 0 0
            1 30 0 0 2 0 0
            1 48 0 0 2 0 0
        """,
        (course(*(Bolus(24 - 6 * k, 80, DEPOT) for k in PAST)),),
    ),
    Scenario(
        98,
        "ss-bolus-two",
        "SS=1 of a bolus with two compartments.",
        TWO,
        """
            ID TIME EVID AMT CMT II SS
            1 0 1 50 1 4 1
            1 1 0 0 1 0 0
            1 4 0 0 1 0 0
            1 30 0 0 1 0 0
        """,
        (course(*(Bolus(-4 * k, 50, CENTRAL) for k in PAST)),),
    ),
    Scenario(
        99,
        "ss-bolus-three-depot",
        "SS=1 of a bolus into the depot of three compartments.",
        THREE_DEPOT,
        """
            ID TIME EVID AMT CMT II SS
            1 0 1 100 1 8 1
            1 1 0 0 2 0 0
            1 8 0 0 2 0 0
            1 30 0 0 2 0 0
        """,
        (course(*(Bolus(-8 * k, 100, DEPOT) for k in PAST)),),
    ),
    Scenario(
        100,
        "ss-bolus-into-peripheral",
        "SS=1 of a bolus into the peripheral compartment.",
        TWO,
        """
            ID TIME EVID AMT CMT II SS
            1 0 1 50 2 4 1
            1 1 0 0 1 0 0
            1 4 0 0 1 0 0
            1 30 0 0 1 0 0
        """,
        (course(*(Bolus(-4 * k, 50, SECOND) for k in PAST)),),
    ),
    Scenario(
        101,
        "ss-infusion-shorter-than-interval",
        "SS=1 of an infusion that starts at its record.",
        ONE,
        """
            ID TIME EVID AMT CMT RATE II SS
            1 24 1 60 1 30 8 1
            1 25 0 0 1 0 0 0
            1 26 0 0 1 0 0 0
            1 32 0 0 1 0 0 0
            1 48 0 0 1 0 0 0
        """,
        (course(*(Infusion(24 - 8 * k, 26 - 8 * k, 30, CENTRAL) for k in PAST)),),
    ),
    Scenario(
        102,
        "ss-infusion-equal-to-interval",
        "SS=1 of infusions that touch is the steady state of one rate, and the last runs on.",
        ONE,
        """
            ID TIME EVID AMT CMT RATE II SS
            1 24 1 160 1 20 8 1
            1 28 0 0 1 0 0 0
            1 32 0 0 1 0 0 0
            1 36 0 0 1 0 0 0
        """,
        (course(*(Infusion(24 - 8 * k, 32 - 8 * k, 20, CENTRAL) for k in PAST)),),
    ),
    Scenario(
        103,
        "ss-infusion-longer-than-interval",
        "SS=1 of infusions of 2.5 intervals: those begun before run on to their ends.",
        ONE,
        """
            ID TIME EVID AMT CMT RATE II SS
            1 24 1 100 1 20 2 1
            1 24.5 0 0 1 0 0 0
            1 25 0 0 1 0 0 0
            1 26 0 0 1 0 0 0
            1 27.5 0 0 1 0 0 0
            1 29 0 0 1 0 0 0
            1 36 0 0 1 0 0 0
        """,
        (course(*(Infusion(24 - 2 * k, 29 - 2 * k, 20, CENTRAL) for k in PAST)),),
    ),
    Scenario(
        104,
        "ss-infusion-of-two-intervals",
        "SS=1 of infusions of exactly two intervals.",
        TWO,
        """
            ID TIME EVID AMT CMT RATE II SS
            1 24 1 120 1 20 3 1
            1 26 0 0 1 0 0 0
            1 27 0 0 1 0 0 0
            1 28 0 0 1 0 0 0
            1 30 0 0 1 0 0 0
            1 40 0 0 1 0 0 0
        """,
        (course(*(Infusion(24 - 3 * k, 30 - 3 * k, 20, CENTRAL) for k in PAST)),),
    ),
    Scenario(
        105,
        "ss-infusion-into-depot-longer-than-interval",
        "SS=1 of infusions of 2.5 intervals into the depot.",
        TWO_DEPOT,
        """
            ID TIME EVID AMT CMT RATE II SS
            1 24 1 100 1 10 4 1
            1 25 0 0 2 0 0 0
            1 27 0 0 2 0 0 0
            1 31 0 0 2 0 0 0
            1 34 0 0 2 0 0 0
            1 48 0 0 2 0 0 0
        """,
        (course(*(Infusion(24 - 4 * k, 34 - 4 * k, 10, DEPOT) for k in PAST)),),
    ),
    Scenario(
        106,
        "ss-infusion-three",
        "SS=1 of a short infusion with three compartments.",
        THREE,
        """
            ID TIME EVID AMT CMT RATE II SS
            1 0 1 40 1 60 6 1
            1 0.5 0 0 1 0 0 0
            1 1 0 0 1 0 0 0
            1 6 0 0 1 0 0 0
            1 24 0 0 1 0 0 0
        """,
        (course(*(Infusion(-6 * k, Fr(2, 3) - 6 * k, 60, CENTRAL) for k in PAST)),),
    ),
    Scenario(
        107,
        "ss-replaces-the-state",
        "SS=1 puts its state in the place of what was there.",
        TWO,
        """
            ID TIME EVID AMT CMT II SS
            1 0 1 500 1 0 0
            1 6 0 0 1 0 0
            1 6 1 20 1 12 1
            1 8 0 0 1 0 0
            1 24 0 0 1 0 0
        """,
        (
            course(Bolus(0, 500, CENTRAL), last=2),
            course(*(Bolus(6 - 12 * k, 20, CENTRAL) for k in PAST), first=3),
        ),
    ),
    Scenario(
        108,
        "ss-cancels-a-running-infusion",
        "SS=1 ends an infusion of an earlier record.",
        ONE,
        """
            ID TIME EVID AMT CMT RATE II SS
            1 0 1 200 1 20 0 0
            1 4 0 0 1 0 0 0
            1 4 1 50 1 0 6 1
            1 6 0 0 1 0 0 0
            1 12 0 0 1 0 0 0
        """,
        (
            course(Infusion(0, 10, 20, CENTRAL), last=2),
            course(*(Bolus(4 - 6 * k, 50, CENTRAL) for k in PAST), first=3),
        ),
    ),
    Scenario(
        109,
        "ss-cancels-additional-doses",
        "SS=1 cancels additional doses of an earlier record.",
        ONE,
        """
            ID TIME EVID AMT CMT II ADDL SS
            1 0 1 50 1 6 3 0
            1 7 0 0 1 0 0 0
            1 8 1 20 1 12 0 1
            1 11 0 0 1 0 0 0
            1 13 0 0 1 0 0 0
            1 19 0 0 1 0 0 0
        """,
        (
            course(Bolus(0, 50, CENTRAL), Bolus(6, 50, CENTRAL), last=2),
            course(*(Bolus(8 - 12 * k, 20, CENTRAL) for k in PAST), first=3),
        ),
    ),
    Scenario(
        110,
        "ss-cancels-a-lagged-dose",
        "SS=1 cancels a dose that has not arrived yet.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT II SS ALAG1
            1 0 1 80 1 0 0 6
            1 4 1 20 2 8 1 6
            1 5 0 0 2 0 0 6
            1 7 0 0 2 0 0 6
            1 12 0 0 2 0 0 6
        """,
        (course(*(Bolus(4 - 8 * k, 20, CENTRAL) for k in PAST), first=2),),
    ),
    Scenario(
        111,
        "ss-then-ss",
        "A second SS=1 replaces the first.",
        ONE,
        """
            ID TIME EVID AMT CMT RATE II SS
            1 0 1 100 1 20 2 1
            1 3 0 0 1 0 0 0
            1 4 1 30 1 0 8 1
            1 6 0 0 1 0 0 0
            1 12 0 0 1 0 0 0
        """,
        (
            course(*(Infusion(-2 * k, 5 - 2 * k, 20, CENTRAL) for k in PAST), last=2),
            course(*(Bolus(4 - 8 * k, 30, CENTRAL) for k in PAST), first=3),
        ),
    ),
    Scenario(
        112,
        "ss-with-additional-doses",
        "ADDL carries a steady state on.",
        TWO,
        """
            ID TIME EVID AMT CMT II ADDL SS
            1 24 1 50 1 6 2 1
            1 29 0 0 1 0 0 0
            1 30 0 0 1 0 0 0
            1 37 0 0 1 0 0 0
            1 42 0 0 1 0 0 0
            1 60 0 0 1 0 0 0
        """,
        (course(*(Bolus(36 - 6 * k, 50, CENTRAL) for k in PAST)),),
    ),
    Scenario(
        113,
        "ss-infusion-longer-with-additional-doses",
        "ADDL carries a steady state of overlapping infusions on.",
        ONE,
        """
            ID TIME EVID AMT CMT RATE II ADDL SS
            1 24 1 100 1 20 2 3 1
            1 25.5 0 0 1 0 0 0 0
            1 28 0 0 1 0 0 0 0
            1 31 0 0 1 0 0 0 0
            1 33 0 0 1 0 0 0 0
            1 35 0 0 1 0 0 0 0
            1 40 0 0 1 0 0 0 0
        """,
        (course(*(Infusion(30 - 2 * k, 35 - 2 * k, 20, CENTRAL) for k in PAST)),),
    ),
    Scenario(
        114,
        "ss-with-lag",
        "At the record of a lagged SS=1 dose the last dose arrived II - ALAG1 ago.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT II SS ALAG1
            1 24 1 80 1 6 1 2
            1 25 0 0 2 0 0 2
            1 27 0 0 2 0 0 2
            1 32 0 0 2 0 0 2
            1 48 0 0 2 0 0 2
        """,
        (course(*(Bolus(26 - 6 * k, 80, DEPOT) for k in PAST)),),
    ),
    Scenario(
        115,
        "ss-with-lag-of-the-model",
        "The model's tlag counts in a steady state too.",
        TWO_DEPOT,
        """
            ID TIME EVID AMT CMT II ADDL SS
            1 24 1 80 1 8 1 1
            1 24.5 0 0 2 0 0 0
            1 28 0 0 2 0 0 0
            1 32.5 0 0 2 0 0 0
            1 34 0 0 2 0 0 0
            1 48 0 0 2 0 0 0
        """,
        (course(*(Bolus(Fr("33.25") - 8 * k, 40, DEPOT) for k in PAST)),),
        model={"tlag": 1.25, "F": 0.5},
    ),
    Scenario(
        116,
        "ss-with-lag-longer-than-interval",
        "A lag may be longer than II: three earlier doses are still to arrive.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT II SS ALAG1
            1 24 1 60 1 4 1 9
            1 24.5 0 0 2 0 0 9
            1 26 0 0 2 0 0 9
            1 30 0 0 2 0 0 9
            1 34 0 0 2 0 0 9
            1 48 0 0 2 0 0 9
        """,
        (course(*(Bolus(33 - 4 * k, 60, DEPOT) for k in PAST)),),
    ),
    Scenario(
        117,
        "ss-infusion-with-lag",
        "SS=1 of an infusion that starts ALAG1 after its record.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT RATE II SS ALAG1
            1 24 1 80 1 40 6 1 1.5
            1 25 0 0 2 0 0 0 1.5
            1 26.5 0 0 2 0 0 0 1.5
            1 28 0 0 2 0 0 0 1.5
            1 36 0 0 2 0 0 0 1.5
        """,
        (course(*(Infusion(Fr("25.5") - 6 * k, Fr("27.5") - 6 * k, 40, DEPOT) for k in PAST)),),
    ),
    Scenario(
        118,
        "ss-lagged-infusion-runs-at-its-record",
        "The lagged infusion of the interval before runs past the record.",
        ONE,
        """
            ID TIME EVID AMT CMT RATE II SS ALAG1
            1 24 1 80 1 20 6 1 3
            1 24.5 0 0 1 0 0 0 3
            1 25 0 0 1 0 0 0 3
            1 26 0 0 1 0 0 0 3
            1 29 0 0 1 0 0 0 3
            1 32 0 0 1 0 0 0 3
        """,
        (course(*(Infusion(27 - 6 * k, 31 - 6 * k, 20, CENTRAL) for k in PAST)),),
    ),
    Scenario(
        119,
        "ss-infusion-with-lag-longer-than-interval",
        "Lagged infusions of 2.5 intervals.",
        TWO,
        """
            ID TIME EVID AMT CMT RATE II SS ALAG1
            1 24 1 100 1 10 4 1 3
            1 26 0 0 1 0 0 0 3
            1 28 0 0 1 0 0 0 3
            1 31 0 0 1 0 0 0 3
            1 35 0 0 1 0 0 0 3
            1 40 0 0 1 0 0 0 3
        """,
        (course(*(Infusion(27 - 4 * k, 37 - 4 * k, 10, CENTRAL) for k in PAST)),),
    ),
    Scenario(
        120,
        "ss-with-F",
        "F1 multiplies every dose of a steady state.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT II SS F1
            1 24 1 80 1 6 1 0.5
            1 25 0 0 2 0 0 0.5
            1 30 0 0 2 0 0 0.5
        """,
        (course(*(Bolus(24 - 6 * k, 40, DEPOT) for k in PAST)),),
    ),
    Scenario(
        121,
        "ss-infusion-longer-by-F",
        "F1 above 1 makes infusions of 4 h last 6 h, longer than their interval.",
        ONE,
        """
            ID TIME EVID AMT CMT RATE II SS F1
            1 25 1 100 1 25 5 1 1.5
            1 25.5 0 0 1 0 0 0 1.5
            1 26 0 0 1 0 0 0 1.5
            1 30 0 0 1 0 0 0 1.5
            1 31 0 0 1 0 0 0 1.5
            1 40 0 0 1 0 0 0 1.5
        """,
        (course(*(Infusion(25 - 5 * k, 31 - 5 * k, 25, CENTRAL) for k in PAST)),),
    ),
    Scenario(
        122,
        "ss-infusion-shorter-by-F",
        "F1 below 1 makes infusions of 6 h last 3 h, shorter than their interval.",
        TWO,
        """
            ID TIME EVID AMT CMT RATE II SS F1
            1 25 1 150 1 25 5 1 0.5
            1 27 0 0 1 0 0 0 0.5
            1 28 0 0 1 0 0 0 0.5
            1 30 0 0 1 0 0 0 0.5
            1 40 0 0 1 0 0 0 0.5
        """,
        (course(*(Infusion(25 - 5 * k, 28 - 5 * k, 25, CENTRAL) for k in PAST)),),
    ),
    Scenario(
        123,
        "ss-duration",
        "SS=1 of a dose with DUR.",
        ONE,
        """
            ID TIME EVID AMT CMT DUR II SS
            1 24 1 60 1 1.5 6 1
            1 25 0 0 1 0 0 0
            1 25.5 0 0 1 0 0 0
            1 30 0 0 1 0 0 0
        """,
        (course(*(Infusion(24 - 6 * k, Fr("25.5") - 6 * k, 40, CENTRAL) for k in PAST)),),
    ),
    Scenario(
        124,
        "ss-modelled-duration-longer-than-interval",
        "SS=1 of zero-order release longer than the interval.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT RATE II SS D1
            1 24 1 60 1 -2 4 1 6
            1 25 0 0 2 0 0 0 6
            1 26 0 0 2 0 0 0 6
            1 28 0 0 2 0 0 0 6
            1 30 0 0 2 0 0 0 6
            1 40 0 0 2 0 0 0 6
        """,
        (course(*(Infusion(24 - 4 * k, 30 - 4 * k, 10, DEPOT) for k in PAST)),),
    ),
    Scenario(
        125,
        "ss-modelled-rate",
        "SS=1 of a modelled rate, with F.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT RATE II SS R1 F1
            1 24 1 60 1 -1 8 1 24 0.8
            1 25 0 0 2 0 0 0 24 0.8
            1 26 0 0 2 0 0 0 24 0.8
            1 30 0 0 2 0 0 0 24 0.8
        """,
        (course(*(Infusion(24 - 8 * k, 26 - 8 * k, 24, DEPOT) for k in PAST)),),
    ),
    Scenario(
        126,
        "ss-constant-infusion",
        "SS=1 with AMT 0 and a rate is the state under that rate since ever; at its record it stops.",
        ONE,
        """
            ID TIME EVID AMT CMT RATE II SS
            1 10 0 0 1 0 0 0
            1 10 1 0 1 20 0 1
            1 10 0 0 1 0 0 0
            1 12 0 0 1 0 0 0
            1 24 0 0 1 0 0 0
        """,
        (course(Infusion(10 - LONG, 10, 20, CENTRAL), first=2),),
    ),
    Scenario(
        127,
        "ss-constant-infusion-goes-on",
        "An infusion of the same rate carries the steady state of a constant rate on.",
        THREE,
        """
            ID TIME EVID AMT CMT RATE II SS
            1 0 1 0 1 15 0 1
            1 0 1 60 1 15 0 0
            1 2 0 0 1 0 0 0
            1 4 0 0 1 0 0 0
            1 8 0 0 1 0 0 0
        """,
        (course(Infusion(-LONG, 4, 15, CENTRAL)),),
    ),
    Scenario(
        128,
        "ss-constant-infusion-into-depot",
        "A constant rate into the depot since ever.",
        TWO_DEPOT,
        """
            ID TIME EVID AMT CMT RATE II SS
            1 0 1 0 1 15 0 1
            1 1 0 0 2 0 0 0
            1 8 0 0 2 0 0 0
        """,
        (course(Infusion(-LONG, 0, 15, DEPOT)),),
    ),
    Scenario(
        129,
        "ss-constant-infusion-replaces",
        "The steady state of a constant rate replaces state and running infusions.",
        TWO,
        """
            ID TIME EVID AMT CMT RATE II SS
            1 0 1 300 1 30 0 0
            1 3 0 0 1 0 0 0
            1 4 1 0 1 12 0 1
            1 5 0 0 1 0 0 0
            1 11 0 0 1 0 0 0
        """,
        (
            course(Infusion(0, 10, 30, CENTRAL), last=2),
            course(Infusion(4 - LONG, 4, 12, CENTRAL), first=3),
        ),
    ),
    Scenario(
        130,
        "ss2-bolus",
        "SS=2 adds a steady state to what is there.",
        TWO,
        """
            ID TIME EVID AMT CMT II SS
            1 0 1 50 1 0 0
            1 3 0 0 1 0 0
            1 3 1 20 1 6 2
            1 3 0 0 1 0 0
            1 8 0 0 1 0 0
            1 30 0 0 1 0 0
        """,
        (
            course(Bolus(0, 50, CENTRAL)),
            course(*(Bolus(3 - 6 * k, 20, CENTRAL) for k in PAST), first=3),
        ),
    ),
    Scenario(
        131,
        "ss2-infusion-shorter-than-interval",
        "SS=2 of an infusion shorter than its interval.",
        ONE,
        """
            ID TIME EVID AMT CMT RATE II SS
            1 0 1 50 1 0 0 0
            1 3 1 60 1 30 8 2
            1 4 0 0 1 0 0 0
            1 5 0 0 1 0 0 0
            1 12 0 0 1 0 0 0
        """,
        (
            course(Bolus(0, 50, CENTRAL)),
            course(*(Infusion(3 - 8 * k, 5 - 8 * k, 30, CENTRAL) for k in PAST), first=2),
        ),
    ),
    Scenario(
        132,
        "ss2-infusion-equal-to-interval",
        "SS=2 of infusions that touch.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT RATE II SS
            1 0 1 80 1 0 0 0
            1 3 1 160 2 20 8 2
            1 4 0 0 2 0 0 0
            1 11 0 0 2 0 0 0
            1 16 0 0 2 0 0 0
        """,
        (
            course(Bolus(0, 80, DEPOT)),
            course(*(Infusion(3 - 8 * k, 11 - 8 * k, 20, CENTRAL) for k in PAST), first=2),
        ),
    ),
    Scenario(
        133,
        "ss2-infusion-longer-than-interval",
        "SS=2 of infusions of 2.5 intervals.",
        TWO,
        """
            ID TIME EVID AMT CMT RATE II SS
            1 0 1 50 1 0 0 0
            1 3 1 100 1 20 2 2
            1 3.5 0 0 1 0 0 0
            1 4 0 0 1 0 0 0
            1 6 0 0 1 0 0 0
            1 8 0 0 1 0 0 0
            1 20 0 0 1 0 0 0
        """,
        (
            course(Bolus(0, 50, CENTRAL)),
            course(*(Infusion(3 - 2 * k, 8 - 2 * k, 20, CENTRAL) for k in PAST), first=2),
        ),
    ),
    Scenario(
        134,
        "ss2-leaves-pending-doses-alone",
        "SS=2 leaves running infusions and additional doses alone.",
        ONE,
        """
            ID TIME EVID AMT CMT RATE II ADDL SS
            1 0 1 100 1 20 8 1 0
            1 2 1 30 1 0 6 0 2
            1 4 0 0 1 0 0 0 0
            1 7 0 0 1 0 0 0 0
            1 10 0 0 1 0 0 0 0
            1 15 0 0 1 0 0 0 0
        """,
        (
            course(Infusion(0, 5, 20, CENTRAL), Infusion(8, 13, 20, CENTRAL)),
            course(*(Bolus(2 - 6 * k, 30, CENTRAL) for k in PAST), first=2),
        ),
    ),
    Scenario(
        135,
        "ss2-leaves-a-lagged-dose-alone",
        "SS=2 leaves a dose that has not arrived yet alone.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT II SS ALAG1
            1 0 1 80 1 0 0 5
            1 2 1 20 2 8 2 5
            1 4 0 0 2 0 0 5
            1 6 0 0 2 0 0 5
            1 12 0 0 2 0 0 5
        """,
        (
            course(Bolus(5, 80, DEPOT)),
            course(*(Bolus(2 - 8 * k, 20, CENTRAL) for k in PAST), first=2),
        ),
    ),
    Scenario(
        136,
        "ss-morning-and-evening",
        "SS=1 in the morning and SS=2 in the evening are unequal doses twice a day since ever.",
        TWO_DEPOT,
        """
            ID TIME EVID AMT CMT II ADDL SS
            1 8 1 60 1 24 2 1
            1 14 0 0 2 0 0 0
            1 20 1 90 1 24 1 2
            1 22 0 0 2 0 0 0
            1 32 0 0 2 0 0 0
            1 40 0 0 2 0 0 0
            1 46 0 0 2 0 0 0
            1 57 0 0 2 0 0 0
        """,
        (
            course(*(Bolus(56 - 24 * k, 60, DEPOT) for k in PAST)),
            course(*(Bolus(44 - 24 * k, 90, DEPOT) for k in PAST), first=3),
        ),
    ),
    Scenario(
        137,
        "ss-of-two-compartments-at-one-time",
        "SS=1 and SS=2 at one time are two series side by side.",
        THREE_DEPOT,
        """
            ID TIME EVID AMT CMT RATE II SS
            1 0 1 100 1 0 6 1
            1 0 1 30 2 15 4 2
            1 1 0 0 2 0 0 0
            1 2 0 0 2 0 0 0
            1 10 0 0 2 0 0 0
        """,
        (
            course(*(Bolus(-6 * k, 100, DEPOT) for k in PAST)),
            course(*(Infusion(-4 * k, 2 - 4 * k, 15, CENTRAL) for k in PAST), first=2),
        ),
    ),
    Scenario(
        138,
        "ss2-with-lag-longer-than-interval",
        "SS=2 with a lag longer than II and additional doses.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT II ADDL SS ALAG1
            1 0 1 20 2 0 0 0 0
            1 4 1 60 1 4 1 2 9
            1 4.5 0 0 2 0 0 0 0
            1 6 0 0 2 0 0 0 0
            1 14 0 0 2 0 0 0 0
            1 18 0 0 2 0 0 0 0
            1 24 0 0 2 0 0 0 0
        """,
        (
            course(Bolus(0, 20, CENTRAL)),
            course(*(Bolus(17 - 4 * k, 60, DEPOT) for k in PAST), first=2),
        ),
    ),
    Scenario(
        139,
        "ss2-constant-infusion",
        "SS=2 adds the steady state of a constant rate, which stops at its record.",
        ONE,
        """
            ID TIME EVID AMT CMT RATE II SS
            1 0 1 100 1 20 0 0
            1 2 1 0 1 12 0 2
            1 4 0 0 1 0 0 0
            1 8 0 0 1 0 0 0
        """,
        (course(Infusion(0, 5, 20, CENTRAL)), course(Infusion(2 - LONG, 2, 12, CENTRAL), first=2)),
    ),
)
