"""Hostile packs: each is refused with its place and the reason in one line, or taken and correct; never a traceback.

Their authors can sign: hashes and signatures fit unless the row is about those. What a pack does once it is taken is in
`test_pack_command.py`.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import struct
import subprocess
import tarfile
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from pack_rig import CASES, RUSH, a_key, a_manifest, keygen_sign, pack_of, signed, write_folder

from guardian.message import Channel
from guardian.packs.base import MANIFEST, MOST_BYTES, SIGNATURE, PackError
from guardian.packs.export import write_pack
from guardian.packs.golden import GoldenCase
from guardian.packs.pack import Pack, open_pack
from guardian.safe_text import safe_line

Maker = Callable[[Path], Path]


def refusal(path: Path) -> str:
    """Why a pack is refused: one safe line that names the pack."""
    with pytest.raises(PackError) as caught:
        open_pack(path)
    line = caught.value.line()
    assert line == safe_line(line)
    assert line.startswith(str(path))
    assert len(line) < 1_000
    return line.removeprefix(str(path)).removeprefix(": ")


def outcome(path: Path) -> Pack | None:
    """The pack, or None where it is refused as it should be."""
    try:
        return open_pack(path)
    except PackError as error:
        line = error.line()
    assert line == safe_line(line)
    return None


# --- archives -----------------------------------------------------------------------------------------------------


def a_zip(
    path: Path, entries: list[tuple[str, bytes]], change: Callable[[zipfile.ZipInfo], None] = lambda _: None
) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of two entries with one name
        for name, data in entries:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            change(info)
            archive.writestr(info, data)
    return path


def a_tar(path: Path, entries: list[tuple[tarfile.TarInfo, bytes]], form: int = tarfile.USTAR_FORMAT) -> Path:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=form) as archive:
        for info, data in entries:
            info.size = info.size or len(data)
            archive.addfile(info, io.BytesIO(data.ljust(info.size, b"\0")))
    path.write_bytes(gzip.compress(content.getvalue()))
    return path


def entry(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 0) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, size
    return info


def good(more: str = "", data: bytes = b"x") -> list[tuple[str, bytes]]:
    return [*pack_of().items(), *([(more, data)] if more else [])]


def good_tar(*more: tuple[tarfile.TarInfo, bytes]) -> list[tuple[tarfile.TarInfo, bytes]]:
    return [*((entry(name), data) for name, data in pack_of().items()), *more]


def _as_link(info: zipfile.ZipInfo) -> None:
    if info.filename == "README.md":
        info.create_system, info.external_attr = 3, 0o120777 << 16


def _raw_zip_name(path: Path, name: str, raw: bytes) -> Path:
    """A .zip in which a name was changed behind zipfile's back, in both of its places."""
    assert len(name) == len(raw)
    a_zip(path, good(name))
    path.write_bytes(path.read_bytes().replace(name.encode(), raw))
    return path


def _zip_that_lies(path: Path) -> Path:
    """20 MiB that say that they are one byte."""
    a_zip(path, good("README.md", bytes(20 << 20)))
    data = path.read_bytes().replace(struct.pack("<L", 20 << 20), struct.pack("<L", 1))
    path.write_bytes(data)
    return path


def _overlapping_zip(path: Path) -> Path:
    """Two entries over one and the same data (Fifield, A better zip bomb, 2019)."""
    a_zip(path, [("README.md", random.Random(1).randbytes(30_000)), ("LICENSE01", b"x" * 10)])
    data = bytearray(path.read_bytes())
    second = data.rindex(b"PK\x01\x02")
    first = data.index(b"PK\x01\x02")
    data[second + 16 : second + 28] = data[first + 16 : first + 28]
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    path.write_bytes(bytes(data))
    return path


def _encrypted(path: Path) -> Path:
    a_zip(path, good())
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(data))
    return path


def _wrapped(path: Path, before: bytes = b"", behind: bytes = b"") -> Path:
    a_zip(path, good())
    path.write_bytes(before + path.read_bytes() + behind)
    return path


