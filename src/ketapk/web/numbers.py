"""Numbers on their way out: short, finite or null, as compact JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from starlette.responses import Response

CURVE_DIGITS = 8
"""Significant digits of curves."""
BAND_DIGITS = 5
"""Significant digits of ribbons and ranges, which are only drawn."""


def short(values: NDArray[np.float64], digits: int = CURVE_DIGITS) -> list[float]:
    """Round numbers (T,) to some significant digits, so that they are short in text.

    Examples
    --------
    >>> short(np.array([1 / 3, 0.0, 123456789.0]), 4)
    [0.3333, 0.0, 123500000.0]
    """
    with np.errstate(all="ignore"):
        size = np.floor(np.log10(np.abs(values)))
        places = digits - 1 - np.where(np.isfinite(size), size, 0.0)
        # A power of ten is exact as far as a double has its digits.
        up, down = 10.0 ** np.clip(places, 0, 22), 10.0 ** np.clip(-places, 0, 22)
        rounded = np.round(values / down * up) / up * down
    beyond = np.abs(places) > 22
    result: list[float] = np.where(beyond, values, rounded).tolist()
    return result


def json_response(content: Any, *, status: int = 200) -> Response:
    """Return content as compact JSON, in which whatever is no finite number is null."""
    from pydantic_core import to_json
    from starlette.responses import Response

    return Response(
        to_json(content, inf_nan_mode="null"), status_code=status, media_type="application/json"
    )
