"""0.5 mg/kg over 2, 10, 40, 60, 100 min: how far does the peak fall while the area stays?"""

import sys

import ketapk as kp

me = kp.Patient(weight_kg=70)
plans = {f"{m} min": f"0.5 mg/kg iv over {m} min" for m in (2, 10, 40, 60, 100)}
comparison = kp.compare(plans, patient=me, model="kamp2020")
for row in comparison.table.iter_rows(named=True):
    print(
        f"{row['plan']:>7}: peak {row['Cmax [ng/mL]']:5.0f} ng/mL, "
        f"area {row['AUC [ng h/mL]']:4.0f} ng h/mL"
    )
figure = comparison.plot().figure

if len(sys.argv) > 1:
    figure.savefig(sys.argv[1])
