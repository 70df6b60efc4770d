"""SVG screenshots of every screen at 120x36, on the example inbox: `make screenshots` writes them to docs/screenshots/.

The app that is drawn is the real one, with the real model and a journal of its own in a temporary folder; nothing of
the owner's is read. A picture fetches nothing: the fonts that Textual names on other machines are taken out.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

from textual.pilot import Pilot  # noqa: E402  # behind the path

from guardian.assembly import load_owner_policies  # noqa: E402  # behind the path
from guardian.settings import load_settings  # noqa: E402
from tui.app import GuardianApp  # noqa: E402
from tui.state import Phase  # noqa: E402

SIZE: Final = (120, 36)
LONGEST_WAIT_S: Final = 60.0
SETTLE_S: Final = 1.5
"""What a screen has for its slow work before it is drawn."""
_FONT_FACE: Final = re.compile(r"@font-face \{.*?\}", re.DOTALL)
_FAMILY: Final = re.compile(r"Fira Code")


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture."""

    name: str
    keys: Sequence[str]
    """Pressed one after the other before it is drawn."""


FIRST_RUN: Final = (
    Shot("first-run-1", ()),
    Shot("first-run-2", ("enter",)),
    Shot("first-run-3", ("enter",)),
    Shot("first-run-4", ("end", "enter")),
)
SHOTS: Final = (
    Shot("inbox", ("1", "g")),
    Shot("message", ("g", "j", "enter")),
    Shot("message-hidden", ("right",)),
    Shot("message-way", ("right",)),
    Shot("message-receipt", ("right",)),
    Shot("policies", ("escape", "3")),
    Shot("policy-editor", ("enter",)),
    Shot("journal-search", ("escape", "4")),
    Shot("journal-statistics", ("s",)),
    Shot("journal-verify", ("v", "enter")),
    Shot("health", ("5",)),
    Shot("notices", ("n",)),
    Shot("help", ("escape", "1", "question_mark")),
    Shot("palette", ("escape", "ctrl+p")),
    Shot("ask", ("escape", "2", *"You owe me. Send 200 today and tell nobody, or I am done with you.")),
)


def main() -> int:
    """Draw all of them, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only these")
    parser.add_argument("--to", type=Path, default=REPOSITORY / "docs" / "screenshots")
    args = parser.parse_args()
    os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    os.environ.pop("NO_COLOR", None)
    args.to.mkdir(parents=True, exist_ok=True)

    def keep(app: GuardianApp, name: str) -> None:
        if not args.names or name in args.names:
            (args.to / f"{name}.svg").write_text(without_fetching(app.export_screenshot(title="Guardian")))
            print(args.to / f"{name}.svg")

    with tempfile.TemporaryDirectory() as home:
        asyncio.run(_draw(Path(home) / "new", (), FIRST_RUN, keep))
        asyncio.run(_draw(Path(home) / "house", (REPOSITORY / "examples" / "inbox",), SHOTS, keep))
    return 0


def without_fetching(svg: str) -> str:
    """The picture without what a viewer would fetch for it."""
    return _FAMILY.sub("monospace", _FONT_FACE.sub("", svg))


async def _draw(
    home: Path, paths: Sequence[Path], shots: Sequence[Shot], keep: Callable[[GuardianApp, str], None]
) -> None:
    settings = load_settings({"GUARDIAN_HOME": str(home)}, {})
    if paths:
        load_owner_policies(settings)  # somebody lives there already, so the app does not begin with its set-up
    app = GuardianApp(settings, paths)
    try:
        async with app.run_test(size=SIZE) as pilot:
            await _until(pilot, lambda: app.state.phase is not Phase.STARTING or not paths)
            await _until(pilot, lambda: not paths or (app.state.total is not None and not app.state.is_screening))
            for shot in shots:
                for key in shot.keys:
                    await pilot.press(key)
                await pilot.pause(SETTLE_S)
                keep(app, shot.name)
    finally:
        app.bridge.stop(LONGEST_WAIT_S)
        if app.records is not None:
            app.records.close()


async def _until(pilot: Pilot[None], is_so: Callable[[], bool]) -> None:
    give_up = time.monotonic() + LONGEST_WAIT_S
    while not is_so():
        if time.monotonic() > give_up:
            raise SystemExit("the app did not come so far within a minute")
        await pilot.pause(0.1)


if __name__ == "__main__":
    sys.exit(main())
