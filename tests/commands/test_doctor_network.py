"""Promises of `guardian doctor --network`: what is claimed was tried, and what was not tried is said so."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from guardian.commands import doctor_network
from guardian.commands.doctor_checks import Level
from guardian.walls.landlock import landlock_abi
from guardian.walls.seccomp import machine

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def rows(run_guardian: Run) -> list[dict[str, Any]]:
    done = run_guardian("doctor", "--network", "--json")
    assert (done.returncode, done.stderr) == (0, b"")
    found: list[dict[str, Any]] = json.loads(done.stdout)["processes"]
    return found


@pytest.mark.skipif(landlock_abi() < 4 or not machine(), reason="this kernel lacks some of the walls")
def test_what_the_kernel_keeps_was_tried_and_refused(rows: list[dict[str, Any]]) -> None:
    tried = [row for row in rows if row["tried"]]
    assert len(tried) >= 4  # the model, commands, the proxy, the fetcher
    assert all(row["refused"] == row["tried"] and row["kept_by"].startswith("the kernel") for row in tried)


def test_what_rests_on_design_says_so(rows: list[dict[str, Any]]) -> None:
    by_design = [row for row in rows if "the app" in row["process"]]
    assert [(row["kept_by"], row["tried"]) for row in by_design] == [("design alone", 0)]


def test_the_same_is_said_in_lines_for_people(run_guardian: Run) -> None:
    done = run_guardian("doctor", "--network")
    assert done.returncode == 0
    assert b"ok    the model's process\n      reaches nothing" in done.stdout


def test_a_wall_that_lets_something_through_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a kernel takes the filter and does not keep to it."""
    leaky = {"stands": True, "tried": [{"road": "tcp4 python", "refused": False, "said": "got out"}]}
    monkeypatch.setattr(doctor_network, "_answer_of", lambda _: leaky)
    assert doctor_network._tried("p", "r", "the kernel", "local").level is Level.BAD


def test_a_wall_that_this_kernel_lacks_is_not_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_network, "_answer_of", lambda _: {"stands": False, "tried": []})
    row = doctor_network._tried("p", "r", "the kernel", "local")
    assert (row.level, row.kept_by.startswith("design alone")) == (Level.WARN, True)
