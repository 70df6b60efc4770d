"""How text looks at one place of an HTML document: whether a person sees it.

Invariants: a look is a plain value, inherited from the element around; nothing here raises for any style. What is not
known (a colour by an unknown name, a picture as background) counts as seen.

Sources: CSS Display 3, CSS Color 4, CSS 2.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from guardian.reading.html_box import taken_away_by
from guardian.reading.html_colour import (
    BLACK,
    CLEAR_ALPHA,
    LINK_BLUE,
    WHITE,
    Colour,
    is_alike,
    laid_over,
    read_background,
    read_colour,
)
from guardian.reading.html_size import USUAL_FONT_PX, first_number, font_size_px, length_px

_UNREADABLE_PX: Final = 3.0
"""Font size that nobody can read: a screen shows such letters as a grey line."""
_CRUSHED: Final = -0.4
"""Spacing between letters, in sizes of a letter, by which they lie on top of each other."""
_INHERITED: Final = frozenset({"inherit", "unset", "revert", "revert-layer"})


@dataclass(frozen=True)
class Look:
    """How text looks at one place of the tree."""

    gone_by: str = ""
    """By what it is taken away with all that is inside, in words: nothing inside can come back."""
    is_gone_at_desk_only: bool = False
    """Whether readers with another screen see what is taken away."""
    folded: int = 0
    """Closed `<details>` and their like around it: a click away."""
    is_invisible: bool = False
    """`visibility`: an element inside can be visible again."""
    font_px: float = USUAL_FONT_PX
    opacity: float = 1.0
    """Of all boxes around it together."""
    colour: Colour | None = BLACK
    """Colour of the text; None where it is not known."""
    background: Colour | None = WHITE
    """Colour behind it; None where it is not known."""
    is_cut_from_background: bool = False
    """Whether the letters show the background through them (`background-clip: text`)."""
    is_masked: bool = False
    """Whether dots stand for the letters."""
    is_crushed: bool = False
    """Whether the letters lie on top of each other."""
    is_reversed: bool = False
    """Whether the letters run from right to left whatever they are."""

    @property
    def is_shown(self) -> bool:
        """Whether a person sees the text without a click."""
        return not self.why_unseen

    @cached_property
    def why_unseen(self) -> str:
        """By what the text is kept from a person's eyes, in words; empty where they see it."""
        if self.gone_by:
            return self.gone_by
        if self.is_invisible:
            return "visibility: hidden"
        if self.font_px <= _UNREADABLE_PX:
            return "letters of no size"
        if self.is_masked or self.is_crushed:
            return "dots for letters" if self.is_masked else "letters on top of each other"
        return self._why_not_seen_for_colour() or ("a click away" if self.folded else "")

    @cached_property
    def is_folded_only(self) -> bool:
        """Whether a click is all that keeps a person from the text."""
        return self.folded > 0 and replace(self, folded=0).is_shown

    def _why_not_seen_for_colour(self) -> str:
        if self.opacity <= CLEAR_ALPHA:
            return "opacity of nothing"
        if self.colour is None or self.is_cut_from_background:
            return ""
        if self.colour.alpha <= CLEAR_ALPHA:
            return "transparent letters"
        if self.background is None:
            return ""
        if not is_alike(laid_over(self.colour, self.background, self.opacity), self.background):
            return ""
        if self.opacity < 1 and not is_alike(self.colour, self.background):
            return "opacity of nothing"
        return "white on white" if is_alike(self.background, WHITE) else "letters in the colour behind them"

    @cached_property
    def as_link(self) -> Look:
        """The look of a link before any style."""
        return self if self.colour == LINK_BLUE else replace(self, colour=LINK_BLUE, is_cut_from_background=False)

    def taken_away(self, by: str, *, at_desk_only: bool = False) -> Look:
        """The same, taken away; `by` says by what, where nothing around it was before."""
        if self.gone_by:
            return self if at_desk_only or not self.is_gone_at_desk_only else replace(self, is_gone_at_desk_only=False)
        return replace(self, gone_by=by, is_gone_at_desk_only=at_desk_only)

    def folded_away(self, folds: int = 1) -> Look:
        """The same, one click further away, or one click nearer."""
        return replace(self, folded=max(self.folded + folds, 0))

    def styled(self, style: Mapping[str, str]) -> Look:
        """The look inside an element with this style (properties and values in lower case)."""
        changes = _of_letters(self, style)
        _colour_in(changes, self, style)
        look = replace(self, **changes) if changes else self
        gone_by = taken_away_by(style, look.font_px)
        return look.taken_away(gone_by) if gone_by else look

    def hides(self, style: Mapping[str, str]) -> bool:
        """Whether a style takes its element away."""
        return bool(taken_away_by(style, self.font_px))


def _of_letters(look: Look, style: Mapping[str, str]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    visibility = style.get("visibility")
    if visibility is not None and visibility not in _INHERITED:
        changes["is_invisible"] = visibility in ("hidden", "collapse")
    font_px = look.font_px
    if "font-size" in style and style["font-size"] not in _INHERITED:
        font_px = changes["font_px"] = font_size_px(style["font-size"], look.font_px)
    if "opacity" in style:
        opacity = first_number(style["opacity"])
        if opacity is not None and opacity < 1:
            changes["opacity"] = look.opacity * max(opacity, 0.0)
    if "letter-spacing" in style:
        spacing = length_px(style["letter-spacing"], font_px, font_px)
        changes["is_crushed"] = spacing is not None and font_px > 0 and spacing <= _CRUSHED * font_px
    if "text-security" in style:
        changes["is_masked"] = style["text-security"] in ("disc", "circle", "square")
    if "unicode-bidi" in style:
        is_forced = style["unicode-bidi"] in ("bidi-override", "isolate-override")
        changes["is_reversed"] = is_forced and style.get("direction") == "rtl"
    return changes


def _colour_in(changes: dict[str, Any], look: Look, style: Mapping[str, str]) -> None:
    """Add what a style changes of the colours."""
    for name in ("color", "fill", "text-fill-color"):
        value = style.get(name)
        if value is None or value in _INHERITED or value == "currentcolor":
            continue
        changes["colour"] = Colour(0, 0, 0, 0.0) if name == "fill" and value == "none" else read_colour(value)
        changes["is_cut_from_background"] = False
    if "fill-opacity" in style:
        share, colour = first_number(style["fill-opacity"]), changes.get("colour", look.colour)
        if share is not None and colour is not None:
            changes["colour"] = colour._replace(alpha=colour.alpha * min(max(share, 0.0), 1.0))
    picture = style.get("background-image", "")
    if style.get("background-clip", "").endswith("text"):
        changes["is_cut_from_background"] = True
        return  # what is behind the letters is inside them
    if "url(" in picture or "gradient(" in picture or "image-set(" in picture:
        changes["background"] = read_background(picture)
        return
    value = style.get("background-color")
    if value is None or value in _INHERITED or value in ("none", "initial", ""):
        return
    colour = read_background(value)
    if colour is None:
        if value.split()[0] not in ("none", "repeat", "no-repeat", "0", "scroll"):
            changes["background"] = None
    elif colour.alpha == 1:
        changes["background"] = colour
    elif colour.alpha > CLEAR_ALPHA:
        around = look.background
        changes["background"] = None if around is None else laid_over(colour, around)
