"""With a bolus or without: how many minutes to 100 ng/mL?"""

import sys

import ketapk as kp

me = kp.Patient(weight_kg=70)
plans = {
    "infusion": "0.3 mg/kg/h iv for 2 h",
    "bolus and infusion": "0.15 mg/kg iv bolus; 0.3 mg/kg/h iv for 2 h",
}
comparison = kp.compare(plans, patient=me, model="kamp2020", level="100 ng/mL")
for row in comparison.table.iter_rows(named=True):
    print(f"{row['plan']:<19} 100 ng/mL after {row['time to 100 ng/mL [min]']:.1f} min")
figure = comparison.plot().figure

if len(sys.argv) > 1:
    figure.savefig(sys.argv[1])
