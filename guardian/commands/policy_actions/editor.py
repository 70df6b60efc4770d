"""The owner's editor, on a private copy of a file.

Invariants: the copy lies in a folder of its own (0700, file 0600) in Guardian's runtime folder, so that an editor's
swap and backup files lie there too, and all of it is gone afterwards; the terminal is as it was, whatever the editor
did to it; Ctrl-C while the editor runs is the editor's.
"""

from __future__ import annotations

import shlex
import shutil
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from guardian.errors import PolicyError
from guardian.paths import ensure_private_directory
from guardian.policy.drafting import create_policy_file
from guardian.policy.schema_file import refresh_schema

_USUAL = ("nano", "vi", "ed")
_HINT = "set VISUAL or EDITOR to yours"


def find_editor(env: Mapping[str, str]) -> list[str]:
    """The command of $VISUAL, else of $EDITOR, else the first of nano, vi and ed that is there.

    Raises PolicyError where it can't be run.
    """
    for name in ("VISUAL", "EDITOR"):
        if env.get(name, "").strip():
            return _command(name, env[name])
    for usual in _USUAL:
        if shutil.which(usual):
            return [usual]
    raise PolicyError("there is no editor here", hint=_HINT)


@contextmanager
def private_copy(folder: Path, name: str, text: str) -> Iterator[Path]:
    """A private file of this name and text, with the policies' schema beside it; gone with the context."""
    with TemporaryDirectory(dir=ensure_private_directory(folder), prefix="edit-", ignore_cleanup_errors=True) as own:
        path = Path(own) / name
        create_policy_file(path, text)
        refresh_schema(path.parent)
        yield path


def kept_apart(copy: Path, text: str) -> Path | None:
    """Where a private copy was put so that it outlives its folder; None where it says no more than `text`.

    It is moved beside that folder, so a full disk does not hinder it. Raises OSError where even that can't be done.
    """
    try:
        if copy.read_bytes() == text.encode():
            return None
        with TemporaryDirectory(dir=copy.parent.parent, prefix="unsaved-") as free:
            apart = Path(free)
        apart.mkdir(mode=0o700)
        return copy.rename(apart / copy.name)
    except FileNotFoundError:  # the owner's editor left nothing
        return None


def run_editor(command: Sequence[str], path: Path) -> str:
    """Let the owner edit a file. What went wrong, in words; empty where nothing did.

    Raises PolicyError where the editor can't be started.
    """
    sys.stdout.flush()
    with _terminal_kept():
        try:
            editor = subprocess.Popen([*command, str(path)], stdout=None if sys.stdout.isatty() else sys.stderr)
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            raise PolicyError(f"the editor {command[0]} can't be started: {reason}", hint=_HINT) from None
        # After the start: what is ignored before it, the editor would ignore too.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            status = editor.wait()
        finally:
            signal.signal(signal.SIGINT, before)
    if status < 0:
        return f"the editor was ended by {_signal_name(-status)}"
    return f"the editor ended with status {status}" if status else ""


def _command(name: str, value: str) -> list[str]:
    try:
        command = shlex.split(value)
    except ValueError as error:
        raise PolicyError(f"{name} can't be read: {str(error).lower()}", hint=_HINT) from None
    if not command or shutil.which(command[0]) is None:
        raise PolicyError(f"the editor of {name} is not there: {value}", hint=_HINT)
    return command


@contextmanager
def _terminal_kept() -> Iterator[None]:
    """Give the terminal back as it was: an editor that crashed leaves it without echo and without lines."""
    try:
        before = termios.tcgetattr(sys.stdin)
    except (termios.error, OSError, ValueError):
        yield
        return
    try:
        yield
    finally:
        with suppress(termios.error, OSError):
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
