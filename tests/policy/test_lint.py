"""Lint tells what a policy that loads may still have wrong, and keeps silent on one that is in order."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from policy_builders import a_manifest, an_output

from guardian.inference.outputs import OutputKind
from guardian.policy.lint import lint_file, lint_files
from guardian.policy.load import load_policy_file
from guardian.policy.problem import Level

TODAY = date(2026, 11, 21)
GOOD = """\
id = "good"
title = "Good"
why = "Because."
since = 2026-11-21
channels = ["incoming"]
"""


def _lint(folder: Path, text: str, mode: int = 0o600) -> list[tuple[str, str, int, int]]:
    path = folder / "p.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    loaded = load_policy_file(path)
    assert loaded.problems == ()
    return [(p.level.value, p.code, p.line, p.column) for p in lint_file(loaded, a_manifest(), TODAY)]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ('match.tactics = ["urgency", "money_request"]\n', []),
        ('match.tactics = ["hidden_text"]\n', []),  # rules only, by design
        ('match.tactics = "pressure or risk"\n', []),
        ("", [("warning", "never-matches", 1, 1)]),
        ('[[examples]]\ntext = "x"\nflag = false\n', [("warning", "never-matches", 1, 1)]),
        ('prose = "Flag what hurries me."\n', [("warning", "prose-alone", 6, 1)]),
        ('prose = "Flag what hurries me."\njudge = "never"\n', [("warning", "never-matches", 7, 1)]),
        ('prose = "Flag what hurries me."\njudge = "always"\n', [("warning", "prose-alone", 6, 1)]),
        ('match.tactics = "urgency and not urgency"\n', [("warning", "never-true", 6, 17)]),
        ('match.tactics = "money_request and (pressure and not pressure)"\n', [("warning", "never-true", 6, 17)]),
        ('match.tactics = "urgency and not pressure"\n', []),  # the model may score the one high and the other low
        ("match.patterns = ['a', 'b*']\n", [("warning", "matches-everything", 6, 24)]),
        (
            'match.tactics = ["urgency"]\nmatch.thresholds = { secrecy = 0.5 }\n',
            [("warning", "unused-threshold", 7, 22)],
        ),
        (
            '[[examples]]\ntext = "x"\nflag = true\n\n[[examples]]\ntext = "x"\nflag = false\n',
            [("warning", "contradiction", 11, 8)],
        ),
        (
            '[[examples]]\ntext = "x"\nflag = true\n\n[[examples]]\ntext = "x"\nflag = true\n',
            [("info", "repeated-example", 11, 8)],
        ),
        ('match.tactics = ["secrecy"]\n', [("info", "answered-by-group", 6, 17)]),
        ('match.tactics = ["steering"]\n', [("info", "rules-only", 6, 17)]),
    ],
)
def test_lint_names_the_place_of_what_its_owner_would_want_to_know(
    tmp_path: Path, more: str, expected: list[tuple[str, str, int, int]]
) -> None:
    assert _lint(tmp_path, GOOD + more) == expected


def test_prose_alone_is_enough_where_a_judge_is_set_up(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    for more, codes in (("", []), ('judge = "never"\n', ["never-matches"])):
        path.write_text(f'{GOOD}prose = "Flag what hurries me."\n{more}', encoding="utf-8")
        path.chmod(0o600)
        found = lint_files([load_policy_file(path)], a_manifest(), TODAY, has_judge=True)
        assert [problem.code for problem in found] == codes


def test_what_only_assistants_do_is_not_looked_for_in_what_people_write(tmp_path: Path) -> None:
    manifest = a_manifest(an_output("sycophancy", OutputKind.TACTIC, "sycophancy"))
    path = tmp_path / "p.toml"
    for channels, tactics, codes in (
        ('["incoming"]', "sycophancy", ["other-channel"]),
        ('["incoming", "ai_output"]', "sycophancy", []),
        ('["incoming"]', "not not sycophancy", ["other-channel"]),
        ('["incoming"]', "hidden_text and not sycophancy", []),
    ):
        path.write_text(GOOD.replace('["incoming"]', channels) + f'match.tactics = "{tactics}"\n', encoding="utf-8")
        path.chmod(0o600)
        problems = lint_file(load_policy_file(path), manifest, TODAY)
        assert [problem.code for problem in problems] == codes, tactics


def test_a_review_is_overdue_on_the_day_after(tmp_path: Path) -> None:
    text = GOOD.replace("2026-11-21", "2026-01-01") + 'match.tactics = ["urgency"]\nreview_by = {}\n'
    assert _lint(tmp_path, text.format("2026-11-21")) == []
    assert _lint(tmp_path, text.format("2026-11-20")) == [("warning", "review-overdue", 7, 13)]
    assert _lint(tmp_path, text.format("2026-11-20") + 'status = "retired"\n') == []


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (0o600, []),
        (0o644, [("info", "readable-by-others", 1, 1)]),
        (0o664, [("warning", "writable-by-others", 1, 1)]),
        (0o602, [("warning", "writable-by-others", 1, 1)]),
    ],
)
def test_a_file_open_to_others_is_told(tmp_path: Path, mode: int, expected: list[tuple[str, str, int, int]]) -> None:
    assert _lint(tmp_path, GOOD + 'match.tactics = ["urgency"]\n', mode) == expected


def test_the_group_that_answers_is_named(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(GOOD + 'match.tactics = "isolation and secrecy or threat"\n', encoding="utf-8")
    path.chmod(0o600)
    found = lint_file(load_policy_file(path), a_manifest(), TODAY)
    assert [problem.message for problem in found] == [
        "this model has no score for isolation, secrecy alone: its score for cutting_off answers",
        "this model has no score for threat alone: its score for pressure answers",
    ]
    assert {problem.level for problem in found} == {Level.INFO}
