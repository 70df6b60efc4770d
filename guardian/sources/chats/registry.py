"""The formats of chat exports that there are: every class in this folder."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from guardian.sources.chats.base import HEAD_BYTES, ChatFormat


def chat_formats() -> list[ChatFormat]:
    """One of each, by name."""
    folder = Path(__file__).parent
    package = __name__.rpartition(".")[0]
    for found in pkgutil.iter_modules([str(folder)]):
        importlib.import_module(f"{package}.{found.name}")
    return sorted((kind() for kind in ChatFormat.__subclasses__()), key=lambda each: each.name)


def format_of_export(name: str, head: bytes, formats: list[ChatFormat] | None = None) -> ChatFormat | None:
    """The format of a file that is called `name` and begins with `head`; None where it is no chat export."""
    suffix = Path(name).suffix.lower()
    fitting = (each for each in formats or chat_formats() if suffix in each.suffixes)
    return next((each for each in fitting if each.recognises(head[:HEAD_BYTES])), None)
