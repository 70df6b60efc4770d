"""Ticks and choices whose state is a sign and not only a colour: Textual's own look the same without colours."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Checkbox, RadioButton


class Tick(Checkbox):
    """A box: `[x]` or `[ ]`. Give labels that hold a stranger's words as `Content`."""

    @property
    def _button(self) -> Content:
        return Content.styled("[x]" if self.value else "[ ]", self.get_visual_style("toggle--label"))


class Choice(RadioButton):
    """One of several: `(•)` or `( )`. Give labels that hold a stranger's words as `Content`."""

    @property
    def _button(self) -> Content:
        return Content.styled("(•)" if self.value else "( )", self.get_visual_style("toggle--label"))
