"""The command line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; mistakes become one sentence."""
    from ketapk.cli.opening import opens

    if opens(sys.argv[1:] if arguments is None else arguments):
        return 0
    from ketapk.cli.app import main as whole

    return whole(arguments)


def run() -> None:
    """Leave the process with the exit code of `main`."""
    sys.exit(main())
