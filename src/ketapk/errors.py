"""Errors: one base, a few kinds, each with the exit code of the command line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class KetapkError(Exception):
    """Anything that ketapk refuses or cannot do."""

    exit_code = 1


class InputError(KetapkError, ValueError):
    """A wrong number, word or argument.

    Parameters
    ----------
    sentence : str
        What is wrong, and how to mend it.
    of : str
        Name of the argument, where the sentence has a word for it.
    """

    exit_code = 2

    def __init__(self, sentence: str = "", *, of: str = "") -> None:
        super().__init__(sentence)
        self.of = of


class UnitError(InputError):
    """A missing, unknown or unsuitable unit."""


class PlanError(KetapkError):
    """A plan that a model cannot answer, or a model that cannot be made."""

    exit_code = 3


class ModelError(PlanError):
    """A model of one's own whose parts do not fit together."""


class ImplausibleError(PlanError):
    """A dose far from what was studied; it passes where implausible doses are allowed."""


class NumericalError(KetapkError):
    """A solution that could not be computed."""

    exit_code = 4


class KetapkWarning(UserWarning):
    """Something a reader should know before believing a result."""


def nearest(word: str, choices: Iterable[str]) -> str:
    """Return " Did you mean 'x'?" for the choice closest to ``word``, or nothing.

    Examples
    --------
    >>> nearest("kamp2021", ("kamp2020", "domino"))
    " Did you mean 'kamp2020'?"
    """
    found = difflib.get_close_matches(word, list(choices), n=1, cutoff=0.5)
    return f" Did you mean {found[0]!r}?" if found else ""
