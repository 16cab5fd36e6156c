"""The command line interrupted by a key and killed: what is done stays, and the rest follows."""

import os
import signal
import subprocess
import sys
import time

import polars as pl

from ketapk.cli import main

PLAN = "slow=25 mg esketamine iv over 40 min"


def asked(folder, people):
    command = ["trial", PLAN, "--model", "otto2021", "--people", str(people)]
    return [*command, "--directory", str(folder), "--csv"]


def started(folder, people):
    command = [sys.executable, "-m", "ketapk", *asked(folder, people)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for_chunks(folder, process, wanted):
    deadline = time.monotonic() + 120.0
    while len(list(folder.glob("chunk-???????"))) < wanted:
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_key_stops_at_once_a_kill_loses_only_what_was_in_flight_and_both_go_on(tmp_path, capsys):
    folder = tmp_path / "run"
    by_key = started(folder, 12_000)
    wait_for_chunks(folder, by_key, 1)
    by_key.send_signal(signal.SIGINT)
    output, said = by_key.communicate(timeout=20)
    assert by_key.returncode == 130
    assert output == ""
    assert said.endswith(
        "Interrupted. Finished chunks are kept; the same command goes on from them.\n"
    )
    kept = {p.name for p in folder.glob("chunk-???????")}
    assert 1 <= len(kept) < 6

    killed = started(folder, 12_000)
    wait_for_chunks(folder, killed, len(kept) + 1)
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate(timeout=20)
    assert kept < {p.name for p in folder.glob("chunk-???????")}

    finished = started(folder, 12_000)
    resumed, said = finished.communicate(timeout=240)
    assert finished.returncode == 0, said
    assert main(asked(tmp_path / "other", 12_000)) == 0
    assert resumed == capsys.readouterr().out
    assert pl.read_csv(resumed.encode())["n"].unique().to_list() == [12_000]
