"""The command that opens the page in a browser."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from ketapk.cli.options import say
from ketapk.notice import NOTICE


def serve(
    port: Annotated[int, typer.Option(help="Port; 0 for any that is free.", metavar="N")] = 8765,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only serve; open nothing.")
    ] = False,
) -> None:
    """Serve the page on this machine alone; needs the extra 'web'."""
    from ketapk.web.server import bound
    from ketapk.web.server import serve as serve_page

    def ready(address: str) -> None:
        say(f"The page is at {address} (Ctrl+C ends it).")
        say(NOTICE)
        if not no_browser:
            import threading
            import webbrowser

            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    serve_page(bound(port), ready)
    # A compiler at work in another thread cannot be interrupted, and aborts the program if the
    # interpreter closes under it.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
