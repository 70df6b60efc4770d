"""Live sources for tests: real folders, and what a watcher would remember of them."""

from __future__ import annotations

import os
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guardian.sources.live.base import Delivery, Source, Surroundings
from guardian.sources.live.registry import load_kinds

KINDS = load_kinds()
MAX_BYTES = 1 << 20
LONG_AGO_S = 1_700_000_000


@dataclass
class Seen:
    """Keys and stamps that are answered, and the lines that a source said."""

    known: set[bytes] = field(default_factory=set)
    said: list[str] = field(default_factory=list)

    def __call__(self, key: bytes) -> bool:
        return key in self.known

    def source(self, kind: str, path: Path, **more: Any) -> Source:
        """A source of that kind."""
        cls = KINDS[kind]
        table = cls.Table.model_validate({"id": "box", "kind": kind, "path": str(path), **more})
        return cls(table, Surroundings(MAX_BYTES, self.said.append))

    def take(self, source: Source) -> list[Delivery]:
        """What a look gives, answered."""
        return list(self.taking(source))

    def taking(self, source: Source) -> Generator[Delivery, None, None]:
        for delivery in source.look(self):
            yield delivery
            self.known |= {delivery.key, delivery.stamp} - {b""}
            source.answered(delivery)


def texts(deliveries: list[Delivery]) -> list[bytes]:
    """What they say."""
    return [delivery.message.raw for delivery in deliveries]


def put(path: Path, content: bytes | str, at_s: float = LONG_AGO_S) -> Path:
    """A file that was left alone for long."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.utime(path, (at_s, at_s))
    return path


def a_maildir(root: Path) -> Path:
    """An empty one."""
    for part in ("new", "cur", "tmp"):
        (root / part).mkdir(parents=True)
    return root


def tree(root: Path) -> dict[str, tuple[int, int, int]]:
    """Every name below a folder with its inode, mode and time of change: where that is equal, nothing was touched."""
    found = {}
    for path in sorted(root.rglob("*")):
        facts = path.lstat()
        found[str(path)] = (facts.st_ino, facts.st_mode, facts.st_ctime_ns)
    return found
