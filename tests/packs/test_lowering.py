"""What a pack may set depends on whose it is; everything else is left out, and told."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pack_rig import CASES, RUSH, a_manifest, pack_of

from guardian.message import Channel
from guardian.packs.base import Tier
from guardian.packs.lowering import Lowered, flattened, lower, policy_text
from guardian.packs.pack import check_pack
from guardian.policy.base import Status
from guardian.policy.load import parse_policy
from guardian.safe_text import safe_text
from guardian.verdict import Action

EVERYTHING = """\
id = "rush"
title = "All that can be set"
why = "To see what stays."
since = 2026-11-01
review_by = 2027-11-01
channels = ["incoming", "ai_output"]
severity = "high"
action = "hold"
status = "active"
keep_text = false
judge = "never"
judge_may_soften = true
prose = "Flag what hurries me."

[match]
tactics = "urgency and money_request"
patterns = ['(?i)gift ?cards?']
rarity = 2

[match.thresholds]
urgency = 0.01

[[examples]]
text = "Buy four gift cards."
flag = true

[[examples]]
text = "Lunch on Friday?"
flag = false

[senders]
except = ["eve@evil.example"]
only = ["*@bank.example"]

[when]
hours = ["22:00-07:00"]
days = ["sat"]

[conversation]
turns = "first"

[[mutes]]
tactic = "urgency"
sender = "eve@evil.example"
since = 2026-11-01
until = 2026-12-01
why = "Eve says so."
"""
BOTH = (Channel.INCOMING, Channel.AI_OUTPUT)
AT_HOME = {"keep_text", "judge", "judge_may_soften", "senders", "when", "conversation", "mutes"}


def lowered(
    tier: Tier, text: str = EVERYTHING, channels: tuple[Channel, ...] = BOTH, *, is_active: bool = False
) -> Lowered:
    pack = check_pack(pack_of(a_manifest(channels=BOTH), {"rush": text}, CASES))
    return lower(pack, tier, channels, is_active=is_active)["rush"]


@pytest.mark.parametrize(
    ("tier", "action", "left_out"),
    [
        (Tier.IMPORTED, Action.NOTICE, AT_HOME | {"match.thresholds", "match.rarity"}),
        (Tier.TRUSTED, Action.WARN, AT_HOME),
        (Tier.MINE, Action.HOLD, set()),
    ],
)
def test_each_tier_sets_what_it_may(tier: Tier, action: Action, left_out: set[str]) -> None:
    found = lowered(tier)
    written = flattened(tomllib.loads(found.text))
    assert set(flattened(tomllib.loads(EVERYTHING))) - set(written) == left_out
    assert {line.split()[1].rstrip(":") for line in found.told if line.startswith("sets ")} == left_out
    assert found.policy.action is action
    assert found.policy.effective_action in (Action.NOTICE, Action.LOG)
    assert (found.policy.id, found.file) == ("street-scams--rush", "street-scams--rush.toml")


@pytest.mark.parametrize("tier", Tier)
@pytest.mark.parametrize("asked", ["log", "notice", "warn", "hold"])
def test_no_tier_makes_an_action_stronger(tier: Tier, asked: str) -> None:
    found = lowered(tier, RUSH.replace('"hold"', f'"{asked}"'))
    ranks = list(Action)
    assert ranks.index(found.policy.action) <= ranks.index(Action(asked))
    assert any("lowered" in line for line in found.told) is (found.policy.action is not Action(asked))


@pytest.mark.parametrize(
    ("status", "is_active", "expected"),
    [
        ("active", False, Status.TEST),
        ("active", True, Status.ACTIVE),
        ("test", True, Status.TEST),
        ("draft", True, Status.DRAFT),
        ("retired", False, Status.RETIRED),
    ],
)
def test_a_policy_is_on_trial_unless_its_owner_says_otherwise(status: str, is_active: bool, expected: Status) -> None:
    found = lowered(Tier.TRUSTED, RUSH.replace('status = "active"', f'status = "{status}"'), is_active=is_active)
    assert found.policy.status is expected


def test_only_the_channels_that_the_owner_agreed_to_are_looked_at() -> None:
    found = lowered(Tier.IMPORTED, channels=(Channel.INCOMING,))
    assert found.policy.channels == (Channel.INCOMING,)
    assert "looks at ai_output: left out, you did not agree to that" in found.told
    pack = check_pack(pack_of())
    assert lower(pack, Tier.IMPORTED, (Channel.AI_OUTPUT,), is_active=False) == {}


def test_a_reason_of_somebody_elses_is_not_told_as_the_owners() -> None:
    assert lowered(Tier.IMPORTED).policy.why == "The pack street-scams says: To see what stays."
    assert lowered(Tier.TRUSTED).policy.why.startswith("The pack street-scams says: ")
    assert lowered(Tier.MINE).policy.why == "To see what stays."
    endless = EVERYTHING.replace("To see what stays.", "x" * 2_000)
    assert len(lowered(Tier.IMPORTED, endless).policy.why) == 2_000


def test_a_comment_of_the_authors_does_not_come_in() -> None:
    assert "trust" not in lowered(Tier.MINE, RUSH + "\n# trust me\n").text


def test_no_character_in_the_file_can_hide_what_it_says() -> None:
    text = RUSH.replace("Hurried gift cards", r"safe\u202Esdrac\u001b[2J \U000E0041")
    found = lowered(Tier.IMPORTED, text)
    assert safe_text(found.text) == found.text
    assert found.policy.title == "safe\u202esdrac\x1b[2J \U000e0041"


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(lambda text: text.strip())


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(title=texts, prose=texts, pattern=st.lists(texts, max_size=4), examples=st.lists(texts, max_size=3))
def test_a_file_that_was_written_reads_back_as_what_was_meant(
    title: str, prose: str, pattern: list[str], examples: list[str]
) -> None:
    flat = {
        **{key: value for key, value in flattened(tomllib.loads(RUSH)).items() if not key.startswith("match.")},
        "title": title,
        "prose": prose,
        "match.patterns": pattern,
        "examples": [{"text": text, "flag": True} for text in examples],
    }
    written = policy_text(flat, "street-scams")
    assert safe_text(written) == written
    assert policy_text(flat, "street-scams") == written
    back = flattened(tomllib.loads(written))
    assert {key: value for key, value in back.items() if value} == {key: value for key, value in flat.items() if value}


def test_what_was_lowered_loads_as_it_was_meant() -> None:
    for tier in Tier:
        found = lowered(tier)
        assert parse_policy(found.text, Path(found.file)) == (found.policy, [])


def test_policies_know_nothing_of_packs() -> None:
    folder = Path(__file__).resolve().parents[2] / "guardian" / "policy"
    assert [each.name for each in folder.glob("*.py") if "guardian.packs" in each.read_text()] == []
