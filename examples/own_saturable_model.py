"""A model of one's own: saturable metabolism, so that twice the dose is more than twice the level.

The numbers are chosen to show what saturation does; they are nobody's estimates.
"""

import sys

import numpy as np

import ketapk as kp

build = kp.ModelBuilder("saturable", analytes="ketamine norketamine")
build.parameters(
    V1="60 L", Q="90 L/h", V2="150 L", Vmax="60 mg/h", Km="0.5 mg/L", ka="1.5 1/h", F=0.25
)
build.parameters(Vm="100 L", CLm="50 L/h", fm=0.7)
build.covariates(V1="V1 * (weight_kg / 70)", V2="V2 * (weight_kg / 70)")
build.compartments("gut", central="V1", tissue="V2", met="Vm")
build.flow("gut", "central", "ka")
build.exchange("central", "tissue", "Q")
build.saturable_flow("central", "met", Vmax="fm * Vmax", Km="Km")
build.saturable_flow("central", "out", Vmax="(1 - fm) * Vmax", Km="Km")
build.eliminate(met="CLm")
build.input("iv", to="central")
build.input("oral", to="gut", F="F")
build.outputs(ketamine="central", norketamine="met")
build.vary(Vmax="30 %", V1="20 %")
model = build.model()

me = kp.Patient(weight_kg=70)
doses = (25, 50, 100, 200)
areas = []
for dose in doses:
    run = kp.simulate(f"{dose} mg iv over 40 min", model, me)
    areas.append(float(run.exposure()["AUC_inf"][0]))
    gone = run.ledger(apart=False)["mg"].sum()
    print(f"{dose:>4} mg: AUC {areas[-1]:6.0f} ng h/mL, {areas[-1] / dose:5.1f} per mg; "
          f"{gone:.6f} mg accounted for; {run.stats.method}, {run.stats.steps} steps")  # fmt: skip
print(f"four times the dose, {areas[2] / areas[0]:.1f} times the area")

many = kp.trial("100 mg iv over 40 min", model, 300, rng=1, progress="quiet")
peak = many.exposure((5, 50, 95)).filter(measure="Cmax").row(0, named=True)
print(
    f"peak in 300 people: {peak['p50']:.0f} ng/mL, 90 % from {peak['p5']:.0f} to {peak['p95']:.0f}"
)
comparison = kp.compare(
    {f"{dose} mg": f"{dose} mg iv over 40 min" for dose in doses}, patient=me, model=model
)
axes = comparison.plot()
assert np.all(np.diff(np.array(areas) / np.array(doses)) > 0)

if len(sys.argv) > 1:
    axes.figure.savefig(sys.argv[1])
