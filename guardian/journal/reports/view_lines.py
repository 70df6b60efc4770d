"""Entries as plain lines for a terminal: one line in a list, or all of it.

Invariants: every word that came from a message, a policy or a note has passed `safe_line` or `safe_text`; the outcome
is told by a word and a shape, never by colour alone.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Mapping
from datetime import tzinfo
from types import MappingProxyType
from typing import Any, Final

from guardian.journal.feedback import Feedback
from guardian.journal.marks import Mark
from guardian.journal.record import Kind, Record
from guardian.journal.reports.facts import sender_of
from guardian.journal.reports.view import View, local_time
from guardian.journal.verdict_record import text_of
from guardian.message import Channel
from guardian.safe_text import safe_line, safe_text
from guardian.verdict import Verdict
from guardian.verdict_words import COLOURS, MARKS, headline, reason_lines, short_reason

SEQ_COLUMNS: Final = 6
SENDER_COLUMNS: Final = 26
_FEWEST_COLUMNS: Final = 20
_VALUE_CHARACTERS: Final = 400
_NO_STANDINGS: Final[Mapping[str, str]] = MappingProxyType({})
_CHANNELS: Final = {Channel.INCOMING.value: "incoming", Channel.AI_OUTPUT.value: "ai"}


def list_line(view: View, *, zone: tzinfo | None = None, colour: bool = False, columns: int = 120) -> str:
    """One line: number, time, mark and outcome, channel, sender, what it does, the owner's word and mark."""
    record, verdict = view.record, view.verdict()
    before = f"{view.seq:>{SEQ_COLUMNS}}  {_minute(record, zone):<16}  "
    if record is None:
        return f"{before}  {view.kind:<10}  {safe_line(view.why_not)}"
    if verdict is None:
        words = "its content is not a verdict" if record.kind is Kind.VERDICT else _in_short(record)
        return (
            f"{before}  {record.kind.value:<10}  {safe_line(words, max(columns - len(before) - 14, _FEWEST_COLUMNS))}"
        )
    outcome = f"{MARKS[verdict.outcome]}{verdict.outcome.value:<10}"
    if colour and COLOURS[verdict.outcome]:
        outcome = f"{COLOURS[verdict.outcome]}{outcome}\x1b[0m"
    sender = fitted(sender_of(record) or "-", SENDER_COLUMNS)
    said = _said_in_short(view)
    channel = f"{_CHANNELS.get(verdict.channel, '?'):<8}"
    room = columns - len(before) - 12 - 2 - 8 - 2 - SENDER_COLUMNS - 2 - len(said)
    reason = short_reason(verdict, max(room, _FEWEST_COLUMNS))
    return f"{before}{outcome}  {channel}  {sender}  {reason}{said}".rstrip()


def show_lines(view: View, *, zone: tzinfo | None = None, standings: Mapping[str, str] = _NO_STANDINGS) -> list[str]:
    """All of one entry: what was said of it and why, what the journal knows of it, and the text where it was kept.

    `standings`: how alerts of the policies that matched fared, in words, by policy
    (`guardian.policy.effects.track_record.track_record_line`).
    """
    record, verdict = view.record, view.verdict()
    lines = [f"record {view.seq}, {view.kind}{_moment(record.at_ms, zone) if record is not None else ''}"]
    if record is None:
        return [*lines, f"  {safe_line(view.why_not)}", *_facts({"leaf": view.entry.leaf.hex()})]
    if verdict is not None:
        lines.append(f"{MARKS[verdict.outcome].strip()} {headline(verdict)}".strip())
        lines += [f"  {line}" for line in reason_lines(verdict)]
        lines += [f"  {safe_line(policy)}: {safe_line(words)}" for policy, words in standings.items()]
        lines += _facts(_of_verdict(record, verdict))
    else:
        lines += _facts({str(key): _value(value) for key, value in record.body.items()})
    lines += _facts(_of_journal(view, record))
    if view.feedback is not None:
        lines += _facts({"you said": _word(view.feedback.says.value, view.feedback, zone)})
    if view.opinion is not None:
        lines += _facts({"judge": f"spoke late{_moment(view.opinion.at_ms, zone)}; first it was {_first(record)}"})
    if view.mark is not None:
        lines += _facts({"marked": _word(view.mark.mark.value, view.mark, zone)})
    return [*lines, *(_text_lines(record) if verdict is not None else [])]


def fitted(text: str, columns: int) -> str:
    """`text`, safe, cut and filled to a width; wide characters count as two."""
    kept: list[str] = []
    used = 0
    for char in safe_line(text):
        wide = 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if used + wide > columns:
            while kept and used + 1 > columns:
                used -= 2 if unicodedata.east_asian_width(kept.pop()) in "WF" else 1
            kept, used = [*kept, "…"], used + 1
            break
        kept.append(char)
        used += wide
    return "".join(kept) + " " * (columns - used)


