"""Linear systems as sums of exponentials, for plans that all subjects share.

Where every subject has the same segments, nothing has to be carried from state to state: each curve
is a sum of modes, written along even stretches of time. Subjects whose modes lose digits are left
for the exponential of the whole matrix, many of them abreast.
"""

from ketapk.spectrum.curves import curves
from ketapk.spectrum.landmarks import landmarks
from ketapk.spectrum.modes import Modes, all_moded
from ketapk.spectrum.whole import whole_curves

__all__ = ["Modes", "all_moded", "curves", "landmarks", "whole_curves"]
