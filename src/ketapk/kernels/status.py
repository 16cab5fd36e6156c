"""What can go wrong in a kernel, as codes with a sentence each."""

from __future__ import annotations

OK = 0
TOO_MANY_STEPS = 1
NOT_FINITE = 2
STEP_TOO_SMALL = 3
SINGULAR = 4
NO_STEADY_STATE = 5
STIFF = 6
NOT_RUN = 7

SENTENCE: dict[int, str] = {
    OK: "finished",
    TOO_MANY_STEPS: (
        "stopped at the step limit; raise max_steps, loosen rtol, or use method='stiff'"
    ),
    NOT_FINITE: (
        "a value became infinite or not a number; look for a rate below 0, shares of a dose that "
        "are below 0 or above 1 in all, and an overflow of parameters or doses"
    ),
    STEP_TOO_SMALL: (
        "the step became too small to advance time; the solution may blow up, or rtol is too tight"
    ),
    SINGULAR: "no steady state exists, because drug enters a place that nothing leaves",
    NO_STEADY_STATE: (
        "no steady state was reached; the input may exceed the largest rate of elimination"
    ),
    STIFF: "the system is stiff; use method='stiff' or method='auto'",
    NOT_RUN: "was not run",
}
"""One sentence a code, written to follow "patient 3 " or to stand after a colon."""
