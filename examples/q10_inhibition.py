"""Clarithromycin with oral esketamine against the nasal device: who is affected?"""

import sys

from scipy.optimize import brentq

import ketapk as kp

me = kp.Patient(weight_kg=70)
plain = kp.load_model("perez_ruixo2021")


def inhibited(share):
    """A gut wall that takes nothing and a liver that keeps a share of its metabolism."""
    return plain.altered(Fgut=1.0, kel=1.11 * share, kmet=2.77 * share)


def ratio(plan, share):
    return (
        kp.simulate(plan, inhibited(share), me).curve().AUC_inf[0]
        / kp.simulate(plan, plain, me).curve().AUC_inf[0]
    )


# Published with clarithromycin (n = 10): the oral area rises 2.6 times.
share = brentq(lambda x: ratio("21 mg esketamine oral", x) - 2.6, 0.2, 1.0)
print(f"oral area x 2.6 with {100 * share:.0f} % of the liver's metabolism and an idle gut wall")
print(f"nasal area then x {ratio('28 mg spravato', share):.2f}")
comparison = kp.compare(
    {"plain": "28 mg spravato"}, patient=me, model=[plain, inhibited(round(share, 3))]
)
figure = comparison.plot().figure

if len(sys.argv) > 1:
    figure.savefig(sys.argv[1])
