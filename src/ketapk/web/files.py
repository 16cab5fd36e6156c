"""The files of the page, held in memory, under names that change whenever one of them does."""

from __future__ import annotations

import re
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from importlib.resources.abc import Traversable

    from starlette.types import Receive, Scope, Send

KINDS = {
    ".html": b"text/html; charset=utf-8",
    ".css": b"text/css; charset=utf-8",
    ".js": b"text/javascript; charset=utf-8",
    ".json": b"application/json",
    ".svg": b"image/svg+xml",
}
"""What a browser is told of a file, by its ending."""
NAMED = re.compile(r'(?<=href="|.src=")(?=[\w/.-]+\.(?:css|js|json|svg)")')
"""Before the name of another file in the page."""
FIRST = "first.json"
"""What the page shows first, by ``ketapk.web.first``."""
FOR_EVER = b"max-age=31536000, immutable"
ASK_AGAIN = b"no-cache"


class File(NamedTuple):
    """What is sent for one address."""

    content: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    tag: bytes


class Files:
    """The files of the page as an application.

    The page names the others under a folder that is called by the hash of them all, so that a
    browser keeps them for good, and asks only for the page itself when it is opened again.
    """

    @cached_property
    def held(self) -> dict[str, File]:
        """Everything that can be asked for, by its path."""
        found = dict(sorted(_contents()))
        stamp = sha256(b"".join(f"{p}\0".encode() + c for p, c in found.items())).hexdigest()[:12]
        held = {}
        for path, content in found.items():
            if path == "/index.html":
                page = content.decode().replace("</head>", f"{_ahead(found)}</head>")
                content = NAMED.sub(f"{stamp}/", page).encode()
                held["/"] = _file(path, content, ASK_AGAIN)
            else:
                held[f"/{stamp}{path}"] = _file(path, content, FOR_EVER)
            held[path] = _file(path, content, ASK_AGAIN)
        return held

    def __contains__(self, path: str) -> bool:
        """Whether there is a file at a path."""
        return path in self.held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a file, or that the browser has it."""
        found = self.held.get(scope["path"] or "/")
        if found is None or scope["method"] not in ("GET", "HEAD"):
            from starlette.exceptions import HTTPException

            raise HTTPException(404 if found is None else 405)
        known = dict(scope["headers"]).get(b"if-none-match") == found.tag
        length = (b"content-length", b"%d" % len(found.content))
        headers = [*found.headers] if known else [*found.headers, length]
        await send(
            {"type": "http.response.start", "status": 304 if known else 200, "headers": headers}
        )
        body = b"" if known or scope["method"] == "HEAD" else found.content
        await send({"type": "http.response.body", "body": body})


def _contents() -> Iterator[tuple[str, bytes]]:
    """Paths and contents of all files; one copy of uPlot serves this page and the one to hand out."""
    yield from _walked(files("ketapk.web") / "static", "")
    yield from _walked(files("ketapk.page") / "assets" / "vendor", "/vendor")


def _ahead(paths: Iterable[str]) -> str:
    """Links that let a browser ask for all that the page will import at once."""
    modules = [path[1:] for path in paths if path.startswith("/modules/")]
    return "".join(
        [
            *(f'<link rel="modulepreload" href="{name}">\n' for name in modules),
            f'<link rel="preload" href="{FIRST}" as="fetch" crossorigin>\n',
        ]
    )


def _walked(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        here = f"{path}/{entry.name}"
        if entry.is_dir():
            yield from _walked(entry, here)
        elif here[here.rfind(".") :] in KINDS:
            yield here, entry.read_bytes()


def _file(path: str, content: bytes, stored: bytes) -> File:
    tag = b'"%s"' % sha256(content).hexdigest()[:20].encode()
    headers = (
        (b"content-type", KINDS[path[path.rfind(".") :]]),
        (b"etag", tag),
        (b"cache-control", stored),
    )
    return File(content, headers, tag)
