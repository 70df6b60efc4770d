"""Makes a pack of the owner's own policies: a folder, a .zip or a .tar.gz.

Invariants: what says something of the owner's people or machine stays at home (senders, hours, conversation, mutes,
whether texts are kept), as do comments; the same policies make the same bytes; a pack that Guardian would refuse to
install is not made; nothing that is there already is written over.
"""

from __future__ import annotations

import gzip
import io
import os
import struct
import tomllib
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from guardian.packs.base import GOLDEN, MANIFEST, POLICIES, REPORT, SIGNATURE, PackError, refused, sha256_of
from guardian.packs.golden import GoldenCase
from guardian.packs.lowering import CONTENT, flattened, policy_text
from guardian.packs.manifest import Manifest
from guardian.packs.pack import Pack, check_pack
from guardian.packs.report import ReportCard
from guardian.policy.base import Policy, Status
from guardian.policy.load import LoadedFile
from guardian.safe_text import safe_line

_GOES_OUT: Final = frozenset(
    {*CONTENT, "review_by", "severity", "channels", "action", "match.thresholds", "match.rarity"}
)
_ZIP_DAY: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest that a .zip can say: the same pack is the same bytes on every day."""
_BLOCK: Final = 512
_MODE: Final = 0o644


@dataclass(frozen=True, slots=True)
class Draft:
    """A pack that is being made: everything but its report card and its signature."""

    manifest: Manifest
    """Without its files."""
    policies: Mapping[str, str]
    """Text by id."""
    golden: tuple[GoldenCase, ...]
    left_out: tuple[str, ...]
    """What stays at home, one line each."""


def draft_pack(manifest: Manifest, files: Sequence[LoadedFile], golden: Sequence[GoldenCase] | None) -> Draft:
    """The pack of these policies. Without golden cases the policies' own examples are taken. Raises PackError."""
    texts: dict[str, str] = {}
    left_out: list[str] = []
    cases: list[GoldenCase] = []
    for file in files:
        if file.policy is None or file.source is None:
            raise refused(file.path.name, "has errors", "see guardian policy check")
        flat = flattened(tomllib.loads(file.source.text))
        at_home = [key for key in flat if key not in _GOES_OUT and key not in ("id", "status")]
        left_out += [f"{file.policy.id}: {key} stays at home" for key in at_home]
        out: dict[str, Any] = {key: value for key, value in flat.items() if key in _GOES_OUT}
        out |= {"id": file.policy.id, "status": Status.ACTIVE.value}
        texts[file.policy.id] = policy_text(out)
        cases += _own_cases(file.policy)
    return Draft(manifest, texts, tuple(cases if golden is None else golden), tuple(left_out))


def pack_files(draft: Draft, report: ReportCard) -> dict[str, bytes]:
    """The files of the pack but its signature. Raises PackError where they would not make one."""
    files = {f"{POLICIES}/{policy_id}.toml": text.encode() for policy_id, text in draft.policies.items()}
    files[GOLDEN] = "".join(case.to_line() for case in draft.golden).encode()
    files[REPORT] = report.to_bytes()
    manifest = replace(draft.manifest, files={name: sha256_of(data) for name, data in files.items()})
    files[MANIFEST] = manifest.to_text().encode()
    check_pack(files)
    return files


def unmeasured(draft: Draft) -> Pack:
    """The pack as it is before it was measured. Raises PackError where it would not be one."""
    from guardian.packs.report import Score

    nothing = ReportCard("", "", dict.fromkeys(draft.policies, Score(0, 0, 0, 0, 0, 0)))
    return check_pack(pack_files(draft, nothing))


def write_pack(path: Path, files: Mapping[str, bytes]) -> None:
    """Write the pack: an archive where the path's name ends like one, else a folder. Raises PackError."""
    name = path.name
    if name.endswith(".zip"):
        data = _zip(files)
    elif name.endswith((".tar.gz", ".tgz")):
        data = gzip.compress(_tar(files), mtime=0)
    else:
        _write_folder(path, files)
        return
    _write(path, data)


def add_signature(files: Mapping[str, bytes], armoured: str) -> dict[str, bytes]:
    """The files with the signature, checked again as whoever installs them will. Raises PackError."""
    signed = {**files, SIGNATURE: armoured.encode()}
    check_pack(signed)
    return signed


def _own_cases(policy: Policy) -> list[GoldenCase]:
    texts: dict[str, bool] = {}
    for example in policy.examples:
        if texts.setdefault(example.text, example.flag) is not example.flag:
            raise PackError(f"{policy.id}: an example stands there with both answers", hint="see guardian policy check")
    return [GoldenCase(policy.id, text, flag) for text, flag in texts.items()]


def _zip(files: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _ZIP_DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # unix, whatever this is: the same bytes everywhere
            info.external_attr = (0o100000 | _MODE) << 16
            archive.writestr(info, files[name])
    return content.getvalue()


def _tar(files: Mapping[str, bytes]) -> bytes:
    parts = []
    for name in sorted(files):
        data = files[name]
        parts += [_header(name, len(data)), data, bytes(-len(data) % _BLOCK)]
    return b"".join(parts) + bytes(2 * _BLOCK)


def _header(name: str, size_bytes: int) -> bytes:
    """A ustar header (POSIX.1-2017 pax) of a regular file, with nobody's name and no time."""
    fields = struct.pack(
        "<100s8s8s8s12s12s8sc100s6s2s32s32s8s8s155s12x",
        name.encode(),
        b"%07o\0" % _MODE,
        b"%07o\0" % 0,
        b"%07o\0" % 0,
        b"%011o\0" % size_bytes,
        b"%011o\0" % 0,
        b" " * 8,
        b"0",
        b"",
        b"ustar\0",
        b"00",
        b"",
        b"",
        b"%07o\0" % 0,
        b"%07o\0" % 0,
        b"",
    )
    return fields[:148] + b"%06o\0 " % sum(fields) + fields[156:]


def _write_folder(path: Path, files: Mapping[str, bytes]) -> None:
    try:
        path.mkdir()
        (path / POLICIES).mkdir()
    except OSError as error:
        raise refused(safe_line(str(path)), (error.strerror or type(error).__name__).lower()) from None
    for name in sorted(files):
        _write(path / name, files[name])


def _write(path: Path, data: bytes) -> None:
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        with open(os.open(path, flags, _MODE), "wb") as file:
            file.write(data)
    except OSError as error:
        raise refused(safe_line(str(path)), (error.strerror or type(error).__name__).lower()) from None
