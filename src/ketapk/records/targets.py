"""What the compartment of a record means: a place in the model, or one of its routes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.dosing.regimen import DEVICE_MG, Dose
from ketapk.errors import InputError, KetapkError, nearest
from ketapk.model.routes import Input

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.model.model import Model
    from ketapk.model.routes import Values
    from ketapk.model.system import System
    from ketapk.records.problems import Problems
    from ketapk.records.records import Records

ANY = ("", "0", "0.0")
"""How a record leaves the compartment to the model."""


NUMBER = re.compile(r"([0-9]{1,6})(?:\.0*)?")
"""How a number of a compartment is written."""


@dataclass(frozen=True)
class Target:
    """Where a dose goes."""

    place: str
    """Compartment it enters; empty for a route."""
    route: str
    """Route whose inputs it has; empty for a compartment that no route enters alone."""
    whole: bool = True
    """False for a compartment that is one of several entries of its routes."""


@dataclass(frozen=True)
class Targets:
    """Every compartment that records of a model may name."""

    model: Model
    drug: str
    numbered: Mapping[int, str]
    """Compartments, or routes, by number."""
    places: tuple[str, ...]
    typical: Values
    """Values to ask a route with where it leads."""

    @classmethod
    def of(
        cls,
        model: Model,
        system: System,
        values: Values,
        drug: str,
        given: Mapping[int, str] | None,
    ) -> Targets:
        """Number the compartments: depots of the routes first, then the others."""
        with np.errstate(over="ignore", invalid="ignore"):
            disposition = model.disposition(values).compartments
        depots = [name for name in system.compartments if name not in disposition]
        numbered = dict(enumerate([*depots, *disposition], start=1))
        if given is not None and not isinstance(given, Mapping):
            raise InputError(
                f"compartments={given!r} is no mapping; write compartments={{1: 'depot'}}."
            )
        for number, name in (given or {}).items():
            if isinstance(number, bool) or not isinstance(number, int) or number < 1:
                raise InputError(f"compartments: {number!r} is no number; write 1, 2, ...")
            if name not in system.compartments and name not in model.routes:
                raise InputError(
                    f"compartments: {number} is {name!r}, which {model.name} does not have; it has "
                    f"the compartments {', '.join(system.compartments)} and the routes "
                    f"{', '.join(model.routes)}."
                )
        return cls(model, drug, dict(given or numbered), system.compartments, values)

    def number(self, place: str, route: str = "") -> int | None:
        """Number of a compartment, or of its route, which names its columns F1, ALAG1 and so on."""
        named = {name: number for number, name in reversed([*self.numbered.items()])}
        return named.get(place, named.get(route))

    def named(self, word: str) -> Target | None:
        """Return the target of a word in CMT, or None if there is none of that name."""
        if word in ANY:
            return self._default()
        number = NUMBER.fullmatch(word)
        name = self.numbered.get(int(number[1]), "") if number else word
        if name in self.model.routes:
            return Target("", name)
        return self._place(name) if name in self.places else None

    def _default(self) -> Target | None:
        if self.model.status == "generic":
            return self._place(self.numbered[min(self.numbered)])
        (*others, only) = self.model.routes
        return None if others else Target("", only)

    def _place(self, place: str) -> Target:
        """Return the target of a compartment: the route that enters it alone, if there is one."""
        whole = True
        for route in self.model.routes:
            try:
                entered = [i.to for i in self.inputs(Target("", route), 1, self.typical)]
            except KetapkError:
                continue
            if entered == [place]:
                return Target(place, route)
            whole &= place not in entered
        return Target(place, "", whole)

    def inputs(self, target: Target, device: int, values: Any) -> tuple[Input, ...]:
        """How a dose enters at a target, as the model says."""
        if not target.route:
            return (Input(to=target.place),)
        amt = DEVICE_MG if target.route == "nasal_spray" else 1.0
        dose = Dose(route=target.route, amt=amt, drug=self.drug, device=device)
        return self.model.inputs(dose, values)

    def resolve(self, records: Records, problems: Problems) -> dict[str, Target]:
        """Return the target of every word in CMT; those that have none are noted as problems."""
        found: dict[str, Target] = {}
        doses = records.is_dose
        for column in records.per_compartment:
            if int(column.lstrip("FALGRD")) not in self.numbered:
                problems.add(
                    f"There is no compartment of that number; {self._numbers()}.", column=column
                )
        for word in np.unique(records.cmt).tolist():
            rows = records.cmt == word
            target = self.named(word)
            if target is not None:
                found[word] = target
                if doses[rows].any():
                    self._check(target, rows & doses, records, problems)
            elif word not in ANY:
                problems.where(rows, "CMT", self._unknown(word))
            elif doses[rows].any():
                problems.where(
                    rows & doses,
                    "CMT",
                    f"{self.model.name} has the routes {', '.join(self.model.routes)}; name the "
                    f"one of this dose.",
                )
        return found

    def _check(
        self, target: Target, rows: NDArray[np.bool_], records: Records, problems: Problems
    ) -> None:
        route = self.model.routes.get(target.route)
        infused = rows & ((records.rate > 0.0) | (records.dur > 0.0))
        if route is not None and not route.infusible:
            problems.where(
                infused, "RATE", f"{self.model.name} takes no infusion by the route {route.name!r}."
            )
        if target.route == "nasal_spray":
            wrong = rows & (records.amt != DEVICE_MG)
            problems.where(
                wrong, "AMT", f"A nasal device holds {DEVICE_MG:g} mg, not {{}}.", records.amt
            )
            problems.where(
                rows & (records.device < 1),
                "DEVICE",
                "A nasal device needs its number within the session, from 1, in a column DEVICE.",
            )
        entries = self.inputs(target, 1, self.typical)
        number = self.number("", target.route)
        if target.route and not target.place and number is not None and len(entries) > 1:
            for letter in ("F", "ALAG", "R", "D"):
                given = records.per_compartment.get(f"{letter}{number}")
                if given is not None:
                    problems.where(
                        rows & ~np.isnan(given),
                        f"{letter}{number}",
                        f"The route {target.route!r} has several entries; number its compartments "
                        f"and not the route.",
                    )
        if not target.whole:
            share = f"F{self.number(target.place)}"
            given = records.per_compartment.get(share, np.full(len(records), np.nan))
            problems.where(
                rows & np.isnan(given),
                "CMT",
                f"{target.place!r} is one of several entries of a route; name the route, or give "
                f"the share that enters here in {share}.",
            )

    def _numbers(self) -> str:
        return "it has " + ", ".join(f"{n} ({name})" for n, name in self.numbered.items())

    def _unknown(self, word: str) -> str:
        if word.startswith("-"):
            return "Turning a compartment off is not supported; leave the record out."
        known = [*self.model.routes, *self.places]
        return (
            f"{word!r} is no compartment of {self.model.name}; {self._numbers()}, and the routes "
            f"{', '.join(self.model.routes)}.{nearest(word, known)}"
        )


def at_rows(route_input: Input, number: int | None, columns: Mapping[str, Any]) -> Input:
    """Return an input with what the columns of its compartment say, record by record."""
    changed: dict[str, Any] = {}
    for name, column in (("fraction", "F"), ("lag", "ALAG"), ("rate", "R"), ("dur", "D")):
        given = columns.get(f"{column}{number}")
        if given is None or np.all(np.isnan(given)):
            continue
        own = getattr(route_input, name)
        own = np.nan if own is None else own
        changed[name] = np.where(np.isnan(given), own, given)
    return replace(route_input, **changed)
