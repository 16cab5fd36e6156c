"""The door to responses: a simulation and a response model in, responses out."""

from __future__ import annotations

import warnings as python_warnings
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ketapk.accuracy import checked_max_steps, checked_rtol
from ketapk.errors import InputError, KetapkWarning
from ketapk.grid import checked_times
from ketapk.profiles import Profiles
from ketapk.response.direct import Emax
from ketapk.response.drive import Source
from ketapk.response.feedback import Feedback
from ketapk.response.indirect import IndirectResponse
from ketapk.response.result import Curve, Response
from ketapk.response.tolerance import Tolerance
from ketapk.response.turnover import Turnover

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

ResponseModel = Emax | Tolerance | IndirectResponse | Turnover | Feedback


def respond(
    run: Profiles,
    model: ResponseModel,
    *,
    analyte: str | None = None,
    site: str = "plasma",
    times: ArrayLike | None = None,
    allow_unmatched_ke0: bool = False,
    rtol: float = 1e-10,
    max_steps: int = 100_000,
) -> Response:
    """Attach a response model to simulated profiles.

    Parameters
    ----------
    run : Profiles
        What ``simulate`` returned.
    model : Emax, Tolerance, IndirectResponse, Turnover or Feedback
        What the concentration does.
    analyte : str, optional
        One of ``run.analytes``; the dosed one by default.
    site : {"plasma", "effect"}
        Where the concentration is read that drives the response; an effect site only where the
        run has one. A ``ke0`` in the response model makes a site of its own behind plasma.
    times : (T,) array_like, optional
        Ascending times [h]; those of the run by default.
    allow_unmatched_ke0 : bool
        Accept a published ke0 that was not estimated with the model of the run; it is marked.
    rtol : float
        Relative tolerance of each step of responses that are made and lost [1]: at 1e-10
        they are good to 1e-8 (also where production sets in with an infinite slope, as it does
        with ``gamma`` below 1). The other responses are exact where the run is.
    max_steps : int
        Steps between two events after which a patient is given up.

    Returns
    -------
    Response

    Raises
    ------
    InputError
        If a number, a unit or a name is wrong.
    PlanError
        If the response cannot be attached: a ke0 of another model, or a steady state.

    Examples
    --------
    >>> from ketapk.patients import Patient
    >>> from ketapk.simulation import simulate
    >>> run = simulate("0.5 mg/kg iv over 40 min", "domino", Patient(weight_kg=70))
    >>> effect = respond(run, Emax(E0=0, Emax=100, EC50="100 ng/mL", gamma=2, ke0="0.3 1/min"))
    >>> effect.values.shape == (1, run.times_h.size)
    True
    >>> round(float(effect.peak[0]), 1), round(float(effect.peak_time_h[0]), 3)
    (84.8, 0.667)
    """
    if not isinstance(run, Profiles):
        raise InputError(
            f"A response is attached to profiles and got a {type(run).__name__}; write "
            f"kp.respond(kp.simulate(...), ...)."
        )
    if not isinstance(model, ResponseModel):
        raise InputError(
            f"{model!r} is not a response model; give an Emax, Tolerance, IndirectResponse, "
            f"Turnover or Feedback."
        )
    rtol, max_steps = checked_rtol(rtol), checked_max_steps(max_steps)
    at = run.times_h if times is None else checked_times(times)
    source = Source(run=run, analyte=analyte or run.model.parent, site=site, samples=at)
    run.solution.system.output_index(source.analyte, site)
    said: list[str] = []
    curve: Curve
    if isinstance(model, Emax | Tolerance):
        said = model.check(source, allow_unmatched_ke0=allow_unmatched_ke0)
        curve = model.curve(source)
    else:
        curve = model.curve(source, rtol=rtol, max_steps=max_steps)
    response = Response(
        times_h=np.asarray(at), run=run, model=model, curve=curve, warnings=(*run.warnings, *said)
    )
    return _with_failures(response)


def _with_failures(response: Response) -> Response:
    """Read the responses once, so that failures are known, and name those that are new."""
    _ = response.values
    new = {n: why for n, why in response.failed.items() if n not in response.run.failed}
    if not new:
        return response
    first = min(new)
    sentence = (
        f"The response of {len(new)} of {response.baseline.size} patients failed; patient {first} "
        f"{new[first]}."
    )
    python_warnings.warn(sentence, KetapkWarning, stacklevel=3)
    return replace(response, warnings=(*response.warnings, sentence))
