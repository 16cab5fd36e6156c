"""The door to the rules: a plan in, findings out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ketapk.basis import basis
from ketapk.dosing.pump import Pump
from ketapk.dosing.regimen import Regimen
from ketapk.errors import InputError, nearest
from ketapk.library.catalogue import load_model
from ketapk.library.protocols import plan_of
from ketapk.linting import amounts, drug, giving, repeats, running, studied
from ketapk.linting.order import Order
from ketapk.linting.rule import SEVERITIES, Finding, Severity
from ketapk.model.model import Model
from ketapk.notice import NOTICE
from ketapk.patients import Cohort, Patient

if TYPE_CHECKING:
    import polars as pl

RULES = {
    rule.name: rule
    for module in (studied, running, repeats, drug, giving, amounts)
    for rule in module.RULES
}
"""By name, in the order in which they are looked at."""
NOT_ALL = "Rules see slips that they know; where none is found, a plan may still be wrong."


@dataclass(frozen=True, kw_only=True)
class Lint:
    """What the rules found in a plan.

    Attributes
    ----------
    findings : tuple of Finding
        The gravest first; each with ``rule severity text dose source how_to_silence``.
    silenced : tuple of str
        Rules that were not looked at because they were silenced.
    skipped : tuple of str
        Rules that were not looked at because they need a model, a pump, or what is not said of it.
    basis : str
        What it rests on, and what it is not.
    """

    plan: Regimen
    findings: tuple[Finding, ...]
    silenced: tuple[str, ...]
    skipped: tuple[str, ...]
    basis: str

    @property
    def warnings(self) -> tuple[str, ...]:
        """The findings as sentences."""
        return tuple(map(str, self.findings))

    @property
    def table(self) -> pl.DataFrame:
        """One row a finding: rule, severity, dose, text, source, how_to_silence."""
        import polars as pl

        names = ("rule", "severity", "dose", "text", "source", "how_to_silence")
        return pl.DataFrame(
            {name: [getattr(f, name) for f in self.findings] for name in names},
            schema=dict.fromkeys(names, pl.String),
        )

    def of(self, severity: Severity) -> tuple[Finding, ...]:
        """Return the findings of a severity: "alarm", "caution" or "note"."""
        return tuple(finding for finding in self.findings if finding.severity == severity)

    def __repr__(self) -> str:
        counted = ", ".join(f"{len(own)} {s}" for s in SEVERITIES if (own := self.of(s)))
        head = f"<Lint of {self.plan}: {counted or 'nothing found'}"
        return "\n".join((head, *(f"  {finding}" for finding in self.findings), f"  {self.basis}>"))


def lint(
    plan: Regimen | str,
    patient: Patient | Cohort,
    model: Model | str | None = None,
    *,
    pump: Pump | None = None,
    silence: Iterable[str] = (),
) -> Lint:
    """Look for what is usually a mistake in a plan, without simulating it.

    Parameters
    ----------
    plan : Regimen or str
        Doses, a sentence that says them, or the name of a protocol; also what ``simulate`` refuses
        as implausible.
    patient : Patient or Cohort
        Who; of a cohort the lightest and the heaviest are looked at.
    model : Model or str, optional
        A model, or its name: adds what it does not describe.
    pump : Pump, optional
        Adds what it cannot run: rates, amounts beyond its ``volume``, changes of the rate
        closer than its ``min_interval``.
    silence : iterable of str
        Names of rules not to look at, see ``list_rules()``.

    Returns
    -------
    Lint

    Raises
    ------
    InputError
        If the plan cannot be read, nobody is given, or a silenced rule does not exist.

    Examples
    --------
    >>> found = lint("0.5 mcg/kg iv over 40 min", Patient(weight_kg=70))
    >>> [finding.rule for finding in found.findings]
    ['mg-or-mcg']
    >>> lint("0.5 mg/kg iv over 40 min", Patient(weight_kg=70)).findings
    ()
    """
    if isinstance(plan, str):
        plan = plan_of(plan)
    if not isinstance(plan, Regimen) or not plan.doses:
        raise InputError("There are no doses to look at; give a plan such as '35 mg im'.")
    if isinstance(model, str):
        model = load_model(model)
    if not isinstance(patient, Patient | Cohort):
        raise InputError(f"{patient!r} is nobody; write kp.Patient(weight_kg=70).")
    if not (model is None or isinstance(model, Model)):
        raise InputError(f"model={model!r} is no model; write the name of one, such as 'kamp2020'.")
    if not (pump is None or isinstance(pump, Pump)):
        raise InputError(f"pump={pump!r} is no pump; write kp.Pump(concentration='10 mg/mL').")
    silenced = _silenced(silence)
    cohort = Cohort.of(patient) if isinstance(patient, Patient) else patient
    order = Order(plan, cohort, model, pump)
    given = {
        "": True,
        "model": model is not None,
        "pump": pump is not None,
        "volume": pump is not None and pump.volume is not None,
        "min_interval": pump is not None and pump.min_interval is not None,
    }
    active = [rule for rule in RULES.values() if rule.name not in silenced]
    found = [
        Finding(
            rule=rule.name,
            severity=hit.severity or rule.severity,
            text=hit.text,
            dose=hit.dose,
            source=hit.source or rule.source,
        )
        for rule in active
        if given[rule.needs]
        for hit in rule.look(order)
    ]
    graveness = list(SEVERITIES)
    return Lint(
        plan=plan,
        findings=tuple(sorted(dict.fromkeys(found), key=lambda f: graveness.index(f.severity))),
        silenced=silenced,
        skipped=tuple(rule.name for rule in active if not given[rule.needs]),
        basis=_basis(model),
    )


def _silenced(silence: Iterable[str]) -> tuple[str, ...]:
    names = (silence,) if isinstance(silence, str) else tuple(silence)
    for name in names:
        if name not in RULES:
            raise InputError(
                f"There is no rule {name!r} to silence; see list_rules()."
                f"{nearest(str(name), RULES)}"
            )
    return names


def _basis(model: Model | None) -> str:
    if model is None:
        return (
            f"Rests on labels and on the protocols of the catalogue, of the grades that it prints. "
            f"{NOT_ALL} It is not a recommendation. {NOTICE}"
        )
    return f"{NOT_ALL} {basis([model])}"


def list_rules() -> pl.DataFrame:
    """List the rules of `lint`: name, severity, what, needs, source.

    Returns
    -------
    polars.DataFrame
        One row a rule.

    Examples
    --------
    >>> "fast-bolus" in list_rules()["name"].to_list()
    True
    """
    import polars as pl

    names = ("name", "severity", "what", "needs", "source")
    return pl.DataFrame({name: [getattr(r, name) for r in RULES.values()] for name in names})
