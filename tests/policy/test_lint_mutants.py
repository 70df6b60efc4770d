"""No mutant of a policy that uses every key is taken wrongly: it is refused with its place and a reason, or it loads,
says what its text says, and is linted without trouble.

`test_hostile_policies` damages files as bytes; here a whole policy is put together with values that are nearly right.
"""

from __future__ import annotations

import random
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from policy_builders import REPOSITORY

from guardian.calibration.bank import load_reference_bank
from guardian.calibration.thresholds import shipped_thresholds
from guardian.inference.manifest import load_manifest
from guardian.policy.lint import lint_files
from guardian.policy.lints.model import bank_problems
from guardian.policy.load import LoadedFile, load_policy_file, policy_sha256
from guardian.policy.problem import Problem
from guardian.safe_text import safe_line
from guardian.tactics import TACTICS

SEED = 20261121
MUTANTS = 500
TODAY = date(2026, 11, 21)
MANIFEST = load_manifest(REPOSITORY / "models" / "manifest.toml")
BANK = load_reference_bank(REPOSITORY / "models" / MANIFEST.bank_file, MANIFEST.bank_sha256)
THRESHOLDS = shipped_thresholds(MANIFEST)


def _whole() -> dict[str, Any]:
    """A policy that uses every key."""
    return {
        "id": "whole",
        "title": "Whole",
        "why": "Because.",
        "since": date(2026, 11, 1),
        "review_by": date(2027, 5, 1),
        "channels": ["incoming"],
        "severity": "high",
        "action": "warn",
        "status": "active",
        "prose": "Flag what presses me. It is fine when my bank writes.",
        "keep_text": True,
        "judge": "always",
        "judge_may_soften": True,
        "match": {
            "tactics": "urgency and (money_request or not flattery)",
            "thresholds": {"urgency": 0.7},
            "patterns": [r"(?i)\bgift ?cards?\b", r"pay \$\d+"],
            "rarity": 500,
        },
        "examples": [{"text": "Pay now.", "flag": True}, {"text": "Pay whenever.", "flag": False}],
        "senders": {"except": ["billing@bank.example"], "only": ["@*.example"]},
        "when": {"hours": ["22:00-07:00"], "days": ["mon", "sun"]},
        "conversation": {"turns": "first"},
        "mutes": [
            {"tactic": "urgency", "sender": "x@y.example", "since": TODAY, "until": TODAY + timedelta(30), "why": "."}
        ],
    }


_VALUES: tuple[Any, ...] = (
    "", " ", "x", "incoming", "urgency", "urgncy", "not urgency", "urgency and not urgency", "risk or risk", "@", "*",
    "*@*", "a@b@c", "@x.example", "07:00-07:00", "24:00-01:00", "22:00-24:00", "7:00-8:00", "mon", "first", "draft",
    "(?=a)", "$5", "x*", r"\b£", "(", "[z-a]", "\x1b]52;c;x\x07", "\u202e", "\x00", "é" * 400, "a" * 20_001,
    "urgency or " * 300, 0, 1, -1, 2, 0.0, 0.5, 1.0, 1e-9, 10**6, 10**7, 2**70, float("inf"), float("nan"), True, False,
    TODAY, date(1, 1, 1), date(9999, 12, 31), TODAY + timedelta(91), [], {}, [[]], [{}], ["incoming", "incoming"],
    ["ai_output"], ["urgency", "urgency"], list(TACTICS), {"any": ["guilt"]}, {"all": ["threat"], "any": []},
    {"urgency": 0.01}, {"only": ["@x"], "except": ["@x"]}, {"hours": ["22:00-07:00"] * 30}, ["x*"] * 101,
)  # fmt: skip
"""What is nearly right somewhere, or nowhere."""
_FITTING: dict[str | int, tuple[Any, ...]] = {
    "tactics": ("urgency and not urgency", "sycophancy", "urgency or not risk", ["risk"], {"any": ["guilt"]}),
    "thresholds": ({"urgency": 0.001}, {"secrecy": 0.5}, {}),
    "patterns": (["$5"], ["x*"], [r"\b£"], ["(?i)an", "a" * 1_000], []),
    "rarity": (2, 10**6),
    "examples": (
        [{"text": "Pay.", "flag": False}, {"text": "pay. ", "flag": True}],
        [{"text": "x", "flag": True}] * 50,
        [],
    ),
    "channels": (["ai_output"], ["ai_output", "incoming"]),
    "review_by": (date(2026, 11, 2),),
    "status": ("draft", "test", "retired"),
    "except": (["*"], ["@*.EXAMPLE"], ["Billing@Bank.example"]),
    "only": (["billing@bank.example"], []),
    "hours": (["00:00-24:00"], []),
    "days": (["wed"], []),
    "turns": ("ongoing",),
    "mutes": ([{"since": date(2026, 1, 1), "until": date(2026, 1, 2)}], []),
    "tactic": ("guilt", "pressure", "risk"),
    "match": ({}, {"patterns": ["$5"]}),
    "prose": ("", "Flag it."),
}
"""What each key may have, some of it worth a word."""


