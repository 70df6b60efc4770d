"""Puts the starter policies into the owner's folder, once.

Invariants: nothing that is already in the folder is changed or replaced; after the first time nothing is ever
written there again, so a starter policy that the owner deletes stays deleted. One that the owner leaves out when asked
is copied as a draft: it looks for nothing, and can be read, changed and put in force later. Folder 0700, files 0600.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guardian.errors import PolicyError
from guardian.paths import ensure_private_directory
from guardian.policy.load import SUFFIX, load_policies

MARKER = ".starter-policies-installed"
"""Its presence, not its content, says that the starter policies were copied."""
SCHEMA = "policy.schema.json"
"""Named by the first line of each policy, so that an editor can help."""


@dataclass(frozen=True, slots=True)
class StarterPolicy:
    """One of them, as an owner is asked about it."""

    id: str
    title: str
    why: str
    looks_for: str
    """The first sentence of its prose."""


def starter_policies(shipped: Path) -> tuple[StarterPolicy, ...]:
    """Those that come with the program, by title. Raises PolicyError where there are none to be read."""
    try:
        files = [path for path in shipped.iterdir() if path.suffix == SUFFIX]
        found = [_starter(tomllib.loads(path.read_text("utf-8"))) for path in files]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise PolicyError(f"the starter policies in {shipped} cannot be read", hint="install guardian again") from None
    if not found:
        raise PolicyError(f"no starter policies in {shipped}", hint="install guardian again")
    return tuple(sorted(found, key=lambda each: each.title.casefold()))


def shipped_examples(shipped: Path) -> frozenset[str]:
    """The texts of all examples that come with the program. Raises PolicyError where there are no policies to be
    read."""
    policies = load_policies(shipped).policies
    if not policies:
        raise PolicyError(f"no starter policies in {shipped}", hint="install guardian again")
    return frozenset(example.text for policy in policies for example in policy.examples)


def _starter(document: dict[str, Any]) -> StarterPolicy:
    prose = " ".join(str(document["prose"]).split())
    first = prose.split(". ")[0].rstrip(".") + "."
    return StarterPolicy(str(document["id"]), str(document["title"]), str(document["why"]), first)


def were_starter_policies_installed(target: Path) -> bool:
    """Whether that was done before, so that nothing will be copied."""
    return (target / MARKER).exists()


def install_starter_policies(shipped: Path, target: Path, drafts: Collection[str] = ()) -> tuple[Path, ...]:
    """Copy the starter policies from `shipped` to `target` unless that was done before; the files that were written.

    `drafts`: ids of those that are to be copied, but not to be in force.

    Raises PolicyError where a file cannot be read or written; what `ensure_private_directory` raises where the folder
    cannot be made or trusted.
    """
    marker = target / MARKER
    try:
        if marker.exists():
            return ()
        ensure_private_directory(target)
        names = sorted(path.name for path in shipped.iterdir() if path.suffix == SUFFIX or path.name == SCHEMA)
        if not any(name.endswith(SUFFIX) for name in names):
            raise PolicyError(f"no starter policies in {shipped}", hint="install guardian again")
        written = tuple(target / name for name in names if _copy(shipped / name, target / name, drafts))
        _write(marker, b"")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise PolicyError(f"starter policies could not be copied to {target}: {reason}") from None
    return written


def _copy(source: Path, target: Path, drafts: Collection[str]) -> bool:
    """Whether `source` was copied; False where something stands at `target` already."""
    if target.is_symlink() or target.exists():
        return False
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    _write(partial, _as_draft(source) if source.stem in drafts else source.read_bytes())
    os.replace(partial, target)
    return True


def _as_draft(source: Path) -> bytes:
    from guardian.policy.one_value import with_value

    return with_value(source.read_text("utf-8"), "status", "draft").encode()


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)
