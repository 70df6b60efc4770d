"""The steps one after the other, and the view that comes of them.

Invariants: at most one further view for a view, mapped back to the bytes that it came from; it holds
the parts of the text that read otherwise once disguises are undone, with the sentences around them; time is linear in
the length of the text, and a text without disguises costs little more than a look at its characters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from guardian.reading.base import Disguise, View, mapped_view
from guardian.reading.characters.accents import undo_accents
from guardian.reading.characters.base import Step, Trace
from guardian.reading.characters.carried import undo_carried
from guardian.reading.characters.directions import undo_directions
from guardian.reading.characters.draft import Draft, Run
from guardian.reading.characters.escapes import look_for_escapes
from guardian.reading.characters.flags import undo_flags
from guardian.reading.characters.homoglyphs import undo_homoglyphs
from guardian.reading.characters.invisible import undo_invisible
from guardian.reading.characters.leet import undo_leet
from guardian.reading.characters.marks import undo_marks
from guardian.reading.characters.repeats import undo_repeats
from guardian.reading.characters.spacing import undo_spacing
from guardian.reading.characters.styled import undo_dress
from guardian.reading.characters.white_space import undo_white_space
from guardian.reading.limits import Limits
from guardian.verdict import Reason

NAME: Final = "undisguised"
"""Name of the view of a text as it is meant to be read."""

_STEPS: Final[tuple[Step, ...]] = (
    look_for_escapes,
    undo_directions,
    undo_carried,
    undo_invisible,
    undo_marks,
    undo_dress,
    undo_flags,
    undo_homoglyphs,
    undo_accents,
    undo_white_space,
    undo_spacing,
    undo_leet,
    undo_repeats,
)
_MOST_TRACES: Final = 64
"""Places of one kind in one view that are told. The owner sees six."""
_JOINED: Final = 24
"""Characters between two places of one kind that are told as one."""
_LONGEST_DECODED: Final = 400
"""Characters of one place's text that are told."""
_AROUND: Final = 400
"""Characters around a change that are judged with it: two sentences, the reach of the rules."""
_GRAIN: Final = 16
"""Characters, at least, whose bytes are told apart; more in a long text, whose map would outgrow it."""
_MOST_RUNS: Final = 4096

_Told = tuple[Trace, int, int]
"""A trace, and the run of the view that it came from."""


@dataclass(frozen=True, slots=True)
class Undisguised:
    """What undoing their disguises made of some views."""

    views: tuple[View, ...] = ()
    """The texts as they are meant to be read, at most one for a view; none where that is how it is written."""
    disguises: tuple[Disguise, ...] = ()
    """In order of views, and of place in each."""
    reasons: tuple[Reason, ...] = ()
    """How much of the views was too long to be looked at."""


def undisguise_views(views: Sequence[View], limits: Limits) -> Undisguised:
    """The views as a person is meant to read them. Where they are longer together than the limit, short ones are
    looked at whole, and both ends of the others."""
    shares = _shares([len(view.text) for view in views], limits.max_undisguised_chars)
    made = [_undisguise(view, share) for view, share in zip(views, shares, strict=True)]
    total, looked_at = sum(len(view.text) for view in views), sum(shares)
    reasons = []
    if looked_at < total:
        reasons.append(Reason("too-large", f"looked for disguised words in {looked_at:,} of {total:,} characters"))
    return Undisguised(
        tuple(view for view, _ in made if view is not None),
        tuple(disguise for _, disguises in made for disguise in disguises),
        tuple(reasons),
    )


def _shares(lengths: Sequence[int], budget: int) -> list[int]:
    """How many characters of each view are looked at: all of a short one, however long the others are."""
    shares = [0] * len(lengths)
    by_length = sorted(range(len(lengths)), key=lengths.__getitem__)
    for done, index in enumerate(by_length):
        shares[index] = min(lengths[index], budget // (len(lengths) - done))
        budget -= shares[index]
    return shares


def _parts(text: str, share: int) -> Iterator[tuple[int, str]]:
    if len(text) <= share:
        yield 0, text
        return
    head, tail = (share + 1) // 2, share // 2
    yield 0, text[:head]
    yield len(text) - tail, text[len(text) - tail :]


def _undisguise(view: View, share: int) -> tuple[View | None, list[Disguise]]:
    read: list[str] = []
    runs: list[Run] = []
    disguises: list[Disguise] = []
    grain, length = max(_GRAIN, share // _MOST_RUNS), 0
    for offset, text in _parts(view.text, share):
        draft, told, is_telling = _undo(text, offset)
        disguises += (_disguise(view, draft, *each) for each in _joined(told))
        if draft.text != text and (told or is_telling):
            for start, end in _stretches(draft):
                runs += draft.runs(start, end, length, grain)
                read += (draft.text[start:end], "\n")
                length += end - start + 1
    if not read:
        return None, disguises
    return mapped_view(view, NAME, "".join(read[:-1]), runs, "written in disguise"), disguises


def _undo(text: str, offset: int) -> tuple[Draft, list[_Told], bool]:
    """The text with all steps done, what was told of it, and whether it is worth judging all the same."""
    draft, told, is_telling = Draft(text, offset), list[_Told](), False
    present = frozenset(text)
    for step in _STEPS:
        look = step(draft.text, present)
        told += ((trace, *draft.origin(trace.start, trace.end)) for trace in look.traces[:_MOST_TRACES])
        draft.apply(look.edits)
        is_telling = is_telling or look.is_telling
    return draft, told, is_telling


def _joined(told: list[_Told]) -> Iterator[_Told]:
    """In order of place; neighbours of one kind, whose text is what stands there in the end, as one."""
    last: _Told | None = None
    for trace, start, end in sorted(told, key=lambda each: (each[1], each[2])):
        if last is not None:
            before, begin, until = last
            is_same = (before.kind, before.score) == (trace.kind, trace.score) and trace.decoded is None
            if is_same and before.decoded is None and start - until <= _JOINED and end - begin <= _LONGEST_DECODED:
                last = (before, begin, max(end, until))
                continue
            yield last
        last = (trace, start, end)
    if last is not None:
        yield last


def _disguise(view: View, draft: Draft, trace: Trace, start: int, end: int) -> Disguise:
    decoded = trace.decoded
    if decoded is None:
        first, last = draft.place(start, end)
        decoded = draft.text[first:last].strip()
    span = view.span(start, end)
    return Disguise(trace.kind, trace.tactic, span, trace.say, trace.score, decoded[:_LONGEST_DECODED])


def _stretches(draft: Draft) -> list[tuple[int, int]]:
    """The parts of the text that hold changes, with what stands around them, out to the end of a line or a word."""
    text, stretches = draft.text, list[tuple[int, int]]()
    for start, end in draft.changes():
        if stretches and start - _AROUND <= stretches[-1][1] and end + _AROUND <= stretches[-1][1]:
            continue
        low, high = max(start - _AROUND, 0), min(end + _AROUND, len(text))
        low = low and _edge(text, low, start)
        high = high if high == len(text) else _edge(text, high, min(high + _GRAIN, len(text)))
        if stretches and low <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], max(high, stretches[-1][1]))
        else:
            stretches.append((low, high))
    return [(low, high) for low, high in stretches if text[low:high].strip()]


def _edge(text: str, start: int, end: int) -> int:
    """The first place behind white space from `start` on; `start` where there is none before `end`."""
    places = (text.find(gap, start, end) for gap in (" ", "\n"))
    return min((place + 1 for place in places if place >= 0), default=start)