def _many_zip(path: Path) -> Path:
    return a_zip(path, [(f"policies/p{number}.toml", b"x") for number in range(600)])


def _negative_tar(path: Path) -> Path:
    """A size below zero, at which tarfile of Python 3.11 turned round for ever (CVE-2025-8194)."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.GNU_FORMAT) as archive:
        archive.addfile(entry("pack.toml"))
    data = bytearray(content.getvalue())
    data[124:136] = b"\xff" * 12
    data[148:156] = b"%06o\0 " % (sum(data[:148]) + 8 * 32 + sum(data[156:512]))
    path.write_bytes(gzip.compress(bytes(data)))
    return path


def _gzip_of(path: Path, content: bytes) -> Path:
    path.write_bytes(gzip.compress(content))
    return path


def _tail(path: Path, tail: bytes) -> Path:
    a_tar(path, good_tar())
    path.write_bytes(path.read_bytes() + tail)
    return path


def _inside_tail(path: Path) -> Path:
    a_tar(path, good_tar())
    return _gzip_of(path, gzip.decompress(path.read_bytes()) + bytes(512) + b"hidden".ljust(512, b"\0"))


ARCHIVES: dict[str, tuple[str, Maker, str]] = {
    "zip: path upwards": ("a.zip", lambda p: a_zip(p, good("../evil.toml")), '"../evil.toml": a path that leads out'),
    "zip: path upwards inside": ("a.zip", lambda p: a_zip(p, good("policies/../../x.toml")), "leads out of the pack"),
    "zip: backslashes upwards": ("a.zip", lambda p: a_zip(p, good("..\\evil.toml")), "leads out of the pack"),
    "zip: absolute path": ("a.zip", lambda p: a_zip(p, good("/etc/passwd")), '"/etc/passwd": an absolute path'),
    "zip: drive": ("a.zip", lambda p: a_zip(p, good("C:/x.toml")), "an absolute path"),
    "zip: symbolic link": ("a.zip", lambda p: a_zip(p, good("README.md", b"/etc/passwd"), _as_link), "is a link"),
    "zip: NUL in a name": ("a.zip", lambda p: _raw_zip_name(p, "README.mdX.toml", b"README.md\0.toml"), "a NUL in it"),
    "zip: escape in a name": ("a.zip", lambda p: a_zip(p, good("\x1b]52;c;x\x07.toml")), r"\x1b]52;c;x\x07"),
    "zip: bidi in a name": ("a.zip", lambda p: a_zip(p, good("policies/\u202elmot.x")), r"\u{202e}"),
    "zip: long name": ("a.zip", lambda p: a_zip(p, good("policies/" + "a" * 200)), "more than 100 characters"),
    "zip: two of a name": ("a.zip", lambda p: a_zip(p, [*good("README.md"), ("README.md", b"y")]), "in the pack twice"),
    "zip: case collision": ("a.zip", lambda p: a_zip(p, good("Policies/rush.toml")), "no file that a pack may hold"),
    "zip: hidden file": ("a.zip", lambda p: a_zip(p, good(".DS_Store")), "no file that a pack may hold"),
    "zip: another folder": ("a.zip", lambda p: a_zip(p, good("bin/", b"")), "no folder that a pack may hold"),
    "zip: bomb": ("a.zip", lambda p: a_zip(p, good("README.md", bytes(1 << 20))), "unpacks to more than 200 times"),
    "zip: one large file": ("a.zip", lambda p: a_zip(p, good("README.md", bytes(20 << 20))), "is larger than 1 MiB"),
    "zip: a bomb that lies": ("a.zip", _zip_that_lies, "is damaged"),
    "zip: overlapping entries": ("a.zip", _overlapping_zip, "over one another"),
    "zip: too many files": ("a.zip", _many_zip, "more than 500 files"),
    "zip: encrypted": ("a.zip", _encrypted, "is encrypted"),
    "zip: something before it": ("a.zip", lambda p: _wrapped(p, before=b"PK\x03\x04junk"), "not one whole .zip"),
    "zip: something behind it": ("a.zip", lambda p: _wrapped(p, behind=b"\nrun me"), "something follows it"),
    "zip: cut off": ("a.zip", lambda p: p.write_bytes(a_zip(p, good()).read_bytes()[:-30]) and p, "is cut off"),
    "zip: nothing but a start": ("a.zip", lambda p: p.write_bytes(b"PK\x03\x04") and p, "is cut off"),
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
    "tar: negative size": ("a.tgz", _negative_tar, "has no size"),
    "tar: size beyond the end": (
        "a.tgz",
        lambda p: _gzip_of(p, gzip.decompress(a_tar(p, [(entry("README.md", size=9_000), b"x")]).read_bytes())[:1024]),
        "is cut off",
    ),
    "tar: bomb": ("a.tgz", lambda p: _gzip_of(p, bytes(64 << 20)), "unpacks to more than 200 times"),
    "tar: random large": (
        "a.tgz",
        lambda p: _gzip_of(p, random.Random(1).randbytes(1 << 20) * 20),
        "is larger than 16 MiB",
    ),
    "tar: a second stream": ("a.tgz", lambda p: _tail(p, gzip.compress(b"x")), "something follows its end"),
    "tar: something behind it": ("a.tgz", lambda p: _tail(p, b"run me"), "something follows its end"),
    "tar: something hidden behind its end": ("a.tgz", _inside_tail, "something follows its end"),
    "tar: no headers": ("a.tgz", lambda p: _gzip_of(p, b"A" * 1024), "no header stands there"),
    "tar: cut off": ("a.tgz", lambda p: p.write_bytes(a_tar(p, good_tar()).read_bytes()[:-20]) and p, "is cut off"),
    "no archive at all": ("a.zip", lambda p: p.write_bytes(b"\x7fELF") and p, "is no pack"),
    "nothing there": ("a.zip", lambda p: p, "no such file"),
    "too large an archive": ("a.zip", lambda p: p.write_bytes(b"PK\x03\x04" + bytes(MOST_BYTES)) and p, "larger than"),
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
        _gzip_of(path, bytes(100 << 20))
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
    "many files": (lambda p: [(p / f"policies/x{n}.toml").touch() for n in range(600)], "more than 500 files"),
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


# --- what is inside -----------------------------------------------------------------------------------------------


def _with(files: Mapping[str, bytes], name: str, data: bytes | None) -> dict[str, bytes]:
    changed = dict(files)
    if data is None:
        del changed[name]
    else:
        changed[name] = data
    return changed


def _manifest(before: bytes, after: bytes) -> dict[str, bytes]:
    files = pack_of()
    assert before in files[MANIFEST]
    return _with(files, MANIFEST, files[MANIFEST].replace(before, after, 1))


def _named(policies: Mapping[str, str]) -> tuple[GoldenCase, ...]:
    return tuple(GoldenCase(policy, f"text {flag}", flag) for policy in policies for flag in (True, False))


_MANY_RULES = {
    f"p{number}": RUSH.replace('id = "rush"', f'id = "p{number}"').replace(
        "'(?i)scratch the back'", ", ".join(f"'x{rule}'" for rule in range(99))
    )
    for number in range(12)
}
_MANY_EXAMPLES = {
    f"p{number}": RUSH.replace('id = "rush"', f'id = "p{number}"')
    + "".join(f'[[examples]]\ntext = "text {example}"\nflag = true\n' for example in range(900))
    for number in range(3)
}

CONTENTS: dict[str, tuple[Callable[[], dict[str, bytes]], str]] = {
    "unlisted file": (lambda: _with(pack_of(), "README.md", b"run me"), "README.md: is not listed in pack.toml"),
    "unlisted policy": (lambda: _with(pack_of(), "policies/x.toml", RUSH.encode()), "is not listed in pack.toml"),
    "missing file": (lambda: _with(pack_of(), "policies/rush.toml", None), "is listed in pack.toml and not there"),
    "changed policy": (lambda: _with(pack_of(), "policies/rush.toml", RUSH.encode() + b"#"), "was changed"),
    "changed golden cases": (
        lambda: _with(pack_of(), "golden.ndjson", CASES[0].to_line().encode()),
        "golden.ndjson: was changed",
    ),
    "changed report": (lambda: _with(pack_of(), "report.json", b"{}"), "report.json: was changed"),
    "no golden cases": (lambda: _with(pack_of(), "golden.ndjson", None), "golden.ndjson: is missing"),
    "no case that must match": (lambda: pack_of(golden=CASES[1:]), '"rush" has no case that must match'),
    "no case that must not match": (lambda: pack_of(golden=CASES[:1]), '"rush" has no case that must not match'),
    "a case of another policy": (
        lambda: pack_of(golden=(*CASES, GoldenCase("pressure-to-pay", "x", True))),
        'golden.ndjson:3:1: the pack has no policy "pressure-to-pay"',
    ),
    "a case twice": (lambda: pack_of(golden=(*CASES, CASES[0])), "golden.ndjson:3:1: the same text"),
    "golden cases that are no JSON": (lambda: pack_of(more={"golden.ndjson": b"[" * 100_000}), "golden.ndjson:1:1"),
    "golden cases with more keys": (
        lambda: pack_of(more={"golden.ndjson": b'{"policy":"rush","text":"x","match":true,"action":"hold"}'}),
        "has a key that does not belong there",
    ),
    "half a character": (
        lambda: pack_of(more={"golden.ndjson": b'{"policy":"rush","text":"\\ud800","match":true}'}),
        "lone surrogate",
    ),
    "a report of other policies": (
        lambda: pack_of(more={"report.json": b'{"v":1,"model":{"name":"","sha256":""},"policies":{}}'}),
        "speaks of other policies",
    ),
    "a report with endless numbers": (
        lambda: pack_of(more={"report.json": b'{"v":' + b"9" * 10_000 + b"}"}),
        "a number is too long",
    ),
    "no policies": (lambda: pack_of(policies={}, golden=()), "the pack has no policies"),
    "a policy that is no TOML": (lambda: pack_of(policies={"rush": "id ="}), "policies/rush.toml:1:5"),
    "a policy with an unknown key": (
        lambda: pack_of(policies={"rush": 'execute = "rm"\n' + RUSH}),
        'policies/rush.toml:1:1: unknown key "execute"',
    ),
    "a policy in the file of another": (
        lambda: pack_of(policies={"other": RUSH}, golden=_named({"other": ""})),
        'policies/other.toml: its id is "rush"',
    ),
    "a pattern that RE2 refuses": (
        lambda: pack_of(policies={"rush": RUSH.replace("(?i)gift", "(?=a)gift")}),
        "RE2 refuses this pattern",
    ),
    "a policy with a NUL": (lambda: pack_of(policies={"rush": RUSH + "\0"}), "holds a NUL byte"),
    "a policy that is no text": (
        lambda: pack_of(more={"policies/rush.toml": b"\xff\xfe"}),
        "policies/rush.toml:1:1: is not UTF-8",
    ),
    "a policy of 300 KiB": (
        lambda: pack_of(policies={"rush": RUSH + "#" * 300_000}),
        "policies/rush.toml: is larger than 256 KiB",
    ),
    "a million rules": (lambda: pack_of(policies=_MANY_RULES, golden=_named(_MANY_RULES)), "over 1,000 patterns"),
    "endless examples": (lambda: pack_of(policies=_MANY_EXAMPLES, golden=_named(_MANY_EXAMPLES)), "2,000 examples"),
    "a channel that was not asked for": (
        lambda: pack_of(a_manifest(channels=(Channel.AI_OUTPUT,))),
        "looks at incoming, which pack.toml does not ask for",
    ),
    "an id too long beside the name": (
        lambda: pack_of(a_manifest(name="n" * 32), {"r" * 40: RUSH.replace("rush", "r" * 40)}, _named({"r" * 40: ""})),
        "its id is too long beside the pack's name",
    ),
    "an id that plays the owner's": (
        lambda: pack_of(policies={"a--b": RUSH.replace("rush", "a--b")}, golden=_named({"a--b": ""})),
        "two hyphens in a row",
    ),
    "a name that plays another's": (lambda: _manifest(b'"street-scams"', b'"street--x"'), "pack.toml:1:8"),
    "a name with a path": (lambda: _manifest(b'"street-scams"', b'"../x"'), "small letters, digits"),
    "a version that is none": (lambda: _manifest(b'"1.0.0"', b'"1.0"'), 'pack.toml:2:11: "version" must be three'),
    "a version of a million digits": (
        lambda: _manifest(b'"1.0.0"', b'"' + b"9" * 9_999 + b'.0.0"'),
        '"version" must be three numbers',
    ),
    "an author with line ends": (lambda: _manifest(b'"Ada Example"', b'"A\\nkey       mine"'), "must be one line"),
    "an unknown key": (lambda: _manifest(b"licence =", b"license ="), 'did you mean "licence"?'),
    "a file outside": (lambda: _manifest(b'"golden.ndjson"', b'"../../etc/passwd"'), "leads out of the pack"),
    "the manifest in itself": (lambda: _manifest(b'"golden.ndjson"', b'"pack.toml"'), "cannot list itself"),
    "a hash that is none": (lambda: _manifest(b'= "sha256:', b'= "md5:'), "must be sha256: and 64"),
    "a manifest nested without end": (
        lambda: _with(pack_of(), MANIFEST, b"a = " + b"[" * 5_000),
        "pack.toml:1:",
    ),
    "a manifest that is no text": (lambda: _with(pack_of(), MANIFEST, b"\x80"), "pack.toml:1:1: is not UTF-8"),
    "an empty manifest": (lambda: _with(pack_of(), MANIFEST, b""), 'pack.toml:1:1: "name" is missing'),
    "an endless manifest": (lambda: _with(pack_of(), MANIFEST, b"#" * 300_000), "is larger than 256 KiB"),
    "a signature that is none": (lambda: _with(pack_of(), SIGNATURE, b"trust me"), "is no SSH signature"),
    "an empty signature": (lambda: _with(pack_of(), SIGNATURE, b""), "is no SSH signature"),
    "a signature that is no text": (lambda: _with(pack_of(), SIGNATURE, b"\xff"), "is not UTF-8"),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTENTS)
def test_a_hostile_pack_is_refused_with_its_place_and_reason(tmp_path: Path, name: str) -> None:
    make, why = CONTENTS[name]
    assert why in refusal(write_folder(tmp_path / "pack", make()))


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_key(tmp_path_factory.mktemp("keys"))


def test_a_signature_of_another_pack_is_refused(tmp_path: Path, key: Path) -> None:
    other = signed(pack_of(a_manifest(version="2.0.0")), key)
    forged = {**pack_of(), SIGNATURE: other[SIGNATURE]}
    assert "pack.toml.sig: the signature does not fit" in refusal(write_folder(tmp_path / "pack", forged))


def test_a_signature_for_another_purpose_is_refused(tmp_path: Path, key: Path) -> None:
    files = pack_of()
    files[SIGNATURE] = keygen_sign(key, files[MANIFEST], "git")
    assert 'made for something else: "git"' in refusal(write_folder(tmp_path / "pack", files))


def test_a_key_of_another_type_is_refused(tmp_path: Path) -> None:
    files = signed(pack_of(), a_key(tmp_path, "rsa", "rsa"))
    assert "only ssh-ed25519 is taken" in refusal(write_folder(tmp_path / "pack", files))


def test_a_file_added_to_a_signed_pack_is_refused(tmp_path: Path, key: Path) -> None:
    files = {**signed(pack_of(), key), "LICENSE": b"mine now"}
    assert "LICENSE: is not listed in pack.toml, so nobody signed it" in refusal(write_folder(tmp_path / "p", files))


# --- what is taken is taken right ---------------------------------------------------------------------------------


@pytest.mark.parametrize("file", ["pack", "pack.zip", "pack.tar.gz"])
def test_the_same_pack_reads_the_same_from_folder_zip_and_tar(tmp_path: Path, key: Path, file: str) -> None:
    files = signed(pack_of(), key)
    write_pack(tmp_path / file, files)
    found = open_pack(tmp_path / file)
    assert found == open_pack(write_folder(tmp_path / "plain", files))
    assert (found.name, list(found.policies), len(found.golden)) == ("street-scams", ["rush"], 2)


@pytest.mark.parametrize("words", [["tar", "--format=ustar"], ["tar", "--format=gnu"]])
def test_an_archive_made_by_tar_itself_is_taken(tmp_path: Path, words: list[str]) -> None:
    folder = write_folder(tmp_path / "pack", pack_of())
    names = sorted(each.name for each in folder.iterdir())
    subprocess.run([*words, "-czf", str(tmp_path / "p.tgz"), *names], cwd=folder, check=True, timeout=60)
    assert open_pack(tmp_path / "p.tgz").name == "street-scams"


@pytest.mark.parametrize("file", ["pack.zip", "pack.tar.gz"])
def test_no_mutant_of_an_archive_ends_in_a_traceback(tmp_path: Path, key: Path, file: str) -> None:
    path = tmp_path / file
    write_pack(path, signed(pack_of(), key))
    original, chance = path.read_bytes(), random.Random(20261121)
    if file.endswith("gz"):
        original = gzip.decompress(original)
    taken = 0
    for _ in range(400):
        data = bytearray(original)
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(data))
            match chance.randrange(4):
                case 0:
                    data[place] ^= 1 << chance.randrange(8)
                case 1:
                    del data[place : place + chance.randint(1, 60)]
                case 2:
                    data[place:place] = chance.randbytes(chance.randint(1, 60))
                case _:
                    data[place : place + 4] = chance.choice((b"\xff" * 4, bytes(4), b"PK\x05\x06"))
        path.write_bytes(gzip.compress(bytes(data), 1) if file.endswith("gz") else bytes(data))
        found = outcome(path)
        if found is not None:  # a bit that means nothing, such as one of a time: then it is the pack that was signed
            taken += 1
            assert found.key is not None
            assert found.policies["rush"].policy.match.patterns == ("(?i)gift ?cards?", "(?i)scratch the back")
    assert taken < 200


def test_no_mutant_of_a_manifest_ends_in_a_traceback(tmp_path: Path) -> None:
    files, chance = pack_of(), random.Random(20261121)
    pieces = (b"[", b"]]", b'"', b"'''", b"\\", b"\0", b"\x1b[2J", b"=", b"9" * 5_000, b"nan", b"\n", b"\xff", b"a.b")
    path = write_folder(tmp_path / "pack", files)
    for _ in range(300):
        data = bytearray(files[MANIFEST])
        for _ in range(chance.randint(1, 3)):
            place = chance.randrange(len(data))
            data[place : place + chance.randint(0, 20)] = chance.choice(pieces)
        (path / MANIFEST).write_bytes(data)
        outcome(path)


def test_a_pack_of_many_small_traps_reads_in_bounded_time(tmp_path: Path) -> None:
    # A quadratic check over names or cases would take minutes here.
    policies = {f"p{n}": RUSH.replace('id = "rush"', f'id = "p{n}"') for n in range(400)}
    files = pack_of(policies=policies, golden=_named(policies))
    write_pack(tmp_path / "p.tar.gz", files)
    assert len(open_pack(tmp_path / "p.tar.gz").policies) == 400


def test_the_table_holds_fifty_hostile_packs_and_more() -> None:
    assert len(ARCHIVES) + len(FOLDERS) + len(CONTENTS) >= 90


def test_the_rig_can_make_a_pack_that_is_taken(tmp_path: Path) -> None:
    assert json.loads(pack_of()["golden.ndjson"].splitlines()[0])["policy"] == "rush"
    assert open_pack(write_folder(tmp_path / "pack", pack_of())).key is None
    assert open_pack(a_zip(tmp_path / "a.zip", good())).key is None
    assert open_pack(a_tar(tmp_path / "a.tgz", good_tar())).key is None
