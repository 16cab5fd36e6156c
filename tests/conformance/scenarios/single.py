"""Single doses into every compartment, and how records say them."""

from __future__ import annotations

from fractions import Fraction as Fr

from tests.conformance.oracle import CENTRAL, DEPOT, SECOND, THIRD, Body, Bolus, Infusion
from tests.conformance.scenarios.scenario import (
    ONE,
    ONE_DEPOT,
    THREE,
    THREE_DEPOT,
    TWO,
    TWO_DEPOT,
    Scenario,
    course,
)

SINGLE = (
    Scenario(
        1,
        "one-bolus",
        "A bolus is in the central compartment at its record.",
        ONE,
        """
            ID TIME EVID AMT CMT
            1 0 1 50 1
            1 0.25 0 0 1
            1 1 0 0 1
            1 4 0 0 1
            1 24 0 0 1
        """,
        (course(Bolus(0, 50, CENTRAL)),),
    ),
    Scenario(
        2,
        "one-infusion",
        "A dose with RATE is an infusion of AMT/RATE hours.",
        ONE,
        """
            ID TIME EVID AMT CMT RATE
            1 0 1 50 1 20
            1 1 0 0 1 0
            1 2 0 0 1 0
            1 2.5 0 0 1 0
            1 3 0 0 1 0
            1 8 0 0 1 0
        """,
        (course(Infusion(0, "2.5", 20, CENTRAL)),),
    ),
    Scenario(
        3,
        "one-duration",
        "A dose with DUR is an infusion of that duration.",
        ONE,
        """
            ID TIME EVID AMT CMT DUR
            1 0 1 50 1 0.75
            1 0.5 0 0 1 0
            1 0.75 0 0 1 0
            1 2 0 0 1 0
            1 8 0 0 1 0
        """,
        (course(Infusion(0, "0.75", Fr(200, 3), CENTRAL)),),
    ),
    Scenario(
        4,
        "one-modelled-duration",
        "RATE=-2 infuses AMT over D1.",
        ONE,
        """
            ID TIME EVID AMT CMT RATE D1
            1 0 1 50 1 -2 0.8
            1 0.4 0 0 1 0 0.8
            1 0.8 0 0 1 0 0.8
            1 2 0 0 1 0 0.8
            1 8 0 0 1 0 0.8
        """,
        (course(Infusion(0, "0.8", "62.5", CENTRAL)),),
    ),
    Scenario(
        5,
        "one-modelled-rate",
        "RATE=-1 infuses AMT at rate R1.",
        ONE,
        """
            ID TIME EVID AMT CMT RATE R1
            1 0 1 50 1 -1 40
            1 0.4 0 0 1 0 40
            1 1.25 0 0 1 0 40
            1 2 0 0 1 0 40
            1 8 0 0 1 0 40
        """,
        (course(Infusion(0, "1.25", 40, CENTRAL)),),
    ),
    Scenario(
        6,
        "one-depot-bolus",
        "A bolus into the depot is absorbed with ka.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT
            1 0 1 80 1
            1 0.25 0 0 2
            1 1 0 0 2
            1 4 0 0 2
            1 24 0 0 2
        """,
        (course(Bolus(0, 80, DEPOT)),),
    ),
    Scenario(
        7,
        "one-depot-bolus-into-central",
        "With a depot the central compartment is CMT 2, and a dose may go there.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT
            1 0 1 50 2
            1 0.25 0 0 2
            1 1 0 0 2
            1 8 0 0 2
        """,
        (course(Bolus(0, 50, CENTRAL)),),
    ),
    Scenario(
        8,
        "one-depot-infusion-into-depot",
        "The depot takes an infusion.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT RATE
            1 0 1 80 1 40
            1 1 0 0 2 0
            1 2 0 0 2 0
            1 3 0 0 2 0
            1 12 0 0 2 0
        """,
        (course(Infusion(0, 2, 40, DEPOT)),),
    ),
    Scenario(
        9,
        "one-depot-infusion-into-central",
        "An infusion into the central compartment leaves the depot empty.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT RATE
            1 0 1 80 2 40
            1 1 0 0 2 0
            1 2 0 0 2 0
            1 3 0 0 2 0
            1 12 0 0 2 0
        """,
        (course(Infusion(0, 2, 40, CENTRAL)),),
    ),
    Scenario(
        10,
        "one-depot-modelled-duration",
        "RATE=-2 and D1 are zero-order release into the depot.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT RATE D1
            1 0 1 80 1 -2 1.6
            1 1 0 0 2 0 1.6
            1 1.6 0 0 2 0 1.6
            1 3 0 0 2 0 1.6
            1 12 0 0 2 0 1.6
        """,
        (course(Infusion(0, "1.6", 50, DEPOT)),),
    ),
    Scenario(
        11,
        "one-depot-modelled-rate",
        "RATE=-1 and R1 set the rate into the depot.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT RATE R1
            1 0 1 80 1 -1 64
            1 1 0 0 2 0 64
            1 1.25 0 0 2 0 64
            1 3 0 0 2 0 64
            1 12 0 0 2 0 64
        """,
        (course(Infusion(0, "1.25", 64, DEPOT)),),
    ),
    Scenario(
        12,
        "one-depot-duration",
        "DUR counts where RATE is 0, and a record with RATE has its rate.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT RATE DUR
            1 0 1 80 1 0 1.6
            1 1 0 0 2 0 0
            1 2 1 60 2 30 0
            1 3 0 0 2 0 0
            1 4 0 0 2 0 0
            1 12 0 0 2 0 0
        """,
        (course(Infusion(0, "1.6", 50, DEPOT), Infusion(2, 4, 30, CENTRAL)),),
    ),
    Scenario(
        13,
        "two-bolus",
        "A bolus into the central of two compartments.",
        TWO,
        """
            ID TIME EVID AMT CMT
            1 0 1 50 1
            1 0.1 0 0 1
            1 0.5 0 0 1
            1 3 0 0 1
            1 36 0 0 1
        """,
        (course(Bolus(0, 50, CENTRAL)),),
    ),
    Scenario(
        14,
        "two-infusion",
        "An infusion into the central of two compartments.",
        TWO,
        """
            ID TIME EVID AMT CMT RATE
            1 0 1 100 1 25
            1 2 0 0 1 0
            1 4 0 0 1 0
            1 5 0 0 1 0
            1 24 0 0 1 0
        """,
        (course(Infusion(0, 4, 25, CENTRAL)),),
    ),
    Scenario(
        15,
        "two-modelled-duration",
        "RATE=-2 with two compartments.",
        TWO,
        """
            ID TIME EVID AMT CMT RATE D1
            1 0 1 100 1 -2 0.1
            1 0.1 0 0 1 0 0.1
            1 1 0 0 1 0 0.1
            1 12 0 0 1 0 0.1
        """,
        (course(Infusion(0, "0.1", 1000, CENTRAL)),),
    ),
    Scenario(
        16,
        "two-modelled-rate",
        "RATE=-1 with two compartments.",
        TWO,
        """
            ID TIME EVID AMT CMT RATE R1
            1 0 1 100 1 -1 30
            1 1 0 0 1 0 30
            1 4 0 0 1 0 30
            1 12 0 0 1 0 30
        """,
        (course(Infusion(0, Fr(10, 3), 30, CENTRAL)),),
    ),
    Scenario(
        17,
        "two-bolus-into-peripheral",
        "Without a depot CMT 2 is the peripheral compartment, and takes a bolus.",
        TWO,
        """
            ID TIME EVID AMT CMT
            1 0 1 50 2
            1 0.5 0 0 1
            1 3 0 0 1
            1 24 0 0 1
        """,
        (course(Bolus(0, 50, SECOND)),),
    ),
    Scenario(
        18,
        "two-infusion-into-peripheral",
        "The peripheral compartment takes an infusion.",
        TWO,
        """
            ID TIME EVID AMT CMT RATE
            1 0 1 50 2 25
            1 1 0 0 1 0
            1 2 0 0 1 0
            1 5 0 0 1 0
            1 24 0 0 1 0
        """,
        (course(Infusion(0, 2, 25, SECOND)),),
    ),
    Scenario(
        19,
        "two-depot-bolus",
        "A bolus into the depot of two compartments.",
        TWO_DEPOT,
        """
            ID TIME EVID AMT CMT
            1 0 1 80 1
            1 0.5 0 0 2
            1 2 0 0 2
            1 6 0 0 2
            1 36 0 0 2
        """,
        (course(Bolus(0, 80, DEPOT)),),
    ),
    Scenario(
        20,
        "two-depot-bolus-into-central",
        "A bolus into CMT 2 of a depot and two compartments.",
        TWO_DEPOT,
        """
            ID TIME EVID AMT CMT
            1 0 1 80 2
            1 0.5 0 0 2
            1 6 0 0 2
        """,
        (course(Bolus(0, 80, CENTRAL)),),
    ),
    Scenario(
        21,
        "two-depot-infusion-into-depot",
        "An infusion into the depot of two compartments.",
        TWO_DEPOT,
        """
            ID TIME EVID AMT CMT RATE
            1 0 1 80 1 32
            1 1 0 0 2 0
            1 2.5 0 0 2 0
            1 6 0 0 2 0
            1 24 0 0 2 0
        """,
        (course(Infusion(0, "2.5", 32, DEPOT)),),
    ),
    Scenario(
        22,
        "two-depot-infusion-into-central",
        "An infusion into CMT 2 of a depot and two compartments.",
        TWO_DEPOT,
        """
            ID TIME EVID AMT CMT RATE
            1 0 1 80 2 32
            1 1 0 0 2 0
            1 2.5 0 0 2 0
            1 6 0 0 2 0
        """,
        (course(Infusion(0, "2.5", 32, CENTRAL)),),
    ),
    Scenario(
        23,
        "two-depot-modelled-duration",
        "Zero-order release into the depot of two compartments.",
        TWO_DEPOT,
        """
            ID TIME EVID AMT CMT RATE D1
            1 0 1 80 1 -2 3.2
            1 1 0 0 2 0 3.2
            1 3.2 0 0 2 0 3.2
            1 10 0 0 2 0 3.2
        """,
        (course(Infusion(0, "3.2", 25, DEPOT)),),
    ),
    Scenario(
        24,
        "two-depot-bolus-into-peripheral",
        "With a depot the peripheral compartment is CMT 3.",
        TWO_DEPOT,
        """
            ID TIME EVID AMT CMT
            1 0 1 80 3
            1 0.5 0 0 2
            1 6 0 0 2
            1 24 0 0 2
        """,
        (course(Bolus(0, 80, SECOND)),),
    ),
    Scenario(
        25,
        "three-bolus",
        "A bolus into the central of three compartments.",
        THREE,
        """
            ID TIME EVID AMT CMT
            1 0 1 35 1
            1 0.02 0 0 1
            1 0.2 0 0 1
            1 2 0 0 1
            1 48 0 0 1
        """,
        (course(Bolus(0, 35, CENTRAL)),),
    ),
    Scenario(
        26,
        "three-infusion",
        "An infusion into the central of three compartments.",
        THREE,
        """
            ID TIME EVID AMT CMT RATE
            1 0 1 40 1 60
            1 0.5 0 0 1 0
            1 1 0 0 1 0
            1 8 0 0 1 0
        """,
        (course(Infusion(0, Fr(2, 3), 60, CENTRAL)),),
    ),
    Scenario(
        27,
        "three-bolus-into-second",
        "Without a depot CMT 2 is the second of three compartments.",
        THREE,
        """
            ID TIME EVID AMT CMT
            1 0 1 35 2
            1 0.2 0 0 1
            1 2 0 0 1
            1 24 0 0 1
        """,
        (course(Bolus(0, 35, SECOND)),),
    ),
    Scenario(
        28,
        "three-bolus-into-third",
        "Without a depot CMT 3 is the third of three compartments.",
        THREE,
        """
            ID TIME EVID AMT CMT
            1 0 1 35 3
            1 0.2 0 0 1
            1 2 0 0 1
            1 24 0 0 1
        """,
        (course(Bolus(0, 35, THIRD)),),
    ),
    Scenario(
        29,
        "three-infusion-into-third",
        "The third compartment takes an infusion.",
        THREE,
        """
            ID TIME EVID AMT CMT RATE
            1 0 1 35 3 7
            1 2 0 0 1 0
            1 5 0 0 1 0
            1 24 0 0 1 0
        """,
        (course(Infusion(0, 5, 7, THIRD)),),
    ),
    Scenario(
        30,
        "three-duration",
        "DUR with three compartments.",
        THREE,
        """
            ID TIME EVID AMT CMT DUR
            1 0 1 35 1 0.7
            1 0.5 0 0 1 0
            1 0.7 0 0 1 0
            1 8 0 0 1 0
        """,
        (course(Infusion(0, "0.7", 50, CENTRAL)),),
    ),
    Scenario(
        31,
        "three-modelled-duration",
        "RATE=-2 with three compartments.",
        THREE,
        """
            ID TIME EVID AMT CMT RATE D1
            1 0 1 35 1 -2 0.7
            1 0.5 0 0 1 0 0.7
            1 0.7 0 0 1 0 0.7
            1 8 0 0 1 0 0.7
        """,
        (course(Infusion(0, "0.7", 50, CENTRAL)),),
    ),
    Scenario(
        32,
        "three-depot-bolus",
        "A bolus into the depot of three compartments.",
        THREE_DEPOT,
        """
            ID TIME EVID AMT CMT
            1 0 1 100 1
            1 0.25 0 0 2
            1 1 0 0 2
            1 6 0 0 2
            1 48 0 0 2
        """,
        (course(Bolus(0, 100, DEPOT)),),
    ),
    Scenario(
        33,
        "three-depot-bolus-into-central",
        "A bolus into CMT 2 of a depot and three compartments.",
        THREE_DEPOT,
        """
            ID TIME EVID AMT CMT
            1 0 1 35 2
            1 0.25 0 0 2
            1 6 0 0 2
        """,
        (course(Bolus(0, 35, CENTRAL)),),
    ),
    Scenario(
        34,
        "three-depot-infusion-into-depot",
        "An infusion into the depot of three compartments.",
        THREE_DEPOT,
        """
            ID TIME EVID AMT CMT RATE
            1 0 1 100 1 80
            1 1 0 0 2 0
            1 1.25 0 0 2 0
            1 6 0 0 2 0
        """,
        (course(Infusion(0, "1.25", 80, DEPOT)),),
    ),
    Scenario(
        35,
        "three-depot-infusion-into-central",
        "An infusion into CMT 2 of a depot and three compartments.",
        THREE_DEPOT,
        """
            ID TIME EVID AMT CMT RATE
            1 0 1 100 2 80
            1 1 0 0 2 0
            1 1.25 0 0 2 0
            1 6 0 0 2 0
        """,
        (course(Infusion(0, "1.25", 80, CENTRAL)),),
    ),
    Scenario(
        36,
        "three-depot-bolus-into-third",
        "With a depot the third compartment is CMT 4.",
        THREE_DEPOT,
        """
            ID TIME EVID AMT CMT
            1 0 1 35 4
            1 0.25 0 0 2
            1 6 0 0 2
            1 24 0 0 2
        """,
        (course(Bolus(0, 35, THIRD)),),
    ),
    Scenario(
        37,
        "three-depot-modelled-rate",
        "RATE=-1 into the depot of three compartments.",
        THREE_DEPOT,
        """
            ID TIME EVID AMT CMT RATE R1
            1 0 1 100 1 -1 40
            1 1 0 0 2 0 40
            1 2.5 0 0 2 0 40
            1 6 0 0 2 0 40
        """,
        (course(Infusion(0, "2.5", 40, DEPOT)),),
    ),
    Scenario(
        38,
        "modelled-durations-of-two-compartments",
        "D1 is the depot's and D2 the central compartment's.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT RATE D1 D2
            1 0 1 60 1 -2 1.5 0.5
            1 0 1 40 2 -2 1.5 0.5
            1 0.5 0 0 2 0 1.5 0.5
            1 1.5 0 0 2 0 1.5 0.5
            1 6 0 0 2 0 1.5 0.5
        """,
        (course(Infusion(0, "1.5", 40, DEPOT), Infusion(0, "0.5", 80, CENTRAL)),),
    ),
    Scenario(
        39,
        "modelled-rate-and-duration-of-the-record",
        "Only the values of the dose record count for R1 and D1.",
        ONE,
        """
            ID TIME EVID AMT CMT RATE R1 D1
            1 0 1 40 1 -1 20 9
            1 1 0 0 1 0 7 3
            1 3 1 40 1 -2 11 0.5
            1 3.5 0 0 1 0 7 3
            1 6 0 0 1 0 7 3
        """,
        (course(Infusion(0, 2, 20, CENTRAL), Infusion(3, "3.5", 80, CENTRAL)),),
    ),
    Scenario(
        40,
        "equal-rates",
        "Absorption exactly as fast as elimination is no special case.",
        Body(CL="40", V1="100", ka="0.4"),
        """
            ID TIME EVID AMT CMT
            1 0 1 80 1
            1 1 0 0 2
            1 2.5 0 0 2
            1 24 0 0 2
        """,
        (course(Bolus(0, 80, DEPOT)),),
    ),
    Scenario(
        41,
        "slow-absorption",
        "Absorption may be slower than elimination.",
        Body(CL="40", V1="100", ka="0.05"),
        """
            ID TIME EVID AMT CMT
            1 0 1 80 1
            1 1 0 0 2
            1 12 0 0 2
            1 72 0 0 2
        """,
        (course(Bolus(0, 80, DEPOT)),),
    ),
    Scenario(
        42,
        "no-compartment-column",
        "Without CMT a dose goes into compartment 1, here the depot.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT
            1 0 1 80
            1 1 0 0
            1 4 0 0
        """,
        (course(Bolus(0, 80, DEPOT)),),
    ),
    Scenario(
        43,
        "compartment-zero",
        "CMT 0 is the default compartment, 1 for doses.",
        TWO_DEPOT,
        """
            ID TIME EVID AMT CMT
            1 0 1 80 0
            1 1 0 0 0
            1 4 0 0 0
        """,
        (course(Bolus(0, 80, DEPOT)),),
    ),
    Scenario(
        44,
        "no-event-column",
        "Without EVID a record with an amount is a dose.",
        ONE,
        """
            ID TIME AMT
            1 0 0
            1 1 50
            1 2 0
            1 4 20
            1 6 0
        """,
        (course(Bolus(1, 50, CENTRAL), Bolus(4, 20, CENTRAL)),),
    ),
    Scenario(
        45,
        "dots",
        "A dot is a zero.",
        ONE,
        """
            ID TIME EVID AMT CMT RATE
            1 0 1 50 1 .
            1 1 0 . . .
            1 2 1 30 1 10
            1 3 0 . . .
            1 6 0 . . .
        """,
        (course(Bolus(0, 50, CENTRAL), Infusion(2, 5, 10, CENTRAL)),),
    ),
    Scenario(
        46,
        "first-record-later",
        "Nothing is predicted before the first dose, and time need not start at 0.",
        TWO_DEPOT,
        """
            ID TIME EVID AMT CMT
            1 7.5 0 0 2
            1 9 0 0 2
            1 10 1 80 1
            1 11 0 0 2
            1 20 0 0 2
        """,
        (course(Bolus(10, 80, DEPOT)),),
    ),
    Scenario(
        47,
        "negative-times",
        "Times may be negative.",
        TWO,
        """
            ID TIME EVID AMT CMT RATE
            1 -2 1 50 1 0
            1 -1.5 1 30 1 20
            1 -0.5 0 0 1 0
            1 0 0 0 1 0
            1 3 0 0 1 0
        """,
        (course(Bolus(-2, 50, CENTRAL), Infusion("-1.5", 0, 20, CENTRAL)),),
    ),
)
