"""The coefficients of Rodas5P, a Rosenbrock method of order 5 with an embedded one of order 4.

Coefficients and continuous extension of order 4: Steinebach, BIT Numer. Math. 2023;63:27. Form of
the stages: Hairer & Wanner, Solving Ordinary Differential Equations II, IV.7. Stiffly accurate and
L-stable; the Jacobian must be exact for the order to hold, so a model gives it analytically.
"""

from __future__ import annotations

import numpy as np

ORDER = 5
STAGES = 8
GAMMA = 0.21193756319429014
ALPHA = np.array(
    [0.0, 0.6358126895828704, 0.4095798393397535, 0.9769306725060716, 0.4288403609558664,
     1.0, 1.0, 1.0]
)  # fmt: skip
GAMMAS = np.array(
    [GAMMA, -0.42387512638858027, -0.3384627126235924, 1.8046452872882734, 2.325825639765069,
     0.0, 0.0, 0.0]
)  # fmt: skip
A = np.array(
    [
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [2.849394379747939, 0.45842242204463923, 0.0, 0.0, 0.0, 0.0, 0.0],
        [-6.954028509809101, 2.489845061869568, -10.358996098473584, 0.0, 0.0, 0.0, 0.0],
        [2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641,
         0.0, 0.0, 0.0],
        [-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256,
         0.030198172008377946, 0.0, 0.0],
        [-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256,
         0.030198172008377946, 1.0, 0.0],
        [-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256,
         0.030198172008377946, 1.0, 1.0],
    ]
)  # fmt: skip
"""Where each stage looks; the last plus the last stage is the step, which is the error estimate."""
C = np.array(
    [
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [-14.155112264123755, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [-17.97296035885952, -2.859693295451294, 0.0, 0.0, 0.0, 0.0, 0.0],
        [147.12150275711716, -1.41221402718213, 71.68940251302358, 0.0, 0.0, 0.0, 0.0],
        [165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306,
         0.0, 0.0, 0.0],
        [24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125,
         -0.6610691825249471, 0.0, 0.0],
        [30.91273214028599, -3.1208243349937974, 77.79954646070892, 34.28646028294783,
         -19.097331116725623, -28.087943162872662, 0.0],
        [37.80277123390563, -3.2571969029072276, 112.26918849496327, 66.9347231244047,
         -40.06618937091002, -54.66780262877968, -9.48861652309627],
    ]
)  # fmt: skip
H = np.array(
    [
        [25.948786856663858, -2.5579724845846235, 10.433815404888879, -2.3679251022685204,
         0.524948541321073, 1.1241088310450404, 0.4272876194431874, -0.17202221070155493],
        [-9.91568850695171, -0.9689944594115154, 3.0438037242978453, -24.495224566215796,
         20.176138334709044, 15.98066361424651, -6.789040303419874, -6.710236069923372],
        [11.419903575922262, 2.8879645146136994, 72.92137995996029, 80.12511834622643,
         -52.072871366152654, -59.78993626266729, -0.15582684282751913, 4.883087185713722],
    ]
)  # fmt: skip
"""Continuous extension."""


def _without_products() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Coefficients of the stages where what the matrix does to earlier ones is known from them.

    A stage solves ``(1 - h GAMMA J) u = R``, so ``h GAMMA J u = u - R``, and the slope at the next
    stage needs no product with ``J``. What a sum of earlier ``R`` brings is put in their terms.
    """
    looks, mixes = np.zeros((STAGES, STAGES)), np.zeros((STAGES, STAGES))
    looks[:, :-1], mixes[:, :-1] = A, A + GAMMA * C
    bends = np.eye(STAGES)
    for s in range(STAGES):
        for j in range(s):
            bends[s] -= looks[s, j] * bends[j]
    return bends.sum(axis=1), bends @ mixes, bends


SLOPE, EARLIER, BEND = _without_products()
"""How much of the first slope (8,), of earlier stages (8, 8) and of what the slopes at the stages
have beyond the linear (8, 8) makes the right-hand side of each stage."""
STEP = np.append(A[STAGES - 1], 1.0)
"""How much of each stage makes the step."""
