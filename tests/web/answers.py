"""Answers of the page's API, compared with each other."""

import pytest


def same(kept, found, where=""):
    """Compare two answers; curves have as many digits as they are rounded to."""
    if isinstance(found, dict):
        assert kept.keys() == found.keys(), where
        for key, value in found.items():
            same(kept[key], value, f"{where}.{key}")
    elif isinstance(found, list):
        assert len(kept) == len(found), where
        for k, value in enumerate(found):
            same(kept[k], value, f"{where}[{k}]")
    elif isinstance(found, float):
        assert kept == pytest.approx(found, rel=2e-7, abs=1e-12), where
    else:
        assert kept == found, where
