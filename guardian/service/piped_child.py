"""A disposable child process that speaks frames: two pipes, a thread that reads what comes, and its end.

A question carries a `number`, its answers carry it as `answer`; any other frame is an event.

Invariants: what comes is held against limits before it is kept; every wait for an answer has an end, which the parent's
clock says; the child inherits neither environment nor descriptors, and is killed rather than asked to go. Standard
library only.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import guardian
from guardian.service.frames import Frame, FrameError, FrameReader
from guardian.service.pipes import receive, send

_BOOT: Final = "import sys; sys.path += sys.argv[1:]; from {module} import main; main()"


def child_command(module: str, package: str) -> list[str]:
    """How a child is started that runs `module` and imports from Guardian's own folder and that of `package`: isolated,
    so that neither the environment nor a .pth file adds code to it. Raises ModuleNotFoundError without the package."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"no module named {package}", name=package)
    folders = [str(Path(guardian.__file__).resolve().parent.parent), os.path.dirname(os.path.dirname(spec.origin))]
    return [sys.executable, "-I", "-S", "-c", _BOOT.format(module=module), *folders]


class PipedChild:
    """One life of a child. Ask from one thread at a time; `end` it from any.

    It may be spoken to with `send` and `receive` until `listen` is called, and with `ask` and `answer` from then on.
    Raises OSError where it can't be started.
    """

    def __init__(self, command: Sequence[str], body_limit_bytes: int) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={"LC_ALL": "C.UTF-8"},
            cwd="/",
            start_new_session=True,
        )
        self._reader = FrameReader(body_limit_bytes)
        self._answers: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        self._number = 0
        self._is_listening = False

    @property
    def process_id(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def send(self, header: Mapping[str, Any]) -> None:
        """Write a frame. Raises OSError, also where the child was ended."""
        try:
            descriptor = _descriptor(self._process.stdin)
        except ValueError:
            raise BrokenPipeError("the child was ended") from None
        send(descriptor, header)

    def receive(self) -> Frame | None:
        """The next frame, waited for; None where there is none to come, or where it is no frame."""
        try:
            return receive(_descriptor(self._process.stdout), self._reader)
        except (OSError, FrameError, ValueError):
            return None

    def listen(
        self, name: str, on_event: Callable[[Frame], None] | None = None, on_end: Callable[[], None] | None = None
    ) -> None:
        """Read on in a thread of that name, which calls `on_event` for each event, and `on_end` once no more comes."""
        self._is_listening = True
        threading.Thread(target=self._read, args=(on_event, on_end), name=name, daemon=True).start()

    def ask(self, question: Mapping[str, Any]) -> int:
        """Send a question; its number. Raises OSError."""
        self._number += 1
        self.send({**question, "number": self._number})
        return self._number

    def answer(self, number: int, give_up_s: float) -> Frame | None:
        """The next answer to a question; None where the child ended, or is silent until `give_up_s` (by the monotonic
        clock)."""
        while True:
            try:
                frame = self._answers.get(timeout=max(0.0, give_up_s - time.monotonic()))
            except queue.Empty:
                return None
            if frame is None or frame.header.get("answer") == number:
                return frame

    def end(self) -> None:
        """Kill the child and free its pipes."""
        self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self._process.stdout is not None and not self._is_listening:
            self._process.stdout.close()  # else it is the reading thread's: closed here, it could read another file

    def _read(self, on_event: Callable[[Frame], None] | None, on_end: Callable[[], None] | None) -> None:
        """Take what comes until the end, or until it is no frame."""
        with contextlib.suppress(OSError, ValueError), self._process.stdout or contextlib.nullcontext():
            while frame := self.receive():
                if "answer" in frame.header:
                    self._answers.put(frame)
                elif on_event is not None:
                    on_event(frame)
        self._answers.put(None)
        if on_end is not None:
            on_end()


def _descriptor(pipe: Any) -> int:
    return int(pipe.fileno())
