"""A person's own curve from three levels, and what to expect of another infusion.

The levels are made up: nobody's. All three are above what the typical person would have.
"""

import sys

import ketapk as kp

me = kp.Patient(weight_kg=70)
plan = "25 mg esketamine iv over 40 min"
levels = {"40 min": "150 ng/mL", "2 h": "60 ng/mL", "4 h": "30 ng/mL"}
found = kp.individualise("otto2021", plan, levels, me)

for row in found.table.iter_rows(named=True):
    print(
        f"{row['parameter']}: {row['estimate']:.3g}, typical {row['typical']:.3g}; 90 % from "
        f"{row['low']:.3g} to {row['high']:.3g}; shrinkage {row['shrinkage']:.2f}"
    )
for row in found.levels.iter_rows(named=True):
    print(
        f"{row['time_h']:.2f} h: measured {row['level']:.0f}, own curve {row['own']:.0f}, typical "
        f"{row['typical']:.0f} ng/mL"
    )
coming = found.predict("25 mg esketamine iv over 60 min")
peak = float(coming.run.exposure()["Cmax"][0])
usual = float(coming.typical.exposure()["Cmax"][0])
print(f"{coming.plan}: peak {peak:.0f} ng/mL, typical {usual:.0f}")
for warning in found.warnings:
    print(f"Warning: {warning}")
print(found.basis)
axes = found.plot()
axes.set_xlim(0, 8)

if len(sys.argv) > 1:
    axes.figure.savefig(sys.argv[1])
