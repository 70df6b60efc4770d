"""Hostile archives and folders: each is refused with its place and the reason in one line; never a traceback."""

from __future__ import annotations

import gzip
import os
import random
import tarfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile_archives import (
    a_file,
    a_tar,
    a_zip,
    as_link,
    encrypted,
    entry,
    good,
    good_tar,
    gzip_of,
    inside_tail,
    many_zip,
    negative_tar,
    overlapping_zip,
    padded_tar,
    raw_zip_name,
    refusal,
    tail,
    wrapped,
    zip_that_lies,
)
from pack_rig import pack_of, write_folder

from guardian.packs.base import MANIFEST, MOST_BYTES

Maker = Callable[[Path], Path]

ARCHIVES: dict[str, tuple[str, Maker, str]] = {
    "zip: path upwards": ("a.zip", lambda p: a_zip(p, good("../evil.toml")), '"../evil.toml": a path that leads out'),
    "zip: path upwards inside": ("a.zip", lambda p: a_zip(p, good("policies/../../x.toml")), "leads out of the pack"),
    "zip: backslashes upwards": ("a.zip", lambda p: a_zip(p, good("..\\evil.toml")), "leads out of the pack"),
    "zip: absolute path": ("a.zip", lambda p: a_zip(p, good("/etc/passwd")), '"/etc/passwd": an absolute path'),
    "zip: drive": ("a.zip", lambda p: a_zip(p, good("C:/x.toml")), "an absolute path"),
    "zip: symbolic link": ("a.zip", lambda p: a_zip(p, good("README.md", b"/etc/passwd"), as_link), "is a link"),
    "zip: NUL in a name": ("a.zip", lambda p: raw_zip_name(p, "README.mdX.toml", b"README.md\0.toml"), "a NUL in it"),
    "zip: escape in a name": ("a.zip", lambda p: a_zip(p, good("\x1b]52;c;x\x07.toml")), r"\x1b]52;c;x\x07"),
    "zip: bidi in a name": ("a.zip", lambda p: a_zip(p, good("policies/\u202elmot.x")), r"\u{202e}"),
    "zip: long name": ("a.zip", lambda p: a_zip(p, good("policies/" + "a" * 200)), "more than 100 characters"),
    "zip: two of a name": ("a.zip", lambda p: a_zip(p, [*good("README.md"), ("README.md", b"y")]), "in the pack twice"),
    "zip: case collision": ("a.zip", lambda p: a_zip(p, good("Policies/rush.toml")), "no file that a pack may hold"),
    "zip: hidden file": ("a.zip", lambda p: a_zip(p, good(".DS_Store")), "no file that a pack may hold"),
    "zip: another folder": ("a.zip", lambda p: a_zip(p, good("bin/", b"")), "no folder that a pack may hold"),
    "zip: bomb": ("a.zip", lambda p: a_zip(p, good("README.md", bytes(1 << 20))), "unpacks to more than 200 times"),
    "zip: one large file": ("a.zip", lambda p: a_zip(p, good("README.md", bytes(20 << 20))), "is larger than 1 MiB"),
    "zip: a bomb that lies": ("a.zip", zip_that_lies, "is damaged"),
    "zip: overlapping entries": ("a.zip", overlapping_zip, "over one another"),
    "zip: too many files": ("a.zip", many_zip, "more than 500 files"),
    "zip: encrypted": ("a.zip", encrypted, "is encrypted"),
    "zip: something before it": ("a.zip", lambda p: wrapped(p, before=b"PK\x03\x04junk"), "not one whole .zip"),
    "zip: something behind it": ("a.zip", lambda p: wrapped(p, behind=b"\nrun me"), "something follows it"),
    "zip: cut off": ("a.zip", lambda p: a_file(p, a_zip(p, good()).read_bytes()[:-30]), "is cut off"),
    "zip: nothing but a start": ("a.zip", lambda p: a_file(p, b"PK\x03\x04"), "is cut off"),
    "tar: path upwards": ("a.tgz", lambda p: a_tar(p, good_tar((entry("../x.toml"), b"x"))), "leads out of the pack"),
    "tar: absolute path": ("a.tgz", lambda p: a_tar(p, good_tar((entry("/tmp/x"), b"x"))), "an absolute path"),
    "tar: symbolic link": (
        "a.tgz",
        lambda p: a_tar(p, good_tar((entry("README.md", tarfile.SYMTYPE, "/etc/passwd"), b""))),
        '"README.md": is a symbolic link',
    ),
    "tar: hard link": (
        "a.tgz",
        lambda p: a_tar(p, good_tar((entry("README.md", tarfile.LNKTYPE, "pack.toml"), b""))),
        "is a hard link",
    ),
    "tar: device": ("a.tgz", lambda p: a_tar(p, good_tar((entry("LICENSE", tarfile.CHRTYPE), b""))), "is a device"),
    "tar: named pipe": ("a.tgz", lambda p: a_tar(p, good_tar((entry("LICENSE", tarfile.FIFOTYPE), b""))), "named pipe"),
    "tar: two of a name": ("a.tgz", lambda p: a_tar(p, good_tar((entry("pack.toml"), b"x"))), "in the pack twice"),
    "tar: pax header": (
        "a.tgz",
        lambda p: a_tar(p, good_tar((entry("policies/" + "x" * 200), b"x")), tarfile.PAX_FORMAT),
        "is a pax header",
    ),
    "tar: long-name header": (
        "a.tgz",
        lambda p: a_tar(p, good_tar((entry("policies/" + "x" * 200), b"x")), tarfile.GNU_FORMAT),
        "is a long-name header",
    ),
    "tar: negative size": ("a.tgz", negative_tar, "has no size"),
    "tar: size beyond the end": (
        "a.tgz",
        lambda p: gzip_of(p, gzip.decompress(a_tar(p, [(entry("README.md", size=9_000), b"x")]).read_bytes())[:1024]),
        "is cut off",
    ),
    "tar: bomb": ("a.tgz", lambda p: gzip_of(p, bytes(64 << 20)), "unpacks to more than 200 times"),
    "tar: random large": (
        "a.tgz",
        lambda p: gzip_of(p, random.Random(1).randbytes(1 << 20) * 20),
        "is larger than 16 MiB",
    ),
    "tar: a second stream": ("a.tgz", lambda p: tail(p, gzip.compress(b"x")), "something follows its end"),
    "tar: something behind it": ("a.tgz", lambda p: tail(p, b"run me"), "something follows its end"),
    "tar: something hidden behind its end": ("a.tgz", inside_tail, "something follows its end"),
    "tar: something hidden behind a file": ("a.tgz", padded_tar, "something is hidden behind its end"),
    "tar: no headers": ("a.tgz", lambda p: gzip_of(p, b"A" * 1024), "no header stands there"),
    "tar: cut off": ("a.tgz", lambda p: a_file(p, a_tar(p, good_tar()).read_bytes()[:-20]), "is cut off"),
    "no archive at all": ("a.zip", lambda p: a_file(p, b"\x7fELF"), "is no pack"),
    "nothing there": ("a.zip", lambda p: p, "no such file"),
    "too large an archive": ("a.zip", lambda p: a_file(p, b"PK\x03\x04" + bytes(MOST_BYTES)), "larger than"),
}  # fmt: skip


