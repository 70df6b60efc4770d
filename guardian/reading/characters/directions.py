"""Overrides of the writing direction, read in the order that a person sees.

Isolates, embeddings and marks are how a name in one direction stands in a text of the other: they are left alone.

Source: Unicode Standard Annex 9 (overrides X4, X5; depth limit BD2); Trojan Source, Boucher and Anderson 2021.
"""

from __future__ import annotations

import re
from typing import Final

from guardian.reading.characters.base import INVISIBLE, NOTHING, PLAIN, WEAK, Edit, Look, Trace

_LEFT_TO_RIGHT: Final = "\u202d"
_RIGHT_TO_LEFT: Final = "\u202e"
_OVERRIDES: Final = frozenset((_LEFT_TO_RIGHT, _RIGHT_TO_LEFT))
_POP: Final = "\u202c"
_DEEPEST: Final = 125
"""Overrides inside one another: deeper ones have no effect (UAX 9)."""
_SIGN: Final = re.compile("[\u202c-\u202e\n\u2029]")
_EASTERN: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_WESTERN: Final = re.compile("[0-9A-Za-z\u00c0-\u058f]")


def undo_directions(text: str, present: frozenset[str]) -> Look:
    """Each override replaced by its text in the order in which it is shown."""
    if not present & _OVERRIDES:
        return NOTHING
    edits, traces = [], []
    for start, end, shown in _overridden(text):
        written = text[start:end]
        if _RIGHT_TO_LEFT in written and _WESTERN.search(written):
            say = "turns the order of letters so that you read something else"
            traces.append(Trace("bidi-override", INVISIBLE, start, end, say, PLAIN))
            edits.append(Edit(start, end, shown))
        elif _LEFT_TO_RIGHT in written and _EASTERN.search(written):
            traces.append(Trace("bidi-override", INVISIBLE, start, end, "forces the order of letters", WEAK, ""))
    return Look(edits, traces)


def _overridden(text: str) -> list[tuple[int, int, str]]:
    """Start, end and shown text of every outermost override; a line's end closes all."""
    found: list[tuple[int, int, str]] = []
    stack: list[tuple[str, list[str]]] = []
    begin = done = excess = 0
    for match in _SIGN.finditer(text):
        sign = match.group()
        if stack:
            stack[-1][1].append(_in_order(stack[-1][0], text[done : match.start()]))
        done = match.end()
        if sign in _OVERRIDES:
            begin = begin if stack else match.start()
            if len(stack) < _DEEPEST:
                stack.append((sign, []))
            else:
                excess += 1
        elif sign == _POP and excess:
            excess -= 1
        elif sign == _POP and stack:
            _close(stack)
            if not stack[-1][0]:
                found.append((begin, match.end(), stack.pop()[1][0]))
        elif stack and sign != _POP:
            found.append((begin, match.start(), _close_all(stack)))
            excess = 0
    if stack:
        stack[-1][1].append(_in_order(stack[-1][0], text[done:]))
        found.append((begin, len(text), _close_all(stack)))
    return found


def _in_order(sign: str, text: str) -> str:
    return text[::-1] if sign == _RIGHT_TO_LEFT else text


def _close(stack: list[tuple[str, list[str]]]) -> None:
    """Put what the innermost override shows into the one around it; an outermost one stays, without its sign."""
    sign, parts = stack.pop()
    shown = "".join(reversed(parts) if sign == _RIGHT_TO_LEFT else parts)
    if stack:
        stack[-1][1].append(shown)
    else:
        stack.append(("", [shown]))


def _close_all(stack: list[tuple[str, list[str]]]) -> str:
    while stack[-1][0]:
        _close(stack)
    return stack.pop()[1][0]
