"""Parameters that change from record to record."""

from __future__ import annotations

from tests.conformance.oracle import CENTRAL, DEPOT, Body, Bolus, Infusion
from tests.conformance.scenarios.scenario import (
    ONE,
    ONE_DEPOT,
    PAST,
    TWO,
    TWO_DEPOT,
    Scenario,
    course,
)

CHANGES = (
    Scenario(
        158,
        "CL-by-record",
        "A record's CL holds over the interval that ends at it.",
        Body(CL="1", V1="100"),
        """
            ID TIME EVID AMT CMT CL
            1 0 1 50 1 40
            1 2 0 0 1 20
            1 5 0 0 1 80
            1 9 0 0 1 40
        """,
        (
            course(
                Bolus(0, 50, CENTRAL),
                bodies=((0, Body(CL="20", V1="100")), (2, Body(CL="80", V1="100")), (5, ONE)),
            ),
        ),
        parameters=("CL",),
    ),
    Scenario(
        159,
        "CL-by-record-locf",
        'With carry="locf" a record\'s CL holds until the next record.',
        Body(CL="1", V1="100"),
        """
            ID TIME EVID AMT CMT CL
            1 0 1 50 1 40
            1 2 0 0 1 20
            1 5 0 0 1 80
            1 9 0 0 1 40
        """,
        (
            course(
                Bolus(0, 50, CENTRAL),
                bodies=((0, ONE), (2, Body(CL="20", V1="100")), (5, Body(CL="80", V1="100"))),
            ),
        ),
        parameters=("CL",),
        carry="locf",
    ),
    Scenario(
        160,
        "CL-during-an-infusion",
        "CL changes while an infusion runs.",
        TWO,
        """
            ID TIME EVID AMT CMT RATE CL
            1 0 1 100 1 20 60
            1 2 0 0 1 0 30
            1 4 0 0 1 0 90
            1 8 0 0 1 0 15
        """,
        (
            course(
                Infusion(0, 5, 20, CENTRAL),
                bodies=(
                    (0, Body(CL="30", V1="50", Q2="100", V2="150")),
                    (2, Body(CL="90", V1="50", Q2="100", V2="150")),
                    (4, Body(CL="15", V1="50", Q2="100", V2="150")),
                ),
            ),
        ),
        parameters=("CL",),
    ),
    Scenario(
        161,
        "CL-during-an-infusion-locf",
        "CL changes while an infusion runs, carried forward.",
        TWO,
        """
            ID TIME EVID AMT CMT RATE CL
            1 0 1 100 1 20 60
            1 2 0 0 1 0 30
            1 4 0 0 1 0 90
            1 8 0 0 1 0 15
        """,
        (
            course(
                Infusion(0, 5, 20, CENTRAL),
                bodies=(
                    (0, TWO),
                    (2, Body(CL="30", V1="50", Q2="100", V2="150")),
                    (4, Body(CL="90", V1="50", Q2="100", V2="150")),
                ),
            ),
        ),
        parameters=("CL",),
        carry="locf",
    ),
    Scenario(
        162,
        "CL-changes-at-an-other-event",
        "An EVID 2 record may bring new parameters.",
        ONE,
        """
            ID TIME EVID AMT CMT RATE CL
            1 0 1 100 1 20 40
            1 1.5 2 0 0 0 10
            1 3 2 0 0 0 90
            1 8 0 0 1 0 40
        """,
        (
            course(
                Infusion(0, 5, 20, CENTRAL),
                bodies=((0, Body(CL="10", V1="100")), ("1.5", Body(CL="90", V1="100")), (3, ONE)),
            ),
        ),
        parameters=("CL",),
    ),
    Scenario(
        163,
        "V1-by-record",
        "A change of V1 keeps the amount, and a record divides by its own V1.",
        ONE,
        """
            ID TIME EVID AMT CMT V1
            1 0 1 50 1 100
            1 2 0 0 1 50
            1 5 0 0 1 200
            1 9 0 0 1 100
        """,
        (
            course(
                Bolus(0, 50, CENTRAL),
                bodies=((0, Body(CL="40", V1="50")), (2, Body(CL="40", V1="200")), (5, ONE)),
            ),
        ),
        parameters=("V1",),
        volumes=("100", "50", "200", "100"),
    ),
    Scenario(
        164,
        "V1-by-record-locf",
        "Carried forward, too, a record divides by its own V1.",
        ONE,
        """
            ID TIME EVID AMT CMT V1
            1 0 1 50 1 100
            1 2 0 0 1 50
            1 5 0 0 1 200
            1 9 0 0 1 100
        """,
        (
            course(
                Bolus(0, 50, CENTRAL),
                bodies=((0, ONE), (2, Body(CL="40", V1="50")), (5, Body(CL="40", V1="200"))),
            ),
        ),
        parameters=("V1",),
        carry="locf",
        volumes=("100", "50", "200", "100"),
    ),
    Scenario(
        165,
        "parameters-under-other-names",
        "A mapping names the columns.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT TVCL KA
            1 0 1 80 1 40 1.2
            1 1 0 0 2 30 0.6
            1 4 0 0 2 60 2.4
            1 9 0 0 2 40 1.2
        """,
        (
            course(
                Bolus(0, 80, DEPOT),
                bodies=(
                    (0, Body(CL="30", V1="100", ka="0.6")),
                    (1, Body(CL="60", V1="100", ka="2.4")),
                    (4, ONE_DEPOT),
                ),
            ),
        ),
        parameters={"CL": "TVCL", "ka": "KA"},
    ),
    Scenario(
        166,
        "peripheral-parameters-by-record",
        "Q2 and V2 by record.",
        TWO,
        """
            ID TIME EVID AMT CMT Q2 V2
            1 0 1 50 1 100 150
            1 1 0 0 1 50 150
            1 3 0 0 1 200 75
            1 9 0 0 1 100 300
        """,
        (
            course(
                Bolus(0, 50, CENTRAL),
                bodies=(
                    (0, Body(CL="60", V1="50", Q2="50", V2="150")),
                    (1, Body(CL="60", V1="50", Q2="200", V2="75")),
                    (3, Body(CL="60", V1="50", Q2="100", V2="300")),
                ),
            ),
        ),
        parameters=("Q2", "V2"),
    ),
    Scenario(
        167,
        "CL-between-additional-doses",
        "Additional and lagged doses fall into whatever interval they fall into.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT II ADDL ALAG1 CL
            1 0 1 80 1 4 2 0.5 40
            1 3 0 0 2 0 0 0.5 20
            1 6 0 0 2 0 0 0.5 80
            1 12 0 0 2 0 0 0.5 10
        """,
        (
            course(
                Bolus("0.5", 80, DEPOT),
                Bolus("4.5", 80, DEPOT),
                Bolus("8.5", 80, DEPOT),
                bodies=(
                    (0, Body(CL="20", V1="100", ka="1.2")),
                    (3, Body(CL="80", V1="100", ka="1.2")),
                    (6, Body(CL="10", V1="100", ka="1.2")),
                ),
            ),
        ),
        parameters=("CL",),
    ),
    Scenario(
        168,
        "CL-of-records-at-one-time",
        "Of records at one time the first holds over the interval before; the others hold over nothing.",
        ONE,
        """
            ID TIME EVID AMT CMT CL
            1 0 1 50 1 40
            1 4 0 0 1 90
            1 4 1 30 1 20
            1 8 0 0 1 10
        """,
        (
            course(
                Bolus(0, 50, CENTRAL),
                Bolus(4, 30, CENTRAL, seen_from=3),
                bodies=((0, Body(CL="90", V1="100")), (4, Body(CL="10", V1="100"))),
            ),
        ),
        parameters=("CL",),
    ),
    Scenario(
        169,
        "CL-of-records-at-one-time-locf",
        "Carried forward, the last of the records at one time holds.",
        ONE,
        """
            ID TIME EVID AMT CMT CL
            1 0 1 50 1 40
            1 4 0 0 1 90
            1 4 1 30 1 20
            1 8 0 0 1 10
        """,
        (
            course(
                Bolus(0, 50, CENTRAL),
                Bolus(4, 30, CENTRAL, seen_from=3),
                bodies=((0, ONE), (4, Body(CL="20", V1="100"))),
            ),
        ),
        parameters=("CL",),
        carry="locf",
    ),
    Scenario(
        170,
        "ss-with-CL-by-record",
        "A steady state is that under the parameters of its record.",
        ONE,
        """
            ID TIME EVID AMT CMT II SS CL
            1 0 0 0 1 0 0 5
            1 10 1 50 1 6 1 60
            1 14 0 0 1 0 0 30
            1 20 0 0 1 0 0 90
        """,
        (
            course(
                *(Bolus(10 - 6 * k, 50, CENTRAL) for k in PAST),
                first=2,
                bodies=(
                    (0, Body(CL="60", V1="100")),
                    (10, Body(CL="30", V1="100")),
                    (14, Body(CL="90", V1="100")),
                ),
            ),
        ),
        parameters=("CL",),
    ),
    Scenario(
        171,
        "ss-with-CL-by-record-locf",
        "Carried forward, a steady state and what follows have the parameters of its record.",
        ONE,
        """
            ID TIME EVID AMT CMT II SS CL
            1 0 0 0 1 0 0 5
            1 10 1 50 1 6 1 60
            1 14 0 0 1 0 0 30
            1 20 0 0 1 0 0 90
        """,
        (
            course(
                *(Bolus(10 - 6 * k, 50, CENTRAL) for k in PAST),
                first=2,
                bodies=((0, Body(CL="60", V1="100")), (14, Body(CL="30", V1="100"))),
            ),
        ),
        parameters=("CL",),
        carry="locf",
    ),
    Scenario(
        172,
        "ss2-with-CL-by-record",
        "SS=2 adds the steady state under the parameters of its record to a state that came about under others.",
        ONE,
        """
            ID TIME EVID AMT CMT RATE II SS CL
            1 0 1 100 1 10 0 0 40
            1 4 0 0 1 0 0 0 20
            1 6 1 50 1 0 6 2 80
            1 9 0 0 1 0 0 0 30
            1 15 0 0 1 0 0 0 60
        """,
        (
            course(
                Infusion(0, 10, 10, CENTRAL),
                bodies=(
                    (0, Body(CL="20", V1="100")),
                    (4, Body(CL="80", V1="100")),
                    (6, Body(CL="30", V1="100")),
                    (9, Body(CL="60", V1="100")),
                ),
            ),
            course(
                *(Bolus(6 - 6 * k, 50, CENTRAL) for k in PAST),
                first=3,
                bodies=(
                    (0, Body(CL="80", V1="100")),
                    (6, Body(CL="30", V1="100")),
                    (9, Body(CL="60", V1="100")),
                ),
            ),
        ),
        parameters=("CL",),
    ),
    Scenario(
        173,
        "CL-by-occasion",
        "Where time starts again, the record that starts it holds over no interval.",
        ONE,
        """
            ID TIME EVID AMT CMT CL
            1 0 1 50 1 40
            1 5 0 0 1 20
            1 0 4 50 1 999
            1 5 0 0 1 80
        """,
        (
            course(Bolus(0, 50, CENTRAL), last=2, bodies=((0, Body(CL="20", V1="100")),)),
            course(Bolus(0, 50, CENTRAL), first=3, bodies=((0, Body(CL="80", V1="100")),)),
        ),
        parameters=("CL",),
    ),
    Scenario(
        174,
        "CL-by-occasion-locf",
        "Carried forward, the record that starts an occasion holds until the next.",
        ONE,
        """
            ID TIME EVID AMT CMT CL
            1 0 1 50 1 40
            1 5 0 0 1 20
            1 0 4 50 1 10
            1 5 0 0 1 80
        """,
        (
            course(Bolus(0, 50, CENTRAL), last=2),
            course(Bolus(0, 50, CENTRAL), first=3, bodies=((0, Body(CL="10", V1="100")),)),
        ),
        parameters=("CL",),
        carry="locf",
    ),
    Scenario(
        175,
        "ss-infusion-longer-with-CL-by-record",
        "What earlier infusions of a steady state still send meets the CL of later records.",
        ONE,
        """
            ID TIME EVID AMT CMT RATE II SS CL
            1 24 1 100 1 20 2 1 60
            1 26 0 0 1 0 0 0 30
            1 28 0 0 1 0 0 0 90
            1 32 0 0 1 0 0 0 40
        """,
        (
            course(
                *(Infusion(24 - 2 * k, 29 - 2 * k, 20, CENTRAL) for k in PAST),
                bodies=(
                    (0, Body(CL="60", V1="100")),
                    (24, Body(CL="30", V1="100")),
                    (26, Body(CL="90", V1="100")),
                    (28, ONE),
                ),
            ),
        ),
        parameters=("CL",),
    ),
    Scenario(
        176,
        "ss-with-lag-and-CL-by-record",
        "A lagged dose of a steady state arrives in the interval it arrives in.",
        ONE_DEPOT,
        """
            ID TIME EVID AMT CMT II ADDL SS ALAG1 CL
            1 24 1 80 1 6 1 1 2 60
            1 25 0 0 2 0 0 0 2 30
            1 28 0 0 2 0 0 0 2 90
            1 34 0 0 2 0 0 0 2 20
        """,
        (
            course(
                *(Bolus(32 - 6 * k, 80, DEPOT) for k in PAST),
                bodies=(
                    (0, Body(CL="60", V1="100", ka="1.2")),
                    (24, Body(CL="30", V1="100", ka="1.2")),
                    (25, Body(CL="90", V1="100", ka="1.2")),
                    (28, Body(CL="20", V1="100", ka="1.2")),
                ),
            ),
        ),
        parameters=("CL",),
    ),
    Scenario(
        177,
        "ss-with-every-parameter-by-record",
        "A steady state has every parameter of its record.",
        TWO_DEPOT,
        """
            ID TIME EVID AMT CMT RATE II SS CL V1 Q2 V2 KA
            1 0 1 100 1 25 8 1 60 50 100 150 0.9
            1 3 0 0 2 0 0 0 30 80 50 200 1.8
            1 6 0 0 2 0 0 0 90 40 10 100 0.6
            1 12 0 0 2 0 0 0 60 50 100 150 0.9
        """,
        (
            course(
                *(Infusion(-8 * k, 4 - 8 * k, 25, DEPOT) for k in PAST),
                bodies=(
                    (-9999, TWO_DEPOT),
                    (0, Body(CL="30", V1="80", Q2="50", V2="200", ka="1.8")),
                    (3, Body(CL="90", V1="40", Q2="10", V2="100", ka="0.6")),
                    (6, TWO_DEPOT),
                ),
            ),
        ),
        parameters={"CL": "CL", "V1": "V1", "Q2": "Q2", "V2": "V2", "ka": "KA"},
        volumes=("50", "80", "40", "50"),
    ),
)