def _tables(value: Any) -> list[Any]:
    """Every table and list in a policy, itself first."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    here = [value] if isinstance(value, dict | list) else []
    return [*here, *(each for part in inner for each in _tables(part))]


def _mutate(policy: dict[str, Any], chance: random.Random) -> None:
    tables = _tables(policy)
    fitting = [(table, key) for table in tables if isinstance(table, dict) for key in table if key in _FITTING]
    if fitting and chance.random() < 0.6:
        table, key = chance.choice(fitting)
        table[key] = chance.choice(_FITTING[key])
        return
    table = chance.choice([each for each in tables if each])
    place = chance.choice(list(table) if isinstance(table, dict) else range(len(table)))
    kind = chance.randrange(5)
    if kind == 0:
        del table[place]
    elif kind == 1 and isinstance(table, dict):
        table[chance.choice(["unknown", f"{place}s", str(place)[:-1] or "x", "\u202e"])] = table[place]
    elif kind == 2 and isinstance(table, list):
        table.append(chance.choice(_VALUES))
    else:
        table[place] = chance.choice(_VALUES)


def _mutant(chance: random.Random) -> str:
    policy = _whole()
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        _mutate(policy, chance)
    return tomlkit.dumps(policy)


def _told_of(file: LoadedFile) -> list[Problem]:
    """Every check that needs no model."""
    ordinary = ["An ordinary text."] * 10
    return [
        *lint_files([file], MANIFEST, TODAY, ordinary=ordinary),
        *bank_problems([file], MANIFEST, BANK, THRESHOLDS, {}),
    ]


def test_the_whole_policy_is_in_order(tmp_path: Path) -> None:
    path = tmp_path / "whole.toml"
    path.write_text(tomlkit.dumps(_whole()), encoding="utf-8")
    path.chmod(0o600)
    file = load_policy_file(path)
    assert file.problems == ()
    assert _told_of(file) == []


@pytest.mark.long
def test_every_mutant_is_refused_with_its_place_or_says_what_its_text_says(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    path = tmp_path / "mutant.toml"
    refused = told = 0
    for _ in range(MUTANTS):
        text = _mutant(chance)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        file = load_policy_file(path)
        lines = text.split("\n")
        assert (file.policy is None) == bool(file.problems), text
        found = [*file.problems, *_told_of(file)]
        for problem in found:
            assert 1 <= problem.line <= len(lines), text
            assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1, text
            assert problem.message, text
            assert problem.to_line() == safe_line(problem.to_line())
            assert len(problem.to_line()) < 4_000, text
        refused += file.policy is None
        told += file.policy is not None and bool(found)
        if file.policy is not None:
            _is_what_the_text_says(file, tomllib.loads(text))
    assert MUTANTS // 3 < refused < MUTANTS * 9 // 10, "the mutants must try both roads"
    assert told > MUTANTS // 20, "and some of those that load must be worth a word"


def _is_what_the_text_says(file: LoadedFile, said: dict[str, Any]) -> None:
    policy = file.policy
    assert policy is not None
    senders, when, match = said.get("senders", {}), said.get("when", {}), said.get("match", {})
    assert policy.senders_only == tuple(sender.lower() for sender in senders.get("only", []))
    assert policy.senders_except == tuple(sender.lower() for sender in senders.get("except", []))
    assert [str(hours) for hours in policy.hours] == when.get("hours", [])
    assert [day.value for day in policy.days] == when.get("days", [])
    assert (policy.conversation and {"turns": policy.conversation.value}) == said.get("conversation")
    assert dict(policy.match.thresholds) == match.get("thresholds", {})
    assert list(policy.match.patterns) == match.get("patterns", [])
    assert (policy.match.tactics is None) == (not match.get("tactics"))
    assert [(each.text, each.flag) for each in policy.examples] == [
        (e["text"], e["flag"]) for e in said.get("examples", [])
    ]
    mutes = [(mute.tactic, mute.sender, mute.since, mute.until) for mute in policy.mutes]
    wanted = [(m.get("tactic", ""), m.get("sender", ""), m["since"], m["until"]) for m in said.get("mutes", [])]
    assert mutes == wanted
    assert len(policy_sha256(policy)) == 64


@pytest.mark.parametrize("source", [r"(a)\1", "x(?=y)", "(", "[z-a]"])
def test_a_refused_pattern_has_its_place_inside_the_pattern(tmp_path: Path, source: str) -> None:
    path = tmp_path / "a.toml"
    policy = {**_whole(), "match": {"patterns": ["fine", source]}}
    path.write_text(tomlkit.dumps(policy).replace(tomlkit.item(source).as_string(), f"'{source}'"), encoding="utf-8")
    (problem,) = load_policy_file(path).problems
    line = path.read_text(encoding="utf-8").split("\n")[problem.line - 1]
    part = problem.message.partition("RE2 refuses this pattern: ")[2].partition(": ")[2] or source
    assert line[problem.column - 1 :].startswith(part)
