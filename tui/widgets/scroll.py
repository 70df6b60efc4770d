"""A scrolling box for words, with the keys of a reader."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.containers import VerticalScroll

from tui.keys import TEXT_KEYS


class KeyScroll(VerticalScroll):
    """Scrolls with j, k, g and G as well as with the arrows."""

    BINDINGS: ClassVar[list[BindingType]] = list(TEXT_KEYS)
