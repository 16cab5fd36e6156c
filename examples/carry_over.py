"""Twice a week for four weeks: what does a session find left of those before?"""

import sys

import ketapk as kp

me = kp.Patient(weight_kg=70)
found = kp.carry_over(
    "84 mg spravato", "perez_ruixo2021", me, every="Mon, Thu", times=8, levels=["5 ng/mL"]
)
for row in found.last.to_dicts():
    print(
        f"{row['analyte']}: {row['before']:.2f} ng/mL before session 8, "
        f"{100 * row['of_peak']:.2f} % of the last peak; accumulation {row['accumulation']:.3f}"
    )
for row in found.washout.filter(session=8).to_dicts():
    print(f"{row['analyte']}: below {row['level']} {row['after_h']:.0f} h after the last session")
print(found.basis)

if len(sys.argv) > 1:
    found.plot().savefig(sys.argv[1])
