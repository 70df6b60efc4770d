"""What all of a pack's readers share: its limits, its names, its trust tiers and its one error.

Invariants: an error names the place inside the pack and the reason in one line; nothing of a pack reaches that line
raw.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from enum import StrEnum
from typing import Final

from guardian.errors import PolicyError
from guardian.policy.position import Lines
from guardian.policy.problem import quoted
from guardian.safe_text import safe_line

MANIFEST: Final = "pack.toml"
SIGNATURE: Final = "pack.toml.sig"
GOLDEN: Final = "golden.ndjson"
REPORT: Final = "report.json"
POLICIES: Final = "policies"

MOST_FILES: Final = 500
MOST_FILE_BYTES: Final = 1 << 20
MOST_BYTES: Final = 16 << 20
"""Of a pack, unpacked; an archive may be as large as that, too."""
MOST_RATIO: Final = 200
"""Unpacked to packed, above `FREE_BYTES`. Policies are text, which deflate shrinks to a tenth."""
FREE_BYTES: Final = 64 << 10
MOST_NAME_CHARACTERS: Final = 100
MOST_POLICIES: Final = 100
MOST_PATTERNS: Final = 1_000
MOST_EXAMPLES: Final = 2_000
MOST_GOLDEN_CASES: Final = 1_000
LONGEST_POLICY_ID: Final = 64

POLICY_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")

_NAMES: Final = frozenset({MANIFEST, SIGNATURE, GOLDEN, REPORT, "README.md", "LICENSE"})
_POLICY_NAME: Final = re.compile(rf"{POLICIES}/({POLICY_ID.pattern})\.toml")


class PackError(PolicyError):
    """A pack, or what belongs to one, cannot be used."""


class Tier(StrEnum):
    """How far a pack is trusted, furthest first."""

    MINE = "mine"
    """Signed with a key of the owner's own: installed as it stands."""
    TRUSTED = "trusted"
    """Signed with a key that the owner trusts: may warn, never hold."""
    IMPORTED = "imported"
    """Anybody's: may add notices."""


def refused(where: str, why: str, hint: str = "") -> PackError:
    """The error for something in a pack: its place, the reason, and how to mend it."""
    return PackError(safe_line(f"{where}: {why}"), hint=safe_line(hint))


def check_file_name(name: str) -> None:
    """Raises PackError for every name but those few that a pack's files may have."""
    if name in _NAMES or _POLICY_NAME.fullmatch(name):
        return
    shown = quoted(name)
    if len(name) > MOST_NAME_CHARACTERS:
        raise refused(shown, f"a name of more than {MOST_NAME_CHARACTERS} characters")
    if "\0" in name:
        raise refused(shown, "a name with a NUL in it")
    if name.startswith("/") or name[1:2] == ":":
        raise refused(shown, "an absolute path")
    if ".." in name.replace("\\", "/").split("/"):
        raise refused(shown, "a path that leads out of the pack")
    raise refused(shown, "no file that a pack may hold", f"known: {', '.join(sorted(_NAMES))}, {POLICIES}/ID.toml")


def policy_id_of(name: str) -> str | None:
    """The id that a policy's file name says; None for any other file of a pack."""
    match = _POLICY_NAME.fullmatch(name)
    return match[1] if match else None


def sha256_of(data: bytes) -> str:
    """`sha256:<hex>`, as a pack writes every hash."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def decoded(name: str, data: bytes) -> str:
    """A text file of a pack; line ends become `\\n`, a byte-order mark goes. Raises PackError where it is no text."""
    data = data.removeprefix(codecs.BOM_UTF8)
    if b"\0" in data:
        raise refused(_place(name, data[: data.index(b"\0")]), "holds a NUL byte, so it is no text")
    try:
        return data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise refused(_place(name, data[: error.start]), "is not UTF-8") from None


def _place(name: str, before: bytes) -> str:
    text = before.decode("utf-8", "replace").replace("\r\n", "\n")
    place = Lines(text).place(len(text))
    return f"{name}:{place.line}:{place.column}"
