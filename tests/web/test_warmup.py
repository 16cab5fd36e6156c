"""The first view is asked before anybody does."""

import re
from importlib.resources import files

from ketapk.errors import PlanError
from ketapk.web import warmup


def test_it_asks_what_the_page_begins_with():
    state = (files("ketapk.web") / "static" / "modules" / "state.js").read_text(encoding="utf-8")
    assert re.search(r'sentence: "([^"]+)"', state)[1] == warmup.EXAMPLE


def test_every_view_is_answered():
    warmup.warm_up()


def test_it_is_beside_the_server_and_keeps_no_program_alive():
    thread = warmup.warming()
    assert thread.daemon
    thread.join(60)
    assert not thread.is_alive()


def test_what_cannot_be_answered_ends_it_quietly(monkeypatch, capsys):
    def refused():
        raise PlanError("No.")

    monkeypatch.setattr(warmup, "warm_up", refused)
    warmup.warming().join(10)
    assert capsys.readouterr().err == ""
