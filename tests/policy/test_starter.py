"""The starter policies are in order, and become the owner's own once and for all."""

from __future__ import annotations

import json
import os
import stat
from datetime import date
from pathlib import Path

import pytest
from policy_builders import STARTER_POLICIES

from guardian.errors import GuardianError, PolicyError
from guardian.message import Channel
from guardian.policy.base import Policy
from guardian.policy.expression import names
from guardian.policy.lint import lint_policies
from guardian.policy.load import load_policies
from guardian.policy.schema import policy_schema_text
from guardian.policy.starter import MARKER, SCHEMA, install_starter_policies, starter_policies
from guardian.tactics import TACTICS
from guardian.verdict import Action

# Issue 2, point 7: what the starter policies must cover.
MUST_BE_THERE = {
    "pressure-to-pay": {"money_request"},
    "stolen-codes": {"credential_request"},
    "impersonation": {"impersonation"},
    "guilt-and-isolation": {"guilt", "isolation"},
    "instructions-to-my-ai": {"prompt_injection"},
    "assistant-flatters-or-hooks": {"sycophancy", "retention_hook"},
    "assistant-acts-through-me": {"proxy_agency"},
    "hidden-text": {"hidden_text", "invisible_characters"},
    "links-that-lie": {"deceptive_link"},
    "sweet-bait": {"too_good_to_be_true"},
}

SHOWN_BY_NO_TEXT = {"hidden-text", "links-that-lie", "reads-like-manipulation"}
"""What these look for stands in bytes, in addresses or in the model's overall score, not in what a text is about."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("owner") / "config" / "policies"
    install_starter_policies(STARTER_POLICIES, target)
    return target


@pytest.fixture(scope="module")
def starters(installed: Path) -> dict[str, Policy]:
    return {policy.id: policy for policy in load_policies(installed).policies}


def test_every_starter_policy_loads_and_lints_clean(installed: Path) -> None:
    loaded = load_policies(installed)
    found = [*loaded.problems, *lint_policies(loaded, None, date(2026, 11, 21))]
    assert [problem.to_line() for problem in found] == []
    assert len(loaded.policies) == len(list(STARTER_POLICIES.glob("*.toml"))) >= 8


@pytest.mark.parametrize("policy_id", MUST_BE_THERE)
def test_what_an_owner_fears_first_has_a_policy(starters: dict[str, Policy], policy_id: str) -> None:
    tactics = starters[policy_id].match.tactics
    assert tactics is not None
    assert set(names(tactics)) >= MUST_BE_THERE[policy_id]


def test_every_starter_policy_is_shown_by_examples_of_both_kinds(starters: dict[str, Policy]) -> None:
    for policy in starters.values():
        if policy.id in SHOWN_BY_NO_TEXT:
            assert policy.examples == ()
            continue
        flags = [example.flag for example in policy.examples]
        assert 3 <= flags.count(True) <= 5, policy.id
        assert 3 <= flags.count(False) <= 5, policy.id


def test_every_tactic_that_design_names_is_looked_for_by_some_starter_policy_or_by_the_overall_score(
    starters: dict[str, Policy],
) -> None:
    looked_for = {name for p in starters.values() if p.match.tactics is not None for name in names(p.match.tactics)}
    assert "risk" in looked_for
    assert TACTICS.keys() - looked_for <= {
        "urgency", "scarcity", "intimidation",  # honest offers press too; with an ask they are pressure-to-pay's
        "flattery", "love_bombing", "playing_victim", "fear",
        "gaslighting", "denial_minimising", "fabricated_consensus",
    }  # fmt: skip


def test_no_starter_policy_holds_a_message_back(starters: dict[str, Policy]) -> None:
    assert {policy.action for policy in starters.values()} <= {Action.NOTICE, Action.WARN}, "advice, not force"


def test_both_channels_are_looked_at(starters: dict[str, Policy]) -> None:
    for channel in Channel:
        assert sum(policy.looks_at(channel) for policy in starters.values()) >= 4


def test_the_shipped_schema_is_the_generated_one() -> None:
    shipped = (STARTER_POLICIES / SCHEMA).read_text(encoding="utf-8")
    assert shipped == policy_schema_text(), "run: guardian policy schema > policies/policy.schema.json"
    assert json.loads(shipped)["additionalProperties"] is False


def test_files_are_the_owners_alone(installed: Path) -> None:
    assert stat.S_IMODE(installed.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in installed.iterdir()} == {0o600}


def test_a_deleted_or_changed_starter_policy_stays_so(tmp_path: Path) -> None:
    target = tmp_path / "policies"
    written = install_starter_policies(STARTER_POLICIES, target)
    assert {path.name for path in written} == {p.name for p in STARTER_POLICIES.iterdir()}
    (target / "sweet-bait.toml").unlink()
    (target / "hidden-text.toml").write_text("# mine", encoding="utf-8")
    before = {path.name: path.read_bytes() for path in target.iterdir()}
    assert install_starter_policies(STARTER_POLICIES, target) == ()
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before


def test_those_that_the_owner_leaves_out_are_drafts_and_the_others_are_as_shipped(tmp_path: Path) -> None:
    offered = starter_policies(STARTER_POLICIES)
    assert len(offered) == len(list(STARTER_POLICIES.glob("*.toml")))
    assert all(each.title and each.why and each.looks_for.endswith(".") for each in offered)
    left_out = {offered[0].id, offered[5].id}
    install_starter_policies(STARTER_POLICIES, tmp_path / "policies", left_out)
    loaded = load_policies(tmp_path / "policies")
    assert loaded.problems == ()
    assert {policy.id for policy in loaded.policies if not policy.is_in_force} == left_out
    assert {each.id for each in offered} == {policy.id for policy in loaded.policies}
    shipped = STARTER_POLICIES / f"{offered[1].id}.toml"
    assert (tmp_path / "policies" / shipped.name).read_bytes() == shipped.read_bytes()


def test_a_broken_installation_has_no_starter_policies_to_offer(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="no starter policies"):
        starter_policies(tmp_path)
    (tmp_path / "x.toml").write_text("id = 3")
    with pytest.raises(PolicyError, match="cannot be read"):
        starter_policies(tmp_path)


def test_what_the_owner_had_before_is_never_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "policies"
    target.mkdir()
    (target / "sweet-bait.toml").write_text("# mine", encoding="utf-8")
    (target / "hidden-text.toml").symlink_to(tmp_path / "not-mounted")
    written = {path.name for path in install_starter_policies(STARTER_POLICIES, target)}
    assert "sweet-bait.toml" not in written
    assert (target / "sweet-bait.toml").read_text(encoding="utf-8") == "# mine"
    assert (target / "hidden-text.toml").is_symlink()
    assert (target / "links-that-lie.toml").exists()


def test_a_broken_installation_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="starter policies could not be copied"):
        install_starter_policies(tmp_path / "missing", tmp_path / "a")
    (tmp_path / "empty").mkdir()
    with pytest.raises(PolicyError, match="no starter policies"):
        install_starter_policies(tmp_path / "empty", tmp_path / "b")
    assert not (tmp_path / "b" / MARKER).exists(), "the next run must try again"


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(GuardianError):
        install_starter_policies(STARTER_POLICIES, tmp_path / "file" / "policies")
    assert os.listdir(tmp_path) == ["file"]
