"""A verdict's body in fewer bytes: what stands in it twice, and what goes without saying, is left out and put back.

The cost of a search is mostly that of opening seals, which grows with what they hold, padded to a power of two: so a
record is kept small. Left out: scores a second time, what the record's `spoke` says already, what has its usual value;
a policy that did not match is three values; scores are counted in ten-thousandths; the words that several findings
point to stand there once.

Packed body of a `Kind.VERDICT` record: `message`, `text`, `stream` and `verdict` as in `verdict_record`, but

    every part                without the keys that have the values of `_MESSAGE`, `_usual_text`, `_usual_stream`
                              and `_usual`
    verdict.scores            {output: ten-thousandths}; negative where the stream has 0 for it
    stream.scores             only where that does not tell it
    verdict.policies          [id, ten-thousandths, threshold in ten-thousandths] of one that did not match
    verdict.quoted            [[start, end, quote], or all five values of a span], each once; the findings' (and
                              vetoes' findings') `spans` are numbers of it

Invariants: a body comes back as it was, to the byte of its canonical JSON, or it is not packed at all; every text of a
message stands in the packed form as it stands in the plain one, and so do the outcome, the channel and the rows of the
policies that matched: tests on a record's bytes (`guardian.journal.filters.terms`) rely on it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from guardian.journal.encoding import canonical_bytes

Body = Mapping[str, Any]

_PARTS: Final = frozenset({"message", "text", "verdict", "stream"})
_MESSAGE: Final[Body] = {"context": [], "format": "text", "id": "", "sender": None, "source": ""}
_TEXT: Final[Body] = {"context_sha256": None, "data": "", "encoding": "utf-8", "kept": True, "why_not": ""}
_SCALE: Final = 10_000
_SPAN: Final = ("start", "end", "quote", "view", "exact")
_USUAL_SPAN: Final = ["visible", True]
_ODD: Final = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, RecursionError)
"""What a body of another shape raises."""


def packed(body: Body, spoke: Mapping[str, str]) -> dict[str, Any] | None:
    """The body in fewer bytes, beside the record's `spoke`; None where it would not come back as it is."""
    try:
        if body.keys() != _PARTS:
            return None
        result = _packed(body, spoke)
        is_same = canonical_bytes(unpacked(result, spoke)) == canonical_bytes(body)
    except _ODD:
        return None
    return result if is_same else None


def unpacked(body: Body, spoke: Mapping[str, str]) -> dict[str, Any]:
    """The body that was packed. Raises ValueError for anything else."""
    try:
        return _unpacked(body, spoke)
    except _ODD as error:
        raise ValueError("not a packed body") from error


def _packed(body: Body, spoke: Mapping[str, str]) -> dict[str, Any]:
    message, text, verdict, stream = body["message"], body["text"], dict(body["verdict"]), dict(body["stream"])
    scores, possible = verdict["scores"], stream["scores"]
    if possible.keys() == scores.keys() and all(possible[name] in (0.0, scores[name]) for name in scores):
        del stream["scores"]
        verdict["scores"] = {
            name: _scaled(score) if possible[name] == score else -_scaled(score) for name, score in scores.items()
        }
    else:
        verdict["scores"] = {name: _scaled(score) for name, score in scores.items()}
    quoted = _Quoted()
    verdict["findings"] = [quoted.packed(finding) for finding in verdict["findings"]]
    verdict["vetoes"] = [{**veto, "finding": quoted.packed(veto["finding"])} for veto in verdict["vetoes"]]
    verdict["policies"] = [_short(row) for row in verdict["policies"]]
    verdict["quoted"] = quoted.spans
    return {
        "message": _without(message, _MESSAGE),
        "text": _without(text, _usual_text(text)),
        "verdict": _without(verdict, _usual(message, text, spoke)),
        "stream": _without(stream, _usual_stream(message)),
    }


def _unpacked(body: Body, spoke: Mapping[str, str]) -> dict[str, Any]:
    message, text = {**_MESSAGE, **body["message"]}, {**_usual_text(body["text"]), **body["text"]}
    verdict = {**_usual(message, text, spoke), **body["verdict"]}
    spans = [_span(values) for values in verdict.pop("quoted")]
    scores, stream = verdict["scores"], {**_usual_stream(message), **body["stream"]}
    if "scores" not in stream:
        stream["scores"] = {name: max(score, 0) / _SCALE for name, score in scores.items()}
    verdict["scores"] = {name: abs(score) / _SCALE for name, score in scores.items()}
    verdict["findings"] = [_with_spans(finding, spans) for finding in verdict["findings"]]
    verdict["vetoes"] = [{**veto, "finding": _with_spans(veto["finding"], spans)} for veto in verdict["vetoes"]]
    verdict["policies"] = [_long(row) if isinstance(row, list) else row for row in verdict["policies"]]
    return {"message": message, "text": text, "verdict": verdict, "stream": stream}


def _usual_text(text: Body) -> dict[str, Any]:
    """What goes without saying of a text: of one that is kept, its length and hash too."""
    usual = {**_TEXT, **text}
    if not usual["kept"] or usual["encoding"] != _TEXT["encoding"]:
        return dict(_TEXT)
    raw = usual["data"].encode()
    return {**_TEXT, "bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}


def _usual(message: Body, text: Body, spoke: Mapping[str, str]) -> dict[str, Any]:
    """What goes without saying of a verdict on this message."""
    return {
        "action": "none",
        "advice": [],
        "channel": message["channel"],
        "coverage": {"bytes": text["bytes"], "complete": True, "reasons": [], "windows": 1},
        "findings": [],
        "id": message["id"],
        "model": {"name": spoke["model"], "sha256": spoke["sha256"]},
        "policy_set": spoke["policy_set"],
        "quoted": [],
        "v": 1,
        "vetoes": [],
        "wall": spoke["wall"],
    }


def _usual_stream(message: Body) -> dict[str, Any]:
    return {"senders": [] if message["sender"] is None else [message["sender"]]}


def _without(row: Body, usual: Body) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in usual or usual[name] != value}


def _scaled(score: float) -> int:
    return round(score * _SCALE)


def _short(row: Body) -> Body | list[Any]:
    if row["matched"] or row["because"] or "excused" in row:
        return row
    return [row["id"], _scaled(row["score"]), _scaled(row["threshold"])]


def _long(row: Sequence[Any]) -> dict[str, Any]:
    policy, score, threshold = row
    return {
        "because": [],
        "id": policy,
        "matched": False,
        "score": score / _SCALE,
        "threshold": threshold / _SCALE,
    }


class _Quoted:
    """The spans of all findings, each once."""

    def __init__(self) -> None:
        self.spans: list[list[Any]] = []
        self._places: dict[tuple[Any, ...], int] = {}

    def packed(self, finding: Body) -> dict[str, Any]:
        """A finding with the numbers of its spans."""
        return {**finding, "spans": [self._place(tuple(span[name] for name in _SPAN)) for span in finding["spans"]]}

    def _place(self, span: tuple[Any, ...]) -> int:
        if span not in self._places:
            self._places[span] = len(self.spans)
            values = list(span)
            self.spans.append(values[:3] if values[3:] == _USUAL_SPAN else values)
        return self._places[span]


def _span(values: Sequence[Any]) -> dict[str, Any]:
    all_five = [*values, *_USUAL_SPAN] if len(values) == 3 else values
    return dict(zip(_SPAN, all_five, strict=True))


def _with_spans(finding: Body, spans: Sequence[Body]) -> dict[str, Any]:
    return {**finding, "spans": [dict(spans[number]) for number in finding["spans"]]}
