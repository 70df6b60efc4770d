"""The gate tells policies the owner's time by the clock that it was given, whether the model judged or not."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pytest
from policy_builders import a_manifest, a_policy, unit_rows

from guardian.explanation import Explainer
from guardian.gate import Gate, local_time
from guardian.inference.base import Encoding, EncodingFailure
from guardian.message import Message
from guardian.policy.base import Mute
from guardian.policy.match import Matcher
from guardian.policy.schema_scope import to_hours
from guardian.reading.limits import Limits
from guardian.reading.reader import LocalReader
from guardian.recording import NoRecord
from guardian.rules import Rules
from guardian.verdict import Outcome

NIGHT = a_policy(patterns=["offer"], hours=to_hours(["22:00-07:00"]))
TEXT = b"This is an offer that you will like, as we all know in this house."


class _Encoder:
    """The model's place: says nothing of any text, or is down."""

    wall = "none"

    def __init__(self, *, is_down: bool) -> None:
        self._is_down = is_down

    def submit(self, texts: Sequence[str]) -> Future[Encoding | EncodingFailure]:
        answer: Future[Encoding | EncodingFailure] = Future()
        if self._is_down:
            answer.set_result(EncodingFailure("model-down", "the model is down"))
        else:
            zeros = np.zeros(len(texts), dtype=np.int32)
            logits = np.full((len(texts), 5), -9.0, dtype=np.float32)
            answer.set_result(Encoding(logits, unit_rows(len(texts), 1), zeros, zeros, 1.0))
        return answer

    def close(self) -> None:
        """Nothing to end."""


def _gate(now: datetime, *, is_down: bool = False, mutes: tuple[Mute, ...] = ()) -> Gate:
    encoder, manifest = _Encoder(is_down=is_down), a_manifest()
    matcher = Matcher([replace(NIGHT, mutes=mutes)], manifest, None, {})
    return Gate(
        encoder=encoder,
        manifest=manifest,
        detectors=(),
        vetoes=(),
        rules=Rules(matcher, Explainer(encoder, manifest, matcher), "sha256:0"),
        reader=LocalReader(Limits()),
        recorder=NoRecord(),
        clock=lambda: now,
    )


@pytest.mark.parametrize("is_down", [False, True])
def test_a_policy_of_the_night_looks_by_the_gates_clock(is_down: bool) -> None:
    by_night = _gate(datetime(2026, 11, 20, 23, 30), is_down=is_down).screen(Message(TEXT)).verdict
    assert by_night.outcome is Outcome.FLAGGED
    by_day = _gate(datetime(2026, 11, 20, 14, 5), is_down=is_down).screen(Message(TEXT)).verdict
    assert by_day.outcome is (Outcome.UNSCREENED if is_down else Outcome.CLEAN)
    (row,) = by_day.to_json(all_policies=True)["policies"]
    assert row["excused"] == "it was fri 14:05, and the policy looks 22:00-07:00"


def test_a_mute_ends_by_the_gates_clock() -> None:
    mute = Mute("", "", date(2026, 11, 1), date(2026, 11, 20))
    on_its_last_day = _gate(datetime(2026, 11, 20, 23, 59), mutes=(mute,)).screen(Message(TEXT)).verdict
    assert on_its_last_day.policies[0].excused == "you muted this policy until 2026-11-20"
    assert _gate(datetime(2026, 11, 21, 0, 0), mutes=(mute,)).screen(Message(TEXT)).verdict.matched


def test_the_owners_clock_has_a_time_zone() -> None:
    assert local_time().tzinfo is not None
