"""When does it peak, by route, for the same milligrams? And the peak of norketamine?"""

import sys

import ketapk as kp

me = kp.Patient(weight_kg=70)
plans = {
    "vein, 40 min": "28 mg esketamine iv over 40 min",
    "nose, device": "28 mg spravato",
    "mouth": "28 mg esketamine oral",
}
comparison = kp.compare(plans, patient=me, model="perez_ruixo2021")
for name, run in comparison.runs.items():
    parent, metabolite = run.curve("esketamine"), run.curve("noresketamine")
    print(
        f"{name:<13} esketamine {parent.Cmax[0]:5.1f} ng/mL at {parent.Tmax[0] * 60:4.0f} min, "
        f"noresketamine {metabolite.Cmax[0]:5.1f} ng/mL at {metabolite.Tmax[0] * 60:4.0f} min"
    )
figure = comparison.plot().figure

if len(sys.argv) > 1:
    figure.savefig(sys.argv[1])
