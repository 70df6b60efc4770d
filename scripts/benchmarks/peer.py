"""The parent's side of an encoder without a gate (`served.py`).

Invariant: the process gets the environment of the model's cell, so that threads and memory behave alike.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

import guardian
from guardian.inference.child import _environment as cell_environment  # the very one; there is no public name for it

SCRIPTS = Path(__file__).resolve().parent.parent
IMPORT_FOLDERS = os.pathsep.join((str(SCRIPTS), str(Path(guardian.__file__).resolve().parent.parent)))
"""Where child processes find this package and Guardian."""


class Absent(Exception):
    """There is no such encoder here: something that is optional is not installed, or the file is no model."""


class Peer:
    """One running encoder. `module` is `llama_encoder` or `onnx_encoder`. Raises Absent where it cannot work."""

    def __init__(self, module: str, model: Path, threads: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.{module}", str(model), str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**cell_environment(), "PYTHONPATH": IMPORT_FOLDERS},
            text=True,
        )
        self._requests = cast(IO[str], self._process.stdin)
        self._answers = cast(IO[str], self._process.stdout)
        try:
            first = self._read()
            if not first["is_ready"]:
                raise Absent(first["reason"])
        except BaseException:
            self.close()
            raise

    def encode_ms(self, texts: Sequence[str]) -> float:
        """Milliseconds that judging the texts took, together in as few passes as is best."""
        return float(self._ask(texts, passes=True)["elapsed_ms"])

    def rows(self, texts: Sequence[str]) -> list[list[float]]:
        """The numbers of each text."""
        return cast(list[list[float]], self._ask(texts, passes=True, rows=True)["rows"])

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, [CLS] and [SEP] included."""
        return cast(list[int], self._ask(texts)["tokens"])

    def close(self) -> None:
        """End the process."""
        self._requests.close()
        self._answers.close()
        self._process.wait()

    def _ask(self, texts: Sequence[str], *, passes: bool = False, rows: bool = False) -> dict[str, Any]:
        print(json.dumps({"texts": texts, "passes": passes, "rows": rows}), file=self._requests, flush=True)
        return self._read()

    def _read(self) -> dict[str, Any]:
        line = self._answers.readline()
        if not line:
            raise RuntimeError(f"the encoder's process ended with exit code {self._process.wait()}")
        return cast(dict[str, Any], json.loads(line))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
