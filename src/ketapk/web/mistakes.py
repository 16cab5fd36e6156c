"""Mistakes of a body in the sentences of a scenario file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ketapk.scenario import mistake
from ketapk.web import questions
from ketapk.web.refusal import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.exceptions import HTTPException

SEND = (
    'send JSON such as {"scenario": {"plans": {"IV": "35 mg iv bolus"}}}, with the content type '
    "application/json."
)


def of_validation(errors: Sequence[Any]) -> Problem:
    """Return what is wrong with a body, every mistake a sentence, at the place of the first."""
    said: dict[str, str] = {}
    for item in errors:
        loc = list(item["loc"][item["loc"][:1] == ("body",) :])
        if loc[:2] == ["options", "target"]:
            # A choice of two forms, whose names stand in the place.
            del loc[2:3]
        if item["type"] == "json_invalid":
            said.setdefault("", f"The body is not JSON: {item['ctx']['error']}.")
            continue
        if not loc:
            half = item["type"] == "half_a_character"
            said.setdefault("", f"{item['msg']}." if half else f"The body is missing; {SEND}")
            continue
        own = loc[0] != "scenario" or len(loc) == 1
        within = loc if own else loc[1:]
        place = ".".join(str(part) for part in within)
        said.setdefault(place, mistake(within, item, questions.names_beside(loc) if own else ()))
    where = next(iter(said)) or None
    return Problem(kind="InputError", sentence=" ".join(said.values()), where=where)


def not_found(error: HTTPException, path: str, methods: Sequence[str] = ()) -> Problem:
    """Return what is wrong with an address, with its method, or with a body that is no text.

    ``methods`` are those by which the address is asked, where it is known.
    """
    if methods:
        said = f"{path} is asked by {' or '.join(methods)}; see /api/openapi.json."
    elif error.status_code == 400:
        said = f"The body cannot be read; {SEND}"
    elif error.status_code == 405:
        said = f"{path} is not asked like this; see /api/openapi.json for every address."
    elif error.status_code == 404:
        said = f"There is nothing at {path}; the page is at /, its API at /api/openapi.json."
    else:
        said = f"{error.detail}."
    return Problem(kind="InputError", sentence=said, where=None)
