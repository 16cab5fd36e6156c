"""Three rates on a syringe pump: how many of five hundred people do they keep in a window?"""

import sys

import ketapk as kp

# Otto 2021 publishes how people differ, so that people can be drawn.
people = kp.Cohort(weight_kg=[70.0] * 500)
best = kp.design_schedule(
    "at least 90 % above 100 ng/mL from 10 to 40 min, at most 5 % ever above 300 ng/mL",
    "otto2021",
    people,
    rng=1,
    pump=kp.Pump(concentration="1 mg/mL", max_rate="200 mL/h", volume="50 mL"),
    changes=2,
    max_dose="60 mg",
    start="09:00",
)
print(best.sheet)
for row in best.chances.to_dicts():
    print(f"{row['chance']}: {100 * row['reached']:.1f} % ({row['people']} people)")
print(f"Worst: {best.deviation}")
for other in best.alternatives:
    print(f"Or {other.plan}: {other.deviation}")
print(best.basis)

figure = best.plot().figure
if len(sys.argv) > 1:
    figure.savefig(sys.argv[1])
