"""Promises of the clipboards, on a real X server, a real Wayland compositor, and macOS programs played by scripts."""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parent))

from desktops import HAS_WAYLAND, HAS_X11, LONGEST_S, XOwner, compositor, wayland_copy, x_copy, x_server

from guardian.clipboard import programs
from guardian.clipboard.base import (
    CONCEALED_TYPES,
    TEXT_TYPES,
    Clipboard,
    ClipboardError,
    Content,
    NotRead,
    Selection,
    Why,
    judged_by_types,
)
from guardian.clipboard.choose import find_clipboard
from guardian.clipboard.macos import MacClipboard
from guardian.clipboard.wayland import WaylandClipboard
from guardian.clipboard.x11 import X11Clipboard

needs_x11 = pytest.mark.skipif(not HAS_X11, reason="Xvfb or xclip is not installed")
needs_wayland = pytest.mark.skipif(not HAS_WAYLAND, reason="sway or wl-clipboard is not installed")
MOST = 10_000
SECRET = b"CANARY correct horse battery staple"
ODD_TEXT = "naïve — ünïcode\n\x1b[2Jtwo lines \N{PERSON FROWNING}".encode()


# --- types ------------------------------------------------------------------------------------------------------

# what is offered -> the type to read by, or why nothing is read
TYPES: list[tuple[tuple[str, ...], str | Why]] = [
    ((), Why.EMPTY),
    (("text/plain", "UTF8_STRING"), "UTF8_STRING"),
    (("text/plain;charset=utf-8", "UTF8_STRING"), "text/plain;charset=utf-8"),
    (("text/html", "STRING"), "STRING"),
    (("image/png",), Why.NO_TEXT),
    (("text/uri-list",), Why.NO_TEXT),
    (("UTF8_STRING", "x-kde-passwordManagerHint"), Why.CONCEALED),
    (("text/plain", "org.nspasteboard.ConcealedType"), Why.CONCEALED),
    (("text/plain", "org.nspasteboard.TransientType"), Why.CONCEALED),
]


@pytest.mark.parametrize(("offered", "judged"), TYPES)
def test_the_types_tell_whether_there_is_a_text_and_whether_it_may_be_read(
    offered: tuple[str, ...], judged: str | Why
) -> None:
    found = judged_by_types(offered)
    assert (found.why if isinstance(found, NotRead) else found) == judged


@given(st.lists(st.sampled_from([*TEXT_TYPES, "image/png", "text/html"])), st.sampled_from(sorted(CONCEALED_TYPES)))
def test_a_hint_outranks_whatever_else_is_offered(offered: list[str], hint: str) -> None:
    found = judged_by_types([*offered, hint])
    assert isinstance(found, NotRead)
    assert found.why is Why.CONCEALED


# --- X11 --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def x_env() -> Iterator[Mapping[str, str]]:
    with x_server() as env:
        yield env


class Changes:
    """The changes of a clipboard, from a thread: each is one item; the end is the error that ended it."""

    def __init__(self, clipboard: Clipboard) -> None:
        self.seen: queue.Queue[bool | ClipboardError] = queue.Queue()

        def run() -> None:
            try:
                for is_data in clipboard.changes():
                    self.seen.put(is_data)
            except ClipboardError as error:
                self.seen.put(error)

        threading.Thread(target=run, daemon=True).start()

    def next(self) -> bool | ClipboardError:
        return self.seen.get(timeout=LONGEST_S)


@needs_x11
def test_x11_reads_what_was_copied_and_what_is_marked_byte_for_byte(x_env: Mapping[str, str]) -> None:
    clipboard = X11Clipboard(x_env)
    x_copy(x_env, ODD_TEXT)
    x_copy(x_env, b"marked", "primary")
    found = clipboard.read(Selection.CLIPBOARD, MOST)
    assert isinstance(found, Content)
    assert (found.data, found.cut) == (ODD_TEXT, False)
    marked = clipboard.read(Selection.PRIMARY, MOST)
    assert isinstance(marked, Content)
    assert marked.data == b"marked"
    assert "marked" not in repr(marked)


@needs_x11
def test_x11_reads_no_more_than_the_cap(x_env: Mapping[str, str]) -> None:
    x_copy(x_env, b"x" * 3_000_000)
    found = X11Clipboard(x_env).read(Selection.CLIPBOARD, MOST)
    assert isinstance(found, Content)
    assert (len(found.data), found.cut) == (MOST, True)


