"""Sixteen people drag at once, and each gets an answer of their own; the server on a real port."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import threading

import httpx
import pytest

import ketapk as kp
from ketapk.cli.opening import opens
from ketapk.errors import InputError
from ketapk.web.server import bound

CLIENTS, STEPS = 16, 3
PLANS = ("{} mg iv over 40 min", "{} mg im", "{} mg esketamine iv over 20 min", "{} mg nasal")


def plan(client, step):
    return PLANS[client % len(PLANS)].format(20 + 3 * client + step)


async def dragged(http, client):
    """One person: a slider in steps, every answer beside what was asked."""
    found = []
    for step in range(STEPS):
        weight = 50.0 + client
        body = {
            "scenario": {
                "plans": {f"P{client}": plan(client, step)},
                "patient": {"weight_kg": weight},
            },
            "options": {"all_models": True, "ribbon": 64, "seed": client, "points": 40},
        }
        answer = await http.post("/api/curves", json=body, timeout=60.0)
        found.append((client, step, answer))
    return found


def check(found):
    for client, step, answer in found:
        assert answer.status_code == 200
        (told,) = answer.json()["plans"]
        assert told["name"] == f"P{client}"
        python = kp.simulate_models(
            plan(client, step), kp.Patient(weight_kg=50.0 + client), times=[0.0]
        )
        assert [run["model"] for run in told["runs"]] == list(python.runs)
        for run in told["runs"]:
            parent = run["parent"]
            expected = float(python.runs[run["model"]].exposure_columns(parent)["Cmax"][0])
            assert run["measures"][parent]["Cmax"] == pytest.approx(expected, rel=1e-12)


def test_sixteen_clients_at_once_in_process(app):
    async def all_at_once():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
            return await asyncio.gather(*(dragged(http, client) for client in range(CLIENTS)))

    for found in asyncio.run(all_at_once()):
        check(found)


@pytest.fixture
def nothing_compiled(tmp_path, monkeypatch):
    monkeypatch.setenv("KETAPK_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def served(tmp_path):
    """Address of the real command on a free port; it ends with the test."""
    server = subprocess.Popen(
        [sys.executable, "-m", "ketapk", "serve", "--port", "0", "--no-browser"],
        stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=tmp_path, env=os.environ.copy(),
    )  # fmt: skip
    ended = threading.Timer(120.0, server.kill)
    ended.start()
    try:
        said = server.stderr.readline()
        assert "not a medical device" in server.stderr.readline()
        yield re.search(r"http://127\.0\.0\.1:\d+/", said).group(), server
    finally:
        ended.cancel()
        server.kill()
        server.communicate()


def test_sixteen_clients_at_once_on_a_port(served):
    address, server = served

    async def all_at_once():
        async with httpx.AsyncClient(base_url=address) as http:
            return await asyncio.gather(*(dragged(http, client) for client in range(CLIENTS)))

    for found in asyncio.run(all_at_once()):
        check(found)
    ends_well(server)


def ends_well(server):
    server.send_signal(signal.SIGINT)
    out, said = server.communicate(timeout=30)
    assert server.returncode == 0
    assert out == ""
    assert "Traceback" not in said


def test_the_page_stands_and_ends_while_kernels_still_compile(nothing_compiled, served):
    address, server = served
    with httpx.Client(base_url=address, timeout=60.0) as http:
        assert "modules/main.js" in http.get("/").text
        state = "not asked for"
        while state == "not asked for":
            state = http.get("/api/kernels").json()["state"]
    assert state == "compiling"
    ends_well(server)


def test_only_this_machine_is_listened_at():
    listening = bound(0)
    try:
        assert listening.getsockname()[0] == "127.0.0.1"
        with pytest.raises(InputError, match="cannot be used"):
            bound(listening.getsockname()[1])
    finally:
        listening.close()


@pytest.mark.parametrize("port", [-1, 65536])
def test_what_is_no_port_is_refused(port):
    with pytest.raises(InputError, match="not possible"):
        bound(port)


def test_a_port_that_is_taken_is_told_in_a_sentence(capsys):
    from ketapk.cli.app import main

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert main(["serve", "--no-browser", "--port", str(other.getsockname()[1])]) == 2
    assert "choose another" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        "",
        "models",
        "serve --help",
        "serve --port",
        "serve --port=0",
        "serve --port -1",
        "serve --prot 0",
    ],
)
def test_what_does_not_plainly_open_the_page_is_left_to_the_whole_command_line(words):
    assert not opens(words.split())
