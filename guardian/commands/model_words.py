"""What the actions of `guardian model` say in the same words."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, TextIO

from guardian.commands.progress import ProgressBar
from guardian.settings import Settings

MANIFEST: Final = "manifest.toml"
"""What the embedded model is pinned by, beside its file."""
_MB: Final = 1_000_000


def size_words(size_bytes: int) -> str:
    """`812 MB`, `2.5 GB`: decimal, as shops and file managers count."""
    return f"{size_bytes / 1e9:.1f} GB" if size_bytes >= 1e9 else f"{size_bytes / 1e6:.3g} MB"


def table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """The lines of a table, its columns as wide as their widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def used_as(name: str, settings: Settings) -> tuple[str, ...]:
    """What the owner's settings use the added model of this name as."""
    roles = {"judge": settings.judge.model, "assistant": settings.assistant.model}
    return tuple(role for role, model in roles.items() if model == name)


def machine_memory_bytes() -> int | None:
    """Of this machine; None where the system does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return None


@contextmanager
def hashing_shown(size_bytes: int, stream: TextIO) -> Iterator[Callable[[int], None]]:
    """A progress bar for as long as a file is hashed; what it gives is told of the bytes done."""
    with ProgressBar(size_bytes // _MB, stream, "MB hashed") as bar:
        left_over = 0

        def advance(done_bytes: int) -> None:
            nonlocal left_over
            whole, left_over = divmod(left_over + done_bytes, _MB)
            bar.advance(whole)

        yield advance