@needs_x11
def test_x11_never_asks_for_a_secrets_content(x_env: Mapping[str, str]) -> None:
    with XOwner(x_env, {"UTF8_STRING": SECRET, "STRING": SECRET, "x-kde-passwordManagerHint": b"secret"}) as owner:
        found = X11Clipboard(x_env).read(Selection.CLIPBOARD, MOST)
        assert found == NotRead(Why.CONCEALED)
        assert owner.asked == ["TARGETS"]


@needs_x11
def test_x11_says_what_is_no_text_and_reads_old_latin_text(x_env: Mapping[str, str]) -> None:
    with XOwner(x_env, {"image/png": b"\x89PNG"}) as owner:
        assert X11Clipboard(x_env).read(Selection.CLIPBOARD, MOST) == NotRead(Why.NO_TEXT)
        assert owner.asked == ["TARGETS"]
    with XOwner(x_env, {"STRING": "café".encode("latin-1")}):
        found = X11Clipboard(x_env).read(Selection.CLIPBOARD, MOST)
        assert isinstance(found, Content)
        assert found.data.decode() == "café"


@needs_x11
def test_x11_does_not_hang_on_an_owner_that_does_not_answer(
    x_env: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs.output_of, "__defaults__", (0.5,))
    with XOwner(x_env, {}, is_silent=True), pytest.raises(ClipboardError, match="no answer"):
        X11Clipboard(x_env).read(Selection.CLIPBOARD, MOST)


@needs_x11
def test_x11_follows_the_clipboard_and_ends_with_its_display() -> None:
    with x_server() as env:
        changes = Changes(X11Clipboard(env))
        assert changes.next() is True  # as it stands at the beginning
        for number in range(3):
            x_copy(env, f"copy {number}".encode())
            assert changes.next() is True
        assert changes.seen.empty()
        x_copy(env, b"marked with the mouse", "primary")
        x_copy(env, b"copied again")
        assert changes.next() is True
        assert changes.seen.empty()  # what is merely marked is nobody's business
    assert isinstance(changes.next(), ClipboardError)


@pytest.mark.parametrize("display", ["far.example:0", "localhost:10.0", "tcp/far:0", "", "192.0.2.1:0"])
def test_a_display_behind_a_network_is_refused(display: str) -> None:
    with pytest.raises(ClipboardError, match="not on this machine"):
        X11Clipboard({"DISPLAY": display})


@needs_x11
def test_a_display_that_is_gone_is_no_reason_to_try_a_network(tmp_path: Path) -> None:
    # libxcb would try TCP port 6000 + 63 where no Unix socket answers
    trace = tmp_path / "trace"
    program = (
        "import os, sys; from guardian.clipboard.x11 import X11Clipboard\nnext(X11Clipboard(os.environ).changes())"
    )
    import os
    import shutil

    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    command = ["strace", "-f", "-e", "trace=socket,connect", "-o", str(trace), sys.executable, "-c", program]
    done = subprocess.run(command, env={**os.environ, "DISPLAY": ":63"}, capture_output=True, timeout=LONGEST_S)
    assert b"does not answer" in done.stderr
    assert "AF_UNIX" in trace.read_text()  # the trace sees
    assert "AF_INET" not in trace.read_text()


# --- Wayland ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wayland_env(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    import tempfile

    with tempfile.TemporaryDirectory(prefix="guardian-sway") as folder, compositor(Path(folder)) as env:
        yield env


@needs_wayland
def test_wayland_reads_what_was_copied_and_what_is_marked(wayland_env: Mapping[str, str]) -> None:
    clipboard = WaylandClipboard(wayland_env)
    assert clipboard.read(Selection.CLIPBOARD, MOST) == NotRead(Why.EMPTY)
    wayland_copy(wayland_env, ODD_TEXT)
    wayland_copy(wayland_env, b"marked", "--primary")
    found, marked = clipboard.read(Selection.CLIPBOARD, MOST), clipboard.read(Selection.PRIMARY, MOST)
    assert isinstance(found, Content)
    assert isinstance(marked, Content)
    assert (found.data, found.cut, marked.data) == (ODD_TEXT, False, b"marked")
    wayland_copy(wayland_env, b"y" * 400_000)
    long = clipboard.read(Selection.CLIPBOARD, MOST)
    assert isinstance(long, Content)
    assert (len(long.data), long.cut) == (MOST, True)
    wayland_copy(wayland_env, b"\x89PNG", "--type", "image/png")
    assert clipboard.read(Selection.CLIPBOARD, MOST) == NotRead(Why.NO_TEXT)


