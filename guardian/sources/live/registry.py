"""Finds the kinds of live sources: every concrete `Source` that a module of this folder defines.

A new kind needs no edit elsewhere: its file being here registers it.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator, Mapping

import guardian.sources.live
from guardian.sources.live.base import Source


def load_kinds() -> Mapping[str, type[Source]]:
    """Each kind by its name, in order of name."""
    return {kind.kind: kind for kind in sorted(_classes(), key=lambda each: each.kind)}


def _classes() -> Iterator[type[Source]]:
    """Concrete sources defined in the modules of this folder; what a module only imports is not its own."""
    for found in pkgutil.iter_modules(guardian.sources.live.__path__):
        module = importlib.import_module(f"{guardian.sources.live.__name__}.{found.name}")
        for member in vars(module).values():
            is_own = inspect.isclass(member) and member.__module__ == module.__name__
            if is_own and issubclass(member, Source) and not inspect.isabstract(member):
                yield member
