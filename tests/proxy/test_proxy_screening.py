"""Promises about questions to the service: a verdict or a reason, whatever becomes of the service."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from proxy_rig import CALM, HARMFUL, running_service, write_policy

from guardian.message import Channel, Message
from guardian.proxy.screening import NotScreened, Screening
from guardian.service.answer import Answer
from guardian.service.client import ServiceClient
from guardian.service.connecting import connect
from guardian.service.errors import ServiceUnavailableError
from guardian.settings import load_settings
from guardian.verdict import Outcome

DRAFT = Message(CALM.encode(), Channel.AI_OUTPUT, draft=True)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    write_policy(tmp_path / "home")
    return tmp_path / "home"


def connecting(home: Path, *, start: bool = False) -> Callable[[], ServiceClient]:
    settings = load_settings({"GUARDIAN_HOME": str(home)}, {})
    return lambda: connect(settings, start=start)


@pytest.fixture
def told() -> list[str]:
    return []


def test_many_questions_at_once_are_each_answered_with_their_own_verdict(home: Path, told: list[str]) -> None:
    async def ask() -> list[Answer | NotScreened]:
        texts = [HARMFUL if number % 3 == 0 else CALM for number in range(30)]
        messages = [Message(text.encode(), Channel.AI_OUTPUT, draft=True) for text in texts]
        return await asyncio.gather(*(screening.ask(message) for message in messages))

    with running_service(home), closing(Screening(connecting(home), told.append)) as screening:
        answers = asyncio.run(ask())
    flagged = [isinstance(answer, Answer) and answer.outcome is Outcome.FLAGGED for answer in answers]
    assert flagged == [number % 3 == 0 for number in range(30)]
    assert told == []


def test_without_a_service_there_is_a_reason_and_it_is_told_once(tmp_path: Path, told: list[str]) -> None:
    async def ask() -> list[Answer | NotScreened]:
        return [await screening.ask(DRAFT) for _ in range(3)]

    tries = []

    def connect_to_nobody() -> ServiceClient:
        tries.append(1)
        raise ServiceUnavailableError(f"no service answers at {tmp_path}")

    with closing(Screening(connect_to_nobody, told.append, clock=lambda: 0.0)) as screening:
        answers = asyncio.run(ask())
    assert all(isinstance(answer, NotScreened) for answer in answers)
    assert str(tmp_path) not in str([answer.reason for answer in answers if isinstance(answer, NotScreened)])
    assert told == [f"not screened: no service answers at {tmp_path}"]
    assert len(tries) == 1  # and then it is left alone for a while


@pytest.mark.long
def test_a_service_that_is_killed_is_replaced(home: Path, told: list[str]) -> None:
    async def ask(message: Message) -> Answer | NotScreened:
        return await screening.ask(message)

    with closing(Screening(connecting(home, start=True), told.append)) as screening:
        pids = []
        for by in (signal.SIGKILL, signal.SIGTERM):
            answer = asyncio.run(ask(Message(HARMFUL.encode(), Channel.AI_OUTPUT)))
            pids.append(end_service(home, by))
            assert isinstance(answer, Answer)
    assert pids[0] != pids[1]
    assert [line for line in told if "your journal's key is in a file" not in line] == []


def end_service(home: Path, by: signal.Signals) -> int:
    """End the service that was started by need; its process id."""
    with connecting(home)() as client:
        pid = int(client.status()["pid"])
    os.kill(pid, by)
    return pid
