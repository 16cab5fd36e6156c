"""Nebulised ketamine, in a linear simplification."""

from __future__ import annotations

from ketapk.library.absorption.record import injected, number

JONKMAN = "Jonkman 2017, abstract (S-ketamine, 0.70 +/- 0.05, falling further with concentration)"

INHALED = injected(
    name="inhaled",
    title="inhaled, borrowed",
    source=(
        "F of Jonkman 2017; its immediate and slow (0.05 /min) paths simplified to one first-order "
        "rate; for racemic ketamine assumed alike"
    ),
    confidence="low",
    site="lungs",
    F=number("F", 0.70, "fraction", JONKMAN, "A"),
    ka=number(
        "ka", 3.0, "1/h", "simplification of Jonkman 2017: slow path of 0.05 /min", "assumed"
    ),
)
