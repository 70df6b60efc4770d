"""What lint measures: how often a policy would match ordinary messages, and examples that say the opposite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from policy_builders import REPOSITORY, SIZE, unit_rows

from guardian.calibration.bank import load_reference_bank
from guardian.calibration.thresholds import shipped_thresholds
from guardian.inference.base import Floats
from guardian.inference.manifest import load_manifest
from guardian.policy.lint import lint_files
from guardian.policy.lints.bank import TOO_OFTEN, BankLint, one_in
from guardian.policy.lints.model import bank_problems
from guardian.policy.load import LoadedFile, load_policies, load_policy_file
from guardian.policy.match import Matcher
from guardian.policy.problem import Problem
from guardian.policy.replay import bank_samples

TODAY = date(2026, 11, 21)
POLICY = """\
id = "{id}"
title = "T"
why = "Because."
since = 2026-11-21
channels = ["{channel}"]
status = "{status}"
"""
MANIFEST = load_manifest(REPOSITORY / "models" / "manifest.toml")
BANK = load_reference_bank(REPOSITORY / "models" / MANIFEST.bank_file, MANIFEST.bank_sha256)
THRESHOLDS = shipped_thresholds(MANIFEST)


def _file(folder: Path, more: str, *, id: str = "a", channel: str = "incoming", status: str = "active") -> LoadedFile:
    path = folder / f"{id}.toml"
    path.write_text(POLICY.format(id=id, channel=channel, status=status) + more, encoding="utf-8")
    path.chmod(0o600)
    loaded = load_policy_file(path)
    assert loaded.problems == ()
    return loaded


def _measured(files: Sequence[LoadedFile], rows: Mapping[str, Floats] | None = None) -> list[Problem]:
    return list(bank_problems(files, MANIFEST, BANK, THRESHOLDS, rows or {}))


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ('[match]\ntactics = ["urgency"]\n[match.thresholds]\nurgency = 0.02\n', (10, 11)),
        # of two thresholds the one that does it
        ('[match]\ntactics = "urgency or secrecy"\n[match.thresholds]\nsecrecy = 0.9\nurgency = 0.02\n', (11, 11)),
        (
            '[match]\ntactics = "risk or not (urgency and risk) and pressure"\nthresholds = { pressure = 0.01 }\n',
            (9, 27),
        ),
    ],
)
def test_a_threshold_that_everything_exceeds_is_told_at_its_place(
    tmp_path: Path, more: str, place: tuple[int, int]
) -> None:
    (problem,) = _measured([_file(tmp_path, more)])
    assert (problem.code, (problem.line, problem.column)) == ("matches-ordinary", place)
    assert problem.message.startswith("would match ")
    assert problem.hint.startswith("without your threshold of 0.0")


def test_the_share_that_is_told_is_what_the_matcher_does(tmp_path: Path) -> None:
    text = '[match]\ntactics = "(urgency or secrecy) and not flattery"\n'
    file = _file(tmp_path, text + "[match.thresholds]\nurgency = 0.1\nflattery = 0.3\n")
    assert file.policy is not None
    matcher = Matcher([file.policy], MANIFEST, BANK, {}, THRESHOLDS)
    samples = list(bank_samples(BANK, MANIFEST, file.policy.channels))
    matched = [match.matched for s in samples for match in matcher.match(s.evidence, ())]
    lint = BankLint(MANIFEST, BANK, THRESHOLDS)
    masks = [lint._matches(file.policy, channel, {}) for channel in file.policy.channels]
    assert np.concatenate(masks).tolist() == matched
    assert 0 < sum(matched) < len(matched)


def test_examples_that_may_match_half_of_everything_are_told_at_the_rarity(tmp_path: Path) -> None:
    file = _file(tmp_path, 'match.rarity = 2\n[[examples]]\ntext = "x"\nflag = true\n')
    rows = {"x": BANK.embeddings[5]}
    (problem,) = _measured([file], rows)
    assert (problem.code, problem.line, problem.column) == ("matches-ordinary", 7, 16)
    assert problem.message == "would match 1 in 2 ordinary messages"
    assert _measured([file]) == [], "without its rows an example does not count"


def test_a_rarity_that_the_bank_can_not_tell_is_told(tmp_path: Path) -> None:
    (problem,) = _measured([_file(tmp_path, "match.rarity = 1_000_000\n")])
    assert (problem.code, problem.level.value) == ("rarer-than-measured", "info")


def test_no_starter_policy_matches_too_often() -> None:
    assert _measured(load_policies(REPOSITORY / "policies").files) == []


@pytest.mark.parametrize(
    ("share", "words"),
    [(1.0, "all"), (0.96, "all"), (0.7, "2 in 3"), (0.5, "1 in 2"), (0.33, "1 in 3"), (TOO_OFTEN, "1 in 20")],
)
def test_a_share_in_words(share: float, words: str) -> None:
    assert one_in(share) == words


# Examples against examples

FLAG = '[[examples]]\ntext = "{0}"\nflag = true\n'
FINE = '[[examples]]\ntext = "{0}"\nflag = false\n'


def _said(files: Sequence[LoadedFile], rows: Mapping[str, Floats] | None = None) -> list[tuple[str, str, int]]:
    problems = lint_files(files, None, TODAY, rows=rows or {})
    return [(p.code, p.file.stem, p.line) for p in problems if p.code in ("conflict", "contradiction")]


def test_what_one_policy_calls_fine_and_another_flags_is_told_where_it_is_fine(tmp_path: Path) -> None:
    here = _file(tmp_path, FLAG.format("buy cards") + FINE.format("Rent is due"), id="here")
    there = _file(tmp_path, FLAG.format("RENT  is due"), id="there")
    assert _said([here, there]) == [("conflict", "here", 11)]
    (problem,) = [p for p in lint_files([here, there], None, TODAY) if p.code == "conflict"]
    assert problem.message == "example 2 is fine here, and the same as example 1 of there, which flags it"
    assert _said([there]) == []


@pytest.mark.parametrize("options", [{"channel": "ai_output"}, {"status": "draft"}, {"status": "retired"}])
def test_policies_that_never_meet_do_not_conflict(tmp_path: Path, options: dict[str, str]) -> None:
    here = _file(tmp_path, FINE.format("Rent is due"), id="here")
    there = _file(tmp_path, FLAG.format("Rent is due"), id="there", **options)
    assert _said([here, there]) == []


def test_nearly_the_same_is_found_by_the_models_rows_alone(tmp_path: Path) -> None:
    near, far = unit_rows(1, 1)[0], unit_rows(1, 2)[0]
    close = near + 0.1 * far
    rows = {"one": near, "two": (close / np.linalg.norm(close)).astype(np.float32), "three": far}
    here = _file(tmp_path, FINE.format("one") + FINE.format("three"), id="here")
    there = _file(tmp_path, FLAG.format("two"), id="there")
    own = _file(tmp_path, FLAG.format("one") + FINE.format("two"), id="own", status="draft")
    assert rows["one"].shape == (SIZE,)
    assert _said([here, there, own]) == []
    assert _said([here, there, own], rows) == [("conflict", "here", 8), ("contradiction", "own", 11)]


def test_others_are_looked_at_and_not_told_of(tmp_path: Path) -> None:
    here = _file(tmp_path, FINE.format("Rent is due"), id="here")
    other = _file(tmp_path, FLAG.format("Rent is due") + FINE.format("rent is due"), id="other")
    problems = lint_files([here], None, TODAY, others=[here, other])
    assert {problem.file for problem in problems} == {here.path}
    assert "conflict" in {problem.code for problem in problems}


def test_one_trouble_in_a_hundred_examples_is_not_told_a_hundred_times(tmp_path: Path) -> None:
    here = _file(tmp_path, FINE.format("same") * 100, id="here")
    there = _file(tmp_path, FLAG.format("same") * 100, id="there")
    assert len(_said([here, there])) == 20
