"""A message together with what was sent before: the view that shows both, and what the model says of it.

Invariants: pure; what the conversation adds can raise a score and never lower one; places in the earlier part are those
of the message's first byte, since the earlier messages are not part of its bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from guardian.inference.base import Floats
from guardian.inference.manifest import Manifest
from guardian.inference.strata import stratum_of
from guardian.message import Channel
from guardian.reading.base import Piece, Reading, View, ViewKind, Window
from guardian.rolling.turns import Joined, Turn, joined

NAME: Final = "conversation"
"""Name of the view."""
_NAMES: Final = frozenset({"subject", "title"})
"""Views that name a message and are not what it says."""


def spoken(reading: Reading) -> View | None:
    """The view that says what the message says: its first text with words, else what names it."""
    seen = [view for view in reading.visible if view.text.strip()]
    return next((view for view in seen if view.name not in _NAMES), seen[0] if seen else None)


def with_turns(reading: Reading, turns: Sequence[Turn], now_s: float, window_bytes: int) -> Reading:
    """The reading with a view and a window of `turns` and the message; as it was where they do not belong together."""
    view = spoken(reading)
    found = joined(turns, view.text.strip(), now_s, window_bytes) if view is not None else None
    if view is None or found is None:
        return reading
    both = View(
        ViewKind.CONVERSATION, NAME, found.text, tuple(_pieces(view, found)), seams=found.seams, fresh=found.fresh
    )
    window = Window(len(reading.views), 0, len(found.text), found.text.encode("utf-8", "replace").decode())
    return replace(reading, views=(*reading.views, both), windows=(*reading.windows, window), earlier=found.earlier)


def _pieces(view: View, found: Joined) -> list[Piece]:
    begin = len(view.text) - len(view.text.lstrip())
    end = begin + found.length
    whole = view.span(begin, end)
    pieces = [Piece(0, whole.start, whole.start, exact=False)]
    starts = [piece.char for piece in view.pieces if begin < piece.char < end]
    for first, last in zip([begin, *starts], [*starts, end], strict=True):
        span = view.span(first, last)
        pieces.append(Piece(first - begin + found.seams[-1], span.start, span.end, span.exact))
    return pieces


@dataclass(frozen=True, slots=True)
class Scores:
    """The model's calibrated scores of one message."""

    alone: Mapping[str, float]
    """Of the message by itself."""
    together: Mapping[str, float]
    """The higher of these and of those in its conversation; the same where it has none."""


def scores_of(manifest: Manifest, reading: Reading, logits: Floats, channel: Channel) -> Scores:
    """`logits`: (windows, outputs), a row a window of `reading`. Empty where no window was judged."""
    seams = [bool(reading.views[window.view].seam) for window in reading.windows]
    own = [row for row, is_both in enumerate(seams) if not is_both]
    alone = manifest.scores(logits[own], stratum_of(channel, reading.characters)) if own else {}
    both = [row for row, is_both in enumerate(seams) if is_both]
    if not both:
        return Scores(alone, alone)
    length = sum(len(reading.windows[row].text) for row in both)
    joint = manifest.scores(logits[both], stratum_of(channel, length))
    return Scores(alone, {label: max(alone.get(label, 0.0), score) for label, score in joint.items()})
