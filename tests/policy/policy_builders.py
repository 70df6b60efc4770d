"""What the policy tests build with: policies, evidence, a small manifest and a synthetic reference bank.

Embeddings are seeded random unit vectors round class means, so that a test says exactly what is near what.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from hypothesis import HealthCheck, settings

from guardian.calibration.bank import ReferenceBank
from guardian.detectors.base import Evidence
from guardian.inference.base import Encoding, Floats
from guardian.inference.manifest import Manifest
from guardian.inference.outputs import Output, OutputKind
from guardian.message import Channel, Message
from guardian.policy.base import DEFAULT_RARITY, Example, Match, Policy, Status
from guardian.policy.expression import parse_expression
from guardian.policy.schema_values import KNOWN_TACTICS
from guardian.reading.base import Reading, View, ViewKind, Window, exact_view
from guardian.verdict import Action, Severity

REPOSITORY = Path(__file__).resolve().parents[2]
STARTER_POLICIES = REPOSITORY / "policies"
steady = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For property tests: no test depends on how busy the machine is."""
SIZE = 128
"""Numbers of one embedding."""


def a_policy(
    *,
    id: str = "a-policy",
    tactics: str = "",
    patterns: Sequence[str] = (),
    thresholds: Mapping[str, float] | None = None,
    rarity: int = DEFAULT_RARITY,
    flag: Sequence[str] = (),
    fine: Sequence[str] = (),
    **fields: Any,
) -> Policy:
    """A policy in force; `flag` examples come before `fine` ones."""
    expression = parse_expression(tactics, KNOWN_TACTICS) if tactics else None
    values: dict[str, Any] = {
        "id": id,
        "title": "A policy",
        "why": "Because.",
        "since": date(2026, 11, 21),
        "review_by": None,
        "channels": (Channel.INCOMING,),
        "severity": Severity.MEDIUM,
        "action": Action.WARN,
        "status": Status.ACTIVE,
        "prose": "",
        "match": Match(expression, MappingProxyType(dict(thresholds or {})), tuple(patterns), rarity),
        "examples": (*(Example(text, True) for text in flag), *(Example(text, False) for text in fine)),
        "senders_except": (),
        "keep_text": True,
        "path": Path("a-policy.toml"),
    }
    return Policy(**{**values, **fields})


def an_output(label: str, kind: OutputKind, *covers: str, threshold: float = 0.8, notice_only: bool = False) -> Output:
    return Output(
        label=label,
        kind=kind,
        covers=covers,
        scale=1.0,
        bias=0.0,
        threshold=threshold,
        trained_on=100,
        recall=0.5,
        recall_low=0.4,
        recall_high=0.6,
        false_alarm_rate=0.01,
        notice_only=notice_only,
    )


def a_manifest(*outputs: Output) -> Manifest:
    """A manifest with these outputs, or with risk, two groups and two tactics."""
    usual = (
        an_output("risk", OutputKind.RISK),
        an_output("pressure", OutputKind.GROUP, "urgency", "scarcity", "threat", "intimidation", threshold=0.7),
        an_output("cutting_off", OutputKind.GROUP, "isolation", "secrecy", "discouraging_help", threshold=0.6),
        an_output("urgency", OutputKind.TACTIC, "urgency"),
        an_output("money_request", OutputKind.TACTIC, "money_request", threshold=0.9),
    )
    return Manifest(
        path=Path("manifest.toml"),
        name="test",
        file="test.gguf",
        sha256="0" * 64,
        size_bytes=1,
        embedding=SIZE,
        positions=512,
        max_window_tokens=510,
        weights="F32",
        licence="Apache-2.0",
        bank_file="bank.npz",
        bank_sha256="0" * 64,
        outputs=outputs or usual,
    )


def unit_rows(count: int, seed: int, towards: Floats | None = None, pull: float = 0.0) -> Floats:
    """(count, SIZE) random unit rows; `pull` times a unit vector `towards` is added before they are scaled."""
    noise = np.random.default_rng(seed).normal(size=(count, SIZE)) / np.sqrt(SIZE)
    rows = noise + (pull * towards if towards is not None else 0.0)
    scaled: Floats = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return scaled


def a_bank(count: int = 400, seed: int = 7, *, ai_output: int = 0) -> ReferenceBank:
    """`count` ordinary messages, the last `ai_output` of them assistants' answers."""
    channels = np.array([0] * (count - ai_output) + [1] * ai_output, dtype=np.uint8)
    return ReferenceBank(unit_rows(count, seed), np.zeros((count, 5), dtype=np.float32), channels)


def evidence_of(
    text: str = "",
    *,
    scores: Mapping[str, float] | None = None,
    embeddings: Floats | None = None,
    channel: Channel = Channel.INCOMING,
    sender: str | None = None,
    mail_sender: str | None = None,
    hidden: str = "",
    judged_at: datetime | None = None,
    context: Sequence[str] = (),
) -> Evidence:
    """What a matcher sees of a plain text, with the model's numbers as given."""
    raw = text.encode("utf-8", "surrogateescape")
    views: tuple[View, ...] = (exact_view(ViewKind.VISIBLE, "text", text),)
    if hidden:
        views = (*views, exact_view(ViewKind.HIDDEN, "html", hidden, len(raw)))
        raw += hidden.encode("utf-8", "surrogateescape")
    count = 0 if embeddings is None else len(embeddings)
    windows = tuple(Window(0, 0, len(text), text) for _ in range(count))
    encoding = None
    if embeddings is not None:
        zeros = np.zeros(count, dtype=np.int32)
        encoding = Encoding(np.zeros((count, 5), dtype=np.float32), embeddings, zeros, zeros, 1.0)
    return Evidence(
        Message(raw, channel=channel, sender=sender, context=tuple(context)),
        Reading(views, windows, sender=mail_sender, size_bytes=len(raw)),
        dict(scores or {}),
        encoding,
        judged_at,
    )
