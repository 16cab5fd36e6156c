"""The first view is asked before anybody does."""

import re
from importlib.resources import files

from ketapk.errors import PlanError
from ketapk.web import warmup
from ketapk.web.front import Front


def test_it_asks_what_the_page_begins_with():
    state = (files("ketapk.web") / "static" / "modules" / "state.js").read_text(encoding="utf-8")
    assert re.search(r'sentence: "([^"]+)"', state)[1] == warmup.EXAMPLE


def test_every_view_is_answered():
    warmup.warm_up()


def test_the_api_is_loaded_beside_the_server_and_keeps_no_program_alive(monkeypatch):
    monkeypatch.setattr(warmup, "warm_up", lambda: None)
    front = Front()
    thread = front.load()
    assert thread.daemon
    assert front.api.result(60).title == "ketapk"
    thread.join(60)
    assert not thread.is_alive()
    assert warmup.KERNELS.state == "ready"


def test_what_cannot_be_answered_ends_it_quietly(monkeypatch, capsys):
    def refused():
        raise PlanError("No.")

    monkeypatch.setattr(warmup, "warm_up", refused)
    warmup.Kernels().warm_up()
    assert capsys.readouterr().err == ""
