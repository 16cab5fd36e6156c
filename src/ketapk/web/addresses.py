"""Addresses of the API."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from ketapk.web.contents import contents
from ketapk.web.curves import curves
from ketapk.web.numbers import json_response
from ketapk.web.questions import Curves, Understanding
from ketapk.web.refusal import Refusal
from ketapk.web.understanding import understanding

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


@router.post("/understand")
def post_understand(asked: Understanding) -> Response:
    """How each plan was understood, in every unit, and what looks like a slip."""
    return json_response(understanding(asked))


@router.post("/curves")
def post_curves(asked: Curves) -> Response:
    """Curves of every plan, with bands, ribbons and measures."""
    return json_response(curves(asked))