@needs_wayland
def test_wayland_follows_the_clipboard_and_leaves_secrets_alone(wayland_env: Mapping[str, str]) -> None:
    clipboard = WaylandClipboard(wayland_env)
    changes = Changes(clipboard)
    wayland_copy(wayland_env, b"one")
    assert changes.next() is True
    while not changes.seen.empty():  # what was there before it began comes first
        changes.next()
    wayland_copy(wayland_env, SECRET, "--type", "x-kde-passwordManagerHint")
    changes.next()
    assert clipboard.read(Selection.CLIPBOARD, MOST) == NotRead(Why.CONCEALED)


def test_what_wl_paste_calls_sensitive_is_not_even_looked_at(tmp_path: Path) -> None:
    """wl-clipboard 2.3 says it in CLIPBOARD_STATE; this one plays it (wl-paste(1), --watch)."""
    script = tmp_path / "wl-paste"
    script.write_text(
        '#!/bin/sh\n[ "$1" = --watch ] || exit 9\nshift\n'
        'for state in data sensitive clear nil; do printf CANARY | CLIPBOARD_STATE=$state "$@"; done\n'
    )
    script.chmod(0o700)
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    changes = Changes(WaylandClipboard(env))
    assert [changes.next() for _ in range(4)] == [True, False, False, False]
    assert isinstance(changes.next(), ClipboardError)


def test_a_compositor_that_lets_nobody_watch_is_said_in_its_own_words(tmp_path: Path) -> None:
    script = tmp_path / "wl-paste"
    script.write_text("#!/bin/sh\necho 'Watch mode requires a compositor that supports data-control' >&2\nexit 1\n")
    script.chmod(0o700)
    ended = Changes(WaylandClipboard({"PATH": f"{tmp_path}:/usr/bin:/bin"})).next()
    assert isinstance(ended, ClipboardError)
    assert "data-control" in ended.line()


# --- macOS: its programs as scripts, for want of a Mac ---------------------------------------------------------


def mac(folder: Path, types: str, text: bytes = b"hello") -> tuple[MacClipboard, Path]:
    """A pasteboard of these types; the file that pbpaste leaves when it is run."""
    ran = folder / "pbpaste-ran"
    (folder / "text").write_bytes(text)
    (folder / "osascript").write_text(f"#!/bin/sh\ncat <<'END'\n{types}\nEND\n")
    (folder / "pbpaste").write_text(f"#!/bin/sh\ntouch '{ran}'\ncat '{folder}/text'\n")
    for name in ("osascript", "pbpaste"):
        (folder / name).chmod(0o700)
    return MacClipboard({"PATH": f"{folder}:/usr/bin:/bin"}), ran


def test_macos_reads_text_and_no_secret(tmp_path: Path) -> None:
    clipboard, ran = mac(tmp_path, "public.utf8-plain-text\nNSStringPboardType")
    found = clipboard.read(Selection.CLIPBOARD, MOST)
    assert isinstance(found, Content)
    assert found.data == b"hello"
    ran.unlink()
    clipboard, ran = mac(tmp_path, "public.utf8-plain-text\norg.nspasteboard.ConcealedType", SECRET)
    assert clipboard.read(Selection.CLIPBOARD, MOST) == NotRead(Why.CONCEALED)
    assert not ran.exists()
    clipboard, ran = mac(tmp_path, "public.png")
    assert clipboard.read(Selection.CLIPBOARD, MOST) == NotRead(Why.NO_TEXT)
    with pytest.raises(ClipboardError, match="no selection"):
        clipboard.read(Selection.PRIMARY, MOST)


# --- which one --------------------------------------------------------------------------------------------------

# environment, platform, programs that are there -> the clipboard, or what is said
CHOICES: list[tuple[dict[str, str], str, tuple[str, ...], Any]] = [
    ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "linux", ("wl-paste", "xclip"), WaylandClipboard),
    ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "linux", ("xclip",), X11Clipboard),
    ({"DISPLAY": ":0"}, "linux", ("wl-paste", "xclip"), X11Clipboard),
    ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", (), "wl-paste is not installed"),
    ({"DISPLAY": ":0"}, "linux", (), "xclip is not installed"),
    ({}, "linux", ("wl-paste", "xclip"), "no desktop"),
    ({}, "darwin", (), MacClipboard),
]


@pytest.mark.parametrize(("env", "platform", "there", "chosen"), CHOICES)
def test_the_sessions_own_clipboard_is_taken(
    env: dict[str, str], platform: str, there: tuple[str, ...], chosen: Any, tmp_path: Path
) -> None:
    for name in there:
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o700)
    env = {**env, "PATH": str(tmp_path)}
    if isinstance(chosen, str):
        with pytest.raises(ClipboardError, match=chosen):
            find_clipboard(env, platform)
    else:
        assert isinstance(find_clipboard(env, platform), chosen)
