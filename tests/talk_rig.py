"""What the tests of a conversation share: a running server, a talking tiny model, and answers taken together."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from guardian.added_models import shelf
from guardian.added_models.shelf import AddedModel
from guardian.assistant.talk.base import Ended, Sentence, shown_words
from guardian.assistant.talk.talk import Talk
from guardian.settings import Settings, load_settings

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class RunningServer:
    url: str
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def asked(self) -> list[dict[str, Any]]:
        """What it was asked, and who left."""
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []


@contextmanager
def running_server(folder: Path) -> Iterator[RunningServer]:
    """The server of `talking_server.py`, in a process of its own."""
    log = folder / "asked.log"
    process = subprocess.Popen(
        [sys.executable, str(HERE / "talking_server.py"), str(log)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        port = int(process.stdout.readline())
        yield RunningServer(f"http://127.0.0.1:{port}", log, process)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def with_assistant(home: Path, **values: str) -> Settings:
    """Settings of a home, with `assistant.*` set to these."""
    env = {f"GUARDIAN_ASSISTANT_{name.upper()}": value for name, value in values.items()}
    return load_settings({"GUARDIAN_HOME": str(home), "GUARDIAN_MODEL_THREADS": "1", **env}, {})


def put_on_shelf(settings: Settings, name: str, path: Path, frame: str = "chatml") -> AddedModel:
    """A model's file as one of the owner's, as `guardian model add` would have it."""
    raw = path.read_bytes()
    model = AddedModel(
        name,
        path.resolve(),
        hashlib.sha256(raw).hexdigest(),
        len(raw),
        path.stat().st_mtime_ns,
        "llama",
        8192,
        frame,
        date(2026, 11, 22),
    )
    shelf.add(settings, model)
    return model


def answer_of(talk: Talk, words: str) -> tuple[str, list[Sentence], Ended]:
    """A whole answer: what its owner saw, its sentences, its end."""
    parts = list(talk.say(words))
    sentences = [part for part in parts if isinstance(part, Sentence)]
    ended = parts[-1]
    assert isinstance(ended, Ended)
    return shown_words(sentences), sentences, ended


def at_zero(settings: Settings) -> Settings:
    """The same, saying the likeliest each time."""
    return replace(settings, assistant=replace(settings.assistant, temperature=0.0))
