"""Encoded text in views: found, decoded within the limits, and decoded again where it holds more.

Invariants: never raises for any text; linear in the length of the views; all decoded text together stays within
`limits.max_decoded_bytes`; each character of a decoded view is mapped to the bytes of the outermost encoded run that
it came from; what was found and not decoded because of a limit is a coverage reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from guardian.reading.base import Disguise, View, mapped_view
from guardian.reading.decoding.base import Candidate, Finder, Room
from guardian.reading.decoding.base85 import find_base85
from guardian.reading.decoding.ciphers import find_ciphers
from guardian.reading.decoding.escapes import find_escapes
from guardian.reading.decoding.meaning import asks, says_something
from guardian.reading.decoding.numbers import find_codes, find_numbers
from guardian.reading.decoding.signals import find_signals
from guardian.reading.decoding.tokens import find_tokens
from guardian.reading.limits import Limits
from guardian.verdict import Reason

TACTIC: Final = "encoded_payload"

_PLAIN: Final = 0.9
_WEAK: Final = 0.6
"""Scores as `guardian.detectors.rulebook` has them, which reading does not know."""
_MOST_DISGUISES: Final = 32
"""Of one kind in one view, the surest first."""
_SHOWN_CHARACTERS: Final = 1000
"""Of a decoded text, to the owner; the view has all of it."""

_FINDERS: Final[tuple[Finder, ...]] = (
    find_tokens,
    find_base85,
    find_escapes,
    find_numbers,
    find_codes,
    find_signals,
    find_ciphers,
)
_SHORTEST_HOLDER: Final = 10
"""Characters from which on a decoded text that says nothing may hold encoded text."""
_DOUBTFUL: Final = frozenset({"character-codes", "letter-numbers", "morse", "braille", "nato"})
"""Encodings in which figures and rules of honest texts decode to some letters: those hold more only in a long run."""
_LONG_RUN: Final = re.compile(r"[A-Za-z0-9+/=_%&#;\\-]{10,}")
_NAMES: Final = {
    "hex": "hexadecimal digits",
    "percent": "percent signs and numbers",
    "html-entities": "HTML entities",
    "escapes": "backslash escapes",
    "utf-7": "UTF-7",
    "binary": "zeros and ones",
    "character-codes": "character codes",
    "letter-numbers": "numbers for letters",
    "morse": "Morse code",
    "braille": "Braille",
    "caesar": "shifted letters",
    "atbash": "a mirrored alphabet",
    "reversed": "letters turned round",
    "nato": "a spelling alphabet",
}


@dataclass(frozen=True, slots=True)
class Decoded:
    """What was decoded of some views."""

    views: tuple[View, ...] = ()
    """What it says, one view for each source view and encoding; none is empty."""
    disguises: tuple[Disguise, ...] = ()
    reasons: tuple[Reason, ...] = ()
    """What was not decoded, and why."""


@dataclass(frozen=True, slots=True)
class _Layer:
    """A view that may hold encoded text, and the encodings that it came out of, the innermost first."""

    view: View
    kinds: tuple[str, ...] = ()


def decode_views(views: Sequence[View], limits: Limits) -> Decoded:
    """What stands encoded in the views."""
    room = Room(limits)
    found: list[View] = []
    disguises: list[Disguise] = []
    layers = [_Layer(view) for view in views]
    for _ in range(limits.max_decode_depth):
        deeper: list[_Layer] = []
        for layer in layers:
            for (kind, is_saying), group in _grouped(_candidates(layer.view.text, room)).items():
                kinds = (kind, *layer.kinds)
                fitting = _fitting(group, room)
                if not fitting:
                    continue
                deeper.append(_Layer(_joined(layer.view, kinds, fitting), kinds))
                if is_saying:
                    found.append(deeper[-1].view)
                    disguises += _disguises(layer.view, kinds, fitting)
        layers = deeper
    room.deep += sum(1 for layer in layers for _ in _candidates(layer.view.text, room))
    return Decoded(tuple(found), tuple(disguises), _reasons(room, limits))


def _candidates(text: str, room: Room) -> Iterator[tuple[bool, Candidate]]:
    """What is encoded in the text: whether it says something, or only may hold something that does, and what it is."""
    for finder in _FINDERS:
        for candidate in finder(text, room):
            is_saying = says_something(candidate.text)
            if not is_saying and not _may_hold_more(candidate):
                continue
            if room.texts_left == 0:
                room.refused_bytes += len(text) - candidate.start
                return
            room.texts_left -= 1
            yield is_saying, candidate


def _may_hold_more(candidate: Candidate) -> bool:
    if candidate.kind in _DOUBTFUL:
        return bool(_LONG_RUN.search(candidate.text))
    return len(candidate.text) >= _SHORTEST_HOLDER


def _grouped(found: Iterable[tuple[bool, Candidate]]) -> dict[tuple[str, bool], list[Candidate]]:
    groups: dict[tuple[str, bool], list[Candidate]] = {}
    for is_saying, candidate in found:
        groups.setdefault((candidate.kind, is_saying), []).append(candidate)
    return groups


def _fitting(candidates: Iterable[Candidate], room: Room) -> list[Candidate]:
    """The candidates that there is room for, the last one cut to it."""
    fitting = []
    for candidate in candidates:
        size = len(candidate.text) if candidate.text.isascii() else len(candidate.text.encode("utf-8", "replace"))
        if size <= room.left_bytes:
            room.left_bytes -= size
            fitting.append(candidate)
            continue
        kept = room.left_bytes * len(candidate.text) // size
        room.refused_bytes += (candidate.end - candidate.start) * (size - room.left_bytes) // size
        room.left_bytes = 0
        if kept:
            fitting.append(replace(candidate, text=candidate.text[:kept]))
    return fitting


def _joined(source: View, kinds: tuple[str, ...], candidates: Sequence[Candidate]) -> View:
    """One view of the candidates of one kind, each on lines of its own."""
    runs, char = [], 0
    for candidate in candidates:
        runs.append((char, candidate.start, candidate.end))
        char += len(candidate.text) + 1
    text = "\n".join(candidate.text for candidate in candidates)
    return mapped_view(source, " in ".join(kinds), text, runs, f"written in {_told(kinds)}")


def _disguises(source: View, kinds: tuple[str, ...], candidates: Iterable[Candidate]) -> list[Disguise]:
    """The surest of the candidates that no honest text has."""
    found = []
    for candidate in candidates:
        if not candidate.is_usual:
            # Nobody encodes twice by accident, and an ask has no reason to be encoded at all.
            score = _PLAIN if len(kinds) > 1 or asks(candidate.text) else _WEAK
            span = source.span(candidate.start, candidate.end)
            say = f"carries text written in {_told(kinds)}"
            found.append(Disguise(kinds[0], TACTIC, span, say, score, candidate.text[:_SHOWN_CHARACTERS]))
    return sorted(found, key=lambda disguise: -disguise.score)[:_MOST_DISGUISES]


def _told(kinds: tuple[str, ...]) -> str:
    return " inside ".join(_NAMES.get(kind, kind) for kind in kinds)


def _reasons(room: Room, limits: Limits) -> tuple[Reason, ...]:
    reasons = []
    if room.refused_bytes:
        say = f"did not decode up to {room.refused_bytes:,} bytes that may be encoded text: there is too much of it"
        reasons.append(Reason("encoded-too-large", say))
    if room.grown:
        say = f"unpacked {room.grown:,} packed texts only in part: they grow beyond the limit"
        reasons.append(Reason("encoded-grows", say))
    if room.deep:
        say = f"did not decode {room.deep:,} texts that are encoded more than {limits.max_decode_depth} times over"
        reasons.append(Reason("encoded-too-deep", say))
    return tuple(reasons)
