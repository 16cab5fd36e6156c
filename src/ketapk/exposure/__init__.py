"""Exposure: from a solved model by its own roots and integrals, or from data without a model."""

from ketapk.exposure.curve import Curve

__all__ = ["Curve"]
