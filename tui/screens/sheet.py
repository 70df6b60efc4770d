"""A sheet over the app: words to be read and closed, such as the help. It takes `Content`, so no markup is parsed."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.keys import SHEET_KEYS
from tui.widgets.scroll import KeyScroll


class Sheet(ModalScreen[None]):
    """One page of words with a title."""

    BINDINGS: ClassVar[list[BindingType]] = list(SHEET_KEYS)

    def __init__(self, title: str, words: Content) -> None:
        super().__init__()
        self._title = title
        self._words = words

    def compose(self) -> ComposeResult:
        """A framed, scrolling page."""
        with Vertical(id="sheet") as frame:
            frame.border_title = Content(self._title)
            frame.border_subtitle = Content("esc closes")
            with KeyScroll():
                yield Static(self._words, markup=False)
