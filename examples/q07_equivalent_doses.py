"""Equal area or equal peak between routes? They differ, and racemic against S as well."""

import sys

import ketapk as kp

me = kp.Patient(weight_kg=70)
plan = "35 mg iv over 40 min"
for route in ("im", "nasal", "oral"):
    doses = [kp.equivalent_dose(plan, route, match=m, patient=me).dose_mg for m in ("AUC", "Cmax")]
    print(f"{route:<6} {doses[0]:5.0f} mg for the same area, {doses[1]:5.0f} mg for the same peak")
s = kp.equivalent_dose("35 mg im", "im", patient=me, drug="S", model="kamp2020+im")
print(f"S for racemic by muscle: {s.dose_mg:.0f} mg (kamp2020 pools both forms)")
figure = kp.equivalent_dose(plan, "oral", patient=me).comparison.plot().figure

if len(sys.argv) > 1:
    figure.savefig(sys.argv[1])
