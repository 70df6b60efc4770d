"""Real judges of tiny models, and policies and messages for them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from guardian.inference.generative_cell import GenerativeCell
from guardian.judge.base import Case
from guardian.judge.judging import ModelJudge
from guardian.judge.prompt_frames import FRAMES
from guardian.judge.register import CallRecord
from guardian.message import Channel
from guardian.policy.base import Example, Match, Policy, Status
from guardian.policy.expression import Expression
from guardian.verdict import Action, Severity

KEYWORD = "zanzibar"
"""A word that no policy here has, and no prompt of ours."""
NUMBER = "5eed00000001"
"""Of the fence, where a test wants to know it."""
LONG_S = 60.0
"""Far above what any question here takes."""


def make_policy(
    id: str = "pressure-to-pay",
    *,
    prose: str = "Flag a message that presses me to pay quickly or in secret.",
    tactics: Expression | None = None,
    examples: tuple[Example, ...] = (),
    channels: tuple[Channel, ...] = (Channel.INCOMING, Channel.AI_OUTPUT),
    title: str = "Pressure to pay",
) -> Policy:
    """A policy in force."""
    return Policy(
        id=id,
        title=title,
        why="I lost money to a fake invoice.",
        since=date(2026, 1, 1),
        review_by=None,
        channels=channels,
        severity=Severity.HIGH,
        action=Action.WARN,
        status=Status.ACTIVE,
        prose=prose,
        match=Match(tactics=tactics),
        examples=examples,
        senders_except=(),
        keep_text=True,
        path=Path("pressure.toml"),
    )


def incoming(text: str, *turns: str) -> Case:
    """A message that somebody sent."""
    return Case(text, Channel.INCOMING, turns)


@contextmanager
def open_cell(path: Path, context_tokens: int = 2048) -> Iterator[GenerativeCell]:
    """A model in its walled process."""
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    with GenerativeCell(path, digest, len(content), threads=1, context_tokens=context_tokens) as cell:
        cell.wait_started(LONG_S)
        yield cell


@dataclass
class Rig:
    """A judge, and what it recorded."""

    judge: ModelJudge
    cell: GenerativeCell
    records: list[CallRecord] = field(default_factory=list)


@contextmanager
def open_judge(
    path: Path, frame: str = "chatml", *, context_tokens: int = 2048, is_trusted: bool = True
) -> Iterator[Rig]:
    """A judge whose fence's numbers are known."""
    records: list[CallRecord] = []
    with open_cell(path, context_tokens) as cell:
        judge = ModelJudge(
            cell,
            FRAMES[frame],
            "tiny",
            "0" * 64,
            record=records.append,
            is_trusted=lambda: is_trusted,
            draw=lambda: NUMBER,
        )
        yield Rig(judge, cell, records)
