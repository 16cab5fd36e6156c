"""Numbered scenarios: NONMEM records, and beside them the elementary doses they stand for.

The doses are written out by hand from the statement of the scenario. Nothing here reads the
records; the oracle takes their times and nothing else.
"""

from tests.conformance.scenarios.additional import ADDITIONAL
from tests.conformance.scenarios.availability import AVAILABILITY
from tests.conformance.scenarios.changes import CHANGES
from tests.conformance.scenarios.lag import LAG
from tests.conformance.scenarios.resets import RESETS
from tests.conformance.scenarios.single import SINGLE
from tests.conformance.scenarios.steady import STEADY
from tests.conformance.scenarios.subjects import SUBJECTS
from tests.conformance.scenarios.ties import TIES

SCENARIOS = SINGLE + AVAILABILITY + LAG + ADDITIONAL + TIES + STEADY + RESETS + CHANGES + SUBJECTS
