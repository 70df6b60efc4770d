"""Opens the notifications of a service as its owner's settings say.

Invariant: where there are none to be had and the owner asked for them, that is said; nothing else depends on them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from guardian.notifications.desktop import is_installed
from guardian.notifications.notifier import Notifier, Say

if TYPE_CHECKING:
    from guardian.gate import Screened
    from guardian.settings import Settings

Hook = Callable[["Screened"], None]
MISSING: Final = "notify.desktop is on, but the extra is not installed (pip install 'guardian[notify]')"


@contextmanager
def open_notifications(load: Callable[[], Settings], env: Mapping[str, str], say: Say) -> Iterator[tuple[Hook, ...]]:
    """The hooks for `on_screened`: one, or none. `load` reads the owner's settings as they are now; `say` is told of
    trouble, one safe line each, from any thread. Raises SettingsError."""
    if not is_installed():
        if load().notify.desktop == "on":
            say(MISSING)
        yield ()
        return
    notifier = Notifier(load, env, say)
    notifier.start()
    try:
        yield (notifier.on_screened,)
    finally:
        notifier.close()
