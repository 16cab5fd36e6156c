"""The same 35 mg by vein, muscle and nose: what the route does."""

import ketapk as kp

me = kp.Patient(weight_kg=70)
comparison = kp.compare(
    {
        "IV, 40 min": kp.infusion("0.5 mg/kg", over="40 min"),
        "IM": kp.intramuscular("0.5 mg/kg"),
        "nose": kp.nasal("0.5 mg/kg"),
        "device": kp.nasal_spray(devices=3),
    },
    patient=me,
)
for row in comparison.table.iter_rows(named=True):
    print(f"{row['plan']:<12}{row['Cmax [ng/mL]']:6.0f} ng/mL at {row['Tmax [min]']:4.1f} min")
