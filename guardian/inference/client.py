"""The parent's side of the model: an `Encoder` whose model lives in a walled child process.

Invariants: the constructor starts the child at once and returns when the model's file has been verified, while
the child is still starting; `submit` returns at once, and its future always completes; nothing of the model
runs in this process.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np

from guardian.errors import CellError
from guardian.events import Observer, ignore
from guardian.inference.base import Encoding, EncodingFailure
from guardian.inference.child import default_command
from guardian.inference.dispatcher import CellPlan, Dispatcher
from guardian.inference.frames import Load
from guardian.inference.manifest import Manifest
from guardian.inference.recovery import Recovery
from guardian.inference.register import Register
from guardian.inference.windows import new_job
from guardian.walls.wall import WallLevel

BATCH_TIMEOUT_S: Final = 30.0
THREADS_LIMIT: Final = 4
"""More threads gain nothing on an encoder of this size."""
WINDOWS_PER_PASS: Final = 32
_TOKENS_PER_PASS: Final = 256
_BYTES_PER_TOKEN: Final = 16
"""A window with more bytes per token than this is divided before it is tokenised; English has about 5."""


class CellEncoder:
    """An `inference.base.Encoder`. Close it, or use it as a context manager.

    `threads` defaults to the processors that this process may use, at most `THREADS_LIMIT`. `batch_timeout_s` is how
    long the child may work on one batch. `wall_limit` is the strongest wall that may be tried. `observer` is called
    in the encoder's own thread and must be quick. `worker_command` starts another worker than Guardian's.

    Raises ModelError where the model's file is not the pinned one.
    """

    def __init__(
        self,
        manifest: Manifest,
        models_dir: Path,
        *,
        threads: int | None = None,
        batch_timeout_s: float = BATCH_TIMEOUT_S,
        wall_limit: WallLevel = WallLevel.NETNS,
        observer: Observer = ignore,
        recovery: Recovery | None = None,
        worker_command: Sequence[str] | None = None,
    ) -> None:
        self.manifest = manifest
        self._model = manifest.open(models_dir)
        self._bytes_per_window = _BYTES_PER_TOKEN * manifest.max_window_tokens
        load = Load(
            descriptor=self._model.descriptor,
            threads=threads or default_threads(),
            tokens_per_window=manifest.max_window_tokens,
            tokens_per_batch=max(_TOKENS_PER_PASS, manifest.max_window_tokens),
            windows_per_batch=WINDOWS_PER_PASS,
            bytes_per_window=self._bytes_per_window,
        )
        command = default_command() if worker_command is None else worker_command
        plan = CellPlan(manifest, self._model.descriptor, load, command, wall_limit, batch_timeout_s)
        self._dispatcher = Dispatcher(plan, recovery or Recovery(), observer)
        try:
            self._model.verify()
        except BaseException:
            self.close()
            raise
        self._dispatcher.approve_model()

    @property
    def wall(self) -> str:
        """Level of the cell, as the cell's own self-test measured it: netns, seccomp, none, or down."""
        return self._dispatcher.tally.wall.value

    @property
    def register(self) -> Register:
        """What the parent has measured so far."""
        return self._dispatcher.tally.snapshot()

    def wait_started(self, timeout_s: float | None = None) -> None:
        """Wait until the model runs for the first time. Nothing needs this before `submit`.

        Raises CellError or ModelError where it could not be started, or not in time.
        """
        try:
            self._dispatcher.started.result(timeout_s)
        except FutureTimeoutError as error:
            raise CellError(f"the model's process did not start within {timeout_s:g} s") from error

    def submit(self, texts: Sequence[str]) -> Future[Encoding | EncodingFailure]:
        """Judge the windows of one message. Never blocks for long, never raises for a text."""
        job, pieces = new_job(texts, self._bytes_per_window)
        if pieces:
            self._dispatcher.add(job, pieces)
        else:
            job.complete(_nothing(self.manifest))
        return job.future

    def close(self) -> None:
        """End the child and free what it holds. What is not judged yet completes as `model-down`. Idempotent."""
        self._dispatcher.stop()
        self._model.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def default_threads() -> int:
    """Threads for the model where nobody asked for a number."""
    try:
        usable = len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        usable = os.cpu_count() or 1
    return max(1, min(usable, THREADS_LIMIT))


def _nothing(manifest: Manifest) -> Encoding:
    """The encoding of no windows."""
    none = np.empty(0, np.int32)
    logits = np.empty((0, len(manifest.outputs)), np.float32)
    return Encoding(logits, np.empty((0, manifest.embedding), np.float32), none, none, 0.0)
