"""A slow controller from the textbook, to hold the exact one against.

Three compartments and an effect site by SciPy's exponential of the augmented matrix; every rate by
bisection on what it leads to, every peak on a fine grid and then by minimising, every wait on a fine
grid and then by bisection. Nothing is shared with ketapk.
"""

import numpy as np
from scipy.linalg import expm
from scipy.optimize import brentq, minimize_scalar

LONG = 0.5
"""Hours in which an effect site peaks."""


class Slow:
    """A person with V1 [L], rate constants [1/h] (k10, k12, k21, k13, k31) and ke0 [1/h]."""

    def __init__(self, V1, k10, k12, k21, k13, k31, ke0=None):
        self.effect = ke0 is not None
        ke0 = ke0 or 0.0
        self.M = np.zeros((5, 5))
        self.M[0] = [-(k10 + k12 + k13), k21, k31, 0.0, 1.0]
        self.M[1, :2] = [k12, -k21]
        self.M[2, [0, 2]] = [k13, -k31]
        self.M[3, [0, 3]] = [ke0 / V1, -ke0]
        self.V1 = V1

    def on(self, x, rate, hours):
        """State after some hours."""
        return (expm(self.M * hours) @ np.append(x, rate))[:4]

    def plasma(self, x):
        return x[0] / self.V1

    def held(self, x):
        return x[3] if self.effect else x[0] / self.V1

    def first(self, read, x, level, horizon):
        """First time without drug at which a reading crosses a level."""

        def off(t):
            return read(self.on(x, 0.0, t)) - level

        fine = np.linspace(0.0, horizon, 1001)
        step, z, values = expm(self.M * fine[1]), np.append(x, 0.0), []
        for _ in fine:
            values.append(read(z[:4]) - level)
            z = step @ z
        for a, b, fa, fb in zip(fine, fine[1:], values, values[1:], strict=False):
            if fa == 0.0 or fa * fb < 0.0:
                return a if fa == 0.0 else brentq(off, a, b, xtol=1e-15, rtol=1e-14)
        return np.inf

    def peak(self, x, rate=0.0, hours=0.0):
        """Highest reading at the effect site from a state on, with a rate for some hours."""
        y = self.on(x, rate, hours)
        during = self.highest(x, rate, hours, 20) if hours else 0.0
        return max(during, self.highest(y, 0.0, LONG, 60))

    def highest(self, x, rate, span, n):
        """Highest reading at the effect site within a span at one rate."""
        step, z, values = expm(self.M * span / n), np.append(x, rate), []
        for _ in range(n + 1):
            values.append(z[3])
            z = step @ z
        k = int(np.argmax(values))
        around = [max(k - 1, 0) * span / n, min(k + 1, n) * span / n]
        found = minimize_scalar(
            lambda t: -self.on(x, rate, t)[3], bounds=around, method="bounded",
            options={"xatol": 1e-10},
        )  # fmt: skip
        return max(-found.fun, values[0], values[-1])

    def move(self, x, target, left, step, highest):
        """Rate and hours of the next interval."""
        hours = min(step, left) if left - step >= step / 2 else left
        if self.effect and abs(x[3] - target) > 0.0500001 * target:
            if x[3] > target:
                return 0.0, min(self.first(lambda y: y[3], x, 1.05 * target, left), left)

            def over(rate):
                return self.peak(x, rate, hours) - target

            if over(0.0) > -1e-9 * target:
                return 0.0, min(self.first(lambda y: y[3], x, 0.95 * target, left), left)
            if np.isfinite(highest) and over(highest) <= 0.0:
                return highest, hours
            top = 1.0
            while over(top) < 0.0:
                top *= 2.0
            return min(brentq(over, 0.0, top, rtol=1e-13), highest), hours

        def missed(rate):
            return self.plasma(self.on(x, rate, hours)) - target

        if self.plasma(x) > (1 + 1e-9) * target:
            return 0.0, min(self.first(self.plasma, x, target, left), left)
        return min(brentq(missed, 0.0, 1e6, rtol=1e-14), highest), hours

    def hold(self, targets, step, *, x=None, highest=np.inf):
        """Rows (start, end, rate, reading at the end) for targets (start, end, level)."""
        x, rows = np.zeros(4) if x is None else x, []
        for start, end, level in targets:
            t = start
            while end - t > 1e-9:
                rate, hours = self.move(x, level, end - t, step, highest)
                x = self.on(x, rate, hours)
                rows.append((t, t + hours, rate, self.held(x)))
                t += hours
        return np.array(rows)
