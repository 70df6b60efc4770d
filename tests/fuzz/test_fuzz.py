"""Strangers' bytes, a short run of each fuzz target: nothing but the documented error is ever raised.

`make fuzz` runs the same targets for an hour each, led by coverage. Whatever failed there is kept in `tests/data/fuzz`.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from fuzz_targets import TARGETS, Target, kept_inputs
from mail_bombs import Bomb, bombs, quine_gzip
from mail_mutants import CHANGES, mutants

from guardian.message import Format, Message
from guardian.reading.limits import Limits
from guardian.reading.reader import WalledReader

KEPT = Path(__file__).resolve().parents[1] / "data" / "fuzz"
SHORT_S = 1.0
MOST_RUNS = 300
SMALL_BYTES = 20_000
targets = pytest.mark.parametrize("target", TARGETS.values(), ids=list(TARGETS))


@targets
def test_every_seed_holds(target: Target) -> None:
    for seed in target.seeds:
        target.run(seed)


@targets
def test_every_input_that_ever_failed_holds(target: Target) -> None:
    for path in kept_inputs(KEPT, target.name):
        target.run(path.read_bytes())


@targets
def test_a_short_run_of_mutants_holds(target: Target) -> None:
    """As many as a second allows, in the same order everywhere."""
    seeds, random = target.seeds, Random(target.name)
    give_up = time.monotonic() + SHORT_S
    for _ in range(MOST_RUNS):
        target.run(target.mutate(seeds, random))
        if time.monotonic() > give_up:
            break


def test_every_input_that_is_kept_belongs_to_a_target_and_is_small() -> None:
    folders = [path for path in KEPT.iterdir() if path.is_dir()] if KEPT.is_dir() else []
    assert {folder.name for folder in folders} <= set(TARGETS)
    for folder in folders:
        assert all(path.stat().st_size <= 64 * 1024 for path in folder.iterdir())


def test_every_change_changes_something_and_the_same_seed_the_same() -> None:
    seeds = TARGETS["mail"].seeds[:5]
    for change in CHANGES:
        assert any(change(seeds[0], Random(number)) != seeds[0] for number in range(20)), change
    assert list(mutants(seeds, 50, 1)) == list(mutants(seeds, 50, 1))
    assert len(set(mutants(seeds, 50, 1))) > 40


@pytest.fixture(scope="module")
def sent() -> list[Bomb]:
    """All bombs; of those above 20 kB only the beginning, since all of them together are half a gigabyte."""
    found = []
    for bomb in bombs():
        assert len(bomb.raw) <= 26 * 1024 * 1024, "no mail system would carry it"
        found.append(replace(bomb, raw=bomb.raw[:SMALL_BYTES]))
    return found


def test_the_bombs_are_two_hundred(sent: list[Bomb]) -> None:
    assert len({(bomb.kind, bomb.size) for bomb in sent}) == len(sent) >= 200
    assert len(quine_gzip(4)) < 20_000


def test_bombs_go_off_behind_the_walls_and_the_next_mail_is_read(sent: list[Bomb]) -> None:
    """`scripts/hostile/mails.py` sends them whole. Here each is the beginning of one: its kind, once."""
    reader = WalledReader(Limits())
    try:
        for bomb in {bomb.kind: bomb for bomb in reversed(sent)}.values():
            reading = reader.read(Message(bomb.raw, format=Format.MAIL))
            assert not any(reason.code == "reader-failed" for reason in reading.reasons), bomb.kind
            has_words = b"the words inside" in bomb.raw
            assert reading.views or reading.reasons or not has_words, bomb.kind
        assert reader.read(Message(TARGETS["mail"].seeds[0], format=Format.MAIL)).sender == "ann@x.example"
    finally:
        reader.close()
