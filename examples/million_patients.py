"""A million people in a stream, in a directory from which an interrupted run goes on.

Press Ctrl-C at any time and run it again: it goes on, and the result is the same to the bit.

    python examples/million_patients.py figure.png 1000000 run/
"""

import resource
import sys
import tempfile
import time

import ketapk as kp

people = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
directory = sys.argv[3] if len(sys.argv) > 3 else tempfile.mkdtemp()
began = time.perf_counter()
found = kp.trial(
    "0.25 mg/kg esketamine iv over 40 min",
    "otto2021",
    people,
    rng=1,
    levels=("70 ng/mL",),
    directory=directory,
)
took = time.perf_counter() - began
peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
print(found.exposure((5, 50, 95)).select("measure", "n", "p5", "p50", "p95"))
print(f"{found.n} people, quantiles over time {found.quantiles}")
print(f"{took:.0f} s, at most {peak_gb:.2f} GB, kept in {directory}")
axes = found.plot()

if len(sys.argv) > 1:
    axes.figure.savefig(sys.argv[1])