def _of_verdict(record: Record, verdict: Verdict) -> dict[str, str]:
    message = record.body.get("message", {})
    top = sorted(verdict.scores.items(), key=lambda item: -item[1])[:5]
    windows = verdict.coverage.windows
    passes = f"{windows:,} {'window' if windows == 1 else 'windows'}, {verdict.elapsed_ms:.0f} ms"
    return {
        "channel": verdict.channel,
        "from": sender_of(record) or "not known",
        "source": str(message.get("source", "")),
        "name": str(message.get("id", "")),
        "action": verdict.action.value,
        "scores": ", ".join([f"risk {verdict.risk:.2f}", *(f"{name} {score:.2f}" for name, score in top)]),
        "judged": f"{verdict.coverage.bytes:,} bytes, {passes}",
    }


def _of_journal(view: View, record: Record) -> dict[str, str]:
    spoke = record.spoke
    model = f"{spoke.model_name} {spoke.model_sha256[:12]}, wall {spoke.wall}" if spoke.model_name else ""
    return {
        "model": model,
        "policies": spoke.policy_set[:19],
        "program": f"guardian {spoke.program}" if spoke.program else "",
        "leaf": view.entry.leaf.hex(),
        "waited": "outside the journal, and was merged later" if record.late else "",
    }


def _facts(facts: Mapping[str, str]) -> list[str]:
    shown = {safe_line(name, 20): safe_line(value, _VALUE_CHARACTERS) for name, value in facts.items() if value}
    return [f"  {name:<9} {value}" for name, value in shown.items()]


def _text_lines(record: Record) -> list[str]:
    """The text, each line behind a bar, so that no line of it can pass for one of Guardian's."""
    text = record.body["text"]
    raw = text_of(record)
    if raw is None:
        return [f"  {'text':<9} not kept: {safe_line(str(text['why_not']))}", f"  sha-256   {text['sha256']}"]
    shown = safe_text(raw.replace(b"\r\n", b"\n").decode("utf-8", "backslashreplace"))
    return [f"  {'text':<9} {text['bytes']:,} bytes", *(f"  | {line}" for line in shown.split("\n"))]


def _in_short(record: Record) -> str:
    shorten = _SHORT.get(record.kind)
    try:
        return shorten(record.body) if shorten else _value(dict(record.body))
    except (KeyError, TypeError, ValueError, AttributeError):
        return _value(dict(record.body))


def _counted(body: Mapping[str, Any]) -> str:
    parts = (f"{channel}: {_numbers(numbers)}" for channel, numbers in sorted(body["counts"].items()))
    return f"{body['day']}, not recorded one by one; {'; '.join(parts)}"


def _numbers(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{int(number):,} {outcome}" for outcome, number in sorted(numbers.items()))


def _amended(body: Mapping[str, Any]) -> str:
    if body["how"] == "cooling":
        return f"cooling-off: {body['hours']} hours"
    if body["how"].startswith("adapted"):  # guardian.adapt.keeping
        now = f"version {body['n']} of your head is in force" if body["n"] else "your head was switched off"
        return now + (f"; {body['why']}" if body.get("why") else "")
    version = f", version {body['n']}" if body["n"] else ""
    return f"{body['policy']}: {body['how']}{version}" + (f"; {body['why']}" if body.get("why") else "")


_SHORT: Final[Mapping[Kind, Callable[[Mapping[str, Any]], str]]] = {
    Kind.AMENDMENT: _amended,
    Kind.COUNTS: _counted,
    Kind.SEAL: lambda body: str(body["did"]),
    Kind.FEEDBACK: lambda body: f"on {body['of']}: {body['says']}" + (f" ({body['note']})" if body.get("note") else ""),
    Kind.MARK: lambda body: f"on {body['of']}: {body['mark']}" + (f" ({body['note']})" if body.get("note") else ""),
    Kind.OPINION: lambda body: (
        f"on {body['of']}: your judge {body['judge']}"
        + (f" {body['changed']} it, so it is {body['outcome']}" if body["changed"] else " changed nothing")
    ),
    Kind.FORGOTTEN: lambda body: (
        ", ".join(f"{first} to {last}" if first != last else f"{first}" for first, last in body["seqs"])
        + (f": {body['why']}" if body.get("why") else "")
    ),
}


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _said_in_short(view: View) -> str:
    word = f"  [you: {view.feedback.says.value}]" if view.feedback is not None else ""
    late = f"  [judge: {view.opinion.changed.value}]" if view.opinion is not None and view.opinion.changed else ""
    return word + (f"  [{view.mark.word}]" if view.mark is not None else "") + late


def _word(word: str, said: Feedback | Mark, zone: tzinfo | None) -> str:
    note = f": {said.note}" if said.note else ""
    return f"{word}{_moment(said.at_ms, zone)}{note}"


def _minute(record: Record | None, zone: tzinfo | None) -> str:
    moment = local_time(record.at_ms, zone) if record is not None else None
    return moment.strftime("%Y-%m-%d %H:%M") if moment is not None else ""


def _first(record: Record) -> str:
    """The outcome before the judge spoke."""
    return str(record.body.get("verdict", {}).get("outcome", "not known"))


def _moment(at_ms: int, zone: tzinfo | None) -> str:
    moment = local_time(at_ms, zone)
    return moment.strftime(", %Y-%m-%d %H:%M:%S %z") if moment is not None else ""
