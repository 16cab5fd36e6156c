"""How long above 50, 100, 200 ng/mL? And what share of two hours of watching?"""

import sys

import ketapk as kp

run = kp.simulate("0.5 mg/kg iv over 40 min", "kamp2020", kp.Patient(weight_kg=70))
curve = run.curve()
for level in ("50 ng/mL", "100 ng/mL", "200 ng/mL"):
    spans = curve.intervals_above(level)
    watched = sum(min(end, 2.0) - min(start, 2.0) for _, start, end in spans.iter_rows())
    print(
        f"above {level:<9} {curve.time_above(level)[0] * 60:4.0f} min, "
        f"{100 * watched / 2:3.0f} % of the first two hours"
    )
figure = run.plot(bands=["psychedelic", "analgesia"]).figure

if len(sys.argv) > 1:
    figure.savefig(sys.argv[1])
