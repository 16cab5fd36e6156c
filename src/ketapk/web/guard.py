"""What stands before every request: whose name it calls, how long it is, what headers go back."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ketapk.web.limits import MOST_BYTES

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS = ("localhost", "127.0.0.1", "::1")
"""Names of this machine; any other was pointed here by somebody else."""
HEADERS = {
    b"content-security-policy": b"default-src 'self'",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"DENY",
    b"cross-origin-resource-policy": b"same-origin",
}


class Guard:
    """Refuses foreign hosts, foreign pages and long bodies; adds headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        stored = b"no-store" if scope["path"].startswith("/api/") else b"no-cache"

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {key.lower(): value for key, value in message["headers"]}
                message["headers"] = [*({b"cache-control": stored} | given | HEADERS).items()]
            await send(message)

        found = dict(scope["headers"])
        refused = _foreign(found)
        if refused is None:
            body = await _body(found, receive)
            if body is not None:
                await self.app(scope, _again(body, receive), with_headers)
                return
            refused = _refused(
                f"The request is longer than {MOST_BYTES // 1024} kB; send fewer or shorter plans.",
                413,
            )
        await refused(scope, receive, with_headers)


def _foreign(headers: dict[bytes, bytes]) -> ASGIApp | None:
    """Answer to a request that calls another host, or comes from another site's page."""
    host = headers.get(b"host", b"").decode("latin-1")
    if _hostname(f"//{host}") not in HOSTS:
        return _refused(
            f"The host {host!r} is not this machine; open the page at http://127.0.0.1, with the "
            f"port that `ketapk serve` names.",
            400,
        )
    origin = headers.get(b"origin")
    if origin is not None and _netloc(origin.decode("latin-1")) != host:
        return _refused("The request comes from a page of another site; only its own may ask.", 403)
    return None


def _refused(sentence: str, status: int) -> ASGIApp:
    """Answer with a sentence; what writes it is not loaded for the files of the page."""
    from ketapk.web.refusal import Problem, answer

    return answer(Problem(kind="InputError", sentence=sentence, where=None), status)


def _netloc(address: str) -> str | None:
    try:
        return urlsplit(address).netloc
    except ValueError:
        return None


def _hostname(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


async def _body(headers: dict[bytes, bytes], receive: Receive) -> bytes | None:
    """Read the whole body; None if it is too long, whatever its length was said to be."""
    said = headers.get(b"content-length", b"0")
    if not said.isdigit() or int(said) > MOST_BYTES:
        return None
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MOST_BYTES:
            return None
        if not message.get("more_body", False):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """Hand out a body that was read, then whatever else comes."""
    left = [body]

    async def again() -> Message:
        if left:
            return {"type": "http.request", "body": left.pop(), "more_body": False}
        return await receive()

    return again
