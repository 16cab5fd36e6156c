"""How many hours to below 5 ng/mL, and what is left at the next session?"""

import sys

import ketapk as kp

me = kp.Patient(weight_kg=70)
for model, plan in (
    ("kamp2020", "0.5 mg/kg iv over 40 min"),
    ("perez_ruixo2021", "84 mg spravato"),
):
    hours = kp.simulate(plan, model, me).curve().falls(to="5 ng/mL")[0]
    course = kp.simulate(kp.parse(plan).repeat(every="3.5 d", times=8), model, me, times=[0.0])
    left = course.curve().level("588 h", side="before")[0]
    print(f"{plan}: below 5 ng/mL after {hours:.0f} h; {left:.2f} ng/mL left before session 8")
figure = kp.simulate("84 mg spravato", "perez_ruixo2021", me).plot(log=True).figure

if len(sys.argv) > 1:
    figure.savefig(sys.argv[1])
