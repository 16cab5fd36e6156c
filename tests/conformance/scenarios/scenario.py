"""A numbered scenario, and the bodies that most of them use."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.conformance.oracle import Body

ONE = Body(CL="40", V1="100")
ONE_DEPOT = Body(CL="40", V1="100", ka="1.2")
TWO = Body(CL="60", V1="50", Q2="100", V2="150")
TWO_DEPOT = Body(CL="60", V1="50", Q2="100", V2="150", ka="0.9")
THREE = Body(CL="84", V1="25", Q2="161", V2="56", Q3="79", V3="157")
THREE_DEPOT = Body(CL="84", V1="25", Q2="161", V2="56", Q3="79", V3="157", ka="1.5")

PAST = range(120)
"""So many past doses stand for doses since ever: II is 2 h or more, and no rate is below 0.2 1/h."""
LONG = 400
"""A constant rate for so many hours stands for one since ever."""


@dataclass(frozen=True)
class Course:
    """Doses into a body that starts empty, as records ``first`` to ``last`` read them.

    Records are counted from 1. Where courses overlap, their amounts add up. ``bodies`` are
    (from, body) where the scenario's one body does not hold throughout.
    """

    doses: tuple
    first: int = 1
    last: int | None = None
    bodies: tuple = ()


def course(*doses, **options):
    """Return the course of these doses."""
    return Course(doses, **options)


@dataclass(frozen=True, eq=False)
class Scenario:
    """One statement of behaviour, the records that put it to the test, and what they stand for.

    ``model`` are arguments besides the body's; ``parameters`` and ``carry`` are passed on;
    ``volumes`` are the central volumes of the records where they differ from the body's.
    """

    number: int
    name: str
    says: str
    body: Body
    records: str
    courses: tuple
    model: dict = field(default_factory=dict)
    parameters: object = ()
    carry: str = "nocb"
    volumes: tuple = ()

    @property
    def label(self):
        """The number and the name, as in the file."""
        return f"{self.number:03d}-{self.name}"

    @property
    def columns(self):
        """The names of the columns."""
        return self.records.split("\n")[1].split()

    @property
    def rows(self):
        """The records as lists of text."""
        return [line.split() for line in self.records.strip().split("\n")[1:]]

    @property
    def times(self):
        """The times of the records as text."""
        at = self.columns.index("TIME")
        return [row[at] for row in self.rows]
