"""Where benchmarks work: a home of their own, settings, gates, encoders, synthetic policies, processes.

Invariants: nothing of the owner's is read or written, neither files nor `GUARDIAN_*` variables; every gate and process
is closed with its context; what is prepared once (policies, their embedded examples) is kept for the run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.counts import Counts
from benchmarks.peer import IMPORT_FOLDERS, Peer
from benchmarks.texts import Texts
from guardian.assembly import MANIFEST_NAME, open_gate
from guardian.gate import Gate
from guardian.inference.manifest import Manifest, load_manifest
from guardian.paths import HOME_VARIABLE
from guardian.settings import PREFIX, Settings, load_settings

FOUND_SOMETHING = (0, 1, 3)
"""Exit codes of a command that did its work."""
_PROCESS_TIMEOUT_S = 300.0


class CommandFailed(Exception):
    """A command of Guardian's ended with an exit code that is no verdict."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """All that a benchmark may use."""

    home: Path
    """GUARDIAN_HOME of everything that runs here."""
    counts: Counts
    texts: Texts
    weights_dir: Path | None = None
    """Folder with the same model in several types of weights, where they are to be compared."""

    def settings(self, **flags: object) -> Settings:
        """The defaults in this home; `policies_dir=...`, or `limits__max_windows=...` for a key with a dot."""
        chosen = {name.replace("__", "."): value for name, value in flags.items()}
        return load_settings({HOME_VARIABLE: str(self.home)}, chosen)

    @property
    def threads(self) -> int:
        """Threads of the model, for every encoder here."""
        return self.settings().model.threads

    @property
    def manifest(self) -> Manifest:
        """Of the embedded model."""
        return load_manifest(self.settings().model_dir / MANIFEST_NAME)

    @property
    def model_file(self) -> Path:
        """The embedded model."""
        return self.settings().model_dir / self.manifest.file

    @contextmanager
    def gate(self, **flags: object) -> Iterator[Gate]:
        """A gate on the product's own road, with the starter policies unless a folder of policies is named."""
        with open_gate(self.settings(**flags)) as gate:
            yield gate

    def bare(self, model: Path | None = None) -> Peer:
        """The encoder alone, in llama.cpp, with the gate's number of threads."""
        return Peer("llama_encoder", model or self.model_file, self.threads)

    def onnx(self) -> Peer:
        """The same weights in ONNX Runtime. Raises peer.Absent where it is not installed."""
        return Peer("onnx_encoder", self.model_file, self.threads)

    def policies(self, count: int) -> Path:
        """A folder of `count` synthetic policies, made on first use."""
        folder = self.home / f"synthetic-{count}"
        if not folder.is_dir():
            folder.mkdir(parents=True)
            size = self.counts.examples
            texts = self.texts.examples(count * size)
            for number in range(count):
                policy = synthetic_policy(number, texts[number * size : (number + 1) * size])
                (folder / f"{number:04d}.toml").write_text(policy, "utf-8")
        return folder

    def environment(self, home: Path | None = None) -> dict[str, str]:
        """The environment of Guardian's own processes: the caller's, without its Guardian."""
        mine = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        mine["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"  # no measurement puts a key into the owner's
        return {**mine, HOME_VARIABLE: str(home or self.home), "PYTHONPATH": IMPORT_FOLDERS}

    def command_ms(self, words: Sequence[str], stdin: bytes = b"", home: Path | None = None) -> float:
        """Milliseconds of a whole `guardian ...` process, from starting it to having all it said.

        Raises CommandFailed for an exit code other than 0, 1 and 3.
        """
        began = time.perf_counter()
        done = subprocess.run(
            guardian_command(*words),
            input=stdin,
            capture_output=True,
            env=self.environment(home),
            timeout=_PROCESS_TIMEOUT_S,
            check=False,
        )
        elapsed_ms = (time.perf_counter() - began) * 1000
        if done.returncode not in FOUND_SOMETHING:
            last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
            raise CommandFailed(f"exit code {done.returncode}: {last[:200]}")
        return elapsed_ms


def guardian_command(*words: str) -> list[str]:
    """How Guardian is started here."""
    return [sys.executable, "-m", "guardian", *words]


def synthetic_policy(number: int, examples: Sequence[str]) -> str:
    """A policy that uses all roads (tactics, a pattern, examples) and hardly ever matches: the cost is that of
    looking, since what matches costs an explanation too."""
    head = f"""\
id = "synthetic-{number}"
title = "Synthetic policy {number}"
why = "To see what it costs."
since = 2026-11-21
channels = ["incoming", "ai_output"]
action = "log"

[match]
tactics = "urgency and money_request and flattery"
thresholds = {{ urgency = 0.999, money_request = 0.999, flattery = 0.999 }}
patterns = ['(?i)\\bcase {number:04d}\\b.{{0,40}}\\bpay\\b']
rarity = 1000000
"""
    flags = ("true", "false")
    return head + "".join(
        f"\n[[examples]]\ntext = {json.dumps(text, ensure_ascii=False)}\nflag = {flags[place % 2]}\n"
        for place, text in enumerate(examples)
    )
