"""What the page shows first: files that are held in memory, the example beside them."""

import json
import re
from importlib.resources import files

import pytest

from ketapk.web.files import FIRST
from ketapk.web.first import first_answers
from ketapk.web.numbers import json_response
from tests.web.answers import same

MODULES = files("ketapk.web") / "static" / "modules"


def test_the_example_is_kept_as_it_is_answered():
    """``python -m ketapk.web.first`` writes it anew."""
    kept = json.loads((files("ketapk.web") / "static" / FIRST).read_text(encoding="utf-8"))
    same(kept, json.loads(json_response(first_answers()).body))


def test_everything_the_page_names_is_there_and_kept_for_good(client):
    page = client.get("/")
    assert page.headers["cache-control"] == "no-cache"
    named = re.findall(r'(?:href|src)="([^"#]+)"', page.text)
    for module in MODULES.iterdir():
        assert any(name.endswith(f"/modules/{module.name}") for name in named)
    for name in named:
        found = client.get(f"/{name}")
        assert found.status_code == 200
        assert "immutable" in found.headers["cache-control"]
        assert client.get(f"/{name.partition('/')[2]}").content == found.content


def test_a_file_that_a_browser_has_is_not_sent_again(client):
    tag = client.get("/").headers["etag"]
    again = client.get("/", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/", headers={"if-none-match": '"other"'}).status_code == 200


def test_a_large_file_is_packed_for_who_unpacks_it(client):
    plain = client.get(f"/{FIRST}", headers={"accept-encoding": "identity"})
    packed = client.get(f"/{FIRST}", headers={"accept-encoding": "gzip"})
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("POST", "/", 405), ("GET", "/modules", 404), ("GET", "/modules/../../app.py", 404)],
)
def test_only_files_of_the_page_are_sent(client, method, path, status):
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.json()["error"]["sentence"].startswith(("There is nothing", path))


def test_the_kernels_say_how_far_they_are(client):
    assert client.get("/api/kernels").json()["state"] in ("not asked for", "ready")
