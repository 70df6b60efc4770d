"""Tactics: every id of design.md section 5 is there, in words that an owner can read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from guardian.tactics import GROUPS, RISK, TACTICS, Group, Tactic, advice_for, group_of, is_known, name_for, say_for

# design.md section 5, word for word; ids stand in policies, verdicts and journals, so a change here is a break.
BY_GROUP = {
    "pressure": "urgency scarcity threat intimidation",
    "feelings": "guilt shame flattery love_bombing playing_victim fear",
    "reality": "gaslighting denial_minimising false_authority impersonation fabricated_consensus",
    "cutting_off": "isolation secrecy discouraging_help",
    "bait": "too_good_to_be_true reciprocity foot_in_the_door",
    "the_ask": "money_request credential_request deceptive_link off_platform disarming",
    "ai_to_human": (
        "sycophancy retention_hook dependence feigned_feelings steering sneaking false_certainty proxy_agency"
    ),
    "to_ai": "prompt_injection jailbreak",
    "obfuscation": "hidden_text invisible_characters lookalike_letters encoded_payload terminal_escape",
}
ENTRIES: list[Tactic | Group] = [*TACTICS.values(), *GROUPS.values(), RISK]


def test_every_tactic_and_group_of_the_design_is_there_in_its_order() -> None:
    assert list(GROUPS) == list(BY_GROUP)
    assert list(TACTICS) == " ".join(BY_GROUP.values()).split()
    assert {id: tactic.group for id, tactic in TACTICS.items()} == {
        id: group for group, ids in BY_GROUP.items() for id in ids.split()
    }


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_words_are_plain_and_complete(entry: Tactic | Group) -> None:
    assert entry.name[0].isupper()
    assert not entry.name.endswith(".")
    assert entry.definition[0].isupper()
    assert entry.definition.endswith(".")
    assert entry.advice[0].isupper()
    assert entry.advice.endswith((".", "?"))
    assert entry.say[0].islower(), "say follows 'this message'"
    assert not entry.say.endswith(".")
    for words in (entry.name, entry.definition, entry.say, entry.advice):
        assert words == " ".join(words.split())
        assert words.isprintable()


@pytest.mark.parametrize("tactic", TACTICS.values(), ids=lambda tactic: tactic.id)
def test_a_tactic_has_three_examples_that_differ(tactic: Tactic) -> None:
    assert len(set(tactic.examples)) == 3
    assert all(example.endswith((".", "?", "!", ")")) for example in tactic.examples)


def test_no_two_entries_say_the_same() -> None:
    for words in ([e.name for e in ENTRIES], [e.say for e in ENTRIES], [e.definition for e in ENTRIES]):
        assert len(set(words)) == len(words)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_lookups_answer_for_tactics_groups_and_risk(entry: Tactic | Group) -> None:
    assert say_for(entry.id) == entry.say
    assert advice_for(entry.id) == entry.advice
    assert name_for(entry.id) == entry.name
    assert group_of(entry.id) == (entry.group if isinstance(entry, Tactic) else entry.id)
    assert is_known(entry.id)


@pytest.mark.parametrize("look_up", [say_for, advice_for, name_for, group_of])
def test_an_unknown_id_is_a_key_error(look_up: object) -> None:
    assert callable(look_up)
    assert not is_known("telepathy")
    with pytest.raises(KeyError):
        look_up("telepathy")


def test_the_tables_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        TACTICS["urgency"] = TACTICS["threat"]  # type: ignore[index]
    with pytest.raises(AttributeError):
        TACTICS["urgency"].say = "is fine"  # type: ignore[misc]


def test_importing_tactics_loads_the_standard_library_alone() -> None:
    script = (
        "import sys; before = set(sys.modules); import guardian.tactics;"
        "new = {name.split('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names);"
        "print(sorted(new), 'guardian.errors' in sys.modules)"
    )
    root = Path(__file__).resolve().parent.parent
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=root)
    assert run.stdout.split() == ["['guardian']", "False"]
