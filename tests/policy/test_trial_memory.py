"""On load a policy that changed is tried once, what fails is told with its place, and what did not change is free."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from policy_builders import STARTER_POLICIES
from trial_rig import GIFT_CARDS, RENT, a_bench, house

from guardian.detectors.base import Evidence
from guardian.events import Event, ExampleFails
from guardian.inspection import Inspection
from guardian.message import Message
from guardian.policy.load import load_policies
from guardian.policy.trying.bench import Bench
from guardian.policy.trying.trial_memory import MOST_EXAMPLES, TRIED_CACHE, try_on_load
from guardian.reading.limits import Limits
from guardian.reading.read import read
from guardian.verdict import Coverage, Reason


@pytest.fixture(scope="module")
def shared_bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with a_bench(tmp_path_factory.mktemp("memory-home")) as opened:
        yield opened


class Loading:
    """A folder of policies that is loaded again and again, with what was told and how many texts were read."""

    def __init__(self, home: Path, bench: Bench) -> None:
        self.paths = house(home).paths
        self.folder = home / "policies"
        self.folder.mkdir()
        self.bench = replace(bench, inspect_all=self._inspect_all)
        self._real = bench.inspect_all
        self.read = 0

    def _inspect_all(self, messages: Iterable[Message]) -> Iterator[Inspection]:
        for inspection in self._real(messages):
            self.read += 1
            yield inspection

    def write(self, name: str, *fine: str, flag: str = GIFT_CARDS, more: str = "") -> Path:
        rows = [f"[[examples]]\ntext = {json.dumps(text)}\nflag = false\n" for text in fine]
        path = self.folder / f"{name}.toml"
        path.write_text(
            f'id = "{name}"\ntitle = "A"\nwhy = "B"\nsince = 2026-11-21\nchannels = ["incoming"]\n{more}'
            f'[match]\npatterns = ["gift cards", "rent"]\n[[examples]]\ntext = {json.dumps(flag)}\nflag = true\n'
            + "".join(rows),
            encoding="utf-8",
        )
        return path

    def load(self) -> tuple[list[str], int]:
        """The lines that a load tells, and how many examples it read."""
        told: list[Event] = []
        self.read = 0
        try_on_load(load_policies(self.folder), self.bench, self.paths, told.append)
        return [event.line for event in told if isinstance(event, ExampleFails)], self.read


@pytest.fixture
def loading(tmp_path: Path, shared_bench: Bench) -> Loading:
    return Loading(tmp_path, shared_bench)


def test_a_failing_example_is_told_once_with_its_place(loading: Loading) -> None:
    path = loading.write("a", RENT)
    (line,), read = loading.load()
    assert line.startswith(f"{path}:12:8: warning: example 2 is flagged, though it is fine: ")
    assert line.endswith("[example-fails] (make the pattern narrower)")
    assert read == 2
    assert loading.load() == ([], 0)


def test_only_what_changed_is_tried_again(loading: Loading) -> None:
    loading.write("a", RENT)
    loading.write("b")
    assert len(loading.load()[0]) == 1
    loading.write("b", RENT, "Something else.")
    lines, read = loading.load()
    assert [line for line in lines if "/b.toml:" in line] == lines
    assert (len(lines), read) == (1, 3)


def test_a_change_of_scope_is_no_reason_to_try_again(loading: Loading) -> None:
    loading.write("a", RENT)
    loading.load()
    loading.write("a", RENT, more='status = "test"\n[senders]\nexcept = ["@bank.example"]\n')
    assert loading.load() == ([], 0)


def test_a_draft_is_not_tried(loading: Loading) -> None:
    loading.write("a", RENT, more='status = "draft"\n')
    assert loading.load() == ([], 0)


def test_a_policy_as_it_came_is_not_tried_and_a_changed_one_is(loading: Loading) -> None:
    for path in STARTER_POLICIES.glob("*.toml"):
        (loading.folder / path.name).write_bytes(path.read_bytes())
    assert loading.load() == ([], 0)
    changed = loading.folder / "sweet-bait.toml"
    changed.write_text(
        changed.read_text(encoding="utf-8").replace("[match]", "[match]\nrarity = 900"), encoding="utf-8"
    )
    lines, read = loading.load()
    assert read == 8
    assert all("sweet-bait.toml" in line for line in lines)


def test_what_is_too_much_for_one_load_waits_for_the_next(loading: Loading) -> None:
    for name in ("a", "b"):
        loading.write(name, *(f"This is number {number}." for number in range(MOST_EXAMPLES - 2)))
    assert [loading.load()[1] for _ in range(3)] == [MOST_EXAMPLES - 1, MOST_EXAMPLES - 1, 0]


def test_a_policy_with_very_many_examples_is_left_to_the_command(loading: Loading) -> None:
    loading.write("a", *(f"This is number {number}." for number in range(MOST_EXAMPLES)))
    loading.write("b")
    assert loading.load() == ([], 1)


def test_what_the_model_did_not_answer_is_tried_again(loading: Loading, shared_bench: Bench) -> None:
    loading.write("a", RENT)
    failing = Coverage(10, 0, (Reason("model-down", "the model is not running"),))
    answering, loading.bench = (
        loading.bench,
        replace(
            shared_bench,
            inspect_all=lambda messages: (
                Inspection(Evidence(message, read(message, Limits())), (), (), failing) for message in messages
            ),
        ),
    )
    loading.load()
    loading.bench = answering
    assert len(loading.load()[0]) == 1


def test_the_memory_is_the_owners_alone_and_holds_no_words(loading: Loading) -> None:
    loading.write("a", RENT)
    loading.load()
    file = loading.paths.cache / TRIED_CACHE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (key,) = json.loads(file.read_text(encoding="ascii"))
    assert len(bytes.fromhex(key)) == 32
    assert list(loading.paths.cache.iterdir()) == [file]


@pytest.mark.parametrize("damage", [b"", b"\xff", b"{}", b"[1, null]", b"[" * 100_000, b'["x"'])
def test_a_damaged_memory_costs_a_second_trial_and_no_more(loading: Loading, damage: bytes) -> None:
    loading.write("a", RENT)
    loading.load()
    (loading.paths.cache / TRIED_CACHE).write_bytes(damage)
    assert len(loading.load()[0]) == 1
    assert loading.load() == ([], 0)


def test_a_memory_that_cannot_be_written_is_no_error(loading: Loading) -> None:
    loading.paths.cache.write_text("a file is in the way", encoding="ascii")
    loading.write("a", RENT)
    assert len(loading.load()[0]) == len(loading.load()[0]) == 1
