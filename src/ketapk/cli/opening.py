"""The page opened straight from plain words, without what the other commands need to be read."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from ketapk.errors import InputError
from ketapk.notice import NOTICE
from ketapk.web.place import PORT

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence


def opens(arguments: Sequence[str]) -> bool:
    """Open the page if the words ask for it plainly; say nothing if they do not.

    Whatever else they are, help and mistakes among them, is left to the whole command line, which
    takes as long to be loaded as the page to be served.

    Returns
    -------
    bool
        Whether the page was opened, and is closed again.
    """
    words = list(arguments)
    if words[:1] != ["serve"]:
        return False
    del words[0]
    browser = "--no-browser" not in words
    if not browser:
        words.remove("--no-browser")
    if not words:
        port = PORT
    elif len(words) == 2 and words[0] == "--port" and words[1].isdecimal():
        port = int(words[1])
    else:
        return False
    from ketapk.web.server import bound

    try:
        listening = bound(port)
    except InputError:
        return False
    open_page(listening, browser=browser)
    return True


def open_page(listening: socket.socket, *, browser: bool) -> None:
    """Serve the page at a socket until interrupted, then leave the program.

    Parameters
    ----------
    listening : socket
        From `ketapk.web.server.bound`.
    browser : bool
        Whether the page is shown once it answers.
    """
    from ketapk.web.server import serve

    def ready(address: str) -> None:
        print(f"The page is at {address} (Ctrl+C ends it).", file=sys.stderr)
        print(NOTICE, file=sys.stderr)
        if browser:
            import threading
            import webbrowser

            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    serve(listening, ready)
    # A compiler at work in another thread cannot be interrupted, and aborts the program if the
    # interpreter closes under it.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
