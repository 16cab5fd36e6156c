"""Random numbers keyed by seed, subject and effect.

Each effect has a stream of its own, and each subject its place in it. So the same subject gets the
same draw whatever the order, the chunk, the thread, the subset or the machine, and one effect more
changes none of the others.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ketapk.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

Sampling = Literal["random", "sobol"]
SAMPLING: tuple[Sampling, ...] = ("random", "sobol")
WORDS = 4
"""Numbers that the Philox generator makes of one counter; a subject has one counter."""
SOBOL_BITS = 30
"""Bits of a Sobol point."""
SPARSE = 64
"""Numbers made for one that is asked for, before subjects are drawn one by one."""
MOST_POINTS = 2**SOBOL_BITS
"""Subjects that a Sobol sequence has points for."""


@dataclass(frozen=True, kw_only=True)
class Draws:
    """A source of random numbers for subjects and effects.

    Parameters
    ----------
    seed : int
        What it starts from.
    sampling : {"random", "sobol"}
        Independent numbers, or a scrambled Sobol sequence over ``effects``, which fills the space
        of all effects evenly.
    effects : tuple of str
        Effects in the order of the Sobol dimensions; others are drawn at random.
    stream : str
        Name of a further, independent set of numbers.

    Examples
    --------
    >>> import numpy as np
    >>> draws = Draws(seed=1)
    >>> all_of_them = draws.normal("CL", np.arange(5))
    >>> bool(draws.normal("CL", np.array([3]))[0] == all_of_them[3])
    True
    """

    seed: int
    sampling: Sampling = "random"
    effects: tuple[str, ...] = ()
    stream: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or self.seed < 0:
            raise InputError(f"seed={self.seed!r} is no seed; write a whole number from 0.")
        if self.sampling not in SAMPLING:
            raise InputError(
                f"sampling={self.sampling!r} is not known; write one of {', '.join(SAMPLING)}."
            )

    @classmethod
    def of(cls, rng: Any, *, sampling: Sampling = "random", effects: Sequence[str] = ()) -> Draws:
        """Return the draws that start from a seed, a SeedSequence, a Generator, or draws."""
        if isinstance(rng, Draws):
            if sampling in (rng.sampling, "random"):
                return rng
            return replace(rng, sampling=sampling, effects=tuple(effects))
        if isinstance(rng, np.random.Generator):
            seed = int.from_bytes(rng.bytes(16), "little")
        elif isinstance(rng, np.random.SeedSequence):
            seed = int.from_bytes(rng.generate_state(4).tobytes(), "little")
        elif isinstance(rng, (int, np.integer)) and not isinstance(rng, bool) and rng >= 0:
            seed = int(rng)
        else:
            raise InputError(
                f"rng={rng!r} is no source of random numbers; give a whole number from 0, such as "
                f"rng=1, a numpy Generator or a SeedSequence."
            )
        return cls(seed=seed, sampling=sampling, effects=tuple(effects))

    def named(self, stream: str) -> Draws:
        """Return a further set of numbers, independent of this one and of all other names."""
        return replace(self, stream=f"{self.stream}/{stream}")

    def uniform(self, effect: str, subjects: Ints) -> Floats:
        """Numbers between 0 and 1, both left out, of subjects (N,), for one effect."""
        if subjects.size == 0:
            return np.empty(0)
        low, high = int(subjects.min()), int(subjects.max()) + 1
        if self.sampling == "sobol" and effect in self.effects:
            numbers = self._sobol(low, high)[:, self.effects.index(effect)]
        elif high - low <= SPARSE * subjects.size + WORDS:
            numbers = _centred(self._raw(effect, low, high - low))
        else:
            different, inverse = np.unique(subjects, return_inverse=True)
            raw = [self._raw(effect, int(subject), 1)[0] for subject in different]
            return _centred(np.array(raw, dtype=np.uint64))[inverse]
        return numbers[subjects - low]

    def _raw(self, effect: str, first: int, n: int) -> NDArray[np.uint64]:
        """Numbers of ``n`` subjects in a row: the subject is the counter of the generator."""
        generator = np.random.Philox(key=self._key(effect), counter=first)
        raw: NDArray[np.uint64] = generator.random_raw(n * WORDS)[::WORDS]
        return raw

    def normal(self, effect: str, subjects: Ints) -> Floats:
        """Standard normal numbers of subjects (N,), for one effect."""
        from scipy.special import ndtri

        numbers: Floats = ndtri(self.uniform(effect, subjects))
        return numbers

    def _key(self, effect: str) -> int:
        text = f"{self.seed}/{self.stream}/{effect}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "little")

    def _sobol(self, low: int, high: int) -> Floats:
        """Points of subjects ``low`` to ``high``, (N, E)."""
        from scipy.stats.qmc import Sobol

        if high > MOST_POINTS:
            raise InputError(
                f"A Sobol sequence has points for {MOST_POINTS} subjects; use sampling='random'."
            )
        scramble = np.random.default_rng(self._key("/".join(("Sobol", *self.effects))))
        points = Sobol(len(self.effects), scramble=True, bits=SOBOL_BITS, rng=scramble)
        if low:
            points.fast_forward(low)
            found = points.random(high - low)
        else:
            # One first: the whole lot at once would warn unless it were a power of two.
            found = np.concatenate([points.random(1), points.random(high - 1)])
        centred: Floats = found + 0.5 * 2.0**-SOBOL_BITS
        return centred


def _centred(raw: NDArray[np.uint64]) -> Floats:
    """Words as numbers between 0 and 1, both left out."""
    numbers: Floats = ((raw >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
    return numbers
