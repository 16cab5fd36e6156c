"""What is answered to a request that cannot be done: one sentence, its kind, its place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from ketapk.errors import KetapkError
from ketapk.web.numbers import json_response

if TYPE_CHECKING:
    from starlette.responses import Response


class Problem(BaseModel):
    """What is wrong."""

    kind: str = Field(
        description="InputError, UnitError, PlanError, ImplausibleError, ... as in Python"
    )
    sentence: str = Field(description="What is wrong, with how to mend it")
    where: str | None = Field(description="Place in the body, such as plans.IV")


class Refusal(BaseModel):
    """Answer to a request that cannot be done."""

    error: Problem


class Refused(Exception):  # noqa: N818, it says that a request was
    """A request that cannot be done, on its way to the answer."""

    def __init__(self, problem: Problem, status: int = 422) -> None:
        super().__init__(problem.sentence)
        self.problem = problem
        self.status = status


@contextmanager
def at(where: str | None) -> Iterator[None]:
    """Give whatever ketapk refuses inside a place in the body."""
    try:
        yield
    except KetapkError as error:
        raise Refused(problem_of(error, where)) from None


def problem_of(error: Exception, where: str | None) -> Problem:
    """Return what ketapk says, unchanged, with its place."""
    return Problem(kind=type(error).__name__, sentence=str(error), where=where)


def answer(problem: Problem, status: int) -> Response:
    """Return the answer that says a problem."""
    return json_response({"error": problem.model_dump()}, status=status)


def said(problem: Problem) -> dict[str, Any]:
    """Return a problem as a part of a larger answer."""
    return problem.model_dump()
