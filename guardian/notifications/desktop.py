"""The desktop's notifications, through the package desktop-notifier (extra `notify`).

On Linux that is the session bus (a Unix socket), on macOS the Notification Center, which takes notifications from a
signed application bundle alone. The package never raises for a notification that failed: that it was taken shows by its
`on_dispatched` alone.

Invariants: for one event loop; nothing is imported before it is needed; a failed notification leaves nothing behind
that the next one would trip over; words are Guardian's own and the owner's (`Telling`), never a message's.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from guardian.notifications.words import Telling

if TYPE_CHECKING:
    from desktop_notifier import DesktopNotifier

APP_NAME: Final = "Guardian"
ICON_NAME: Final = "security-high"
"""From the freedesktop icon naming specification's successors; a desktop without it shows none."""
SEND_TIMEOUT_S: Final = 10.0
"""The bus may have to start the notification daemon first."""
_LIBRARY: Final = "desktop_notifier"


def is_installed() -> bool:
    """Whether the extra is there. Imports nothing."""
    return find_spec(_LIBRARY) is not None


class Desktop:
    """Sends notifications, and tells of clicks as long as the loop runs."""

    def __init__(self) -> None:
        self._notifier: DesktopNotifier | None = None

    async def send(self, telling: Telling, clicked: Callable[[int | None], None]) -> bool:
        """Whether the desktop took it. `clicked` is called with the alert's number on a click, on the loop's thread."""
        from desktop_notifier import Urgency

        took: list[bool] = []
        try:
            notifier = self._notifier = self._notifier or _made()
            if not await asyncio.wait_for(notifier.get_capabilities(), SEND_TIMEOUT_S):
                return False  # the package's stand-in for a machine without notifications takes all and shows nothing
            sending = notifier.send(
                title=telling.title,
                message=telling.body,
                urgency=Urgency.Normal,
                on_dispatched=lambda: took.append(True),
                on_clicked=lambda: clicked(telling.seq),
            )
            await asyncio.wait_for(sending, SEND_TIMEOUT_S)
        except Exception:  # whatever a bus, a daemon or the package may come up with: the desktop did not take it
            took.clear()
        if not took:
            self.close()
        return bool(took)

    def close(self) -> None:
        """Let the bus go. The next notification connects anew."""
        notifier, self._notifier = self._notifier, None
        bus: Any = getattr(getattr(notifier, "_backend", None), "bus", None)
        if bus is not None:
            bus.disconnect()


def _made() -> DesktopNotifier:
    from desktop_notifier import DesktopNotifier, Icon

    library = logging.getLogger(_LIBRARY)  # it would print notifications that failed, with their traceback
    library.addHandler(logging.NullHandler())
    library.propagate = False
    return DesktopNotifier(app_name=APP_NAME, app_icon=Icon(name=ICON_NAME))
