"""The first view is asked before anybody does."""

import re
import threading
from importlib.resources import files

from ketapk.errors import PlanError
from ketapk.web import warmup


def test_it_asks_what_the_page_begins_with():
    state = (files("ketapk.web") / "static" / "modules" / "state.js").read_text(encoding="utf-8")
    assert re.search(r'sentence: "([^"]+)"', state)[1] == warmup.EXAMPLE


def test_every_view_is_answered():
    warmup.warm_up()


def test_it_is_beside_the_server_and_keeps_no_program_alive():
    application = warmup.loading().result(60)
    assert application.title == "ketapk"
    (thread,) = (t for t in threading.enumerate() if t.name == "ketapk-warmup")
    assert thread.daemon
    thread.join(60)
    assert not thread.is_alive()


def test_what_cannot_be_answered_ends_it_quietly(monkeypatch, capsys):
    def refused():
        raise PlanError("No.")

    monkeypatch.setattr(warmup, "warm_up", refused)
    warmup.loading().result(60)
    for thread in threading.enumerate():
        if thread.name == "ketapk-warmup":
            thread.join(10)
    assert capsys.readouterr().err == ""
