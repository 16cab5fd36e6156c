"""Where the numbers of a model stand: said once, stamped on every number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ketapk.model.checks import Check, Derived, Measure
from ketapk.model.parameters import Grade, Parameter
from ketapk.model.variability import Correlation, Residual, Scale, Variability


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A table or an abstract, how it was read, and how far it is trusted.

    Examples
    --------
    >>> TABLE = Source(where="Table 2", grade="B", via="a secondary source")
    >>> TABLE.parameter("CL", 84.0, "L/h/70 kg").where
    'Table 2'
    """

    where: str
    grade: Grade
    via: str

    def parameter(self, name: str, value: float, unit: str, note: str = "") -> Parameter:
        """Return a parameter as printed here."""
        return Parameter(
            name=name,
            value=value,
            unit=unit,
            where=self.where,
            grade=self.grade,
            via=self.via,
            note=note,
        )

    def spread(
        self, parameter: str, value: float, scale: Scale = "CV %", *, note: str = ""
    ) -> Variability:
        """Return a variability between people as printed here."""
        return Variability(
            parameter=parameter,
            value=value,
            scale=scale,
            where=self.where,
            grade=self.grade,
            note=note,
        )

    def occasion(self, parameter: str, value: float, *, note: str = "") -> Variability:
        """Return a variance between occasions as printed here."""
        return Variability(
            parameter=parameter,
            value=value,
            scale="variance on the log scale",
            level="between occasions",
            where=self.where,
            grade=self.grade,
            note=note,
        )

    def covariance(self, first: str, second: str, value: float) -> Correlation:
        """Return a covariance of two random effects as printed here."""
        return Correlation(
            first=first,
            second=second,
            value=value,
            scale="covariance on the log scale",
            where=self.where,
            grade=self.grade,
        )

    def residual(self, analyte: str, value: float, scale: str, note: str = "") -> Residual:
        """Return a residual error as printed here."""
        return Residual(
            analyte=analyte,
            value=value,
            scale=scale,
            where=self.where,
            grade=self.grade,
            note=note,
        )

    def check(
        self,
        what: str,
        measure: Measure | Derived,
        published: float | tuple[float, float],
        unit: str,
        tolerance: float = 0.0,
        **why: Any,
    ) -> Check:
        """Return a figure to be reproduced, as printed here."""
        return Check(
            what=what,
            measure=measure,
            published=published,
            unit=unit,
            tolerance=tolerance,
            where=self.where,
            grade=self.grade,
            **why,
        )


ABSTRACT = Source(where="abstract", grade="A", via="read in the abstract of the paper")
ASSUMED = Source(where="not printed in the source", grade="assumed", via="assumed, and said so")
EXPONENTS = (
    "exponent of volumes",
    "exponent of clearances",
)
"""Names under which models keep the exponents by which body weight scales them."""


def allometry(source: Source, note: str = "") -> tuple[Parameter, ...]:
    """Return the exponents 1 for volumes and 0.75 for clearances, as a source gives them."""
    volumes, clearances = EXPONENTS
    return (
        source.parameter(volumes, 1.0, "1", note),
        source.parameter(clearances, 0.75, "1", note),
    )
