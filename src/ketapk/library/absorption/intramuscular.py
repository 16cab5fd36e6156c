"""Intramuscular injection, in adults and in children."""

from __future__ import annotations

from ketapk.library.absorption.record import injected, number

GRANT = "Grant 1981, as cited in reviews (unverified)"
F = number("F", 0.93, "fraction", GRANT, "B", span=(0.8, 1.0))
KA = number(
    "ka",
    4.0,
    "1/h",
    "fitted with kamp2020 to two medians of Hirlinger & Dick 1984: 147 ng/mL at 30 min after "
    "0.5 mg/kg and 474 ng/mL at 15 min after 1 mg/kg",
    "assumed",
    span=(2.0, 8.0),
)
KA_CHILDREN = number(
    "ka",
    6.0,
    "1/h",
    "assumed: absorption is faster in children than in adults (Grant 1983, which gives no number)",
    "assumed",
)

INTRAMUSCULAR = injected(
    name="im",
    title="intramuscular, borrowed",
    source=(
        "F of Grant 1981 as cited in reviews (unverified); ka fitted to two medians of Hirlinger & "
        "Dick 1984"
    ),
    confidence="moderate",
    site="muscle",
    F=F,
    ka=KA,
)
INTRAMUSCULAR_CHILDREN = injected(
    name="im",
    title="intramuscular in children, borrowed",
    source=(
        "F of Grant 1981 in adults, as cited in reviews (unverified); ka assumed, faster than in "
        "adults"
    ),
    confidence="low to moderate",
    site="muscle",
    F=F,
    ka=KA_CHILDREN,
)
