"""Copying: what the clipboard and a file get, and that no failure is silent."""

from __future__ import annotations

import stat
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from test_hostile import HOSTILE
from textual.pilot import Pilot
from tui_driver import drive, screen_text, until

from guardian.errors import OutputError
from guardian.paths import find_paths
from guardian.safe_text import safe_text
from tui.app import GuardianApp
from tui.copying import MOST_CLIPBOARD_BYTES, copy, write, write_to_file

NOON = datetime(2026, 11, 21, 12, 0)


def test_a_file_is_its_owners_alone_and_never_replaces_another(tmp_path: Path) -> None:
    paths = find_paths({"GUARDIAN_HOME": str(tmp_path)})
    first, second = (write_to_file(paths, text, "the message", NOON) for text in ("one", "two\n"))
    assert first == paths.state / "copied" / "2026-11-21-120000-the-message.txt"
    assert (first.read_text(), second.read_text()) == ("one\n", "two\n")
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert stat.S_IMODE(first.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("what", ["../../etc/passwd", "", "\x1b]0;x\x07", "a" * 500])
def test_a_name_stays_in_its_folder(tmp_path: Path, what: str) -> None:
    paths = find_paths({"GUARDIAN_HOME": str(tmp_path)})
    path = write_to_file(paths, "text", what, NOON)
    assert path.parent == paths.state / "copied"
    assert len(path.name) < 100


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    paths = find_paths({"GUARDIAN_HOME": str(tmp_path)})
    paths.state.mkdir(parents=True)
    (paths.state / "copied").write_text("in the way")
    with pytest.raises(OutputError, match="in the way"):
        write_to_file(paths, "text", "the message", NOON)


@pytest.mark.parametrize(
    ("text", "said", "is_copied"),
    [
        ("Pay now.", "the message: copied, if your terminal allows it; Y writes it to a file", True),
        (" \n", "there is nothing to copy in the message", False),
        ("a" * (MOST_CLIPBOARD_BYTES + 1), "the message is too long for a clipboard; Y writes it to a file", False),
    ],
    ids=["short", "empty", "long"],
)
def test_what_was_copied_is_said(make_app: Callable[..., GuardianApp], text: str, said: str, is_copied: bool) -> None:
    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        copy(app, text, "the message")
        await until(pilot, lambda: said[:30] in " ".join(screen_text(app).split()), "the notice")
        assert app.clipboard == (text if is_copied else "")

    drive(app, story, size=(120, 30))


def test_only_safe_text_is_copied(make_app: Callable[..., GuardianApp]) -> None:
    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        for text, _ in HOSTILE:
            copy(app, text, "the message")
            await pilot.pause()
            assert safe_text(app.clipboard) == app.clipboard

    drive(app, story)


def test_the_path_of_a_file_is_said_and_so_is_a_failure(make_recorded_app: Callable[..., GuardianApp]) -> None:
    app = make_recorded_app()
    folder = app.settings.paths.state / "copied"

    async def story(pilot: Pilot[None]) -> None:
        write(app, "Pay \x1b now.", "the message")
        await until(pilot, lambda: "written to" in screen_text(app), "the path")
        (path,) = folder.iterdir()
        assert path.read_text() == "Pay \\x1b now.\n"
        path.unlink()
        folder.rmdir()
        folder.write_text("in the way")
        write(app, "again", "the message")
        await until(pilot, lambda: "cannot make the" in screen_text(app), "the trouble")

    drive(app, story, size=(120, 30))
