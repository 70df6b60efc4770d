"""A sheet over the app: words to be read and closed, such as the help. It takes `Content`, so no markup is parsed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.keys import SHEET_KEYS
from tui.screens.base import GuardianSheet
from tui.widgets.scroll import KeyScroll


class Sheet(GuardianSheet[None]):
    """One page of words with a title."""

    BINDINGS: ClassVar[list[BindingType]] = list(SHEET_KEYS)

    def __init__(self, title: str, words: Content) -> None:
        super().__init__()
        self._title = title
        self._words = words

    def body(self) -> Iterable[Widget]:
        """A framed, scrolling page."""
        frame = Vertical(KeyScroll(Static(self._words, markup=False)), classes="sheet")
        frame.border_title = Content(self._title)
        frame.border_subtitle = Content("esc closes")
        yield frame
