"""The application, asked in process."""

import asyncio

import httpx
import pytest

from ketapk.web.app import make_app
from ketapk.web.warmup import warm_up
from tests.web.browsing import Page, served, start_browser


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/web" in str(item.path):
            # Answers hold the warnings; the server says none in its console.
            item.add_marker(pytest.mark.filterwarnings("ignore::ketapk.errors.KetapkWarning"))


class Client:
    """Asks an application without a port."""

    def __init__(self, app):
        self.app = app

    def request(self, method, path, **how):
        async def asked():
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://127.0.0.1:8765"
            ) as client:
                return await client.request(method, path, **how)

        return asyncio.run(asked())

    def get(self, path, **how):
        return self.request("GET", path, **how)

    def post(self, path, **how):
        return self.request("POST", path, **how)


@pytest.fixture(scope="session")
def app():
    return make_app()


@pytest.fixture(scope="session")
def client(app):
    return Client(app)


@pytest.fixture(scope="session")
def ask(client):
    def asked(path, scenario, **beside):
        return client.post(f"/api/{path}", json={"scenario": scenario, **beside})

    return asked


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The page in Chromium, served by the command on a free port."""
    # Where kernels were never compiled, that takes longer than anybody waits for in a browser.
    warm_up()
    with served() as address:
        driver = start_browser(tmp_path_factory.mktemp("profile"))
        try:
            yield Page(driver, address)
        finally:
            driver.quit()
