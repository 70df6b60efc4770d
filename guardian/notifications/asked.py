"""One notification for somebody who asked by a shortcut, and has no terminal to read the answer in.

Invariants: nothing of the text that was asked about; what was not judged is never called clean; one that opens
something stays for `CLICK_WITHIN_S`, since a click comes to the process that sent it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from guardian.errors import OutputError
from guardian.notifications.desktop import Desktop, is_installed
from guardian.notifications.notifier import NOBODY
from guardian.notifications.terminal import open_app
from guardian.notifications.words import Telling
from guardian.outcome import Outcome
from guardian.safe_text import safe_line

if TYPE_CHECKING:
    from guardian.service.answer import Answer

CLICK_WITHIN_S: Final = 60.0
_SHORT_CHARACTERS: Final = 100
_CLICK: Final = "A click opens it."


def telling_of_answer(answer: Answer) -> Telling:
    """The outcome; of what matched, by which tactics or policies."""
    short = safe_line(answer.short, _SHORT_CHARACTERS)
    title = {
        Outcome.CLEAN: "Clean: nothing in it matches your policies",
        Outcome.NOTICE: f"Worth a second look: {short}",
        Outcome.FLAGGED: f"Flagged: {short}",
        Outcome.UNSURE: "Judged in part only: look at it yourself",
        Outcome.UNSCREENED: "This could not be judged",
    }[answer.outcome]
    return Telling(title, _CLICK if answer.seq is not None else "", answer.seq)


def tell_asked(telling: Telling, terminal: str, env: Mapping[str, str]) -> None:
    """Show it, and where it opens an alert wait for a click. Raises OutputError where the desktop does not take it."""
    if not is_installed():
        raise OutputError("notifications need an extra", hint="pip install 'guardian[notify]'")
    clicked = asyncio.run(_shown(telling))
    if clicked is not None:
        open_app(terminal, clicked, env)


async def _shown(telling: Telling) -> int | None:
    """The alert that was clicked on; None where none was."""
    desktop, click = Desktop(), asyncio.get_running_loop().create_future()
    try:
        if not await desktop.send(telling, lambda seq: None if click.done() else click.set_result(seq)):
            raise OutputError(NOBODY)
        if telling.seq is None:
            return None
        try:
            found: int | None = await asyncio.wait_for(click, CLICK_WITHIN_S)
        except TimeoutError:
            return None
        return found
    finally:
        desktop.close()
        await asyncio.sleep(0)  # the bus lets go of its socket in a callback
