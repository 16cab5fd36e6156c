"""The command line."""

from ketapk.cli.app import main, run

__all__ = ["main", "run"]
