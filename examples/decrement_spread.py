"""How fast does it fall after a long infusion? All adult models, and the people in them."""

import sys

import ketapk as kp

many = kp.Cohort(weight_kg=[70.0] * 100, age_y=30)
found = kp.decrement_times(
    None,
    many,
    rate="0.2 mg/kg/h",
    lengths=["20 min", "40 min", "2 h", "8 h", "24 h", "72 h"],
    by=["20 %", "50 %", "80 %"],
    below=["50 ng/mL"],
    rng=1,
)
for row in found.spread.filter(by="50 %").to_dicts():
    print(
        f"after {row['length_h']:.3g} h it falls by half in {row['low_h'] * 60:.0f} "
        f"({row['fastest']}) to {row['high_h'] * 60:.0f} min ({row['slowest']})"
    )
for name, reason in found.reasons.items():
    print(f"not {name}: {reason}")
print(found.basis)

if len(sys.argv) > 1:
    found.plot().savefig(sys.argv[1])
