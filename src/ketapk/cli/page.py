"""The command that opens the page in a browser."""

from __future__ import annotations

from typing import Annotated

import typer

from ketapk.cli.opening import open_page
from ketapk.web.place import PORT


def serve(
    port: Annotated[int, typer.Option(help="Port; 0 for any that is free.", metavar="N")] = PORT,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only serve; open nothing.")
    ] = False,
) -> None:
    """Serve the page on this machine alone; needs the extra 'web'."""
    from ketapk.web.server import bound

    open_page(bound(port), browser=not no_browser)
