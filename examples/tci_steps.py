"""A target that steps up and down at the effect site: what a pump would give, and what it does."""

import sys

import ketapk as kp

# The ke0 of this effect was estimated with this model, so that the two belong together.
held = kp.hold(
    "60 ng/mL; 120 ng/mL at 20 min; 40 ng/mL at 40 min; 0 ng/mL at 100 min",
    "domino",
    kp.Patient(weight_kg=70),
    site="effect",
    effect="antinociception_index",
    until="120 min",
    step="30 s",
    pump=kp.Pump(concentration="10 mg/mL", max_rate="150 mL/h", volume="50 mL"),
)
print(held)
for row in held.arrivals.to_dicts():
    if row["reached"]:
        minutes = 60 * (row["reached_h"] - row["start_h"])
        print(f"{row['target_ng_per_ml']:.0f} ng/mL: within 1 % after {minutes:.1f} min")
print(held.table.head(8))

figure = held.plot().figure
if len(sys.argv) > 1:
    figure.savefig(sys.argv[1])
