"""Finds the vetoes: every concrete `Veto` that a module of this folder defines. Its file being here registers it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import guardian.vetoes
from guardian.vetoes.base import Veto


def load_vetoes() -> tuple[Veto, ...]:
    """One of each veto, sorted by name."""
    return tuple(sorted((veto() for veto in _classes()), key=lambda one: one.name))


def _classes() -> Iterator[type[Veto]]:
    """Concrete vetoes defined in the modules of this folder; what a module only imports is not its own."""
    for found in pkgutil.iter_modules(guardian.vetoes.__path__):
        module = importlib.import_module(f"{guardian.vetoes.__name__}.{found.name}")
        for member in vars(module).values():
            is_own = inspect.isclass(member) and member.__module__ == module.__name__
            if is_own and issubclass(member, Veto) and not inspect.isabstract(member):
                yield member
