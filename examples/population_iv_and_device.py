"""0.5 mg/kg by vein over 40 min and the nasal device, in the same 10 000 people.

The model follows esketamine, so of the racemic infusion its S half is given. What is drawn for a
person is the same under both plans: the ratios are within people.
"""

import sys

import ketapk as kp

people = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
plans = {
    "0.5 mg/kg racemic iv, its S half": kp.parse("0.5 mg/kg iv over 40 min").enantiomer("S"),
    "84 mg esketamine device": kp.nasal_spray(devices=3),
}
found = kp.trial(
    plans,
    "perez_ruixo2021",
    people,
    rng=1,
    levels=("50 ng/mL", "100 ng/mL"),
    windows=(("50 ng/mL", "150 ng/mL"),),
)

for row in found.exposure((5, 50, 95)).filter(measure="Cmax").iter_rows(named=True):
    print(
        f"{row['plan']}: peak {row['p50']:.0f} ng/mL, 90 % from {row['p5']:.0f} to {row['p95']:.0f}"
    )
for row in found.ratios(shares=(5, 50, 95)).iter_rows(named=True):
    if row["measure"] in ("Cmax", "AUC_inf"):
        print(
            f"device over vein, {row['measure']}: {row['p50']:.2f} (90 % of people from "
            f"{row['p5']:.2f} to {row['p95']:.2f})"
        )
for row in found.chance("100 ng/mL").iter_rows(named=True):
    print(f"{row['plan']}: {100 * row['share']:.0f} % of people reach 100 ng/mL")
for plan in plans:
    inside = found.inside().filter(plan=plan).sort("share", descending=True).row(0, named=True)
    print(
        f"{plan}: most people, {100 * inside['share']:.0f} %, are between 50 and 150 ng/mL at "
        f"{60 * inside['time_h']:.0f} min"
    )
axes = found.plot()
axes.set_xlim(0, 8)

if len(sys.argv) > 1:
    axes.figure.savefig(sys.argv[1])
