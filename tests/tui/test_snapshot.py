"""How the example inbox looks at 100x30, as plain text.

The verdicts are those of the two test policies, so the picture does not change with the model's weights. After a change
that is meant: `UPDATE_SNAPSHOTS=1 python -m pytest tests/tui/test_snapshot.py`, then read the difference.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot
from tui_driver import drive, screen_text, until, words

from tui.app import GuardianApp

REPOSITORY = Path(__file__).resolve().parents[2]
SNAPSHOT = Path(__file__).parent / "snapshots" / "example_inbox_100x30.txt"


def test_the_example_inbox_looks_as_it_did(make_app: Callable[..., GuardianApp]) -> None:
    app = make_app(REPOSITORY / "examples" / "inbox")
    seen = ""

    async def story(pilot: Pilot[None]) -> None:
        nonlocal seen
        await until(pilot, lambda: app.state.total and not app.state.is_screening, "all verdicts")
        await until(pilot, lambda: app.query_one("#list").row_count == app.state.total, "all rows")  # type: ignore[attr-defined]
        await until(pilot, lambda: words(app, "#text > Static"), "the text")
        seen = _without_numbers(screen_text(app))

    drive(app, story)
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.parent.mkdir(exist_ok=True)
        SNAPSHOT.write_text(seen)
    assert seen == SNAPSHOT.read_text()


def _without_numbers(text: str) -> str:
    """Without what differs from machine to machine or model to model, and without trailing blanks."""
    text = re.sub(r"wall (netns|seccomp)|no wall", "wall", text)
    text = re.sub(r"scores: .*", "scores: …", text)
    text = re.sub(r"last screened \d\d:\d\d", "last screened …", text)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"
