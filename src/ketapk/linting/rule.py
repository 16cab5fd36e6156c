"""A rule with what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from ketapk.linting.order import Order

Severity = Literal["alarm", "caution", "note"]
SEVERITIES: dict[Severity, str] = {
    "alarm": "probably a slip, or it cannot be given or simulated as written",
    "caution": "unusual: look again",
    "note": "may be meant; worth a second look",
}
"""What each severity says, the gravest first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """What a rule saw, before it is told with the rule's name and source."""

    text: str
    dose: str = ""
    severity: Severity | None = None
    """Where it is another than that of the rule."""
    source: str = ""
    """Where it is another than that of the rule."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """Something that orders get wrong."""

    name: str
    severity: Severity
    what: str
    """What trips it, in words."""
    source: str
    look: Callable[[Order], Iterator[Hit]]
    needs: str = ""
    """What has to be given besides plan and patient: "model", "pump", or what is said of
    one: "volume", "min_interval"."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What a rule found in a plan."""

    rule: str
    severity: Severity
    text: str
    """What was found, in a sentence."""
    dose: str
    """The dose that it concerns, as a sentence; nothing where it is the whole plan."""
    source: str

    @property
    def how_to_silence(self) -> str:
        """What to write so that this rule is not looked at."""
        return f"silence=({self.rule!r},), or --silence {self.rule}"

    def __str__(self) -> str:
        dose = f"{self.dose}: " if self.dose else ""
        return f"{self.severity}, {self.rule}: {dose}{self.text}"
