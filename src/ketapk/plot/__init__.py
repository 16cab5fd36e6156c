"""Figures, drawn with matplotlib: no global state, an ``ax`` in and out."""

from ketapk.plot.agreement import draw_observed
from ketapk.plot.branches import draw_branches
from ketapk.plot.card import draw_card
from ketapk.plot.carry_over import draw_carry_over
from ketapk.plot.curves import draw_comparison, draw_ensemble, draw_models, draw_profiles
from ketapk.plot.decrement import draw_decrement, draw_decrement_spread
from ketapk.plot.fates import draw_fates, draw_ledger
from ketapk.plot.records import draw_records
from ketapk.plot.tornado import draw_tornado

__all__ = [
    "draw_branches",
    "draw_card",
    "draw_carry_over",
    "draw_comparison",
    "draw_decrement",
    "draw_decrement_spread",
    "draw_ensemble",
    "draw_fates",
    "draw_ledger",
    "draw_models",
    "draw_observed",
    "draw_profiles",
    "draw_records",
    "draw_tornado",
]
