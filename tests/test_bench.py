"""`make bench`: every benchmark runs and yields finite figures. No test looks at how long anything took."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator
from itertools import permutations
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"
sys.path.insert(0, str(SCRIPTS))  # scripts are no package that is installed

import bench  # noqa: E402
from benchmarks import latency, start_up  # noqa: E402
from benchmarks.counts import SMOKE  # noqa: E402
from benchmarks.figure import (  # noqa: E402
    Figure,
    NotMeasured,
    Target,
    at_least,
    at_most,
    differences,
    growth_exponent,
    number,
    ratios_percent,
    table_lines,
)
from benchmarks.texts import load_texts  # noqa: E402
from benchmarks.turns import take_turns  # noqa: E402
from benchmarks.workplace import Workplace, synthetic_policy  # noqa: E402

from guardian.policy.load import parse_policy  # noqa: E402


@pytest.fixture(scope="module")
def workplace() -> Iterator[Workplace]:
    with bench.workplace(SMOKE) as made:
        yield made


TAKE_LONG = ("start-up", "warm-filter", "latency", "throughput", "journal", "adapt", "app")
"""Benchmarks that start many processes, or several models, even in a smoke test."""


def _cases() -> list[object]:
    names = [name for name in bench.BENCHMARKS if name != "weights"]
    return [pytest.param(name, marks=pytest.mark.slow if name in TAKE_LONG else ()) for name in names]


@pytest.mark.long
@pytest.mark.parametrize("name", _cases())
def test_every_benchmark_yields_finite_figures(workplace: Workplace, name: str) -> None:
    rows = bench.BENCHMARKS[name][1](workplace)
    assert [row for row in rows if isinstance(row, NotMeasured) and row.is_error] == []
    figures = [row for row in rows if isinstance(row, Figure)]
    assert figures
    for figure in figures:
        assert all(map(math.isfinite, figure.samples)), figure.name
        assert all(figure.cells()[:2])


@pytest.mark.long
def test_types_of_weights_are_compared_where_a_folder_of_them_is_named(workplace: Workplace, tmp_path: Path) -> None:
    for name in ("m-BF16.gguf", "m-COPY.gguf"):
        (tmp_path / name).symlink_to(workplace.model_file)
    compared = bench.BENCHMARKS["weights"][1](Workplace(workplace.home, SMOKE, workplace.texts, tmp_path))
    kinds = [f"{length} tokens, bare, weights {kind}" for length in latency.TOKEN_LENGTHS for kind in ("BF16", "COPY")]
    assert [row.name for row in compared] == kinds
    assert all(isinstance(row, Figure) for row in compared)


def test_the_script_prints_one_table_and_writes_the_samples(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "QUICK", SMOKE)
    file = tmp_path / "figures.json"
    code = bench.main(["--quick", "--only", "screening", "--json", str(file)])
    printed = capsys.readouterr()
    assert code == 0, printed.out
    assert printed.out.count("figure  ") == 1
    assert "sha256 " in printed.out
    assert "wall:" in printed.out
    written = json.loads(file.read_text())
    assert written["machine"]["wall"]
    assert all(row["samples"] for row in written["results"]["screening"])


def test_a_benchmark_that_goes_wrong_is_told_and_ends_no_other(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_bench: Workplace) -> list[Figure | NotMeasured]:
        raise OSError("no such thing")

    def pass_well(_bench: Workplace) -> list[Figure | NotMeasured]:
        return [Figure("made up", [1.0, 3.0], "ms", at_most(1), "itself")]

    monkeypatch.setattr(bench, "describe", lambda _bench: {"model": "none"})
    monkeypatch.setattr(bench, "BENCHMARKS", {"bad": ("what fails", fail), "good": ("what works", pass_well)})
    assert bench.main([]) == 1
    printed = capsys.readouterr().out
    assert "OSError: no such thing" in printed
    assert "2.00 ms (1.00..3.00, 2)" in printed
    assert "MISSED" in printed, "a target that is missed is said, and fails nothing"


def test_a_missed_target_alone_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    missed = Figure("made up", [9.0], "ms", at_most(1))
    monkeypatch.setattr(bench, "describe", lambda _bench: {})
    monkeypatch.setattr(bench, "BENCHMARKS", {"slow": ("slow", lambda _bench: [missed])})
    assert bench.main([]) == 0


@pytest.mark.parametrize(
    ("target", "value", "is_met"),
    [(at_most(3), 3.0, True), (at_most(3), 3.1, False), (at_least(90), 90.0, True), (at_least(90), 89.9, False)],
)
def test_a_target_is_met_up_to_its_limit(target: Target, value: float, is_met: bool) -> None:
    figure = Figure("made up", [value], "ms", target)
    assert figure.to_json()["is_met"] is is_met
    assert ("MISSED" in figure.cells()[2]) is not is_met


def test_every_road_is_measured_once_a_round_in_every_order() -> None:
    calls: list[tuple[str, int]] = []

    def road(name: str) -> Callable[[int], float]:
        def measure(turn: int) -> float:
            calls.append((name, turn))
            return float(turn)

        return measure

    measured = take_turns({name: road(name) for name in "abc"}, 6)
    assert measured == {name: [0.0, 1.0, 2.0, 3.0, 4.0, 5.0] for name in "abc"}
    rounds = [calls[start : start + 3] for start in range(3, len(calls), 3)]  # the first round warms up
    assert {tuple(name for name, _ in each) for each in rounds} == set(permutations("abc"))
    assert [{turn for _, turn in each} for each in rounds] == [{0}, {1}, {2}, {3}, {4}, {5}]


@pytest.mark.parametrize("samples", [[], [math.nan], [1.0, math.inf]])
def test_a_figure_without_finite_samples_cannot_be_made(samples: list[float]) -> None:
    with pytest.raises(ValueError, match="no finite samples"):
        Figure("made up", samples, "ms")


@pytest.mark.parametrize("exponent", [0.5, 1.0, 2.0])
def test_growth_is_the_exponent_of_cost_over_size(exponent: float) -> None:
    sizes = [1.0, 2.0, 4.0, 64.0]
    assert growth_exponent(sizes, [7 * size**exponent for size in sizes]) == pytest.approx(exponent)


def test_pairs_are_compared_turn_by_turn() -> None:
    assert differences([5.0, 50.0], [4.0, 48.0]) == [1.0, 2.0]
    assert ratios_percent([9.0, 90.0], [10.0, 100.0]) == pytest.approx([90.0, 90.0])


@pytest.mark.parametrize(
    ("value", "words"),
    [(0, "0"), (0.0123, "0.012"), (1.234, "1.23"), (12.34, "12.3"), (-5.678, "-5.68"), (1234.5, "1,234")],
)
def test_numbers_have_three_digits(value: float, words: str) -> None:
    assert number(value) == words


def test_a_long_cell_goes_on_below_in_its_own_column() -> None:
    first, second = table_lines(("a name", "1 ms", "", "word " * 12))
    assert first.index("word") == second.index("word")


def test_without_the_training_texts_there_are_texts_all_the_same(tmp_path: Path) -> None:
    texts = load_texts(tmp_path)
    assert len(texts.mixed(30, 0.5)) == 30
    assert len(texts.long(5000).encode()) == 5000
    assert len(set(texts.examples(100))) == 100


def test_the_batch_is_the_same_on_every_run() -> None:
    folder = SCRIPTS.parent / "models" / "training"
    assert load_texts(folder).mixed(50, 0.5) == load_texts(folder).mixed(50, 0.5)


def test_a_synthetic_policy_is_a_policy_whatever_its_examples_hold() -> None:
    examples = ['said "no"', "back\\slash", "two\nlines", "\U0001f600", "tab\there", "'''"]
    policy, problems = parse_policy(synthetic_policy(7, examples), Path("synthetic.toml"))
    assert problems == []
    assert policy is not None
    assert [example.text for example in policy.examples] == examples


def test_every_command_of_the_program_is_timed() -> None:
    from guardian.cli import build_parser, command_parsers

    long_running_or_timed_elsewhere = {"scan"}
    timed = {words[0] for words in start_up._COMMANDS}
    assert set(command_parsers(build_parser())) - long_running_or_timed_elsewhere <= timed
