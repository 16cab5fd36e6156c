"""The one sentence about what ketapk is not."""

NOTICE = (
    "ketapk is for education and research. It is not a medical device and must not be used to "
    "decide how a patient is treated."
)

NO_ADVICE = "It is not a recommendation."
"""What every result for people who plan is not."""
