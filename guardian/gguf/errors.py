"""The error of a model file that is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from guardian.errors import ModelError
from guardian.safe_text import safe_line

_LONGEST_REASON: Final = 300


class RefusedGgufError(Exception):
    """What is wrong with a file, as a sentence about "it"; for the reader's own use, until the file is named."""


class BrokenGgufError(RefusedGgufError):
    """The file is damaged, or was never right."""


class UnfitGgufError(RefusedGgufError):
    """The file may be sound, and is no model that could be asked."""


class ModelFileError(ModelError):
    """A file that cannot be a judge or an assistant: it is broken, of another kind, or cannot be read.

    `path` is named as far as it is safe on a terminal, `reason` is cut to one line.
    """

    def __init__(self, path: Path, reason: str, *, hint: str = "") -> None:
        super().__init__(f"{safe_line(str(path))}: {safe_line(reason, _LONGEST_REASON)}", hint=hint)
        self.path = path
        self.reason = reason
