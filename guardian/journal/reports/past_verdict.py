"""A verdict read back from its record, as the value that the gate made: so that the past is told in today's words.

Invariants: what was matched comes back whole; of a policy that did not match the record kept its numbers only. A
record that another hand wrote (or a bug) is refused with ValueError, never half read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from guardian.finding import Finding, FindingKind, Span
from guardian.journal.record import Kind, Record
from guardian.journal.verdict_record import text_of
from guardian.second_opinion import Changed, SecondOpinion
from guardian.verdict import Action, Coverage, Outcome, PolicyMatch, Reason, Severity, Verdict, Vetoed

if TYPE_CHECKING:
    from guardian.judge.base import Opinion

_Row = Mapping[str, Any]


def past_verdict(record: Record) -> Verdict:
    """The verdict of a `Kind.VERDICT` record. Raises ValueError for any other."""
    if record.kind is not Kind.VERDICT:
        raise ValueError("not a verdict")
    try:
        _check_message(record)
        return _verdict(record, record.body["verdict"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a verdict's record") from error


def _check_message(record: Record) -> None:
    """See that what belongs to the verdict is there too, so that whoever has a verdict may rely on it."""
    message, text = record.body["message"], record.body["text"]
    text_of(record)
    for part, names in ((message, ("id", "sender", "source", "context")), (text, ("sha256", "bytes", "why_not"))):
        for name in names:
            part[name]
    if not isinstance(text["bytes"], int):
        raise TypeError


def _verdict(record: Record, row: _Row) -> Verdict:
    return Verdict(
        id=str(row["id"]),
        channel=str(row["channel"]),
        outcome=Outcome(row["outcome"]),
        action=Action(row["action"]),
        risk=float(row["risk"]),
        scores={str(name): float(score) for name, score in row["scores"].items()},
        policies=tuple(map(_match, row["policies"])),
        findings=tuple(map(_finding, row["findings"])),
        vetoes=tuple(Vetoed(str(veto["veto"]), _finding(veto["finding"]), str(veto["say"])) for veto in row["vetoes"]),
        coverage=_coverage(row["coverage"]),
        model_name=record.spoke.model_name,
        model_sha256=record.spoke.model_sha256,
        policy_set=record.spoke.policy_set,
        wall=record.spoke.wall,
        elapsed_ms=float(row["elapsed_ms"]),
        advice=tuple(map(str, row["advice"])),
        head=int(row.get("model", {}).get("head", 0)),
        judge=_judge(row["judge"]) if row.get("judge") is not None else None,
    )


def _judge(row: _Row) -> SecondOpinion:
    opinions = tuple(map(_opinion, row["opinions"]))
    model = row["model"]
    return SecondOpinion(str(model["name"]), str(model["sha256"]), opinions, bool(row["late"]), Changed(row["changed"]))


def _opinion(row: _Row) -> Opinion:
    from guardian.judge.base import Answered, Label, Opinion  # here: hardly any record has one

    answers = (Answered(str(a["question"]), Label(a["label"]), str(a["quote"])) for a in row.get("answers", ()))
    return Opinion(
        policy=str(row["policy"]),
        label=Label(row["label"]),
        is_sure=bool(row["sure"]),
        margin=float(row["margin"]),
        entropy=float(row["entropy"]),
        windows=int(row["windows"]),
        order_flips=int(row["order_flips"]),
        is_truncated=bool(row["truncated"]),
        elapsed_ms=float(row["elapsed_ms"]),
        failure=str(row.get("failure", "")),
        answers=tuple(answers),
    )


def _match(row: _Row) -> PolicyMatch:
    return PolicyMatch(
        id=str(row["id"]),
        title=str(row.get("title", "")),
        why=str(row.get("why", "")),
        severity=Severity(row.get("severity", Severity.LOW)),
        action=Action(row.get("action", Action.NONE)),
        score=float(row["score"]),
        threshold=float(row["threshold"]),
        matched=bool(row["matched"]),
        because=tuple(map(str, row["because"])),
        tactics=tuple(map(str, row.get("tactics", ()))),
        excused=str(row.get("excused", "")),
    )


def _finding(row: _Row) -> Finding:
    return Finding(
        detector=str(row["detector"]),
        tactic=str(row["tactic"]),
        score=float(row["score"]),
        say=str(row["say"]),
        spans=tuple(map(_span, row["spans"])),
        kind=FindingKind(row["kind"]),
    )


def _span(row: _Row) -> Span:
    return Span(int(row["start"]), int(row["end"]), str(row["quote"]), str(row["view"]), bool(row["exact"]))


def _coverage(row: _Row) -> Coverage:
    reasons = (str(reason).partition(": ") for reason in row["reasons"])
    return Coverage(
        int(row["bytes"]), int(row["windows"]), tuple(Reason(code, say or code) for code, _, say in reasons)
    )
