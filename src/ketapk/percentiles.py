"""Percentiles of people, of whom some fail, while others never reach what is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

PEOPLE = (5.0, 50.0, 95.0)
"""Percentiles of a cohort."""


def percentiles(values: Floats) -> Floats:
    """Percentiles `PEOPLE` of some values (N,), (3,).

    People in whom there is no value (NaN) do not count; infinite values are the largest. NaN if
    there is nobody.

    Examples
    --------
    >>> import numpy as np
    >>> percentiles(np.array([1.0, np.nan, 3.0])).tolist()
    [1.1, 2.0, 2.9]
    """
    known = values[~np.isnan(values)]
    if not known.size:
        return np.full(len(PEOPLE), np.nan)
    # Between two people only where both have a value that is finite.
    how: Any = "linear" if np.all(np.isfinite(known)) else "inverted_cdf"
    found: Floats = np.percentile(known, PEOPLE, method=how)
    return found
