"""Several subjects in one file."""

from __future__ import annotations

from tests.conformance.oracle import CENTRAL, DEPOT, Body, Bolus, Infusion
from tests.conformance.scenarios.scenario import LONG, ONE, PAST, THREE, TWO_DEPOT, Scenario, course

SUBJECTS = (
    Scenario(
        178,
        "three-subjects",
        "A subject begins empty, with a time of its own; pending doses stay with theirs.",
        TWO_DEPOT,
        """
            ID TIME EVID AMT CMT RATE II ADDL ALAG1
            1 0 1 80 1 0 6 9 1
            1 3 0 0 2 0 0 0 1
            1 8 0 0 2 0 0 0 1
            2 0 0 0 2 0 0 0 1
            2 5 0 0 2 0 0 0 1
            2 10 0 0 2 0 0 0 1
            5 2 1 100 2 10 0 0 1
            5 4 0 0 2 0 0 0 1
            5 13 0 0 2 0 0 0 1
        """,
        (
            course(Bolus(1, 80, DEPOT), Bolus(7, 80, DEPOT), last=3),
            course(Infusion(2, 12, 10, CENTRAL), first=7),
        ),
    ),
    Scenario(
        179,
        "subjects-with-CL-of-their-own",
        "Parameters by subject, the same on all its records.",
        ONE,
        """
            ID TIME EVID AMT CMT CL
            1 0 1 50 1 20
            1 3 0 0 1 20
            1 8 0 0 1 20
            2 0 1 50 1 80
            2 3 0 0 1 80
            2 8 0 0 1 80
        """,
        (
            course(Bolus(0, 50, CENTRAL), last=3, bodies=((0, Body(CL="20", V1="100")),)),
            course(Bolus(0, 50, CENTRAL), first=4, bodies=((0, Body(CL="80", V1="100")),)),
        ),
        parameters=("CL",),
    ),
    Scenario(
        180,
        "subjects-with-different-plans",
        "Bolus, steady state and reset, each in its own subject.",
        THREE,
        """
            ID TIME EVID AMT CMT RATE II SS
            10 0 1 35 1 0 0 0
            10 1 0 0 1 0 0 0
            20 5 1 40 1 20 6 1
            20 8 0 0 1 0 0 0
            30 0 1 70 1 7 0 0
            30 3 3 0 0 0 0 0
            30 4 0 0 1 0 0 0
            40 0 1 0 1 12 0 1
            40 1 0 0 1 0 0 0
        """,
        (
            course(Bolus(0, 35, CENTRAL), last=2),
            course(*(Infusion(5 - 6 * k, 7 - 6 * k, 20, CENTRAL) for k in PAST), first=3, last=4),
            course(Infusion(0, 10, 7, CENTRAL), first=5, last=5),
            course(Infusion(-LONG, 0, 12, CENTRAL), first=8),
        ),
    ),
)
