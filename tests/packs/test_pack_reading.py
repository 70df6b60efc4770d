"""What is taken is taken right: the same pack from folder, .zip and .tar.gz; and no mutant ends in a traceback."""

from __future__ import annotations

import gzip
import json
import random
import subprocess
from pathlib import Path

import pytest
from hostile_archives import a_tar, a_zip, good, good_tar, outcome
from pack_rig import RUSH, a_key, pack_of, signed, write_folder
from test_hostile_archives import ARCHIVES, FOLDERS
from test_hostile_packs import CONTENTS

from guardian.packs.base import MANIFEST
from guardian.packs.export import write_pack
from guardian.packs.golden import GoldenCase
from guardian.packs.pack import open_pack


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_key(tmp_path_factory.mktemp("keys"))


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
    for _ in range(250):
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
    assert taken < 125


def test_no_mutant_of_a_manifest_ends_in_a_traceback(tmp_path: Path) -> None:
    files, chance = pack_of(), random.Random(20261121)
    pieces = (b"[", b"]]", b'"', b"'''", b"\\", b"\0", b"\x1b[2J", b"=", b"9" * 5_000, b"nan", b"\n", b"\xff", b"a.b")
    path = write_folder(tmp_path / "pack", files)
    refused = 0
    for _ in range(200):
        data = bytearray(files[MANIFEST])
        for _ in range(chance.randint(1, 3)):
            place = chance.randrange(len(data))
            data[place : place + chance.randint(0, 20)] = chance.choice(pieces)
        (path / MANIFEST).write_bytes(data)
        refused += outcome(path) is None
    assert refused == 200  # the signature covers every byte of it


def test_a_pack_of_many_small_traps_reads_in_bounded_time(tmp_path: Path) -> None:
    # A quadratic check over names or cases would take minutes here.
    policies = {f"p{n}": RUSH.replace('id = "rush"', f'id = "p{n}"') for n in range(100)}
    cases = [GoldenCase(policy, f"text {flag}", flag) for policy in policies for flag in (True, False)]
    files = pack_of(policies=policies, golden=tuple(cases))
    write_pack(tmp_path / "p.tar.gz", files)
    assert len(open_pack(tmp_path / "p.tar.gz").policies) == 100


def test_the_tables_hold_fifty_hostile_packs_and_more() -> None:
    assert len(ARCHIVES) + len(FOLDERS) >= 50
    assert len(CONTENTS) >= 45


def test_the_rig_can_make_a_pack_that_is_taken(tmp_path: Path) -> None:
    assert json.loads(pack_of()["golden.ndjson"].splitlines()[0])["policy"] == "rush"
    assert open_pack(write_folder(tmp_path / "pack", pack_of())).key is None
    assert open_pack(a_zip(tmp_path / "a.zip", good())).key is None
    assert open_pack(a_tar(tmp_path / "a.tgz", good_tar())).key is None
