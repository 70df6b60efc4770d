"""The register's file: kept over restarts, shared by processes, bounded, and made anew where it is damaged."""

from __future__ import annotations

import itertools
import json
import math
import multiprocessing
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from guardian.errors import OutputError
from guardian.judge import register_file
from guardian.judge.base import Label
from guardian.judge.register import CallRecord, JudgeRegister
from guardian.judge.register_file import MODELS_KEPT, load_models
from guardian.judge.tallies import RECENT_CALLS, ROUNDS_KEPT, ModelTallies, RoundNumbers
from guardian.judge.tallies_json import tallies_from_json, tallies_to_json

SHA = "ab" * 32
CALL = CallRecord("pay", Label.YES, margin=3.0, entropy=0.2, mass=0.97, tokens=300, reused_tokens=200, elapsed_ms=80.0)
NOW_MS = 1_000_000
GOOD = RoundNumbers(at_ms=NOW_MS, found=10, to_find=10, alone=10, to_leave=10)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "judge-register.json"


def test_it_is_kept_over_restarts(path: Path) -> None:
    register = JudgeRegister(path, SHA, clock_ms=lambda: NOW_MS)
    for _ in range(RECENT_CALLS + 5):
        register.add(CALL)
    register.add_agreement(with_rules=True, with_encoder=False)
    register.add_round(replace(GOOD, troubles=("dead", "slow")))
    register.save()
    again = JudgeRegister(path, SHA, clock_ms=lambda: NOW_MS)
    assert again.snapshot().tallies == replace(register.snapshot().tallies, used_ms=NOW_MS)
    assert not again.is_trusted()
    assert JudgeRegister(path, "cd" * 32).snapshot().tallies == ModelTallies()


def test_it_holds_no_word_of_a_policy_and_is_its_owners_alone(path: Path) -> None:
    register = JudgeRegister(path, SHA)
    register.add(replace(CALL, policy="my-secret-policy", failure="oh dear: the secret text"))
    register.save()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "secret" not in path.read_text()


def test_what_others_wrote_meanwhile_is_added_to_and_never_lost(path: Path) -> None:
    one, other = JudgeRegister(path, SHA), JudgeRegister(path, SHA)
    one.add(CALL)
    other.add(CALL)
    one.save()
    other.save()
    one.add(CALL)
    one.save()
    assert JudgeRegister(path, SHA).snapshot().tallies.total.calls == 3
    assert one.snapshot().tallies.total.calls == 3
    other.load()
    assert other.snapshot().tallies.total.calls == 3


def add_some(path: Path, calls: int) -> None:
    """In a process of its own."""
    register = JudgeRegister(path, SHA)
    for _ in range(calls):
        register.add(CALL)
        register.save()


def test_four_processes_lose_nothing(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=add_some, args=(path, 10)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * 4
    assert JudgeRegister(path, SHA).snapshot().tallies.total.calls == 40


def test_a_file_that_cannot_be_written_costs_no_number(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register = JudgeRegister(path, SHA)
    register.add(CALL)
    path.mkdir(parents=True)
    with pytest.raises(OutputError, match="cannot keep the judge's register"):
        register.save()
    path.rmdir()
    register.save()
    register.save()
    assert JudgeRegister(path, SHA).snapshot().tallies.total.calls == 1
    monkeypatch.setattr(register_file, "_LOCK_WAIT_S", 0.05)
    register.add(CALL)
    with register_file.updated_models(path), pytest.raises(OutputError, match="in use"):
        register.save()
    register.save()
    assert JudgeRegister(path, SHA).snapshot().tallies.total.calls == 2


def test_it_is_bounded(path: Path) -> None:
    for number in range(MODELS_KEPT + 3):
        register = JudgeRegister(path, f"{number:064x}", clock_ms=itertools.repeat(number).__next__)
        for _ in range(ROUNDS_KEPT + 5):
            register.add_round(GOOD)
        for _ in range(RECENT_CALLS * 2):
            register.add(CALL)
        register.save()
    models = load_models(path)
    assert len(models) == MODELS_KEPT
    assert f"{MODELS_KEPT + 2:064x}" in models
    assert f"{0:064x}" not in models
    assert all(len(each.rounds) == ROUNDS_KEPT and len(each.recent) == RECENT_CALLS for each in models.values())
    assert path.stat().st_size < 400_000


DAMAGE = {
    "empty": b"",
    "no JSON": b"{",
    "another version": b'{"v": 2, "models": {}}',
    "a list": b"[]",
    "no models": b'{"v": 1, "models": 3}',
    "a name for a hash": b'{"v": 1, "models": {"qwen": {}}}',
    "a model that is none": b'{"v": 1, "models": {"' + SHA.encode() + b'": {}}}',
    "deep": b"[" * 100_000,
    "no UTF-8": b"\xff\xfe",
}


@pytest.mark.parametrize("content", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_counts_as_none_and_is_made_anew(content: bytes, path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    path.write_bytes(content)
    path.chmod(0o600)
    register = JudgeRegister(path, SHA)
    assert register.snapshot().tallies == ModelTallies()
    register.add(CALL)
    register.save()
    assert JudgeRegister(path, SHA).snapshot().tallies.total.calls == 1


def test_one_models_damaged_part_costs_no_other_its_numbers(path: Path) -> None:
    for sha256 in (SHA, "cd" * 32):
        register = JudgeRegister(path, sha256)
        register.add(CALL)
        register.save()
    whole = json.loads(path.read_text())
    whole["models"][SHA]["total"]["margin"]["squares"] = 1e300
    path.write_text(json.dumps(whole))
    assert JudgeRegister(path, SHA).snapshot().tallies == ModelTallies()
    assert JudgeRegister(path, "cd" * 32).snapshot().tallies.total.calls == 1


@pytest.mark.parametrize("margin", [1e9, -1e9, 1e300, math.inf, math.nan])
def test_a_margin_beyond_all_measure_is_one_call_and_spoils_no_register(margin: float, path: Path) -> None:
    """A label that a model holds for impossible lies 1e9 nats behind: see `guardian.judge.labels`."""
    register = JudgeRegister(path, SHA)
    for each in (CALL.margin, margin) * 100:
        register.add(replace(CALL, margin=each))
    register.save()
    total = JudgeRegister(path, SHA).snapshot().tallies.total
    assert total.calls == 200
    assert abs(total.margin.mean) < 1_000


def test_no_damage_of_a_field_is_taken_for_a_number() -> None:
    register = JudgeRegister(None, SHA)
    register.add(CALL)
    register.add_round(GOOD)
    tallies = register.snapshot().tallies
    whole = json.loads(json.dumps(tallies_to_json(tallies)))
    assert tallies_from_json(whole) == tallies
    refused = 0
    for place in _places(whole):
        wrongs: list[Any] = [None, "1", True if not isinstance(_at(whole, place), bool) else 1, [], {}, math.nan, 1e300]
        for wrong in wrongs:
            damaged = json.loads(json.dumps(whole))
            _at(damaged, place[:-1])[place[-1]] = wrong
            try:
                again = tallies_from_json(damaged)
            except (ValueError, KeyError, TypeError, AttributeError):
                refused += 1
            else:
                assert again == tallies, (place, wrong)
    assert refused > 300


def _places(row: object, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Of every leaf of some JSON."""
    if isinstance(row, dict | list):
        items = row.items() if isinstance(row, dict) else enumerate(row)
        return [place for key, value in items for place in _places(value, (*before, key))]
    return [before]


def _at(row: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        row = row[key]
    return row
