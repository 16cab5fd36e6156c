"""A right-hand side of one's own: saturable ketamine and an indirect response in one function.

The same is then put together from the parts of ketapk, and the two are compared.
"""

import numba
import numpy as np

import ketapk as kp
from ketapk import units

V1, Q2, V2, Q3, V3 = 25.0, 160.0, 55.0, 80.0, 160.0  # L, L/h
VMAX, KM = 120.0, 1.2  # mg/h, mg/L
BASELINE, KOUT, IMAX, IC50 = 100.0, 0.5, 0.9, 0.1  # 1, 1/h, 1, mg/L
DOSE, DURATION = 70.0, 1.0  # mg, h
TIMES = np.array([0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 12.0, 24.0])


@numba.njit
def rhs(t, y, params, dy):
    """Amounts in three compartments [mg], amount eliminated [mg], and the response."""
    V1, Q2, V2, Q3, V3, Vmax, Km, kin, kout, largest, half, rate, until = params
    C = y[0] / V1
    to_second, to_third = Q2 * (C - y[1] / V2), Q3 * (C - y[2] / V3)
    eliminated = Vmax * C / (Km + C)
    dy[0] = (rate if t < until else 0.0) - eliminated - to_second - to_third
    dy[1] = to_second
    dy[2] = to_third
    dy[3] = eliminated
    dy[4] = kin * (1.0 - largest * C / (half + C)) - kout * y[4]


params = np.array(
    [V1, Q2, V2, Q3, V3, VMAX, KM, KOUT * BASELINE, KOUT, IMAX, IC50, DOSE / DURATION, DURATION]
)
own = kp.solve_ode(
    rhs,
    [0.0, 0.0, 0.0, 0.0, BASELINE],
    TIMES,
    params,
    rtol=1e-10,
    atol=1e-12,
    events=[DURATION],  # the infusion stops here: a step may not run across it
)
if not own.success:
    raise SystemExit(own.message)

model = kp.three_compartment(V1=V1, Q2=Q2, V2=V2, Q3=Q3, V3=V3, Vmax=VMAX, Km=KM)
run = kp.simulate(f"{DOSE} mg iv over {DURATION} h", model, times=TIMES, rtol=1e-10, atol=1e-12)
response = kp.respond(
    run,
    kp.IndirectResponse(
        kind="inhibits production",
        baseline=BASELINE,
        kout=f"{KOUT} 1/h",
        Imax=IMAX,
        IC50=f"{IC50} mg/L",
    ),
)

C = run.concentration("ketamine")[0]
C_own = units.mg_per_l_to_ng_per_ml(own.y[:, 0] / V1)
R, R_own = response.values[0], own.y[:, 4]
print(f"{own.method}, {own.steps} steps")
print("   h   ketamine [ng/mL]        response [% of baseline]")
print("       own rhs      ketapk      own rhs      ketapk")
for row in zip(TIMES, C_own, C, R_own, R, strict=True):
    print("{:4.1f} {:10.4f}  {:10.4f}   {:10.5f}  {:10.5f}".format(*row))

given = DOSE * np.minimum(TIMES / DURATION, 1.0)
balance = np.max(np.abs(own.y[:, :4].sum(axis=1) - given))
print(f"mass balance of the own right-hand side: {balance:.0e} mg at worst")
if balance > 1e-8 * DOSE:
    raise SystemExit("The own right-hand side loses or makes drug.")
if not (np.allclose(C_own, C, rtol=1e-7, atol=1e-9) and np.allclose(R_own, R, rtol=1e-7)):
    raise SystemExit("The own right-hand side and ketapk disagree.")
