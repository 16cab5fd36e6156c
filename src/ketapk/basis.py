"""What a result for people who plan rests on, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketapk.notice import NO_ADVICE, NOTICE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ketapk.model.model import Model


def basis(models: Iterable[Model]) -> str:
    """Say which models a result rests on, their grades, and what it is not.

    Parameters
    ----------
    models : iterable of Model
        Models that were used; each is named once.

    Returns
    -------
    str
        Sentences to print below the result.

    Examples
    --------
    >>> from ketapk.library.catalogue import load_model
    >>> basis([load_model("domino")]).partition(" It is")[0]
    'Rests on domino (grade B).'
    """
    named = ", ".join(dict.fromkeys(f"{model.name} (grade {model.grade})" for model in models))
    return f"Rests on {named}. {NO_ADVICE} {NOTICE}"
