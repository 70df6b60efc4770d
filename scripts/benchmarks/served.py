"""The child's side of an encoder without a gate: requests come as JSON lines, numbers and times go back.

Invariants: only the passes are timed, from text to numbers, tokenising included and transport not; what stands on
standard output is answers and nothing else.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

Tokens = list[int]
PASS_TOKENS = 256
"""Most tokens of several windows in one pass. Beyond this nothing is gained (see `guardian.inference.worker`)."""
PASS_WINDOWS = 32


class BareEncoder(Protocol):
    """What is measured."""

    max_tokens: int
    """Longest text, specials included."""

    def tokenise(self, text: str) -> Tokens:
        """The tokens of a text with its specials."""
        ...

    def encode(self, windows: list[Tokens]) -> Sequence[Sequence[float]]:
        """A row of numbers per window, in one pass."""
        ...


def serve(encoder: BareEncoder) -> None:
    """Answer until the parent closes its end.

    A request is `{"texts": [...], "passes": bool, "rows": bool}`; its answer holds `tokens`, one count a text, and,
    with `passes`, `elapsed_ms` of judging all of them and, with `rows`, their numbers. Longer texts are cut.
    """
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints goes elsewhere
    _say(answers, {"is_ready": True})
    for line in sys.stdin:
        request = json.loads(line)
        began = time.perf_counter()
        windows = [_cut(encoder.tokenise(text), encoder.max_tokens) for text in request["texts"]]
        rows = _judge(encoder, windows) if request["passes"] else []
        elapsed_ms = (time.perf_counter() - began) * 1000
        answer: dict[str, object] = {"tokens": list(map(len, windows)), "elapsed_ms": elapsed_ms}
        if request["rows"]:
            answer["rows"] = [list(map(float, row)) for row in rows]
        _say(answers, answer)


def give_up(reason: str) -> None:
    """Tell the parent that there is nothing to measure."""
    _say(sys.stdout, {"is_ready": False, "reason": reason})


def _judge(encoder: BareEncoder, windows: list[Tokens]) -> list[Sequence[float]]:
    rows: list[Sequence[float]] = [()] * len(windows)
    for batch in _batches(sorted(range(len(windows)), key=lambda index: len(windows[index])), windows):
        for index, row in zip(batch, encoder.encode([windows[index] for index in batch]), strict=True):
            rows[index] = row
    return rows


def _batches(order: Iterable[int], windows: list[Tokens]) -> Iterator[list[int]]:
    """Windows of like length together, as many as a pass takes: the best that a bare encoder can do."""
    batch: list[int] = []
    held = 0
    for index in order:
        if batch and (held + len(windows[index]) > PASS_TOKENS or len(batch) == PASS_WINDOWS):
            yield batch
            batch, held = [], 0
        batch.append(index)
        held += len(windows[index])
    if batch:
        yield batch


def _cut(tokens: Tokens, longest: int) -> Tokens:
    return tokens if len(tokens) <= longest else [*tokens[: longest - 1], tokens[-1]]


def _say(stream: object, answer: dict[str, object]) -> None:
    print(json.dumps(answer), file=stream, flush=True)  # type: ignore[call-overload]
