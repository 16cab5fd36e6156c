"""The application: every address, with what answers it."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from ketapk import __version__
from ketapk.errors import InputError, KetapkError, KetapkWarning

if TYPE_CHECKING:
    from fastapi import APIRouter, FastAPI
    from starlette.types import Scope

MISSING = "The page needs the extra 'web'; install it with: pip install 'ketapk[web]'."


def make_app() -> FastAPI:
    """Return the page with its API as an application, to be served on this machine alone.

    Returns
    -------
    FastAPI

    Raises
    ------
    InputError
        If the extra ``web`` is not installed.

    Examples
    --------
    >>> make_app().title
    'ketapk'
    """
    try:
        from fastapi import FastAPI
    except ImportError:
        raise InputError(MISSING) from None
    from ketapk.notice import NOTICE
    from ketapk.web.addresses import router
    from ketapk.web.files import Files
    from ketapk.web.guard import Guard
    from ketapk.web.mistakes import not_found, of_validation
    from ketapk.web.refusal import Refused, answer, problem_of

    # They are in every answer, and nobody reads them in the server's console.
    warnings.simplefilter("ignore", KetapkWarning)
    app = FastAPI(
        title="ketapk",
        version=__version__,
        description=NOTICE,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.add_middleware(Guard)
    app.include_router(router)
    app.mount("/", Files())

    from fastapi.exceptions import RequestValidationError
    from starlette.exceptions import HTTPException

    async def refused(request: Any, error: Any) -> Any:
        return answer(error.problem, error.status)

    async def unread(request: Any, error: Any) -> Any:
        return answer(of_validation(error.errors()), 422)

    async def elsewhere(request: Any, error: Any) -> Any:
        return answer(problem_of(error, None), 422)

    async def missing(request: Any, error: Any) -> Any:
        # What no method of the API fits falls through to the files, where there is no such path.
        methods = _methods(router, request.scope) if error.status_code == 404 else ()
        problem = not_found(error, request.scope["path"], methods)
        refused = answer(problem, 405 if methods else error.status_code)
        if methods:
            refused.headers["allow"] = ", ".join(methods)
        return refused

    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(RequestValidationError, unread)
    app.add_exception_handler(KetapkError, elsewhere)
    app.add_exception_handler(HTTPException, missing)
    return app


def _methods(router: APIRouter, scope: Scope) -> tuple[str, ...]:
    """Methods by which an address of the API is asked; none where it is no address."""
    from starlette.routing import Match, Route

    found = (
        route.methods or ()
        for route in router.routes
        if isinstance(route, Route) and route.matches(scope)[0] is Match.PARTIAL
    )
    return tuple(sorted({method for methods in found for method in methods}))
