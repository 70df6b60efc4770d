"""Patterns that RE2 takes and that do not do what their owner means: found in everything, or never.

What is told as never found was tried: no text that fits the pattern could be made, and without one of the signs that
stand for a place (`^ $ \\b`) one could. What is told as found too often was tried on ordinary texts of the caller's.

Invariant: what can't be tried is not told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from guardian.policy.base import Policy
from guardian.policy.effects.pattern_texts import matching_texts
from guardian.policy.lints.found import Found
from guardian.policy.patterns import Pattern, PatternError, encode, encode_all
from guardian.policy.position import Positions
from guardian.policy.problem import Level, quoted

FEWEST_TEXTS: Final = 8
"""With fewer ordinary texts no pattern is tried on them."""
_TOO_OFTEN: Final = 3
"""A pattern is too wide that is in one of so many ordinary texts, or more."""
_PART: Final = re.compile(
    r"""(?xs)
      (?P<quotation> \\Q.*?(?:\\E|\Z) )
    | (?P<class> \[\^?\]?(?:\[:\w+:\]|\\.|[^\]\\])*\] )
    | (?P<opening> \((?:\?(?:P?<\w+>|[imsU-]*[:)]))? | \| )
    | (?P<closing> \) )
    | (?P<place> \\[bBAz] | [\^$] )
    | (?P<optional> [?*] | \{0?, )
    | (?P<sign> \\[^A-Za-z0-9] | [^A-Za-z0-9_\s\\.+{] )
    | (?P<other> \\. | . )
    """
)
"""The parts of a pattern. A sign is a character that stands for itself and is no part of a word (RE2's: ASCII)."""
_ENDS: Final = {
    "$": "$ means the end of the text",
    "^": "^ means the beginning of the text",
    "\\A": "\\A means the beginning of the text",
    "\\z": "\\z means the end of the text",
}
_LONGEST_TRIED_CHARACTERS: Final = 200
_MOST_ENDS: Final = 6
_MOST_TEXTS: Final = 200
"""Beyond these a pattern is not tried: a stranger may have written it."""
_ROUND: Final = ("", "x", " ", "\n", "x\n", "\nx")
"""What a text is tried with before and behind it."""


def pattern_problems(policy: Policy, positions: Positions, ordinary: Sequence[str]) -> Iterator[Found]:
    """What is wrong with a policy's patterns; `ordinary` are texts of which no pattern should be in many."""
    encoded = encode_all(ordinary)
    for index, source in enumerate(policy.match.patterns):
        pattern, place = Pattern(source), positions.value(["match", "patterns", index])
        found = sum(map(pattern.is_in, encoded))
        if pattern.matches_every_text:
            message = f"pattern {index + 1} matches the empty text, and so every message"
            yield Level.WARNING, "matches-everything", place, message, "ask for at least one character"
        elif len(encoded) >= FEWEST_TEXTS and found * _TOO_OFTEN >= len(encoded):
            message = f"pattern {index + 1} is in {found} of {len(encoded)} ordinary texts"
            yield Level.WARNING, "matches-ordinary", place, message, "ask for more words, or put \\b round one"
        else:
            yield from _wrong_places(index, source, positions)


def _wrong_places(index: int, source: str, positions: Positions) -> Iterator[Found]:
    """A sign for a place by which the pattern is never found, or not where its owner means."""
    parts = list(_PART.finditer(source))
    ends = [number for number, part in enumerate(parts) if part.group() in _ENDS]
    is_tried = len(source) <= _LONGEST_TRIED_CHARACTERS and len(ends) <= _MOST_ENDS
    is_never_found = bool(ends) and is_tried and not _can_be_found(parts)
    for number, part in enumerate(parts):
        sign, place = part.group(), positions.inside_string(["match", "patterns", index], part.start())
        beside = _sign_at_edge(parts, number) if sign == "\\b" else ""
        if beside:
            message = f"pattern {index + 1}: \\b {beside} is there only where a letter, digit or _ is on its other side"
            yield Level.WARNING, "odd-word-edge", place, message, "no sign is part of a word in RE2: leave this \\b out"
            return
        if number in ends and is_never_found and _can_be_found(parts, without=number):
            message = f"pattern {index + 1} is never found: {_ENDS[sign]}"
            hint = f"write \\{sign} for the character itself" if sign in "^$" else f"leave {sign} out"
            yield Level.WARNING, "never-found", place, message, hint
            return


def _can_be_found(parts: Sequence[re.Match[str]], without: int | None = None) -> bool:
    """Whether a text was made in which the pattern is, but for one of its parts; True too where that can't be tried."""
    try:
        texts = matching_texts("".join(part.group() for part in parts if not part["place"]))
        pattern = Pattern("".join(part.group() for number, part in enumerate(parts) if number != without))
    except PatternError:  # what is left when a part is taken out need not be a pattern
        return True
    tried = (f"{before}{text}{behind}" for text in texts[:_MOST_TEXTS] for before in _ROUND for behind in _ROUND)
    return not texts or any(pattern.is_in(encode(text)) for text in tried)


def _sign_at_edge(parts: Sequence[re.Match[str]], number: int) -> str:
    """`before "£"`: which sign, no part of any word, a `\\b` stands at, with nothing on its other side."""
    before = parts[number - 1] if number else None
    behind = parts[number + 1] if number + 1 < len(parts) else None
    is_optional = number + 2 < len(parts) and bool(parts[number + 2]["optional"])
    if behind is not None and behind["sign"] and not is_optional and (before is None or before["opening"]):
        return f"before {quoted(behind.group()[-1])}"
    if before is not None and before["sign"] and (behind is None or behind["closing"] or behind.group() == "|"):
        return f"behind {quoted(before.group()[-1])}"
    return ""
