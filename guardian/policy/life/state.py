"""Which version of each policy is in force: the state that all programs of the owner's share.

Invariants: read strictly, so that a damaged file counts as none and is said to be damaged; replaced whole, mode 0600,
under a lock; with the journal's key it carries a seal (HMAC-SHA256), so that whoever lacks the key can't write a state
that passes for Guardian's own.
"""

from __future__ import annotations

import fcntl
import hmac
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from guardian.errors import GuardianError, PolicyError
from guardian.journal.encoding import canonical_bytes, parsed
from guardian.owner_files import replace_file
from guardian.paths import ensure_private_directory
from guardian.policy.life.cooling import Wait

VERSION: Final = 1
LONGEST_BYTES: Final = 64 << 20
LOCK_WAIT_S: Final = 30.0
"""Whoever holds the lock for longer was stopped in the middle of it (Ctrl-Z), and keeps nobody from a verdict."""
_LOCK_POLL_S: Final = 0.02


class StateIoError(PolicyError):
    """The state can't be written now: what is in force is known, but what changed can't be kept."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of one policy."""

    file: str
    """Name of its file."""
    text: str
    """The file's text; empty for a policy that was deleted."""
    sha256: str
    """Of the policy's content, without comments and layout; empty for a deleted one."""
    since_ms: int = 0
    """When it came in force."""
    n: int = 0
    """Counts the versions of this policy, from 1."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A milder version that waits."""

    version: Version
    why_milder: str
    """In one line; empty where nobody could compare the two yet."""
    wait: Wait
    how: str = ""
    """How its owner asked for it, as an amendment has it; empty where they only changed the file."""
    why: str = ""
    """What they gave as their reason; it is recorded when the version takes force."""
    preview: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What is in force, what waits, and what is not in the journal yet."""

    versions: Mapping[str, Version] = field(default_factory=lambda: MappingProxyType({}))
    """By policy id."""
    pending: Mapping[str, Pending] = field(default_factory=lambda: MappingProxyType({}))
    cooling_hours: int = 0
    """In force now."""
    fewer_hours: tuple[int, Wait] | None = None
    """Fewer hours, that wait as well."""
    unrecorded: tuple[Mapping[str, Any], ...] = ()
    """Bodies of amendments that are to go into the journal, oldest first."""
    unexplained: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Policies that were changed straight in their file, with the version whose reason is to be asked for."""
    checked_seq: int = 0
    """Number of the latest amendment that this state knows of."""

    def to_json(self) -> dict[str, Any]:
        """As it stands in the file."""
        fewer = self.fewer_hours and {"hours": self.fewer_hours[0], "wait": self.fewer_hours[1].to_json()}
        return {
            "v": VERSION,
            "versions": {name: _version_json(version) for name, version in self.versions.items()},
            "pending": {name: _pending_json(each) for name, each in self.pending.items()},
            "cooling_hours": self.cooling_hours,
            "fewer_hours": fewer,
            "unrecorded": [dict(body) for body in self.unrecorded],
            "unexplained": dict(self.unexplained),
            "checked_seq": self.checked_seq,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> State:
        """What `to_json` wrote. Raises ValueError, KeyError, TypeError, OverflowError for anything else."""
        if value["v"] != VERSION:
            raise ValueError("another version")
        fewer = value["fewer_hours"]
        return cls(
            versions={str(name): _version(each) for name, each in value["versions"].items()},
            pending={str(name): _pending(each) for name, each in value["pending"].items()},
            cooling_hours=int(value["cooling_hours"]),
            fewer_hours=(int(fewer["hours"]), Wait.from_json(fewer["wait"])) if fewer else None,
            unrecorded=tuple(_body(each) for each in value["unrecorded"]),
            unexplained={str(name): int(n) for name, n in value["unexplained"].items()},
            checked_seq=int(value["checked_seq"]),
        )


@dataclass(frozen=True, slots=True)
class Stored:
    """A state as it was read."""

    state: State | None
    """None where there is none, or none that can be read."""
    is_damaged: bool = False
    body: bytes = b""
    seal: str = ""

    def is_sealed_under(self, key: bytes) -> bool:
        """Whether it carries the seal that `key` makes."""
        return bool(self.seal) and hmac.compare_digest(self.seal, _seal(key, self.body))


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Nobody else changes the state meanwhile. Raises StateIoError."""
    try:
        ensure_private_directory(path.parent)
        descriptor = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise _failed(path, error) from None
    except GuardianError as error:  # the folder can't be made, or is not the owner's alone
        raise StateIoError(error.what, hint=error.hint) from None
    try:
        _lock(descriptor, path)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, path: Path) -> None:
    ends = time.monotonic() + LOCK_WAIT_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > ends:
                hint = "end or continue the guardian command that was stopped"
                raise StateIoError(f"{path}: another program holds it and does not go on", hint=hint) from None
        except OSError as error:  # a file system without locks
            raise _failed(path, error) from None
        time.sleep(_LOCK_POLL_S)


def read_state(path: Path) -> Stored:
    """The state in the file. Raises PolicyError where the file can't be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return Stored(None)
    except OSError as error:
        raise _failed(path, error) from None
    try:
        with open(descriptor, "rb", closefd=False) as file:
            data = file.read(LONGEST_BYTES + 1)
    except OSError as error:  # a folder of that name, say
        raise _failed(path, error) from None
    finally:
        os.close(descriptor)
    try:
        if len(data) > LONGEST_BYTES:
            raise ValueError("too long")
        value = parsed(data)
        body = canonical_bytes(value["state"])
        return Stored(State.from_json(value["state"]), body=body, seal=str(value["seal"]))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return Stored(None, is_damaged=True)


def write_state(path: Path, state: State, key: bytes | None) -> None:
    """Replace the file; sealed where there is a key. Raises StateIoError."""
    value = state.to_json()
    body = canonical_bytes(value)
    data = canonical_bytes({"state": value, "seal": _seal(key, body) if key is not None else ""})
    try:
        replace_file(path, [data])
    except OSError as error:
        raise _failed(path, error) from None


def _seal(key: bytes, body: bytes) -> str:
    return hmac.digest(key, b"guardian/policies/v1\0" + body, "sha256").hex()


def _version_json(version: Version) -> dict[str, Any]:
    return {
        "file": version.file,
        "text": version.text,
        "sha256": version.sha256,
        "since_ms": version.since_ms,
        "n": version.n,
    }


def _version(value: Mapping[str, Any]) -> Version:
    return Version(
        str(value["file"]), str(value["text"]), str(value["sha256"]), int(value["since_ms"]), int(value["n"])
    )


def _pending_json(pending: Pending) -> dict[str, Any]:
    return {
        "version": _version_json(pending.version),
        "why_milder": pending.why_milder,
        "wait": pending.wait.to_json(),
        "how": pending.how,
        "why": pending.why,
        "preview": dict(pending.preview) if pending.preview is not None else None,
    }


def _pending(value: Mapping[str, Any]) -> Pending:
    preview = value["preview"]
    return Pending(
        _version(value["version"]),
        str(value["why_milder"]),
        Wait.from_json(value["wait"]),
        str(value["how"]),
        str(value["why"]),
        dict(preview) if preview is not None else None,
    )


def _body(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """The body of an amendment, with all that whoever records it counts on."""
    body = dict(value)
    wanted: dict[str, type] = {"policy": str, "n": int, "how": str, "why": str, "by": str}
    if body.get("how") == "cooling":
        wanted |= {"hours": int}
    elif body.get("how") in ("waits", "withdrawn"):
        wanted |= {"version": str, "loosens": str}
    elif body.get("how") != "reason":
        wanted |= dict.fromkeys(("before", "after", "file", "text", "diff", "loosens", "set"), str) | {"at_ms": int}
        body["preview"] = body["preview"] and dict(body["preview"])
    for name, kind in wanted.items():
        if not isinstance(body[name], kind):
            raise TypeError(name)
    return body


def _failed(path: Path, error: OSError) -> StateIoError:
    return StateIoError(f"{path}: {(error.strerror or type(error).__name__).lower()}")
