"""The sheets on which the owner names a pack, or a key, in a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual.content import Content
from textual.widget import Widget

from guardian.packs.keys import MINE
from tui.screens.form import FormSheet, label
from tui.widgets.line_input import LineInput
from tui.widgets.toggles import Tick


@dataclass(frozen=True, slots=True)
class WantedPack:
    """A pack that the owner wants to look at."""

    path: str
    unsigned: bool
    """Whether they look at it even where nobody signed it."""


@dataclass(frozen=True, slots=True)
class WantedKey:
    """A key that the owner wants to trust."""

    path: str
    name: str


class PackSheet(FormSheet[WantedPack]):
    """Where the pack is."""

    def __init__(self) -> None:
        super().__init__("Install or update a pack", "Look at it")

    def fields(self) -> Iterable[Widget]:
        """Its place, and what to do where nobody signed it."""
        yield label("The pack's file or folder. It is shown whole before anything changes.")
        yield LineInput(placeholder="~/Downloads/street-scams.zip", id="pack-path")
        yield Tick(Content("look at it even where nobody signed it (it may give notices only)"), id="pack-unsigned")

    def send(self) -> None:
        """Its place, where there is one."""
        path = self.value("pack-path")
        if path:
            self.dismiss(WantedPack(path, self.query_one("#pack-unsigned", Tick).value))
        else:
            self.say("name its file")


class KeySheet(FormSheet[WantedKey]):
    """Where the key is, and whose it is."""

    def __init__(self) -> None:
        super().__init__("Trust a key for packs", "Look at it")

    def fields(self) -> Iterable[Widget]:
        """Its place, whose it is."""
        yield label("The public key's file, as ssh-keygen wrote it (.pub)")
        yield LineInput(placeholder="~/Downloads/ada.pub", id="key-path")
        yield label("A name for it: its packs may warn you then, and never hold a text back")
        yield LineInput(placeholder="ada", id="key-name")
        yield Tick(Content("it is my own: its packs come in as they stand"), id="key-mine")

    def send(self) -> None:
        """Both, where both are there."""
        path, name = self.value("key-path"), self.value("key-name")
        is_mine = self.query_one("#key-mine", Tick).value
        if not path:
            self.say("name its file")
        elif not name and not is_mine:
            self.say("give it a name")
        elif name == MINE and not is_mine:
            self.say("that name is for your own key")
        else:
            self.dismiss(WantedKey(path, MINE if is_mine else name))
