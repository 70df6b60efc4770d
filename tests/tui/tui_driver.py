"""How the app's tests drive the app: a story of keys, waits for a state, and a look at the screen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Static

from guardian.assembly import Assembled
from guardian.events import CellStarted, Observer
from guardian.safe_text import safe_text
from guardian.settings import Settings
from guardian.verdict_words import MARKS
from tui.app import GuardianApp
from tui.opening import Opener
from tui.rows import Row
from tui.widgets.alert_list import AlertList

POLICIES = Path(__file__).parent / "policies"

LONGEST_WAIT_S = 60
"""Ends a wait that will never end; measures nothing."""

Story = Callable[[Pilot[None]], Awaitable[None]]


def drive(app: GuardianApp, story: Story, size: tuple[int, int] = (100, 30)) -> None:
    """Run the app without a terminal while `story` uses it. An exception of the app's is raised here."""

    async def run() -> None:
        async with app.run_test(size=size, notifications=True) as pilot:
            await story(pilot)

    try:
        asyncio.run(run())
    finally:
        app.bridge.stop(LONGEST_WAIT_S)


async def until(pilot: Pilot[None], is_so: Callable[[], object], what: str) -> None:
    """Let the app run until `is_so`."""
    give_up = time.monotonic() + LONGEST_WAIT_S
    while not is_so():
        assert time.monotonic() < give_up, f"never came: {what}"
        await pilot.pause(0.02)
    await pilot.pause()


def handing_out(parts: Assembled) -> Opener:
    """An opener of the gate that is open already."""

    @contextmanager
    def opener(_settings: Settings, observer: Observer) -> Iterator[Assembled]:
        observer(CellStarted(parts.register().wall, 0.0))  # as a gate that is being opened does
        yield parts

    return opener


def screen_lines(app: GuardianApp) -> list[str]:
    """What stands on the screen, line by line."""
    strips = app.screen._compositor.render_strips()  # Textual has no public way to read its own screen
    return ["".join(segment.text for segment in strip) for strip in strips]


def screen_text(app: GuardianApp) -> str:
    """What stands on the screen."""
    return "\n".join(screen_lines(app))


def assert_safe_screen(app: GuardianApp) -> None:
    """Nothing on the screen is a character that a terminal would act upon."""
    for line in screen_lines(app):
        assert safe_text(line) == line


def rows(app: GuardianApp) -> list[str]:
    """The rows of the list, from top to bottom: shape and word, name, what it does."""
    shown = app.screen.query_one(AlertList)
    return [_row_words(shown.row(index)) for index in range(shown.row_count)]


def _row_words(row: Row) -> str:
    alert = row.alert
    name = f"({row.group.count}) {row.group.title}" if row.group is not None else alert.sender or alert.name
    outcome = row.group.worst if row.group is not None else alert.outcome
    return f"{MARKS[outcome]}{outcome.value} {name} {alert.reason}".strip()


def words(app: GuardianApp, selector: str) -> str:
    """The words of a `Static`."""
    content = app.screen.query_one(selector, Static).content
    return getattr(content, "plain", str(content))


def write_inbox(folder: Path, messages: Iterable[tuple[str, str | bytes]]) -> Path:
    """A folder with one file for each message."""
    folder.mkdir()
    for name, text in messages:
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder
