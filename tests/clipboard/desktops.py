"""Real desktops without a screen: an X server, a Wayland compositor, and a program that owns the X11 clipboard.

The owner keeps a list of what it was asked for, so that a test can tell what was never read.
"""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LONGEST_S = 60.0
HAS_X11 = all(shutil.which(name) for name in ("Xvfb", "xclip"))
HAS_WAYLAND = all(shutil.which(name) for name in ("sway", "wl-paste", "wl-copy"))


def until(is_so: Callable[[], object]) -> None:
    """Wait for a state; a hang fails."""
    give_up = time.monotonic() + LONGEST_S
    while not is_so():
        assert time.monotonic() < give_up
        time.sleep(0.02)


@contextmanager
def started(command: Sequence[str], env: Mapping[str, str], **other: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A program that is gone when the context ends."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    process = subprocess.Popen(command, env=dict(env), **{**quiet, **other})
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(LONGEST_S)
        finally:
            process.kill()


@contextmanager
def x_server() -> Iterator[dict[str, str]]:
    """An X server of this test's own that listens on Unix sockets alone; the environment that names it."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "320x200x8", "-nolisten", "tcp"]
    with started(command, os.environ, pass_fds=(writing,)):
        os.close(writing)
        with os.fdopen(reading) as said:
            number = said.readline().strip()
        assert number, "Xvfb did not start"
        env = {name: value for name, value in os.environ.items() if name != "WAYLAND_DISPLAY"}
        yield {**env, "DISPLAY": f":{number}"}


@contextmanager
def compositor(folder: Path) -> Iterator[dict[str, str]]:
    """sway without a screen. It refuses to be root, so root's tests run it as nobody."""
    folder.chmod(0o700)
    as_nobody: list[str] = []
    if os.geteuid() == 0:
        os.chown(folder, 65534, 65534)
        as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    headless = {"WLR_BACKENDS": "headless", "WLR_LIBINPUT_NO_DEVICES": "1", "WLR_RENDERER": "pixman"}
    env = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    env |= {"XDG_RUNTIME_DIR": str(folder)}
    with started([*as_nobody, "sway", "--config", "/dev/null"], env | headless, cwd="/") as process:
        until(lambda: process.poll() is not None or list(folder.glob("wayland-?")))
        assert process.poll() is None, "sway did not start"
        yield {**env, "WAYLAND_DISPLAY": next(folder.glob("wayland-?")).name}


def wayland_copy(env: Mapping[str, str], data: bytes, *words: str) -> None:
    """As an owner's program copies."""
    # wl-copy leaves a child that owns the clipboard; it ends with the compositor, or with the next owner
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(["wl-copy", *words], env=dict(env), input=data, check=True, timeout=LONGEST_S, **quiet)  # type: ignore[call-overload]


def x_copy(env: Mapping[str, str], data: bytes, selection: str = "clipboard") -> None:
    """The same on X11."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    command = ["xclip", "-selection", selection]
    subprocess.run(command, env=dict(env), input=data, check=True, timeout=LONGEST_S, **quiet)  # type: ignore[call-overload]


class XOwner:
    """Owns the clipboard of an X server, offers `types`, and notes every type that it is asked for."""

    def __init__(self, env: Mapping[str, str], types: Mapping[str, bytes], *, is_silent: bool = False) -> None:
        import xcffib
        import xcffib.xproto

        self.asked: list[str] = []
        self._types, self._is_silent = dict(types), is_silent
        self._proto: Any = xcffib.xproto
        library: Any = xcffib  # its own types cover a part of it only
        self._connection = library.connect(env["DISPLAY"])
        setup = self._connection.get_setup()
        self._window = self._connection.generate_id()
        screen = setup.roots[0]
        self._connection.core.CreateWindow(
            screen.root_depth, self._window, screen.root, 0, 0, 1, 1, 0, 1, screen.root_visual, 0, []
        )
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> XOwner:
        self._connection.core.SetSelectionOwner(self._window, self._atom("CLIPBOARD"), 0)
        self._connection.core.GetInputFocus().reply()  # behind it, the server has taken it in
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join(LONGEST_S)
        self._connection.disconnect()

    def _run(self) -> None:
        while not self._ending.is_set():
            while (event := self._connection.poll_for_event()) is not None:
                if isinstance(event, self._proto.SelectionRequestEvent):
                    self._answer(event)
            select.select([self._connection.get_file_descriptor()], [], [], 0.05)

    def _answer(self, event: Any) -> None:
        target = self._name(event.target)
        self.asked.append(target)
        if self._is_silent:
            return
        place = event.property
        if target == "TARGETS":
            atoms = [self._atom(name) for name in ("TARGETS", *self._types)]
            self._connection.core.ChangeProperty(0, event.requestor, place, self._atom("ATOM"), 32, len(atoms), atoms)
        elif target in self._types:
            data = self._types[target]
            self._connection.core.ChangeProperty(0, event.requestor, place, event.target, 8, len(data), data)
        else:
            place = 0
        told = self._proto.SelectionNotifyEvent.synthetic(
            event.time, event.requestor, event.selection, event.target, place
        )
        self._connection.core.SendEvent(False, event.requestor, 0, told.pack())
        self._connection.flush()

    def _atom(self, name: str) -> int:
        return int(self._connection.core.InternAtom(False, len(name), name).reply().atom)

    def _name(self, atom: int) -> str:
        return str(self._connection.core.GetAtomName(atom).reply().name.to_string())
