"""A new policy says what its owner said, in a file that loads, and takes nobody else's place."""

from __future__ import annotations

import stat
import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_builders import steady

from guardian.errors import PolicyError
from guardian.message import Channel
from guardian.policy.base import Policy, Status
from guardian.policy.drafting import (
    LONGEST_EXAMPLE_CHARACTERS,
    Draft,
    create_policy_file,
    draft_text,
    policy_id_from,
    title_from,
)
from guardian.policy.load import load_policy_file, parse_policy
from guardian.policy.schema import policy_schema_text
from guardian.policy.schema_file import refresh_schema
from guardian.policy.starter import SCHEMA
from guardian.verdict import Action

TODAY = date(2026, 11, 21)
DRAFT = Draft("Nobody hurries me", "I signed for a boiler on the doorstep.", TODAY, flag=("Sign by six.",))


def _policy(draft: Draft) -> Policy:
    policy, problems = parse_policy(draft_text(draft, "a-policy"), Path("a-policy.toml"))
    assert problems == []
    assert policy is not None
    return policy


def test_a_draft_begins_on_trial_and_is_looked_at_again_after_half_a_year() -> None:
    policy = _policy(DRAFT)
    assert (policy.status, policy.action, policy.effective_action) == (Status.TEST, Action.WARN, Action.NOTICE)
    assert (policy.since, policy.review_by) == (TODAY, date(2027, 5, 22))
    assert policy.channels == (Channel.INCOMING,)


def test_the_schema_is_named_first_so_that_editors_help() -> None:
    assert draft_text(DRAFT, "a-policy").startswith("#:schema policy.schema.json\n")


def test_tactics_must_all_be_there() -> None:
    policy = _policy(Draft("T", "W", TODAY, tactics=("urgency", "money_request"), channels=tuple(Channel)))
    assert str(policy.match.tactics) == "urgency and money_request"
    assert policy.channels == tuple(Channel)


_WORDS = st.text(alphabet=st.characters(exclude_categories=[]), max_size=60)
_TEXTS = _WORDS | st.text(alphabet="ab\"'\\\n\r\t #=[]{}\0\x1b\u2028\udcff", max_size=40)


@steady
@given(title=_TEXTS, why=_TEXTS, prose=_TEXTS, flag=st.lists(_TEXTS, max_size=3), fine=st.lists(_TEXTS, max_size=3))
def test_whatever_is_said_is_written_as_it_was_said_or_refused(
    title: str, why: str, prose: str, flag: list[str], fine: list[str]
) -> None:
    draft = Draft(title, why, TODAY, prose=prose, flag=tuple(flag), fine=tuple(fine))
    try:
        text = draft_text(draft, "a-policy")
    except PolicyError:
        assert not (title.strip() and why.strip() and all(text.strip() for text in (*flag, *fine))) or "\0" in title
        return
    said = tomllib.loads(text)
    clean = [each.encode("utf-8", "surrogatepass").decode("utf-8", "replace") for each in (why, *flag, *fine)]
    held = [each.replace("\r\n", "\n").replace("\r", "\n").strip() for each in clean]
    assert [said["why"], *(example["text"] for example in said.get("examples", []))] == held
    assert [example["flag"] for example in said.get("examples", [])] == [True] * len(flag) + [False] * len(fine)


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        (Draft("", "W", TODAY, flag=("x",)), '"title" must not be empty'),
        (Draft("T", " ", TODAY, flag=("x",)), '"why" must not be empty'),
        (Draft("T", "W", TODAY, flag=(" \n ",)), '"examples[1].text" must not be empty'),
        (Draft("T" * 121, "W", TODAY, flag=("x",)), '"title" is longer than 120 characters'),
    ],
)
def test_what_can_be_no_policy_is_refused_in_one_line(draft: Draft, words: str) -> None:
    with pytest.raises(PolicyError) as caught:
        draft_text(draft, "a-policy")
    assert caught.value.what == words


def test_a_long_message_is_known_by_its_beginning() -> None:
    policy = _policy(Draft("T", "W", TODAY, flag=("x" * (LONGEST_EXAMPLE_CHARACTERS + 1),)))
    assert len(policy.examples[0].text) == LONGEST_EXAMPLE_CHARACTERS


@pytest.mark.parametrize(
    ("title", "taken", "policy_id"),
    [
        ("Nobody hurries me", (), "nobody-hurries-me"),
        ("  Déjà vu:  don't!  ", (), "deja-vu-dont"),
        ("Nobody hurries me", ("nobody-hurries-me", "nobody-hurries-me-2"), "nobody-hurries-me-3"),
        ("срочно", (), "my-policy"),
        ("срочно", ("my-policy",), "my-policy-2"),
        ("a very long title that goes on and on and on", (), "a-very-long-title-that-goes-on"),
        ("x" * 100, (), "x" * 32),
        ("../../etc/passwd", (), "etc-passwd"),
    ],
)
def test_an_id_is_made_of_the_title_and_is_not_taken(title: str, taken: tuple[str, ...], policy_id: str) -> None:
    assert policy_id_from(title, taken) == policy_id


@steady
@given(st.text(max_size=200), st.integers(0, 3))
def test_every_title_makes_an_id_that_a_policy_may_have(title: str, used: int) -> None:
    taken: list[str] = []
    for _ in range(used + 1):
        policy_id = policy_id_from(title, taken)
        assert policy_id not in taken
        taken.append(policy_id)
        _, problems = parse_policy(draft_text(DRAFT, policy_id), Path("x.toml"))
        assert problems == []


@pytest.mark.parametrize(
    ("why", "title"),
    [
        ("A man at the door. He wanted me to sign.", "A man at the door"),
        ("They want 300 euros: quickly", "They want 300 euros"),
        ("...", "..."),
        ("one two " * 20, "one two one two one two one two one two one two one two one"),
        ("x" * 100, "x" * 60),
        ("a\x1b[31m b", "a\\x1b[31m b"),
    ],
)
def test_a_title_is_the_beginning_of_what_was_said(why: str, title: str) -> None:
    assert title_from(why) == title


def test_a_file_is_its_owners_alone_and_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a-policy.toml"
    create_policy_file(path, draft_text(DRAFT, "a-policy"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert load_policy_file(path).problems == ()
    with pytest.raises(PolicyError, match="is there already, and stays as it is"):
        create_policy_file(path, "other")
    assert load_policy_file(path).problems == ()


def test_a_link_to_nowhere_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "a-policy.toml"
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PolicyError):
        create_policy_file(path, "x")
    assert not (tmp_path / "elsewhere").exists()


def test_the_schema_beside_the_policies_is_this_programs(tmp_path: Path) -> None:
    (tmp_path / SCHEMA).write_text("{}", encoding="utf-8")
    refresh_schema(tmp_path)
    assert (tmp_path / SCHEMA).read_text(encoding="utf-8") == policy_schema_text()
    before = (tmp_path / SCHEMA).stat().st_mtime_ns
    refresh_schema(tmp_path)
    assert (tmp_path / SCHEMA).stat().st_mtime_ns == before, "what is current is left alone"
