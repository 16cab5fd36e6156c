"""Arm vein or arterial line at the end of a 40 min infusion: how far apart?"""

import sys

import ketapk as kp

young = kp.Patient(weight_kg=70, age_y=25)
spread = kp.simulate_models("35 mg esketamine iv over 40 min", young)
for name, run in spread.runs.items():
    end, later = run.curve().level("40 min")[0], run.curve().level("100 min")[0]
    print(f"{name:<16} {run.model.sampling_site:<28} {end:4.0f} ng/mL, an hour later {later:3.0f}")
figure = spread.plot().figure

if len(sys.argv) > 1:
    figure.savefig(sys.argv[1])
