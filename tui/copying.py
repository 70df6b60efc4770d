"""Copying what the owner looks at: to the clipboard, where the terminal allows it, or to a private file.

Invariants: what is copied is the safe, shown text, never raw bytes of a message; through the terminal it goes as
base64 (OSC 52), so no byte of it can act there; a file is the owner's alone (mode 0600) and never replaces another; no
failure is silent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from guardian.errors import GuardianError, OutputError
from guardian.paths import Paths
from guardian.safe_text import safe_line, safe_text

if TYPE_CHECKING:
    from tui.app import GuardianApp
    from tui.desk import Job

MOST_CLIPBOARD_BYTES: Final = 55_000
"""Of UTF-8. Terminals take some 74,000 bytes of base64 in OSC 52 (xterm), and drop what is longer without a word."""
FOLDER: Final = "copied"
"""Below the state directory."""
_MOST_NAMES: Final = 1_000
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9]+")


def copy(app: GuardianApp, text: str, what: str) -> None:
    """Put `text` on the clipboard, and say so. `what` names it in our own words, such as "the message"."""
    text = safe_text(text)
    if not text.strip():
        app.notify(f"there is nothing to copy in {what}", severity="warning", markup=False)
    elif len(text.encode()) > MOST_CLIPBOARD_BYTES:
        app.notify(f"{what} is too long for a clipboard; Y writes it to a file", severity="warning", markup=False)
    else:
        app.copy_to_clipboard(text)
        app.notify(f"{what}: copied, if your terminal allows it; Y writes it to a file", markup=False)


def write(app: GuardianApp, text: str, what: str) -> None:
    """Write `text` to a private file, off the painting thread, and say where it is or why it is not there."""
    text = safe_text(text)
    if not text.strip():
        app.notify(f"there is nothing to write in {what}", severity="warning", markup=False)
        return
    app.desk.do("copied", partial(_written, app, text, what), app)


def write_to_file(paths: Paths, text: str, what: str, now: datetime | None = None) -> Path:
    """Write `text` to a new file of mode 0600 in the folder `copied` of the state directory. Returns its path.

    Raises OutputError, SettingsError where the folder can't be trusted.
    """
    from guardian.journal.reports.export import write_private
    from guardian.paths import ensure_private_directory

    folder = ensure_private_directory(paths.state / FOLDER)
    for path in _names(folder, what, now or datetime.now()):
        if path.exists():
            continue
        write_private(path, [text if text.endswith("\n") else text + "\n"], force=False)
        return path
    raise OutputError(f"cannot write into {folder}: it holds {_MOST_NAMES:,} files of that name")


def _written(app: GuardianApp, text: str, what: str, _job: Job) -> None:
    try:
        path = write_to_file(app.settings.paths, text, what)
    except GuardianError as error:
        app.notify(safe_line(error.line()), severity="error", markup=False)  # it posts a message: any thread may
        return
    app.notify(f"{what}: written to {safe_line(str(path))}", timeout=10, markup=False)


def _names(folder: Path, what: str, now: datetime) -> Iterator[Path]:
    stem = f"{now:%Y-%m-%d-%H%M%S}-{_NOT_IN_NAMES.sub('-', what).strip('-')[:60] or 'text'}"
    yield folder / f"{stem}.txt"
    for number in range(2, _MOST_NAMES):
        yield folder / f"{stem}-{number}.txt"
