"""The model's process as the parent holds it: three pipes, one descriptor of the model, and its end.

Invariants: the process inherits nothing else, neither environment nor descriptors; what it writes to stderr goes
into a bounded buffer and never to a terminal, and no faster than a parent can bear; nothing here blocks but `kill`, and
that only until the kernel has removed a process that can no longer run.

The thread that makes a `CellProcess` must outlive it: the kernel kills the process when that *thread* ends
(PR_SET_PDEATHSIG).
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Generic, TypeVar

import guardian
from guardian.errors import CellError
from guardian.inference.framing import Protocol
from guardian.safe_text import safe_text
from guardian.walls.wall import WallLevel

STDERR_KEPT_BYTES: Final = 16 * 1024
ERRORS_PAUSE_S: Final = 0.05
"""Between two reads of stderr: a process that floods it waits at its full pipe, and its parent rests."""
_ENDING_S: Final = 1.0
"""How long a process that can't be written to any more may take to end by itself, with what it has still to say."""
_READ_BYTES: Final = 1 << 18
_MOST_LAST_READS: Final = 64
"""Reads by which the end of a pipe is looked for: a pipe holds less, but a process may write on while it is read."""
_BOOT: Final = "import sys; sys.path += sys.argv[3:]; from {module} import main; main(sys.argv[1], int(sys.argv[2]))"
"""Arguments: the strongest wall, the parent's process id, folders to import from. They stand behind the standard
library's, so that nothing in them can take its place."""

F = TypeVar("F")


class CellDied(CellError):
    """The process ended, or closed its pipe."""


def default_command(module: str = "guardian.inference.worker") -> list[str]:
    """How a worker is started: isolated (-I) and without `site` (-S), so that neither the environment nor a .pth
    file adds code to it, whether Guardian is installed, editable or a checkout."""
    return [sys.executable, "-I", "-S", "-c", _BOOT.format(module=module)]


class CellProcess(Generic[F]):
    """One life of the model's process, which speaks `protocol`.

    `command` is started with three more kinds of arguments: the strongest wall that may be tried, this process's
    id, and the folders to import from. `descriptor` is inherited under the same number. Raises CellError where
    the process cannot be started.
    """

    def __init__(self, command: Sequence[str], limit: WallLevel, descriptor: int, protocol: Protocol[F]) -> None:
        arguments = [*command, limit.value, str(os.getpid()), *import_folders()]
        try:
            self._process = subprocess.Popen(
                arguments,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                pass_fds=(descriptor,),
                env=_environment(),
                cwd="/",
                start_new_session=True,  # Ctrl-C in the owner's terminal is Guardian's to handle
            )
        except OSError as error:
            raise CellError(f"cannot start the model's process: {error.strerror}") from error
        self.id = self._process.pid
        self.input, self.output, self.errors = (
            pipe.fileno() for pipe in (self._process.stdin, self._process.stdout, self._process.stderr) if pipe
        )
        for pipe in (self.input, self.output, self.errors):
            os.set_blocking(pipe, False)
        self._protocol = protocol
        self._stream = protocol.stream(protocol.to_parent)
        self._unsent = bytearray()
        self.gone_s = float("inf")
        """From when (monotonic clock) the process counts as dead, as it closed its input; never, where it did not."""
        self.errors_due_s = 0.0
        """From when (monotonic clock) stderr is to be read again; never, once there will be no more."""
        self._last_words = bytearray()

    def send(self, frame: F) -> None:
        """Queue a frame and write what the pipe takes; see `has_unsent`."""
        self._unsent += self._protocol.encode(frame)
        self.flush()

    @property
    def has_unsent(self) -> bool:
        """Whether `flush` is to be called once `input` can be written."""
        return bool(self._unsent)

    def flush(self) -> None:
        """Write what the pipe takes. That the process is gone shows when reading, or else in `gone_s`."""
        try:
            while self._unsent:
                del self._unsent[: os.write(self.input, self._unsent)]
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._unsent.clear()  # nobody will read it, and a broken pipe always counts as ready to be written
            self.gone_s = min(self.gone_s, time.monotonic() + _ENDING_S)

    def read(self) -> Iterator[F]:
        """The frames that have come. Raises CellDied at the end of the pipe, FrameError for what is no frame."""
        try:
            data = os.read(self.output, _READ_BYTES)
        except BlockingIOError:
            return
        if not data:
            raise CellDied("the model's process closed its pipe")
        yield from self._stream.feed(data)

    def read_errors(self) -> None:
        """Take what the process wrote to stderr; keep the end of it. When to come again is then in `errors_due_s`."""
        try:
            data = os.read(self.errors, _READ_BYTES)
        except BlockingIOError:
            return
        self.errors_due_s = time.monotonic() + ERRORS_PAUSE_S if data else float("inf")
        self._last_words += data
        del self._last_words[:-STDERR_KEPT_BYTES]

    @property
    def last_words(self) -> str:
        """The end of what the process wrote to stderr, safe to show."""
        return safe_text(self._last_words.decode("utf-8", "replace"))

    def kill(self) -> str:
        """End the process now, also a stopped one, and free its pipes. Returns how it had ended, in words."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            # One that closed its pipe is ending on its own; its own reason is worth a moment.
            if self._has_hung_up():
                self._process.wait(timeout=1.0)
        was_running = self._process.poll() is None
        self._process.kill()
        code = self._process.wait()
        self.read_errors()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe:
                pipe.close()
        return "was stopped by guardian" if was_running else _ending(code)

    def _has_hung_up(self) -> bool:
        """Whether the process has closed its side of the output, read to the end or not."""
        with contextlib.suppress(BlockingIOError):
            return any(not os.read(self.output, _READ_BYTES) for _ in range(_MOST_LAST_READS))
        return False


def import_folders() -> list[str]:
    """Folders from which the worker imports: Guardian's own, and those of llama-cpp-python and what it needs."""
    folders = [str(Path(guardian.__file__).resolve().parent.parent)]
    for name in ("llama_cpp", "typing_extensions"):
        with contextlib.suppress(ImportError, ValueError):
            spec = importlib.util.find_spec(name)
            if spec and spec.origin:
                origin = Path(spec.origin)
                folders.append(str(origin.parent.parent if spec.submodule_search_locations else origin.parent))
    return list(dict.fromkeys(folders))


def _environment() -> dict[str, str]:
    """The child's whole environment."""
    environment = {
        "GGML_NO_BACKTRACE": "1",  # a failed assert in ggml would start gdb
        "MALLOC_ARENA_MAX": "1",  # each arena reserves address space, which is capped
        # Threads of an OpenMP build wait actively for a moment only, then sleep: as fast on an idle machine, and on
        # a busy one 25 tokens take 18 ms instead of seconds (measured on two cores with two busy processes).
        "GOMP_SPINCOUNT": "1000",
        "KMP_BLOCKTIME": "0",
        "LC_ALL": "C.UTF-8",
    }
    if "LD_LIBRARY_PATH" in os.environ:  # where the owner's system keeps libraries elsewhere, llama.cpp needs it
        environment["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
    return environment


def _ending(code: int) -> str:
    """How a process ended, in words."""
    if code >= 0:
        return f"ended with status {code}"
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    if -code == signal.SIGILL:
        return (
            f"was killed by {name}: llama.cpp was built for another processor, rebuild llama-cpp-python on this machine"
        )
    return f"was killed by {name}"
