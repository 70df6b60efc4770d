"""An explanation as plain lines for a terminal, and as JSON.

Invariant: every line has passed `safe_line` but for its indent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from guardian.policy.trying.explain import Course, Explained, Step
from guardian.policy.trying.match_words import standing_words
from guardian.safe_text import safe_line
from guardian.verdict import PolicyMatch

_COLUMNS: Final = 12


def explained_lines(explained: Explained) -> Iterator[str]:
    """The message, and each step with what became of it there."""
    yield safe_line(f"{explained.policy.id}: {explained.policy.title}")
    yield from map(safe_line, _message_lines(explained))
    for number, step in enumerate(explained.steps, start=1):
        yield from _step_lines(number, step)
    if any(step.course is Course.STOPS for step in explained.steps):
        yield "What follows the first step that stops it is what the policy would say."


def said_words(explained: Explained) -> str:
    """What the policy says in the end: `warn: matched by ...`."""
    if explained.now is None:
        return "the policy does not look at this message"
    alone = "" if explained.has_text else " (by the record's numbers alone)"
    if not explained.now.matched:
        return standing_words(explained.now) + alone
    return f"{explained.action.value}: {standing_words(explained.now)}{alone}"


def then_words(then: PolicyMatch | None) -> str:
    """What the record says of the policy."""
    if then is None:
        return "this policy was not there, or did not look"
    return f"{then.action.value}: {standing_words(then)}" if then.matched else standing_words(then)


def explained_json(explained: Explained) -> dict[str, Any]:
    """The same as JSON."""
    evidence = explained.inspection.evidence
    now = explained.now
    return {
        "policy": explained.policy.id,
        "status": explained.policy.status.value,
        "message": {
            "id": evidence.message.id,
            "channel": evidence.message.channel.value,
            "sender": evidence.message.sender,
            "has_text": explained.has_text,
            "coverage": explained.inspection.coverage.to_json(),
        },
        "vetoes": [veto.to_json() for veto in explained.inspection.vetoed],
        "steps": [_step_json(step) for step in explained.steps],
        "now": None if now is None else _now_json(explained, now),
    }


def _now_json(explained: Explained, now: PolicyMatch) -> dict[str, Any]:
    row = {**now.to_json(), "say": said_words(explained)}
    return {**row, "outcome": explained.outcome.value, "action": explained.action.value}


def _step_json(step: Step) -> dict[str, Any]:
    row: dict[str, Any] = {"step": step.name, "rule": step.rule, "result": step.course.value, "say": step.say}
    if step.roads:
        row["roads"] = [dict(road.facts) for road in step.roads]
    return {**row, **step.facts}


def _message_lines(explained: Explained) -> Iterator[str]:
    message, coverage = explained.inspection.evidence.message, explained.inspection.coverage
    sender = f" from {message.sender}" if message.sender else ""
    windows = "1 window" if coverage.windows == 1 else f"{coverage.windows:,} windows"
    yield f"message: {message.channel.value}{sender}, {coverage.bytes:,} bytes, {windows} judged"
    for reason in coverage.reasons:
        yield f"not judged: {reason.say}"
    for veto in explained.inspection.vetoed:
        yield f"set aside before any policy looks: it {veto.finding.say}: {veto.say} ({veto.veto})"


def _step_lines(number: int, step: Step) -> Iterator[str]:
    rule = safe_line(f"{number}. {step.name}: {step.rule}")
    yield f"{step.course.value:<{_COLUMNS}}{rule}" + (f" - {safe_line(step.say)}" if step.say else "")
    indent = " " * (_COLUMNS + 3)
    for road in step.roads:
        for line in road.lines:
            deeper = "  " if line.startswith("  ") else ""
            yield indent + deeper + safe_line(line)
