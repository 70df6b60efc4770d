"""A list of lines with the keys of a reader. Its options take `Content`, and no markup is parsed."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.widgets import OptionList

from tui.keys import OPTION_KEYS


class KeyList(OptionList):
    """Moves with j, k, g and G as well as with the arrows."""

    BINDINGS: ClassVar[list[BindingType]] = list(OPTION_KEYS)
