"""What every screen of the app has: the bar with the other screens, what is broken, how the house stands, the keys.

Invariants: the status line stands on every screen, sheets included, so that a guardian that stopped looks stopped
wherever one is; a screen is made when it is first shown, and reads what it needs of the app then.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen, ScreenResultType
from textual.widget import Widget
from textual.widgets import Footer

from tui.widgets.banner import Banner
from tui.widgets.notice_bar import NoticeBar
from tui.widgets.status_line import StatusLine
from tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from tui.app import GuardianApp


def app_of(node: DOMNode) -> GuardianApp:
    """The app that a widget or screen is in, with its settings, its desk, its records and its alerts."""
    return cast("GuardianApp", node.app)


class GuardianScreen(Screen[None]):
    """One of the app's screens. Subclasses give `body`, and `main` where it is to begin."""

    name_in_bar: ClassVar[str] = ""
    """Its name in the bar; empty for a screen that stands over another."""
    AUTO_FOCUS = None

    def compose(self) -> ComposeResult:
        """The body, with what stands round it everywhere."""
        yield TopBar(self.name_in_bar)
        yield Banner(app_of(self).settings.policies_dir)
        yield from self.body()
        yield NoticeBar()
        yield StatusLine()
        yield Footer(show_command_palette=False)

    def body(self) -> Iterable[Widget]:
        """The widgets of this screen alone."""
        raise NotImplementedError

    def main(self) -> Widget | None:
        """The widget that has the keys when the screen is first shown."""
        return None

    def on_mount(self) -> None:
        """Give the keys to the main widget."""
        self.focus_main()

    def focus_main(self) -> None:
        """Give the keys to the main widget."""
        main = self.main()
        if main is not None:
            main.focus()


class GuardianSheet(ModalScreen[ScreenResultType]):
    """A sheet over a screen. Subclasses give `body`; the status line and the keys stand where they do below it."""

    def compose(self) -> ComposeResult:
        """The body, how the house stands, and the sheet's own keys."""
        yield from self.body()
        with Vertical(classes="foot"):
            yield StatusLine()
            yield Footer(show_command_palette=False)

    def body(self) -> Iterable[Widget]:
        """The widgets of this sheet alone."""
        raise NotImplementedError
