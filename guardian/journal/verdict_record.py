"""A verdict as the journal keeps it, and how to read one back.

Body of a `Kind.VERDICT` record (all keys are always there, but `judge` in `verdict`; in the file it takes less:
`guardian.journal.packing`):

    message   {"id", "channel", "sender" (as its source says, else as its own headers say, or None), "source", "format",
              "context" ([] unless the text is kept)}
    text      {"sha256", "bytes", "context_sha256" (of the earlier turns as canonical JSON; None without any), "kept",
               "encoding" ("utf-8" or "base64"), "data" ("" unless kept), "why_not" (or "")}
    verdict   the verdict's JSON of design.md section 7 with every policy, without `journal` and `sender`;
              `judge` is there where one was asked; where the text is not kept all quotes are empty. Matched policies
              carry "title", "why", "severity", "action" and "tactics" besides
    stream    {"scores": {output: score} after what cannot apply was put to 0 (empty where the model did not judge),
              "senders": [every address that the message claims], "ordinary": true or false,
              "fingerprint": what gives the scores their meaning (`calibration.thresholds.fingerprint`)}

Scores have four digits.

Invariants: where the text is not kept, no word of it stands anywhere in the record; its hash does, which nobody
sees without the key.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any, Final

from guardian.journal.encoding import canonical_bytes
from guardian.journal.record import Kind, Record, Spoke
from guardian.message import Channel, Format, Message
from guardian.verdict import PolicyMatch, Verdict

MOST_TEXT_BYTES: Final = 256 << 10
"""Longest text that is kept, its earlier turns counted in; of a longer one the hash is, and the record says so."""
_SCORE_DIGITS: Final = 4


def verdict_record(
    message: Message,
    verdict: Verdict,
    *,
    at_ms: int,
    program: str,
    why_not_text: str,
    stream: Mapping[str, Any],
) -> Record:
    """The record of one verdict. `why_not_text` says why the text is not to be kept; empty where it is."""
    if not why_not_text and _length_bytes(message) > MOST_TEXT_BYTES:
        why_not_text = f"longer than {MOST_TEXT_BYTES >> 10} KiB" + (
            ", with what came before it" * bool(message.context)
        )
    is_kept = not why_not_text
    senders = [message.sender] if message.sender is not None else list(stream["senders"])
    body = {
        "message": {
            "id": _clean(message.id),
            "channel": message.channel.value,
            "sender": _clean(senders[0]) if senders else None,
            "source": _clean(message.source),
            "format": message.format.value,
            "context": [_clean(turn) for turn in message.context] if is_kept else [],
        },
        "text": _text(message, why_not_text),
        "verdict": _verdict(verdict, with_quotes=is_kept),
        "stream": {**stream, "scores": _rounded(stream["scores"])},
    }
    spoke = Spoke(verdict.model_name, verdict.model_sha256, verdict.policy_set, verdict.wall, program)
    return Record(Kind.VERDICT, at_ms, body, spoke)


def text_of(record: Record) -> bytes | None:
    """The message's bytes, where they were kept. Raises ValueError where the record is no verdict's."""
    text = record.body.get("text")
    if not isinstance(text, dict):
        raise ValueError("not a verdict")
    if not text["kept"]:
        return None
    data = str(text["data"])
    return base64.b64decode(data, validate=True) if text["encoding"] == "base64" else data.encode("utf-8")


def message_of(record: Record) -> Message | None:
    """The message as it was judged, where its text was kept. Raises ValueError where the record is no verdict's."""
    raw = text_of(record)
    if raw is None:
        return None
    body = record.body["message"]
    return Message(
        raw,
        channel=Channel(body["channel"]),
        id=str(body["id"]),
        sender=body["sender"],
        source=str(body["source"]),
        format=Format(body["format"]),
        context=tuple(map(str, body["context"])),
    )


def matched_policies(record: Record) -> list[str]:
    """Ids of the policies that matched."""
    return [str(row["id"]) for row in record.body["verdict"]["policies"] if row["matched"]]


def tactics_of(record: Record) -> list[str]:
    """Ids of the tactics (or groups) by which policies matched, most telling first, each once."""
    rows = record.body["verdict"]["policies"]
    return list(dict.fromkeys(str(tactic) for row in rows if row["matched"] for tactic in row.get("tactics", ())))


def _length_bytes(message: Message) -> int:
    return len(message.raw) + sum(len(turn.encode("utf-8", "surrogatepass")) for turn in message.context)


def _text(message: Message, why_not: str) -> dict[str, Any]:
    turns = [_clean(turn) for turn in message.context]
    text: dict[str, Any] = {
        "sha256": hashlib.sha256(message.raw).hexdigest(),
        "bytes": len(message.raw),
        "context_sha256": hashlib.sha256(canonical_bytes(turns)).hexdigest() if turns else None,
        "kept": not why_not,
        "encoding": "utf-8",
        "data": "",
        "why_not": why_not,
    }
    if not why_not:
        try:
            text["data"] = message.raw.decode("utf-8")
        except UnicodeDecodeError:
            text |= {"encoding": "base64", "data": base64.b64encode(message.raw).decode("ascii")}
    return text


def _verdict(verdict: Verdict, *, with_quotes: bool) -> dict[str, Any]:
    row = verdict.to_json(all_policies=True)
    del row["journal"], row["sender"]
    row["scores"] = _rounded(verdict.scores)
    row["policies"] = [policy_row(match) for match in verdict.policies]
    if not with_quotes:
        for finding in [*row["findings"], *(veto["finding"] for veto in row["vetoes"])]:
            finding["spans"] = [{**span, "quote": ""} for span in finding["spans"]]
        for answer in (
            answer for each in (row["judge"] or {}).get("opinions", ()) for answer in each.get("answers", ())
        ):
            answer["quote"] = ""
    if row["judge"] is None:
        del row["judge"]
    for name in ("findings", "vetoes", "judge"):
        if name in row:
            row[name] = clean_json(row[name])
    row["id"] = _clean(row["id"])
    return row


def _rounded(scores: Mapping[str, float]) -> dict[str, float]:
    """The same digits wherever a score stands in a record, so that it need stand there once (`packing`)."""
    return {name: round(score, _SCORE_DIGITS) for name, score in scores.items()}


def policy_row(match: PolicyMatch) -> dict[str, Any]:
    """How a policy stood, as a record has it: of one that matched, more than the verdict's JSON says."""
    row = match.to_json()
    if not match.matched:
        return row
    return {
        **row,
        "title": match.title,
        "why": match.why,
        "severity": match.severity.value,
        "action": match.action.value,
        "tactics": list(match.tactics),
    }


def _clean(text: str) -> str:
    """Text that UTF-8 can hold: a lone surrogate becomes U+FFFD."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def clean_json(value: Any) -> Any:
    """JSON values of which every text is one that UTF-8 can hold."""
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, dict):
        return {key: clean_json(each) for key, each in value.items()}
    return [clean_json(each) for each in value] if isinstance(value, list | tuple) else value
