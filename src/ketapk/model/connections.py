"""Whether the places of a design are there, and drug can reach and leave each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketapk.errors import ModelError, nearest
from ketapk.model.design import OUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ketapk.model.design import Design


def check_places(design: Design) -> None:
    """Refuse what names a place or an analyte that there is not."""
    places = tuple(design.place)
    ends = (*places, *(loss.name for loss in design.losses), OUT)
    flows = [("flow", t.source, t.target) for t in design.transfers]
    flows += [("saturable flow", s.source, s.target) for s in design.saturable]
    for kind, source, target in flows:
        what = f"The {kind} from {source!r} to {target!r}"
        if source not in places:
            raise unknown(f"{what} comes from nowhere: there is no compartment", source, places)
        if target not in ends:
            raise unknown(f"{what} leads nowhere: there is no place", target, ends)
        if source == target:
            raise ModelError(f"{what} leads back to where it starts; leave it out.")
    for entry in design.entries:
        if entry.to not in ends[:-1]:
            what = f"The input of the route {entry.route!r} leads nowhere: there is no place"
            raise unknown(what, entry.to, ends[:-1])
    for reading in design.readings:
        what = f"The output of {reading.analyte!r}"
        if reading.analyte not in design.analytes:
            what += " is of no analyte of the model: there is no"
            raise unknown(what, reading.analyte, design.analytes)
        if reading.compartment not in places:
            raise unknown(f"{what} is read nowhere: no compartment", reading.compartment, places)
    for place in design.places:
        if place.of is not None and place.of not in design.analytes:
            raise unknown(f"{place.name!r} holds no analyte:", place.of, design.analytes)
    for analyte, _ in design.effect_sites:
        if analyte not in [reading.analyte for reading in design.readings]:
            raise ModelError(f"The effect site of {analyte!r} needs an output of it first.")
    if design.first_pass is not None and design.first_pass[0] not in places:
        raise unknown("What a first pass forms enters no compartment", design.first_pass[0], places)
    _check_volumes(design)
    _check_analytes(design)


def _check_volumes(design: Design) -> None:
    """Refuse a clearance, a saturation or a reading where there is no volume."""
    needed = [(t.source, "a clearance") for t in design.transfers if t.clearance is not None]
    needed += [(s.source, "a saturable flow") for s in design.saturable]
    needed += [(r.compartment, f"the output of {r.analyte!r}") for r in design.readings]
    for name, why in needed:
        if design.place[name].volume is None:
            raise ModelError(
                f"The compartment {name!r} has {why} and no volume; write "
                f"compartment({name!r}, volume='V1')."
            )


def _check_analytes(design: Design) -> None:
    """Refuse analytes that nothing reads, and a compartment read as two of them."""
    for analyte in design.analytes:
        if analyte not in [reading.analyte for reading in design.readings]:
            raise ModelError(f"Nothing reads {analyte!r}; add output({analyte!r}, 'central').")
    for reading in design.readings:
        held = design.holds[reading.compartment]
        if held != reading.analyte:
            raise ModelError(
                f"The compartment {reading.compartment!r} holds {held!r} and is read as "
                f"{reading.analyte!r}; give each a compartment of its own."
            )


def check_flows(design: Design) -> None:
    """Refuse compartments that drug never reaches, or never leaves."""
    if not design.entries:
        raise ModelError("No dose can enter; add an input, such as input('iv', to='central').")
    ways = [(t.source, t.target) for t in design.transfers]
    ways += [(s.source, s.target) for s in design.saturable]
    entered = {entry.to for entry in design.entries}
    if design.first_pass is not None:
        entered.add(design.first_pass[0])
    ends = {OUT, *(loss.name for loss in design.losses)}
    reached = _closure(entered, ways)
    left = _closure(ends, [(target, source) for source, target in ways])
    for name in design.place:
        sources = [source for source, target in ways if target == name]
        targets = [target for source, target in ways if source == name]
        if not sources and not targets and name not in entered:
            raise ModelError(
                f"The compartment {name!r} is not connected; add a flow to it and from it, or "
                f"leave it out."
            )
        if name not in reached:
            raise ModelError(
                f"Nothing ever reaches the compartment {name!r}; add a flow or an input to it, or "
                f"leave it out."
            )
        if name not in left:
            raise ModelError(
                f"What enters the compartment {name!r} can never leave the body; add a flow such "
                f"as flow({name!r}, 'out', 'k'), or make it a place of loss with loss({name!r})."
            )


def _closure(start: Iterable[str], ways: Sequence[tuple[str, str]]) -> set[str]:
    """Everything that can be reached."""
    found, fresh = set(start), set(start)
    while fresh:
        fresh = {target for source, target in ways if source in fresh} - found
        found |= fresh
    return found


def unknown(what: str, name: str, known: Sequence[str]) -> ModelError:
    """Return the error that names what there is, and what is nearest."""
    there = ", ".join(map(repr, known)) or "none"
    return ModelError(f"{what} {name!r}; there is {there}.{nearest(str(name), known)}")
