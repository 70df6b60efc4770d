"""Which packs are installed: `config/packs.toml`, which its owner may read and Guardian writes.

Invariants: replaced whole, mode 0600; a file that is not understood is an error with its place, never taken for an
empty one, since that would forget which version was there; a pack that was removed stays named, so that an older
version of it does not come back unseen.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from guardian.message import Channel
from guardian.packs.base import POLICY_ID, PackError, Tier, refused
from guardian.packs.lowering import CONTENT, flattened
from guardian.packs.manifest import Version, pack_name
from guardian.paths import ensure_private_directory
from guardian.policy.amend import write_policy_file
from guardian.policy.source import SourceError, read_source

RECORD: Final = "packs.toml"
_HEADER: Final = "Which packs are installed. Written by guardian pack."


@dataclass(frozen=True, slots=True)
class InstalledPolicy:
    """One policy as the pack put it into the owner's folder."""

    sha256: str
    """Hex, over its file's text: tells whether the owner changed anything."""
    content: str
    """Hex, over what the pack says in it: tells whether the owner changed that."""


@dataclass(frozen=True, slots=True)
class Installed:
    """One pack as it was installed."""

    name: str
    version: Version
    sha256: str
    """`sha256:...` over its `pack.toml`."""
    key: str
    """Fingerprint of the key that signed it; empty where none did."""
    tier: Tier
    """At that time."""
    channels: tuple[Channel, ...]
    """Those that the owner agreed to."""
    is_removed: bool = False
    policies: Mapping[str, InstalledPolicy] = field(default_factory=lambda: MappingProxyType({}))
    """By the policy's id in the pack."""


def content_sha256(table: Mapping[str, Any]) -> str:
    """Hex digest of what a pack says in a policy's table; of nothing that its owner sets."""
    flat = flattened(table) if "match" in table else table
    said = {key: flat[key] for key in CONTENT if key in flat}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=date.isoformat)
    return hashlib.sha256(text.encode()).hexdigest()


def text_sha256(text: str) -> str:
    """Hex digest of a file's text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def record_path(config: Path) -> Path:
    """Where the record is."""
    return config / RECORD


def read_installed(config: Path) -> Mapping[str, Installed]:
    """Every pack that is, or once was, installed, by name. Raises PackError."""
    path = record_path(config)
    if not path.exists() and not path.is_symlink():
        return {}
    try:
        packs = tomllib.loads(read_source(path).text).get("packs", {})
        return {name: _installed(name, row) for name, row in packs.items()}
    except SourceError as error:
        raise refused(str(path), error.message, error.hint) from None
    except PackError as error:
        raise refused(str(path), error.what) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        why = str(error) if isinstance(error, ValueError) else f"is damaged: {type(error).__name__} {error}"
        hint = "mend it, or move it away: the policies that packs installed then count as your own"
        raise refused(str(path), why[:1].lower() + why[1:], hint) from None


def write_installed(config: Path, packs: Mapping[str, Installed]) -> None:
    """Replace the record. Raises PackError."""
    import tomlkit

    document = tomlkit.document()
    document.add(tomlkit.comment(_HEADER))
    document.add("packs", tomlkit.item({name: _row(packs[name]) for name in sorted(packs)}))
    ensure_private_directory(config)
    write_policy_file(record_path(config), tomlkit.dumps(document))


def _row(pack: Installed) -> dict[str, Any]:
    return {
        "version": str(pack.version),
        "sha256": pack.sha256,
        "key": pack.key,
        "tier": pack.tier.value,
        "channels": [channel.value for channel in pack.channels],
        "removed": pack.is_removed,
        "policies": {
            policy_id: {"sha256": each.sha256, "content": each.content} for policy_id, each in pack.policies.items()
        },
    }


def _installed(name: str, row: Mapping[str, Any]) -> Installed:
    return Installed(
        name=pack_name(name),
        version=Version.parse(row["version"]),
        sha256=str(row["sha256"]),
        key=str(row["key"]),
        tier=Tier(row["tier"]),
        channels=tuple(Channel(each) for each in row["channels"]),
        is_removed=bool(row["removed"]),
        policies={policy_id: _policy(policy_id, each) for policy_id, each in row["policies"].items()},
    )


def _policy(policy_id: str, row: Mapping[str, Any]) -> InstalledPolicy:
    if POLICY_ID.fullmatch(policy_id) is None:
        raise ValueError("names something that is no policy's id")
    return InstalledPolicy(str(row["sha256"]), str(row["content"]))
