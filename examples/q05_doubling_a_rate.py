"""Doubling an infusion: how long to the new plateau? And to fall by half, short or 5 days?"""

import sys

import ketapk as kp

me = kp.Patient(weight_kg=70)
plan = kp.parse("0.1 mg/kg/h iv for 24 h; then 0.2 mg/kg/h iv for 24 h")
run = kp.simulate(plan, "kamp2020", me)
curve = run.curve()
before, after = curve.level("24 h", side="before")[0], curve.level("48 h", side="before")[0]
for share in (50, 90):
    target = f"{float(before + share / 100 * (after - before))} ng/mL"
    print(f"{share} % of the way to the new plateau after {curve.onset(target)[0] - 24:.1f} h")
table = kp.decrement_times("kamp2020", me, lengths=["1 h", "120 h"], by=["50 %"])
for length, hours in zip(table["length_h"], table["time_h"], strict=True):
    print(f"by half after {length:.0f} h of infusion: {hours * 60:.0f} min")
figure = run.plot().figure

if len(sys.argv) > 1:
    figure.savefig(sys.argv[1])
