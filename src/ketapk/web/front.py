"""What answers first: the files of the page at once, the API as soon as it is there."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING

from ketapk.web.files import Files
from ketapk.web.guard import Guard

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import Receive, Scope, Send

QUIET_S = 0.3
"""Without a request, after which loading goes on [s]: threads of Python compute one at a time."""


class Front:
    """The page in front of the API, which takes longer to load than the page to be drawn."""

    def __init__(self) -> None:
        self.files = Files()
        self.guarded = Guard(self.files)
        self.api: Future[FastAPI] = Future()
        self._asked = time.monotonic()
        self._wanted = threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a file, or let the API answer."""
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"] in self.files:
            self._asked = time.monotonic()
            await self.guarded(scope, receive, send)
            return
        self._wanted.set()
        api = await asyncio.wrap_future(self.api)
        await api(scope, receive, send)

    def load(self) -> threading.Thread:
        """Load the API, then its kernels, beside the server, once nobody waits for a file.

        Returns
        -------
        Thread
            Nobody waits for it; it ends with the program.
        """
        thread = threading.Thread(target=self._load, name="ketapk-loading", daemon=True)
        thread.start()
        return thread

    def _load(self) -> None:
        while (left := self._asked + QUIET_S - time.monotonic()) > 0.0:
            if self._wanted.wait(left):
                break
        from ketapk.web.app import make_app
        from ketapk.web.warmup import KERNELS

        try:
            self.api.set_result(make_app())
        except Exception as error:
            self.api.set_exception(error)
            return
        KERNELS.warm_up()
