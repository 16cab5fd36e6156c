"""A limit for job C: a Rosenbrock method written out for its three states, eight patients abreast.

The eight share every step, whose size the worst of them decides, so that all of it is arithmetic on
vectors; the matrix is an arrow and is solved by hand. Coefficients: Rodas5P, Steinebach, BIT Numer.
Math. 2023;63:27. It knows one model, one infusion and one grid, and has no way to fail.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from entry import Curves, Entry
from jobs import (
    ATOL_SHARE,
    DOSE_MG,
    DURATION_H,
    KM_MG_PER_L,
    RTOL,
    TIMES_H,
    Patients,
)

NAME = "limit: Rosenbrock, eight abreast"
LANES = 8
BLOCK = 128
GAMMA = 0.21193756319429014
A10 = 3.0
A20 = 2.849394379747939
A21 = 0.45842242204463923
A30 = -6.954028509809101
A31 = 2.489845061869568
A32 = -10.358996098473584
A40 = 2.8029986275628964
A41 = 0.5072464736228206
A42 = -0.3988312541770524
A43 = -0.04721187230404641
A50 = -7.502846399306121
A51 = 2.561846144803919
A52 = -11.627539656261098
A53 = -0.18268767659942256
A54 = 0.030198172008377946
C10 = -14.155112264123755
C20 = -17.97296035885952
C21 = -2.859693295451294
C30 = 147.12150275711716
C31 = -1.41221402718213
C32 = 71.68940251302358
C40 = 165.43517024871676
C41 = -0.4592823456491126
C42 = 42.90938336958603
C43 = -5.961986721573306
C50 = 24.854864614690072
C51 = -3.0009227002832186
C52 = 47.4931110020768
C53 = 5.5814197821558125
C54 = -0.6610691825249471
C60 = 30.91273214028599
C61 = -3.1208243349937974
C62 = 77.79954646070892
C63 = 34.28646028294783
C64 = -19.097331116725623
C65 = -28.087943162872662
C70 = 37.80277123390563
C71 = -3.2571969029072276
C72 = 112.26918849496327
C73 = 66.9347231244047
C74 = -40.06618937091002
C75 = -54.66780262877968
C76 = -9.48861652309627
H00 = 25.948786856663858
H01 = -2.5579724845846235
H02 = 10.433815404888879
H03 = -2.3679251022685204
H04 = 0.524948541321073
H05 = 1.1241088310450404
H06 = 0.4272876194431874
H07 = -0.17202221070155493
H10 = -9.91568850695171
H11 = -0.9689944594115154
H12 = 3.0438037242978453
H13 = -24.495224566215796
H14 = 20.176138334709044
H15 = 15.98066361424651
H16 = -6.789040303419874
H17 = -6.710236069923372
H20 = 11.419903575922262
H21 = 2.8879645146136994
H22 = 72.92137995996029
H23 = 80.12511834622643
H24 = -52.072871366152654
H25 = -59.78993626266729
H26 = -0.15582684282751913
H27 = 4.883087185713722

# Places in the workspace, eight lanes each.
VMAX, HALF, K12, K21, K13, K31, PER_V = 0, 8, 16, 24, 32, 40, 48
X1, X2, X3, NEXT1, NEXT2, NEXT3, ERROR = 56, 64, 72, 80, 88, 96, 104
SECOND, THIRD, FOURTH, READ = 112, 120, 128, 136


@numba.njit(nogil=True, error_model="numpy", fastmath={"contract", "nsz", "reassoc"})
def advance(w, per, rate, rtol, atol):  # type: ignore[no-untyped-def]
    """Try a step of ``1 / per`` hours for eight patients; return the worst error."""
    for k in range(8):
        vmax, half = w[VMAX + k], w[HALF + k]
        k12, k21, k13, k31 = w[K12 + k], w[K21 + k], w[K13 + k], w[K31 + k]
        a, b, c = w[X1 + k], w[X2 + k], w[X3 + k]
        out = k12 + k13
        diagonal = per / GAMMA
        m2, m3 = 1.0 / (diagonal + k21), 1.0 / (diagonal + k31)
        g2, g3 = k21 * m2, k31 * m3
        over = 1.0 / (half + a)
        pivot = 1.0 / (diagonal + out + vmax * half * over * over - g2 * k12 - g3 * k13)
        ar = rate - vmax * a / (half + a) - out * a + k21 * b + k31 * c
        br = k12 * a - k21 * b
        cr = k13 * a - k31 * c
        a0 = (ar + g2 * br + g3 * cr) * pivot
        b0 = (br + k12 * a0) * m2
        c0 = (cr + k13 * a0) * m3
        as_ = a + A10 * a0
        bs = b + A10 * b0
        cs = c + A10 * c0
        ar = C10 * a0
        ar = ar * per + rate - vmax * as_ / (half + as_) - out * as_ + k21 * bs + k31 * cs
        br = C10 * b0
        br = br * per + k12 * as_ - k21 * bs
        cr = C10 * c0
        cr = cr * per + k13 * as_ - k31 * cs
        a1 = (ar + g2 * br + g3 * cr) * pivot
        b1 = (br + k12 * a1) * m2
        c1 = (cr + k13 * a1) * m3
        as_ = a + A20 * a0 + A21 * a1
        bs = b + A20 * b0 + A21 * b1
        cs = c + A20 * c0 + A21 * c1
        ar = C20 * a0 + C21 * a1
        ar = ar * per + rate - vmax * as_ / (half + as_) - out * as_ + k21 * bs + k31 * cs
        br = C20 * b0 + C21 * b1
        br = br * per + k12 * as_ - k21 * bs
        cr = C20 * c0 + C21 * c1
        cr = cr * per + k13 * as_ - k31 * cs
        a2 = (ar + g2 * br + g3 * cr) * pivot
        b2 = (br + k12 * a2) * m2
        c2 = (cr + k13 * a2) * m3
        as_ = a + A30 * a0 + A31 * a1 + A32 * a2
        bs = b + A30 * b0 + A31 * b1 + A32 * b2
        cs = c + A30 * c0 + A31 * c1 + A32 * c2
        ar = C30 * a0 + C31 * a1 + C32 * a2
        ar = ar * per + rate - vmax * as_ / (half + as_) - out * as_ + k21 * bs + k31 * cs
        br = C30 * b0 + C31 * b1 + C32 * b2
        br = br * per + k12 * as_ - k21 * bs
        cr = C30 * c0 + C31 * c1 + C32 * c2
        cr = cr * per + k13 * as_ - k31 * cs
        a3 = (ar + g2 * br + g3 * cr) * pivot
        b3 = (br + k12 * a3) * m2
        c3 = (cr + k13 * a3) * m3
        as_ = a + A40 * a0 + A41 * a1 + A42 * a2 + A43 * a3
        bs = b + A40 * b0 + A41 * b1 + A42 * b2 + A43 * b3
        cs = c + A40 * c0 + A41 * c1 + A42 * c2 + A43 * c3
        ar = C40 * a0 + C41 * a1 + C42 * a2 + C43 * a3
        ar = ar * per + rate - vmax * as_ / (half + as_) - out * as_ + k21 * bs + k31 * cs
        br = C40 * b0 + C41 * b1 + C42 * b2 + C43 * b3
        br = br * per + k12 * as_ - k21 * bs
        cr = C40 * c0 + C41 * c1 + C42 * c2 + C43 * c3
        cr = cr * per + k13 * as_ - k31 * cs
        a4 = (ar + g2 * br + g3 * cr) * pivot
        b4 = (br + k12 * a4) * m2
        c4 = (cr + k13 * a4) * m3
        as_ = a + A50 * a0 + A51 * a1 + A52 * a2 + A53 * a3 + A54 * a4
        bs = b + A50 * b0 + A51 * b1 + A52 * b2 + A53 * b3 + A54 * b4
        cs = c + A50 * c0 + A51 * c1 + A52 * c2 + A53 * c3 + A54 * c4
        ar = C50 * a0 + C51 * a1 + C52 * a2 + C53 * a3 + C54 * a4
        ar = ar * per + rate - vmax * as_ / (half + as_) - out * as_ + k21 * bs + k31 * cs
        br = C50 * b0 + C51 * b1 + C52 * b2 + C53 * b3 + C54 * b4
        br = br * per + k12 * as_ - k21 * bs
        cr = C50 * c0 + C51 * c1 + C52 * c2 + C53 * c3 + C54 * c4
        cr = cr * per + k13 * as_ - k31 * cs
        a5 = (ar + g2 * br + g3 * cr) * pivot
        b5 = (br + k12 * a5) * m2
        c5 = (cr + k13 * a5) * m3
        as_ = as_ + a5
        bs = bs + b5
        cs = cs + c5
        ar = C60 * a0 + C61 * a1 + C62 * a2 + C63 * a3 + C64 * a4 + C65 * a5
        ar = ar * per + rate - vmax * as_ / (half + as_) - out * as_ + k21 * bs + k31 * cs
        br = C60 * b0 + C61 * b1 + C62 * b2 + C63 * b3 + C64 * b4 + C65 * b5
        br = br * per + k12 * as_ - k21 * bs
        cr = C60 * c0 + C61 * c1 + C62 * c2 + C63 * c3 + C64 * c4 + C65 * c5
        cr = cr * per + k13 * as_ - k31 * cs
        a6 = (ar + g2 * br + g3 * cr) * pivot
        b6 = (br + k12 * a6) * m2
        c6 = (cr + k13 * a6) * m3
        as_ = as_ + a6
        bs = bs + b6
        cs = cs + c6
        ar = C70 * a0 + C71 * a1 + C72 * a2 + C73 * a3 + C74 * a4 + C75 * a5 + C76 * a6
        ar = ar * per + rate - vmax * as_ / (half + as_) - out * as_ + k21 * bs + k31 * cs
        br = C70 * b0 + C71 * b1 + C72 * b2 + C73 * b3 + C74 * b4 + C75 * b5 + C76 * b6
        br = br * per + k12 * as_ - k21 * bs
        cr = C70 * c0 + C71 * c1 + C72 * c2 + C73 * c3 + C74 * c4 + C75 * c5 + C76 * c6
        cr = cr * per + k13 * as_ - k31 * cs
        a7 = (ar + g2 * br + g3 * cr) * pivot
        b7 = (br + k12 * a7) * m2
        c7 = (cr + k13 * a7) * m3
        an, bn, cn = as_ + a7, bs + b7, cs + c7
        ea = abs(a7) / (atol + rtol * max(abs(a), abs(an)))
        eb = abs(b7) / (atol + rtol * max(abs(b), abs(bn)))
        ec = abs(c7) / (atol + rtol * max(abs(c), abs(cn)))
        w[NEXT1 + k], w[NEXT2 + k], w[NEXT3 + k] = an, bn, cn
        w[ERROR + k] = max(ea, eb, ec)
        second = H00 * a0 + H01 * a1 + H02 * a2 + H03 * a3
        second += H04 * a4 + H05 * a5 + H06 * a6 + H07 * a7
        third = H10 * a0 + H11 * a1 + H12 * a2 + H13 * a3
        third += H14 * a4 + H15 * a5 + H16 * a6 + H17 * a7
        fourth = H20 * a0 + H21 * a1 + H22 * a2 + H23 * a3
        fourth += H24 * a4 + H25 * a5 + H26 * a6 + H27 * a7
        w[SECOND + k], w[THIRD + k], w[FOURTH + k] = second, third, fourth
    worst = w[ERROR]
    for k in range(1, 8):
        worst = max(worst, w[ERROR + k])
    return worst


@numba.njit(nogil=True, error_model="numpy", fastmath={"contract", "nsz"})
def stretch(w, start, end, rate, times, t, rtol, atol):  # type: ignore[no-untyped-def]
    """Carry eight patients from ``start`` to ``end``; return the first time not yet read."""
    now, h, last_error = start, 1e-3, 1e-4
    while now < end:
        final = now + 1.01 * h >= end
        if final:
            h = end - now
        worst = advance(w, 1.0 / h, rate, rtol, atol)
        if worst > 1.0:
            h *= max(0.2, 0.9 * worst**-0.2)
            continue
        then = end if final else now + h
        while t < times.size and (times[t] < then or (final and times[t] <= end)):
            part = (times[t] - now) / h
            rest = 1.0 - part
            into = w[READ + 8 * t : READ + 8 * t + 8]
            for k in range(8):
                bend = w[SECOND + k] + part * (w[THIRD + k] + part * w[FOURTH + k])
                into[k] = w[X1 + k] * rest + part * (w[NEXT1 + k] + rest * bend)
                into[k] *= w[PER_V + k]
            t += 1
        for k in range(24):
            w[X1 + k] = w[NEXT1 + k]
        now = then
        worst = max(worst, 1e-4)
        h *= min(6.0, max(0.2, 0.9 * worst**-0.14 * last_error**0.08))
        last_error = worst
    return t


@numba.njit(nogil=True, parallel=True, error_model="numpy")
def population(CL, V1, Q2, V2, Q3, V3, Km, dose, duration, times, rtol, atol, curves):  # type: ignore[no-untyped-def]
    """Write the curves (N, T) of job C; N is a multiple of eight."""
    N, T = curves.shape
    for piece in numba.prange((N + BLOCK - 1) // BLOCK):
        w = np.empty(READ + 8 * T)
        for n in range(piece * BLOCK, min(N, (piece + 1) * BLOCK), 8):
            for k in range(8):
                m = n + k
                w[VMAX + k], w[HALF + k] = CL[m] * Km, Km * V1[m]
                w[K12 + k], w[K21 + k] = Q2[m] / V1[m], Q2[m] / V2[m]
                w[K13 + k], w[K31 + k] = Q3[m] / V1[m], Q3[m] / V3[m]
                w[PER_V + k] = 1.0 / V1[m]
                w[X1 + k], w[X2 + k], w[X3 + k] = 0.0, 0.0, 0.0
            t = stretch(w, 0.0, duration, dose / duration, times, 0, rtol, atol)
            stretch(w, duration, times[T - 1], 0.0, times, t, rtol, atol)
            for k in range(8):
                row = curves[n + k]
                for i in range(T):
                    row[i] = w[READ + 8 * i + k]


def versions() -> str:
    """Version of what compiles it."""
    return f"numba {numba.__version__}"


def _population(people: Patients, rtol: float = RTOL) -> Callable[[], Curves]:
    n = len(people)
    padded = -(-n // LANES) * LANES
    which = np.minimum(np.arange(padded), n - 1)
    p = people
    columns: Any = tuple(column[which] for column in (p.CL, p.V1, p.Q2, p.V2, p.Q3, p.V3))

    def run() -> Curves:
        curves = np.empty((padded, TIMES_H.size))
        population(
            *columns, KM_MG_PER_L, DOSE_MG, DURATION_H, TIMES_H, rtol, rtol * ATOL_SHARE, curves
        )
        return (curves[:n],)

    return run


def entries() -> list[Entry]:
    """What it is the limit of."""
    return [Entry("C", NAME, _population, steps=True)]
