"""Finds the dialects: each concrete `Dialect` of a module of this folder. Its file being here registers it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import guardian.streams.dialects
from guardian.streams.dialects.base import Dialect


def load_dialects() -> tuple[Dialect, ...]:
    """One of each dialect, sorted by name."""
    return tuple(sorted((dialect() for dialect in _classes()), key=lambda one: one.name))


def dialect_for(path: str) -> Dialect | None:
    """The dialect of the answers to requests for `path`; None where they carry no text of an AI."""
    return next((dialect for dialect in load_dialects() if path in dialect.paths), None)


def _classes() -> Iterator[type[Dialect]]:
    """Concrete dialects defined in the modules of this folder; what a module only imports is not its own."""
    for found in pkgutil.iter_modules(guardian.streams.dialects.__path__):
        module = importlib.import_module(f"{guardian.streams.dialects.__name__}.{found.name}")
        for member in vars(module).values():
            is_own = inspect.isclass(member) and member.__module__ == module.__name__
            if is_own and issubclass(member, Dialect) and not inspect.isabstract(member):
                yield member
