"""The application on a port of this machine."""

from __future__ import annotations

import socket
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ketapk.errors import InputError
from ketapk.web.app import MISSING
from ketapk.web.front import Front
from ketapk.web.place import HOST, PORT

if TYPE_CHECKING:
    from collections.abc import Callable

BACKLOG = 128


def bound(port: int) -> socket.socket:
    """Return a socket at a port of this machine, 0 for any that is free.

    Raises
    ------
    InputError
        If the port is taken or cannot be one.
    """
    if not 0 <= port <= 65535:
        raise InputError(f"The port {port} is not possible; write one from 1024 to 65535.")
    # With its protocol named, the loop sends every answer at once (TCP_NODELAY); else its body
    # may wait 40 ms for the browser to acknowledge its head.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise InputError(
            f"The port {port} cannot be used: {error.strerror}; choose another, such as "
            f"--port {PORT + 1}."
        ) from None
    return listening


def serve(listening: socket.socket, ready: Callable[[str], None]) -> None:
    """Serve the page until interrupted.

    Parameters
    ----------
    listening : socket
        From `bound`; nothing else is listened at.
    ready : callable
        Called with the address of the page once it answers.

    Raises
    ------
    InputError
        If the extra ``web`` is not installed.
    """
    if find_spec("fastapi") is None or find_spec("uvicorn") is None:
        raise InputError(MISSING)
    import uvicorn

    app = Front()
    address = f"http://{HOST}:{listening.getsockname()[1]}/"

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready(address)
            app.load()

    config = uvicorn.Config(
        app,
        lifespan="off",
        ws="none",
        log_level="error",
        access_log=False,
        server_header=False,
    )
    try:
        Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        return
    finally:
        listening.close()
