"""A NONMEM file from reading to a plot: simulated data of twelve people, predicted and checked.

The data are made here, from a published model with its variability and its residual error, and are
nobody's. Then they are read back as any file would be.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

import ketapk as kp

plan = kp.infusion("10 mg", over="30 min", drug="S") + kp.infusion(
    "15 mg", over="30 min", at="2 h", drug="S"
)
times = np.array([0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0, 8.0])
who = kp.Cohort.sample(12, rng=5, age_y=(20, 40))
run = kp.simulate(plan, "otto2021", who, times=times, rng=5)
levels = run.measured(rng=5)

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "events.csv"
    frame = kp.to_nonmem(run)
    seen = frame["EVID"].to_numpy() == 0
    dv = np.full(frame.height, np.nan)
    dv[seen] = levels.ravel().round(2)
    frame.with_columns(DV=dv).fill_nan(None).write_csv(path, null_value=".")
    print(path.read_text().splitlines()[0])
    records = kp.read_nonmem(path, drug="S")

print(records)
predicted = records.simulate("otto2021")
print(predicted.to_frame().select("ID", "TIME", "AMT", "DV", "esketamine ng_per_ml").head(6))
check = kp.vpc(records, "otto2021", rng=1, replicates=100)
print(f"{100 * check.inside:.0f} % of the observed percentiles lie where they should")
figure = predicted.plot()

if len(sys.argv) > 1:
    figure.savefig(sys.argv[1])
