"""An inspection sees what a verdict stands on, and is no road round the gate."""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import guardian.sinks
from guardian.assembly import open_gate
from guardian.gate import LOOKAHEAD, Gate, Screened
from guardian.inspection import Inspection
from guardian.message import Message
from guardian.recording import Seen
from guardian.settings import load_settings
from guardian.sinks.ndjson import json_line
from guardian.sources.files import list_files, read_files
from guardian.verdict import Verdict

INBOX = Path(__file__).parent.parent / "examples" / "inbox"


class Counting:
    """A recorder that counts."""

    def __init__(self) -> None:
        self.recorded = 0

    def record(self, message: Message, verdict: Verdict, seen: Seen) -> Mapping[str, Any] | None:
        self.recorded += 1
        return None

    def record_late(self, message: Message, before: Verdict, now: Verdict, seen: Seen) -> Mapping[str, Any] | None:
        return None


@pytest.fixture(scope="module")
def recorder() -> Counting:
    return Counting()


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory, recorder: Counting) -> Iterator[Gate]:
    home = tmp_path_factory.mktemp("inspection-home")
    settings = load_settings({**os.environ, "GUARDIAN_HOME": str(home)}, {})
    with open_gate(settings, recorder=recorder) as opened:
        yield opened


def _messages() -> list[Message]:
    return list(read_files(list_files([INBOX]), channel=None, max_bytes=1 << 20))


@pytest.mark.long
def test_an_inspection_is_what_the_verdict_stands_on(gate: Gate, recorder: Counting) -> None:
    messages = _messages()
    assert len(messages) > LOOKAHEAD, "or the reading ahead is not tried"
    inspections = list(gate.inspect_all(messages))
    assert recorder.recorded == 0, "an inspection is not recorded"
    for inspection, screened in zip(inspections, gate.screen_all(messages), strict=True):
        verdict = screened.verdict
        assert inspection.evidence.message is screened.message
        assert inspection.coverage == verdict.coverage
        assert [veto.veto for veto in inspection.vetoed] == [veto.veto for veto in verdict.vetoes]
        found = [finding.tactic for finding in inspection.findings]
        assert [f.tactic for f in verdict.findings if not f.tactic.startswith("policy:")] == found
    assert recorder.recorded == len(messages)


def test_no_sink_takes_an_inspection(gate: Gate) -> None:
    (inspection,) = gate.inspect_all([Message(b"hello")])
    with pytest.raises(AttributeError):
        json_line(typing.cast(Screened, inspection))
    for found in pkgutil.iter_modules(guardian.sinks.__path__, "guardian.sinks."):
        for _, function in inspect.getmembers(importlib.import_module(found.name), inspect.isfunction):
            assert Inspection not in typing.get_type_hints(function, localns={"Path": Path}).values()


def test_an_inspection_holds_no_verdict_and_shows_no_text() -> None:
    assert not {"outcome", "action", "verdict"} & set(Inspection.__slots__)
    assert "repr" in Inspection.__dataclass_params__.__slots__  # type: ignore[attr-defined]
    assert Inspection.__dataclass_params__.repr is False  # type: ignore[attr-defined]
