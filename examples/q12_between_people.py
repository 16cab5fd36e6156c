"""The same dose in 500 people: how far apart are they?"""

import sys

import numpy as np

import ketapk as kp

many = kp.Cohort(weight_kg=[70.0] * 500)
run = kp.simulate("10 mg esketamine iv over 30 min", "otto2021", many, rng=1)
curve = run.curve()
low, middle, high = np.percentile(curve.Cmax, (5, 50, 95))
print(f"peak {middle:.0f} ng/mL, 90 % of people from {low:.0f} to {high:.0f}")
print(f"{100 * curve.chance('50 ng/mL'):.0f} % of people reach 50 ng/mL")
figure = run.plot().figure

if len(sys.argv) > 1:
    figure.savefig(sys.argv[1])