@pytest.mark.parametrize("name", ARCHIVES)
def test_a_hostile_archive_is_refused_with_its_place_and_reason(tmp_path: Path, name: str) -> None:
    file, make, why = ARCHIVES[name]
    assert why in refusal(make(tmp_path / file))
    assert not (tmp_path.parent / "evil.toml").exists()


@pytest.mark.parametrize("file", ["bomb.zip", "bomb.tgz"])
def test_a_bomb_takes_no_memory(tmp_path: Path, file: str) -> None:
    path = tmp_path / file
    if file.endswith("zip"):
        a_zip(path, good("README.md", bytes(100 << 20)))
    else:
        gzip_of(path, bytes(100 << 20))
    tracemalloc.start()
    try:
        refusal(path)
        assert tracemalloc.get_traced_memory()[1] < 40 << 20
    finally:
        tracemalloc.stop()


# --- folders ------------------------------------------------------------------------------------------------------


FOLDERS: dict[str, tuple[Callable[[Path], object], str]] = {
    "link to a file": (lambda p: (p / "README.md").symlink_to("/etc/passwd"), '"README.md": is a symbolic link'),
    "link in the policies": (lambda p: (p / "policies/a.toml").symlink_to("rush.toml"), "is a symbolic link"),
    "named pipe": (lambda p: os.mkfifo(p / "LICENSE"), "is not a regular file"),
    "a folder as a file": (lambda p: (p / "LICENSE").mkdir(), "is not a regular file"),
    "another folder": (lambda p: (p / ".git").mkdir(), '".git": no file that a pack may hold'),
    "escape in a name": (lambda p: (p / "\x1b[2J.md").touch(), r"\x1b[2J.md"),
    "large file": (lambda p: (p / "README.md").write_bytes(bytes(2 << 20)), "is larger than 1 MiB"),
    "many files": (lambda p: [a_file(p / f"policies/x{n}.toml", b"") for n in range(600)], "more than 500 files"),
    "no manifest": (lambda p: (p / MANIFEST).unlink(), "it has no pack.toml"),
}


@pytest.mark.parametrize("name", FOLDERS)
def test_a_hostile_folder_is_refused_with_its_place_and_reason(tmp_path: Path, name: str) -> None:
    path = write_folder(tmp_path / "pack", pack_of())
    change, why = FOLDERS[name]
    change(path)
    assert why in refusal(path)


def test_a_link_in_place_of_the_policies_is_refused(tmp_path: Path) -> None:
    path = write_folder(tmp_path / "pack", pack_of())
    (path / "policies").rename(tmp_path / "elsewhere")
    (path / "policies").symlink_to(tmp_path / "elsewhere")
    assert "policies: is no folder" in refusal(path)
