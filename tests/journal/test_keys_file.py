"""The key file: a damaged one is told from a wrong one, a failed write costs nothing, only its owner may read it."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from guardian.exits import ExitCode, exit_code_for
from guardian.journal.keys import KeyPlaceError, KeyPlaceIoError
from guardian.journal.places.file_place import FilePlace, key_file
from guardian.journal.places.key_line import KeyLineError, PlainKey, WrappedKey, key_line, parse_key_line
from guardian.journal.secret import Secret

NAME = bytes(range(16))
KEY = Secret(bytes(range(32)))
LINE = (
    "guardian-key 1 000102030405060708090a0b0c0d0e0f plain AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= "
    "7ed55e585009cf27\n"
)
"""Version 1, its checksum made by sha256sum: what was written once is read for ever."""


@pytest.fixture
def place(tmp_path: Path) -> FilePlace:
    return FilePlace(tmp_path / "config")


@pytest.fixture
def file(place: FilePlace, tmp_path: Path) -> Path:
    """The file of a saved key."""
    place.save_key(NAME, KEY)
    return key_file(tmp_path / "config", NAME)


def test_the_line_of_version_1_is_what_it_always_was(file: Path, place: FilePlace) -> None:
    assert file.read_text() == LINE
    assert place.load_key(NAME) == KEY


@pytest.mark.long
def test_no_flipped_bit_of_the_file_gives_another_key(file: Path, place: FilePlace) -> None:
    good = file.read_bytes()
    for bit in range(len(good) * 8):
        bad = bytearray(good)
        bad[bit // 8] ^= 1 << bit % 8
        file.write_bytes(bad)
        with suppress(KeyPlaceError):
            assert place.load_key(NAME) == KEY, "the line feed may become another white space, and no more"


@pytest.mark.parametrize("size_bytes", [0, 1, 12, 60, 100, 110])
def test_a_file_that_was_cut_short_is_damaged_not_missing(size_bytes: int, file: Path, place: FilePlace) -> None:
    os.truncate(file, size_bytes)
    with pytest.raises(KeyPlaceError, match="is damaged"):
        place.load_key(NAME)


def test_a_longer_file_is_not_read_to_its_end(file: Path, place: FilePlace) -> None:
    os.truncate(file, 1 << 40)
    with pytest.raises(KeyPlaceError, match="too long"):
        place.load_key(NAME)


@pytest.mark.parametrize(
    ("line", "because"),
    [
        (key_line(bytes(16), PlainKey(KEY)), "holds a key of another name"),
        (LINE.replace("key 1", "key 2"), "newer Guardian"),
        (LINE.replace("AAEC", "AAED"), "its checksum is wrong"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\n", "holds no key"),
        ("\udcff\udcfe guardian-key", "holds no key"),
    ],
)
def test_another_file_in_its_place_is_told_apart(line: str, because: str) -> None:
    with pytest.raises(KeyLineError, match=because):
        parse_key_line(line, NAME)


def test_a_short_key_with_a_good_checksum_is_refused() -> None:
    with pytest.raises(KeyLineError, match="is damaged"):
        parse_key_line(key_line(NAME, PlainKey(Secret(b"short"))), NAME)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o666])
def test_a_file_that_others_may_touch_is_refused_with_the_command_that_mends_it(
    mode: int, file: Path, place: FilePlace
) -> None:
    file.chmod(mode)
    with pytest.raises(KeyPlaceError, match="others may read or write") as raised:
        place.load_key(NAME)
    command = raised.value.hint.removesuffix(" mends it")
    subprocess.run(command.split(), check=True)
    assert place.load_key(NAME) == KEY


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_somebody_else_is_refused(file: Path, place: FilePlace) -> None:
    os.chown(file, 12345, -1)
    with pytest.raises(KeyPlaceError, match="belongs to somebody else"):
        place.load_key(NAME)


def test_a_symbolic_link_is_neither_read_nor_written_nor_deleted(file: Path, place: FilePlace, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    file.rename(elsewhere)
    file.symlink_to(elsewhere)
    before = elsewhere.read_bytes()
    for refused in (
        lambda: place.load_key(NAME),
        lambda: place.save_key(NAME, Secret.fresh()),
        lambda: place.delete_key(NAME),
    ):
        with pytest.raises(KeyPlaceError, match="is a symbolic link"):
            refused()
    assert elsewhere.read_bytes() == before


def test_a_pipe_in_its_place_does_not_hang_it(place: FilePlace, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir(mode=0o700)
    os.mkfifo(key_file(tmp_path / "config", NAME), 0o600)
    with pytest.raises(KeyPlaceError, match="not a regular file"):
        place.load_key(NAME)


def test_a_folder_that_anybody_may_write_to_gets_no_key(place: FilePlace, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config").chmod(0o777)
    with pytest.raises(KeyPlaceError, match="anybody can write") as raised:
        place.save_key(NAME, KEY)
    assert "chmod 700" in raised.value.hint
    assert list((tmp_path / "config").iterdir()) == []


@pytest.mark.parametrize("mask", [0o000, 0o277, 0o777])
def test_its_mode_does_not_depend_on_the_umask(mask: int, file: Path, place: FilePlace) -> None:
    before = os.umask(mask)
    try:
        place.save_key(NAME, KEY)
    finally:
        os.umask(before)
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_file_that_a_passphrase_closes_is_not_taken_for_this_place(place: FilePlace, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir(mode=0o700)
    file = key_file(tmp_path / "config", NAME)
    file.touch(0o600)
    file.write_text(key_line(NAME, WrappedKey("m=65536,t=3,p=4", bytes(16), bytes(60))))
    with pytest.raises(KeyPlaceError, match="closed by a passphrase"):
        place.load_key(NAME)
    place.delete_key(NAME)
    assert file.exists(), "it belongs to the place that the key was moved to"


def test_what_a_deleted_or_replaced_file_held_is_overwritten(file: Path, place: FilePlace) -> None:
    with file.open("rb") as replaced:
        place.save_key(NAME, Secret.fresh())
        assert set(replaced.read()) == {0}
    with file.open("rb") as deleted:
        place.delete_key(NAME)
        assert set(deleted.read()) == {0}


def test_a_second_name_that_its_owner_gave_the_file_stays_good(file: Path, place: FilePlace, tmp_path: Path) -> None:
    os.link(file, tmp_path / "backup")
    place.delete_key(NAME)
    assert (tmp_path / "backup").read_text() == LINE


def test_a_write_that_fails_leaves_the_old_key_and_nothing_else(file: Path, tmp_path: Path) -> None:
    # A limit on the size of files is the one full disk that a test can have without being root.
    program = """
import resource, sys
from pathlib import Path
from guardian.exits import exit_code_for
from guardian.journal.places.file_place import FilePlace
from guardian.journal.keys import KeyPlaceIoError
from guardian.journal.secret import Secret
resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20))
try:
    FilePlace(Path(sys.argv[1])).save_key(bytes(range(16)), Secret.fresh())
except KeyPlaceIoError as error:
    print(error.line())
    sys.exit(exit_code_for(error))
"""
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path / "config")], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (ExitCode.IO_FAILED, "")
    assert "file too large" in done.stdout
    assert [path.name for path in (tmp_path / "config").iterdir()] == [file.name]
    assert file.read_text() == LINE


def test_no_file_left_to_open_is_not_mistaken_for_a_missing_key(file: Path, place: FilePlace) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.open(file, os.O_RDONLY)
    os.close(lowest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, hard))
    try:
        with pytest.raises(KeyPlaceIoError) as raised:
            place.load_key(NAME)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert exit_code_for(raised.value) == ExitCode.IO_FAILED
    assert place.load_key(NAME) == KEY
