"""Addresses of the API."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from starlette.responses import Response

from ketapk.web.branching import what_if
from ketapk.web.contents import contents
from ketapk.web.curves import curves
from ketapk.web.exports import KINDS, shown
from ketapk.web.fates import ledger
from ketapk.web.numbers import json_response
from ketapk.web.questions import (
    Curves,
    Decrement,
    Hold,
    Ledger,
    Question,
    Routes,
    Sheet,
    Understanding,
    WhatIf,
)
from ketapk.web.refusal import Refusal, at
from ketapk.web.routes import routes
from ketapk.web.schedules import decrement, hold, sheet
from ketapk.web.understanding import understanding
from ketapk.web.warmup import KERNELS, KernelState

REFUSED: dict[int | str, dict[str, Any]] = {
    400: {"model": Refusal, "description": "Another host"},
    403: {"model": Refusal, "description": "From a page of another site"},
    413: {"model": Refusal, "description": "Too long"},
    422: {"model": Refusal, "description": "Cannot be done; the sentence says how to mend it"},
}
router = APIRouter(prefix="/api", responses=REFUSED)


@router.get("/library")
def get_library() -> Response:
    """Models, protocols, effects with their bands, routes and dosing weights."""
    return json_response(contents())


@router.get("/kernels")
def get_kernels() -> dict[str, KernelState]:
    """How far the kernels are: compiled once after installing, then loaded at every start."""
    return {"state": KERNELS.state}


@router.post("/understand")
def post_understand(asked: Understanding) -> Response:
    """How each plan was understood, in every unit, and what looks like a slip."""
    return json_response(understanding(asked))


@router.post("/curves")
def post_curves(asked: Curves) -> Response:
    """Curves of every plan, with bands, ribbons and measures."""
    return json_response(curves(asked))


@router.post("/what_if")
def post_what_if(asked: WhatIf) -> Response:
    """One plan and what becomes of it when something goes otherwise, from where they part."""
    return json_response(what_if(asked))


@router.post("/ledger")
def post_ledger(asked: Ledger) -> Response:
    """Where every milligram of one plan is over time."""
    return json_response(ledger(asked))


@router.post("/routes")
def post_routes(asked: Routes) -> Response:
    """One plan by other routes: the same milligrams, or a matched AUC or Cmax."""
    return json_response(routes(asked))


@router.post("/hold")
def post_hold(asked: Hold) -> Response:
    """The infusion that holds a level."""
    return json_response(hold(asked))


@router.post("/sheet")
def post_sheet(asked: Sheet) -> Response:
    """What is set on the pump for one plan, line by line."""
    return json_response(sheet(asked))


@router.post("/decrement")
def post_decrement(asked: Decrement) -> Response:
    """Time to fall against the length of an infusion."""
    return json_response(decrement(asked))


@router.post("/export/{kind}")
def post_export(
    kind: Literal["html", "csv", "json", "python", "command", "toml"], asked: Question
) -> Response:
    """The scenario to take away, as text."""
    make, media_type = KINDS[kind]
    with at(None):
        return Response(make(shown(asked.scenario)), media_type=f"{media_type}; charset=utf-8")
