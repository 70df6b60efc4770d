"""What a process that will be killed says it is about to do, and did: one JSON line each.

Written by `pwritev`, which neither SQLite nor Guardian uses, so that no injected fault hits the diary. Lines of several
processes go into one file: each is added whole.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class Diary:
    """One process's end of the file."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def token(self) -> str:
        """A new name for a record, noted as about to be written."""
        token = secrets.token_hex(8)
        self.say(begins=token)
        return token

    def say(self, **what: Any) -> None:
        """Add one line."""
        os.pwritev(self._descriptor, [json.dumps(what).encode() + b"\n"], 0)


@dataclass
class Said:
    """Everything that stands in the file."""

    begun: set[str] = field(default_factory=set)
    """Tokens of all records that somebody set out to write."""
    placed: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Token to number and leaf, of every record that the journal acknowledged."""
    kept: set[str] = field(default_factory=set)
    """Tokens of the records that the waiting room, or the recorder's memory, acknowledged."""
    forgetting: set[int] = field(default_factory=set)
    forgotten: set[int] = field(default_factory=set)
    """Numbers whose erasure was begun, and was acknowledged."""
    counting: int = 0
    counted: int = 0
    """Clean messages whose count was begun, and was acknowledged."""
    epoch: int = 0
    """The last acknowledged one."""
    notes: list[dict[str, Any]] = field(default_factory=list)
    """All other lines."""

    @property
    def acknowledged(self) -> set[str]:
        """Tokens of the records that must never be gone."""
        return self.placed.keys() | self.kept


def read_diary(path: Path) -> Said:
    """What was said, by all who wrote into the file."""
    said = Said()
    for line in path.read_text("ascii").splitlines() if path.exists() else ():
        _take(said, json.loads(line))
    return said


def _take(said: Said, line: dict[str, Any]) -> None:
    match line:
        case {"begins": token}:
            said.begun.add(token)
        case {"placed": token, "seq": seq, "leaf": leaf}:
            said.placed[token] = (seq, leaf)
        case {"kept": token}:
            said.kept.add(token)
        case {"forgetting": seqs}:
            said.forgetting |= set(seqs)
        case {"forgotten": seqs}:
            said.forgotten |= set(seqs)
        case {"counting": n}:
            said.counting += n
        case {"counted": n}:
            said.counted += n
        case {"epoch": epoch}:
            said.epoch = max(said.epoch, epoch)
        case _:
            said.notes.append(line)
