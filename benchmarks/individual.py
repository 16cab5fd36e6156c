"""How well estimates from a few levels recover people who are drawn from the model itself.

People are drawn with the published variability, levels with the published residual error, and each
person is estimated from the levels alone. Printed, by design and parameter: bias and spread of the
error, coverage of the 90 % interval from the curvature and from draws, and shrinkage, predicted and
found. ``python benchmarks/individual.py 200 --write`` writes benchmarks/INDIVIDUAL.md.
"""

import sys
import time
import warnings
from pathlib import Path

import numpy as np

import ketapk as kp
from ketapk.individual.prior import prior_of

ESKETAMINE = "esketamine"
DESIGNS = {
    "1 level": {ESKETAMINE: (2.0,)},
    "3 levels": {ESKETAMINE: (2 / 3, 2.0, 6.0)},
    "3 levels of each analyte": {
        ESKETAMINE: (2 / 3, 2.0, 6.0),
        "noresketamine": (2 / 3, 2.0, 6.0),
    },
}
PLAN = "25 mg esketamine iv over 40 min"
MODEL = "otto2021"
SEED = 20
DRAWS = 1000


def people(n):
    """Drawn people with their random effects (N, P), and their levels by design."""
    cohort = kp.Cohort(weight_kg=np.full(n, 70.0))
    run = kp.simulate(PLAN, MODEL, cohort, times=[2 / 3, 2.0, 6.0], rng=SEED)
    typical = prior_of(kp.simulate(PLAN, MODEL, kp.Patient(weight_kg=70), times=[1]).course)
    names = typical.names
    eta = np.stack(
        [np.log(run.values[name] / np.ravel(typical.typical[name])[0]) for name in names], axis=1
    )
    seen = {a: run.measured(a, rng=SEED) for a in (ESKETAMINE, "noresketamine")}
    return run, names, eta, seen


def study(design, n):
    """One row per parameter, and one for the area under the curve."""
    run, names, eta, seen = people(n)
    me = kp.Patient(weight_kg=70)
    at = {hours: k for k, hours in enumerate(run.times_h.tolist())}
    estimates, inside, drawn, shrinkage, areas, unsure = [], [], [], [], [], 0
    used = []
    for person in range(n):
        levels = [
            kp.Level(f"{hours!r} h", f"{float(seen[analyte][person, at[hours]])!r} ng/mL", analyte)
            for analyte, times in DESIGNS[design].items()
            for hours in times
            if seen[analyte][person, at[hours]] > 0.0
        ]
        found = kp.individualise(
            MODEL, PLAN, levels, me, rng=SEED + person, draws=DRAWS, times=[0.0, 1.0]
        )
        unsure += (not found.mode.converged) + bool(found.mode.rivals)
        half = 1.6448536269514722 * np.sqrt(np.diag(found.covariance))
        low, high = np.percentile(found.draws(), (5.0, 95.0), axis=0)
        estimates.append(found.eta)
        inside.append(np.abs(found.eta - eta[person]) <= half)
        drawn.append((low <= eta[person]) & (eta[person] <= high))
        shrinkage.append(found.shrinkage)
        areas.append(float(found.run.curve(ESKETAMINE).AUC_inf[0]))
        used.append(person)
    estimates, inside, drawn = np.array(estimates), np.array(inside), np.array(drawn)
    prior = prior_of(kp.simulate(PLAN, MODEL, me, times=[1]).course).covariance
    rows = []
    for p, name in enumerate(names):
        error = estimates[:, p] - eta[used, p]
        rows.append(
            (
                name,
                error.mean(),
                error.std() / np.sqrt(n),
                error.std(),
                np.sqrt(prior[p, p]),
                inside[:, p].mean(),
                drawn[:, p].mean(),
                np.mean(shrinkage, axis=0)[p],
                1.0 - estimates[:, p].var() / prior[p, p],
            )
        )
    own = np.log(np.array(areas) / run.curve(ESKETAMINE).AUC_inf)
    usual = kp.simulate(PLAN, MODEL, me, times=[1]).curve(ESKETAMINE).AUC_inf[0]
    before = np.log(usual / run.curve(ESKETAMINE).AUC_inf)
    return rows, (own.mean(), own.std(), before.std()), unsure


def main():
    warnings.simplefilter("ignore", kp.KetapkWarning)
    numbers = [a for a in sys.argv[1:] if a.isdecimal()]
    n = int(numbers[0]) if numbers else 40
    lines = [
        "# Individual estimates: people recovered",
        "",
        f"Written by `python benchmarks/individual.py {n} --write`: {n} people of 70 kg drawn from "
        f"{MODEL} (seed {SEED}), {PLAN}; levels at 40 min, 2 h, 6 h (one level: 2 h) with the "
        f"published residual error; estimated one by one, {DRAWS} draws each.",
        "",
        "Errors are of random effects: differences of logarithms. The standard error of a bias is "
        "in brackets. An unbiased 90 % interval of that many people covers "
        f"{90 - 164 * np.sqrt(0.09 / n):.0f} to {min(90 + 164 * np.sqrt(0.09 / n), 100):.0f} % in "
        "nine of ten studies.",
    ]
    for design in DESIGNS:
        start = time.perf_counter()
        rows, (bias, spread, before), unsure = study(design, n)
        seconds = (time.perf_counter() - start) / n
        lines += [
            "",
            f"## {design}",
            "",
            "| parameter | bias | SD of the error | SD between people | covered by 90 %, curvature "
            "| covered, draws | shrinkage said | shrinkage found |",
            "|---|---|---|---|---|---|---|---|",
            *(
                f"| {r[0]} | {r[1]:+.3f} ({r[2]:.3f}) | {r[3]:.3f} | {r[4]:.3f} | {r[5]:.0%} | "
                f"{r[6]:.0%} | {r[7]:.2f} | {r[8]:.2f} |"
                for r in rows
            ),
            "",
            f"AUC of esketamine: bias {bias:+.3f}, SD of the error {spread:.3f}, of the typical "
            f"person's {before:.3f}. {unsure} of {n} searches did not converge or found a second "
            f"explanation. {seconds:.2f} s a person, on a busy machine of two cores.",
        ]
        print("\n".join(lines), flush=True)
        if "--write" in sys.argv:
            text = "\n".join(lines) + "\n"
            Path(__file__).with_name("INDIVIDUAL.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
