"""Hypothesis profiles, and a switch that makes a skipped test a failure."""

import os

import pytest
from hypothesis import HealthCheck, settings

slow_is_fine = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile(
    "brief", max_examples=5, deadline=None, derandomize=True, suppress_health_check=slow_is_fine
)
settings.register_profile(
    "quick", max_examples=40, deadline=None, suppress_health_check=slow_is_fine
)
settings.register_profile(
    "ci", max_examples=40, deadline=None, derandomize=True, suppress_health_check=slow_is_fine
)
settings.register_profile(
    "deep", max_examples=2000, deadline=None, suppress_health_check=slow_is_fine
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """One Chromium for all that is looked at in one."""
    from tests.web.browsing import start_browser

    driver = start_browser(tmp_path_factory.mktemp("profile"))
    yield driver
    driver.quit()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    """Count a skipped test as a failure where ``KETAPK_NO_SKIPS`` is set."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("KETAPK_NO_SKIPS") and reporter and reporter.stats.get("skipped"):
        reporter.write_line("\nA test was skipped, and KETAPK_NO_SKIPS counts that as a failure.")
        session.exitstatus = 1
