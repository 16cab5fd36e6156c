"""What a source reports besides its parameters, re-created from the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ketapk import units
from ketapk.errors import PlanError
from ketapk.lazy import lazy
from ketapk.patients import Cohort
from ketapk.simulation import simulate

if TYPE_CHECKING:
    import polars as pl

    from ketapk.model.checks import Check
    from ketapk.model.model import Model

TYPICAL = Cohort(weight_kg=[70.0])
"""Who, where the source does not say otherwise."""


@dataclass(frozen=True)
class Verification:
    """Every check of one model, run."""

    model: Model
    simulated: tuple[float, ...]

    @lazy
    def table(self) -> pl.DataFrame:
        """One row a check.

        Columns: ``model``, ``what``, ``plan``, ``published``, ``simulated``, ``unit``,
        ``difference``, ``tolerance``, ``verdict`` ("pass", "FAIL" or "does not reproduce"),
        ``note``, ``where``, ``grade``.
        """
        import polars as pl

        rows = [
            _row(self.model, check, value)
            for check, value in zip(self.model.checks, self.simulated, strict=True)
        ]
        schema = {name: pl.Float64 if name in NUMBERS else pl.String for name in COLUMNS}
        return pl.DataFrame(rows, schema=schema, orient="row")

    @property
    def passed(self) -> bool:
        """Whether every figure that is said to reproduce does, and no other."""
        return "FAIL" not in self.table["verdict"].to_list()

    def __repr__(self) -> str:
        return f"<Verification of {self.model.name}>\n{self.table}"


COLUMNS = (
    "model",
    "what",
    "plan",
    "published",
    "simulated",
    "unit",
    "difference",
    "tolerance",
    "verdict",
    "note",
    "where",
    "grade",
)
NUMBERS = ("simulated", "difference", "tolerance")


def verify(model: Model) -> Verification:
    """Re-create what the source of a model reports besides its parameters.

    Parameters
    ----------
    model : Model
        A published model.

    Returns
    -------
    Verification

    Raises
    ------
    PlanError
        If it is a composition: its parts were never reported together.
    """
    if model.parts:
        raise PlanError(
            f"{model.name} is a composition, whose parts no paper reports together; verify "
            f"{model.name.partition('+')[0]!r}."
        )
    return Verification(model=model, simulated=tuple(_value(model, c) for c in model.checks))


def verify_all(*names: str) -> pl.DataFrame:
    """Verify several published models, all of them by default, in one table.

    Parameters
    ----------
    *names : str
        Names of published models.

    Returns
    -------
    polars.DataFrame
        The tables of their verifications, one below the other.
    """
    import polars as pl

    from ketapk.library.catalogue import PUBLISHED, load_model

    return pl.concat([verify(load_model(name)).table for name in names or PUBLISHED])


def _value(model: Model, check: Check) -> float:
    """Simulate what one check needs, and read it."""
    from ketapk.model.checks import Derived

    if isinstance(check.measure, Derived):
        return check.measure.read(model.values(check.measure.cohort or TYPICAL))

    def simulator(plan: str, *, cohort: Cohort | None, **options: Any) -> Any:
        import warnings

        from ketapk.errors import KetapkWarning

        with warnings.catch_warnings():
            # The paper gave the dose; a reader of the table needs no warning about it.
            warnings.simplefilter("ignore", KetapkWarning)
            return simulate(plan, model, cohort or TYPICAL, **options)

    return float(check.measure(simulator))


def _row(model: Model, check: Check, simulated: float) -> tuple[Any, ...]:
    agrees = check.agrees(simulated)
    if check.reproduces:
        verdict = "pass" if agrees else "FAIL"
    else:
        verdict = "FAIL" if agrees else "does not reproduce"
    return (
        model.name,
        check.what,
        str(check.measure.plan),
        _published(check),
        simulated,
        check.unit,
        check.difference(simulated),
        check.tolerance or None,
        verdict,
        check.note,
        check.where,
        check.grade,
    )


def _published(check: Check) -> str:
    if not isinstance(check.published, tuple):
        return units.fmt(check.published, 5)
    low, high = check.published
    if high == float("inf"):
        return f"above {units.fmt(low)}"
    return f"{units.fmt(low)} to {units.fmt(high)}"
