"""Swallow or spit a lozenge; blow the nose or sniff hard: what do parent and metabolite do?"""

import sys

import ketapk as kp
from ketapk.ledger import areas

me = kp.Patient(weight_kg=70)
for name, plan, model in (
    ("lozenge", "25 mg esketamine sublingual", "otto2021+sublingual"),
    ("device", "28 mg spravato", "perez_ruixo2021"),
):
    run = kp.simulate(plan, model, me)
    for analyte in run.analytes:
        parts = areas(run.course, analyte)
        total = sum(area[0] for area in parts.values())
        kept = sum(area[0] for part, area in parts.items() if "swallowed" not in part.site)
        print(f"{name}: {analyte:<13} without the swallowed part {100 * kept / total:3.0f} %")
figure = run.plot_ledger(until="8 h").figure

if len(sys.argv) > 1:
    figure.savefig(sys.argv[1])
