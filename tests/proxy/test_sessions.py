"""Promises about the conversations that pass through the proxy, and what they are about."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from guardian.errors import UsageError
from guardian.proxy.errors import RefusedRequestError
from guardian.proxy.goals import MOST_GOAL_CHARACTERS, Goals
from guardian.proxy.screening import NotScreened
from guardian.proxy.sessions import MOST_SESSIONS, Sessions

KEY = bytes(32)


@pytest.fixture
def sessions(tmp_path: Path) -> Sessions:
    return Sessions(Goals(tmp_path / "goals"), KEY)


def test_requests_that_begin_alike_are_one_session(sessions: Sessions) -> None:
    first = sessions.session(["system", "hello"], "hello")
    assert sessions.session(["system", "hello"], "hello") is first
    assert sessions.session(["systemhello"], "hello") is not first  # nor are the turns just put together
    assert [row["requests"] for row in sessions.to_json()] == [1, 2]


def test_the_id_tells_a_stranger_nothing_of_the_words(tmp_path: Path) -> None:
    ids = {Sessions(Goals(tmp_path), key).session(["hello"], "hello").id for key in (KEY, bytes([1]) * 32)}
    assert len(ids) == 2


def test_a_client_may_name_its_session(sessions: Sessions) -> None:
    assert sessions.session(["a"], "a", "work-1").id == "work-1"
    assert sessions.session(["b"], "b", "work-1").goal == "a"


@pytest.mark.parametrize("name", ["../x", ".hidden", "a/b", "a b", "x" * 65, "a\n", "ä"])
def test_a_name_that_could_be_a_path_is_refused(name: str, sessions: Sessions, tmp_path: Path) -> None:
    with pytest.raises(RefusedRequestError):
        sessions.session(["a"], "a", name)
    with pytest.raises(UsageError):
        Goals(tmp_path).write(name, "goal")


def test_the_owners_goal_outranks_the_first_turn(tmp_path: Path, sessions: Sessions) -> None:
    session = sessions.session(["hello"], "hello")
    goals = Goals(tmp_path / "goals")
    goals.write(session.id, " book a train \n")
    assert sessions.owners_goal(session) == "book a train"
    assert (sessions.to_json()[0]["goal"], sessions.to_json()[0]["goal_by"]) == ("book a train", "owner")
    assert stat.S_IMODE((tmp_path / "goals" / session.id).stat().st_mode) == 0o600
    goals.write(session.id, "")
    assert sessions.owners_goal(session) is None
    assert sessions.to_json()[0]["goal"] == "hello"


def test_a_goal_has_bounds(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        Goals(tmp_path).write("a", "x" * (MOST_GOAL_CHARACTERS + 1))
    Goals(tmp_path).write("a", "\N{GRINNING FACE}" * MOST_GOAL_CHARACTERS)
    assert Goals(tmp_path).of("a") == "\N{GRINNING FACE}" * MOST_GOAL_CHARACTERS


def test_there_are_never_more_than_the_bound_and_the_oldest_goes(sessions: Sessions) -> None:
    kept = sessions.session(["kept"], "kept")
    for number in range(MOST_SESSIONS - 1):
        sessions.session([str(number)], "")
    sessions.session(["kept"], "kept")
    sessions.session(["one more"], "")
    ids = [row["id"] for row in sessions.to_json()]
    assert len(ids) == MOST_SESSIONS
    assert kept.id in ids


def test_what_is_shown_is_safe_and_short(sessions: Sessions) -> None:
    sessions.session(["a"], "\x1b]52;c;x\x07" + "y" * 1000)
    shown = sessions.to_json()[0]["goal"]
    assert "\x1b" not in shown
    assert len(shown) <= 200


def test_an_answer_without_verdict_counts_as_not_screened(sessions: Sessions) -> None:
    session = sessions.session(["a"], "a")
    session.note(NotScreened("no service", "no service"))
    assert sessions.to_json()[0]["outcomes"] == {"unscreened": 1}
