"""The files of the page, held in memory, under names that change whenever one of them does."""

from __future__ import annotations

import gzip
import re
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from ketapk.lazy import lazy

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
LARGE = 16 * 1024
"""Bytes from which a file is packed."""


class File(NamedTuple):
    """What is sent for one address."""

    content: bytes
    packed: bytes
    """The same for a browser that unpacks it; empty where that saves little."""
    kind: bytes
    stored: bytes
    """How long a browser keeps it."""
    tag: bytes

    def under(self, stored: bytes) -> File:
        """Return the same, kept for another time."""
        return self._replace(stored=stored)

    def sent(self, asked: dict[bytes, bytes]) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """Return status, headers and body for the headers of a request."""
        headers = [(b"etag", self.tag), (b"cache-control", self.stored)]
        if asked.get(b"if-none-match") == self.tag:
            return 304, headers, b""
        body = self.content
        if self.packed:
            headers.append((b"vary", b"accept-encoding"))
            if b"gzip" in asked.get(b"accept-encoding", b""):
                headers.append((b"content-encoding", b"gzip"))
                body = self.packed
        headers += [(b"content-type", self.kind), (b"content-length", b"%d" % len(body))]
        return 200, headers, body


class Files:
    """The files of the page as an application.

    The page names the others under a folder that is called by the hash of them all, so that a
    browser keeps them for good, and asks only for the page itself when it is opened again.
    """

    @lazy
    def held(self) -> dict[str, File]:
        """Everything that can be asked for, by its path."""
        found = dict(sorted(_contents()))
        stamp = sha256(b"".join(f"{p}\0".encode() + c for p, c in found.items())).hexdigest()[:12]
        held = {}
        for path, content in found.items():
            if path == "/index.html":
                page = content.decode().replace("</head>", f"{_ahead(found)}</head>")
                held["/"] = _file(path, NAMED.sub(f"{stamp}/", page).encode(), ASK_AGAIN)
                held[path] = held["/"]
            else:
                held[path] = _file(path, content, ASK_AGAIN)
                held[f"/{stamp}{path}"] = held[path].under(FOR_EVER)
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
        status, headers, body = found.sent(dict(scope["headers"]))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        body = b"" if scope["method"] == "HEAD" else body
        await send({"type": "http.response.body", "body": body})


def _contents() -> Iterator[tuple[str, bytes]]:
    """Paths and contents of all files; uPlot is that of the page to hand out."""
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
    return File(
        content=content,
        packed=gzip.compress(content, mtime=0) if len(content) >= LARGE else b"",
        kind=KINDS[path[path.rfind(".") :]],
        stored=stored,
        tag=b'"%s"' % sha256(content).hexdigest()[:20].encode(),
    )
