"""One labelled row, and how a line of NDJSON becomes one.

Invariants: a row is complete and consistent, or `parse_row` raised ValueError with what is wrong; a marked span of
evidence is a verbatim part of the text; keys that are not named here are passed over, as `guardian scan --ndjson` does.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from guardian.message import Channel, Message
from guardian.report.families import family_of
from guardian.safe_text import safe_line
from guardian.tactics import GROUPS, TACTICS, is_known

MAX_NAME_CHARS: Final = 200
"""Longest id, source, family, kind, language or voice."""
_NAMES: Final = ("source", "family", "kind", "language", "voice")
_HARMLESS_TWIN: Final = "harmless twin"
_OTHER_ORDINARY: Final = "other"


@dataclass(frozen=True, slots=True, repr=False)
class LabelledRow:
    """A message and what is known of it. Every name is untrusted."""

    id: str
    text: str
    channel: Channel
    violating: bool
    source: str
    """The set that it comes from."""
    family: str = ""
    """What is done to the reader; empty where nobody said."""
    kind: str = ""
    """What kind of ordinary (or violating) text it is."""
    language: str = ""
    """Such as `en`; empty where nobody said."""
    tactics: tuple[str, ...] = ()
    twin: str = ""
    """Shared by the violating and the harmless text of a pair; empty where there is no pair."""
    evidence: tuple[str, ...] = ()
    """The words that do it, verbatim."""
    voice: str = ""
    """Who wrote it."""
    sender: str | None = None
    context: tuple[str, ...] = ()
    """Earlier turns, oldest first."""

    @property
    def size_bytes(self) -> int:
        """Length of the text in UTF-8."""
        return len(self.raw)

    @property
    def raw(self) -> bytes:
        """The text as it is screened."""
        return self.text.encode("utf-8", "surrogatepass")

    @property
    def ordinary_kind(self) -> str:
        """The kind of an ordinary row: the one given, else whether it is the harmless text of a pair."""
        return self.kind or (_HARMLESS_TWIN if self.twin else _OTHER_ORDINARY)

    def message(self) -> Message:
        """The row as the gate takes it."""
        return Message(
            self.raw, channel=self.channel, id=self.id, sender=self.sender, source=self.source, context=self.context
        )

    def evidence_ranges(self) -> list[tuple[int, int]]:
        """Byte ranges (start, end) of every place where a marked span stands in `raw`, none over another of its own:
        a span that repeats within itself would else stand in as many places as it has bytes."""
        raw, ranges = self.raw, []
        for marked in self.evidence:
            wanted = marked.encode("utf-8", "surrogatepass")
            start = raw.find(wanted)
            while start >= 0:
                ranges.append((start, start + len(wanted)))
                start = raw.find(wanted, start + len(wanted))
        return sorted(ranges)


def parse_row(line: bytes, default_source: str) -> LabelledRow:
    """The row that a line of NDJSON holds. Raises ValueError with what is wrong, one lower-case line."""
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError("not JSON") from error
    if not isinstance(raw, dict):
        raise ValueError("not a JSON object")
    tactics = tuple(_known_tactic(tactic) for tactic in _texts(raw, "tactics"))
    names = {name: _name(raw, name) for name in _NAMES}
    row = LabelledRow(
        id=_id(raw),
        text=_required(raw, "text"),
        channel=_channel(raw),
        violating=_label(raw),
        source=names["source"] or default_source,
        family=names["family"] or family_of(tactics),
        kind=names["kind"],
        language=names["language"],
        tactics=tactics,
        twin=_name(raw, "twin"),
        evidence=_texts(raw, "evidence"),
        voice=names["voice"],
        sender=_name(raw, "sender") or None,
        context=_texts(raw, "context"),
    )
    _check(row)
    return row


def _check(row: LabelledRow) -> None:
    if not row.violating and (row.tactics or row.evidence):
        raise ValueError('an ordinary row (label 0) has no "tactics" and no "evidence"')
    missing = next((marked for marked in row.evidence if not marked or marked not in row.text), None)
    if missing is not None:
        raise ValueError(f'"evidence" is not in the text word for word: {safe_line(missing, 60) or "an empty one"}')


def _required(raw: dict[str, Any], key: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str):
        raise ValueError(f'the key "{key}" is missing or not a string')
    return value


def _id(raw: dict[str, Any]) -> str:
    value = raw.get("id")
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise ValueError('the key "id" is missing, or neither a string nor a whole number')
    return _short("id", str(value))


def _channel(raw: dict[str, Any]) -> Channel:
    value = raw.get("channel")
    if value not in [channel.value for channel in Channel]:
        raise ValueError('"channel" is neither "incoming" nor "ai_output"')
    return Channel(value)


def _label(raw: dict[str, Any]) -> bool:
    value = raw.get("label")
    if type(value) is not int or value not in (0, 1):
        raise ValueError('"label" is neither 0 (ordinary) nor 1 (violating)')
    return value == 1


def _name(raw: dict[str, Any], key: str) -> str:
    value = raw.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f'"{key}" is not a string')
    return _short(key, value)


def _short(key: str, value: str) -> str:
    if len(value) > MAX_NAME_CHARS:
        raise ValueError(f'"{key}" is longer than {MAX_NAME_CHARS} characters')
    return value


def _texts(raw: dict[str, Any], key: str) -> tuple[str, ...]:
    value = raw.get(key)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError(f'"{key}" is not a list of strings')
    return tuple(value)


def _known_tactic(tactic: str) -> str:
    if not is_known(tactic):
        near = get_close_matches(tactic[:60], [*TACTICS, *GROUPS], n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise ValueError(f'"tactics" names an unknown one, {safe_line(tactic, 40)}{hint}')
    return tactic
