"""What the calibration tests build with: records and streams with known scores, senders and dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType

import numpy as np

from guardian.calibration.alarm import AlarmRule, Doubles
from guardian.calibration.budget import Ground
from guardian.calibration.record import ScoredRecord
from guardian.calibration.stream import Stream
from guardian.inference.manifest import Manifest
from guardian.inference.outputs import Output, OutputKind
from guardian.message import Channel
from guardian.policy.base import Match, Policy, Status
from guardian.policy.expression import parse_expression
from guardian.policy.schema_values import KNOWN_TACTICS
from guardian.verdict import Action, Outcome, Severity

LABELS = ("risk", "urgency", "guilt", "money_request")
SHIPPED = 0.8


def a_manifest(*, sha256: str = "0" * 64, threshold: float = SHIPPED) -> Manifest:
    """Four outputs; `risk` may only give notice."""

    def output(label: str) -> Output:
        kind = OutputKind.RISK if label == "risk" else OutputKind.TACTIC
        covers = () if label == "risk" else (label,)
        return Output(label, kind, covers, 1.0, 0.0, threshold, 100, 0.5, 0.4, 0.6, 0.01, notice_only=label == "risk")

    outputs = tuple(output(label) for label in LABELS)
    numbers = (1, 8, 512, 510)
    return Manifest(
        Path("manifest.toml"), "test", "m.gguf", sha256, *numbers, "F32", "Apache-2.0", "b.npz", "0" * 64, outputs
    )


def a_policy(
    tactics: str,
    *,
    id: str = "a-policy",
    action: Action = Action.WARN,
    status: Status = Status.ACTIVE,
    thresholds: dict[str, float] | None = None,
    channels: tuple[Channel, ...] = (Channel.INCOMING,),
) -> Policy:
    """A policy that warns by an expression over tactics."""
    match = Match(parse_expression(tactics, KNOWN_TACTICS), MappingProxyType(thresholds or {}))
    words = ("A policy", "Because.", date(2026, 11, 21), None)
    return Policy(id, *words, channels, Severity.MEDIUM, action, status, "", match, (), (), True, Path("a-policy.toml"))


def a_rule(tactics: str = "urgency or guilt or money_request", **fields: object) -> AlarmRule:
    """The alarms of one policy."""
    return AlarmRule([a_policy(tactics, **fields)], a_manifest(), Channel.INCOMING)  # type: ignore[arg-type]


def a_stream(
    count: int,
    *,
    seed: int = 1,
    mean: float = -2.0,
    weeks: float = 10.0,
    senders: Sequence[int] | None = None,
    logits: Doubles | None = None,
) -> Stream:
    """Messages with normal logits, each of its own sender unless said otherwise; every second sender shapes."""
    chance = np.random.default_rng(seed)
    rows = chance.normal(mean, 1.2, size=(count, len(LABELS))) if logits is None else logits
    names = np.arange(count) if senders is None else np.array(senders)
    return Stream(rows, names.astype(np.int64), names % 2 == 0, {}, weeks)


def joined(one: Stream, other: Stream) -> Stream:
    """Two streams of different senders as one."""
    senders = np.concatenate([one.senders, other.senders + one.senders.max() + 1])
    shapes = np.concatenate([one.shapes, other.shapes])
    return Stream(np.concatenate([one.logits, other.logits]), senders, shapes, {}, one.weeks)


def a_ground(rule: AlarmRule | None = None, *, current: Doubles | None = None, seed: int = 3) -> Ground:
    """Shipped thresholds of 0.8, and a bank whose messages are like those of `a_stream`."""
    shipped = np.full(len(LABELS), np.log(SHIPPED / (1 - SHIPPED)))
    bank = np.random.default_rng(seed).normal(-2.0, 1.2, size=(400, len(LABELS)))
    return Ground(rule or a_rule(), bank, shipped, shipped if current is None else current)


def a_record(
    place: int = 0,
    *,
    scores: Sequence[float] = (0.1, 0.1, 0.1, 0.1),
    sender: str = "",
    sent_s: float | None = None,
    outcome: Outcome = Outcome.CLEAN,
    is_ordinary: bool = True,
    channel: Channel = Channel.INCOMING,
    excepted: tuple[str, ...] = (),
) -> ScoredRecord:
    """One record; the sender is its own hash."""
    name = (sender or f"s{place:06d}").encode().ljust(16, b"\0")[:16][::-1]
    shape = bytes([place % 2]) + name[1:]
    numbers = np.array(scores, dtype=np.float32)
    key = shape if not sender else name
    return ScoredRecord(place, f"m{place}", channel, outcome, numbers, key, sent_s, is_ordinary, excepted, b"")
