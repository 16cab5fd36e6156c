"""The application, asked in process."""

import asyncio

import httpx
import pytest

from ketapk.web.app import make_app
from ketapk.web.warmup import warm_up
from tests.web.browsing import Page, served


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


@pytest.fixture(scope="session")
def shown(browser):
    """The page in Chromium, served by the command on a free port."""
    # Where kernels were never compiled, that takes longer than anybody waits for in a browser.
    warm_up()
    with served() as address:
        yield Page(browser, address)


@pytest.fixture
def page(shown):
    """The page, of which every test also proves that it asked nobody else and made no error."""
    shown.asked()
    yield shown
    asked, wrong = shown.asked()
    assert asked <= {shown.address, "data:///", f"blob:{shown.address}"}
    assert wrong == []
