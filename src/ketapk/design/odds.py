"""Stated chances as a number: how far the person who decides each is from its level."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ketapk.design.goals import LIGHT, minimax

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


class OddsGoal:
    """The least margin of all chances, with its sign turned; then the drug.

    The margin of a chance is how far, as a share of the level, the concentration of the person who
    decides it stays on the wanted side: where 90 % are wanted, of the 90th of a hundred in the
    order of their margins. It is positive where the chance is kept and negative where it is not.

    Parameters
    ----------
    chances : sequence of tuple
        Points (P,), level [mg/L], whether more drug helps, and the least share of people [1].
    """

    def __init__(self, chances: list[tuple[Ints, float, bool, float]]) -> None:
        self.at: Ints = np.unique(np.concatenate([points for points, *_ in chances]))
        self.chances = [
            (np.searchsorted(self.at, points), level, more, share)
            for points, level, more, share in chances
        ]
        self.bounded = not all(more for *_, more, _ in self.chances)
        """Whether a chance limits the drug."""

    def score(self, levels: Floats, drug: Floats) -> Floats:
        """As in `Goal`."""
        worst = np.full(levels.shape[0], np.inf)
        for points, level, more, share in self.chances:
            seen = levels[:, :, points]
            reached = seen.min(axis=2) / level - 1.0 if more else 1.0 - seen.max(axis=2) / level
            worst = np.minimum(worst, deciding(reached, share))
        margin = worst if self.bounded else np.minimum(worst, 0.0)
        found: Floats = -margin + LIGHT * drug * (LIGHT if self.bounded else 1.0)
        return found

    def fit(self, units: Floats, lengths: Floats, highest: Floats, most: float) -> Floats:
        """As in `Goal`: a linear programme for the responses that all but the allowed exceed."""
        n = lengths.size
        lower, upper = [np.zeros((0, n))], [np.zeros((0, n))]
        for points, level, more, share in self.chances:
            outer = 1.0 - share if more else share
            response = np.quantile(units[:, points], outer, axis=0) / level
            (lower if more else upper).append(response)
        return minimax(
            np.vstack(lower), np.vstack(upper), lengths, highest, most, free=self.bounded
        )


def deciding(margins: Floats, share: float) -> Floats:
    """Margin of the person up to whom a share of people is counted, (M,), of margins (M, N).

    Examples
    --------
    >>> deciding(np.array([[0.3, -0.1, 0.2, 0.1]]), 0.75)
    array([0.1])
    """
    people = margins.shape[1]
    position = max(people - needed(share, people), 0)
    found: Floats = np.partition(margins, position, axis=1)[:, position]
    return found


def needed(share: float, people: int) -> int:
    """How many people make a share, at least one.

    Examples
    --------
    >>> needed(0.9, 500), needed(0.95, 30)
    (450, 29)
    """
    return max(1, math.ceil(share * people - 1e-9))
