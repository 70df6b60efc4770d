"""Keys that are trusted, and packs that are given away."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from pack_rig import (
    RUSH,
    installed,
    own_settings,
    pack,
    policies_folder,
    refusal,
)

from guardian.commands.policy_actions.own import own_policies
from guardian.errors import UsageError
from guardian.exits import ExitCode
from guardian.packs.base import MANIFEST, PackError
from guardian.packs.pack import open_pack

pytestmark = pytest.mark.usefixtures("shared_cell")
Capture = pytest.CaptureFixture[str]


# --- trust and export ---------------------------------------------------------------------------------------------


def test_a_key_is_trusted_once_and_asked_for(key: Path) -> None:
    with pytest.raises(UsageError):
        pack("trust", f"{key}.pub", "--name", "ada")
    pack("trust", f"{key}.pub", "--name", "ada", "--yes")
    assert "in the list already, as ada" in refusal("trust", f"{key}.pub", "--mine", "--yes")
    assert "--mine says that it is yours" in refusal("trust", f"{key}.pub", "--name", "mine", "--yes")
    assert "is no name for a key" in refusal("trust", f"{key}.pub", "--name", "a b", "--yes")


@pytest.fixture
def own_policy(guardian_home: Path) -> Callable[[str], None]:
    def write(more: str = "") -> None:
        own_policies(own_settings())
        (policies_folder() / "rush.toml").write_text(RUSH + "# a private comment\n" + more)

    return write


EXPORT = ("--author", "Ada", "--language", "en", "--licence", "CC0-1.0", "--yes")


@pytest.mark.parametrize("file", ["pack", "pack.zip", "pack.tar.gz"])
def test_what_is_exported_verifies_and_keeps_private_things_at_home(
    tmp_path: Path, key: Path, own_policy: Callable[[str], None], file: str, capsys: Capture
) -> None:
    own_policy('[senders]\nexcept = ["aunt@x.example"]\n')
    pack("export", "given", "rush", "--to", tmp_path / file, "--key", key, *EXPORT)
    assert "rush: senders stays at home" in capsys.readouterr().out
    found = open_pack(tmp_path / file)
    assert found.key is not None
    assert found.report.scores["rush"].matched == found.report.scores["rush"].must_match == 1
    assert "senders" not in found.policies["rush"].table
    everything = b"".join(each.read_bytes() for each in tmp_path.rglob("*") if each.is_file())
    assert b"private" not in everything
    assert b"aunt" not in everything
    assert pack("verify", tmp_path / file) is ExitCode.CLEAN
    assert "exists" in refusal("export", "given", "rush", "--to", tmp_path / file, *EXPORT)


def test_a_folder_is_signed_by_ssh_keygen_itself(tmp_path: Path, key: Path, own_policy: Callable[[str], None]) -> None:
    own_policy("")
    pack("export", "given", "rush", "--to", tmp_path / "pack", *EXPORT)
    words = ["ssh-keygen", "-Y", "sign", "-q", "-n", "guardian-pack", "-f", str(key), str(tmp_path / "pack" / MANIFEST)]
    subprocess.run(words, check=True, capture_output=True, timeout=60)
    assert open_pack(tmp_path / "pack").key is not None


def test_the_next_export_follows_the_one_before(tmp_path: Path, key: Path, own_policy: Callable[[str], None]) -> None:
    own_policy("")
    pack("export", "given", "rush", "--to", tmp_path / "1.zip", "--key", key, *EXPORT)
    pack("export", "given", "rush", "--to", tmp_path / "2.zip", "--key", key, "--after", tmp_path / "1.zip", "--yes")
    one, two = open_pack(tmp_path / "1.zip"), open_pack(tmp_path / "2.zip")
    assert (str(two.manifest.version), two.manifest.before) == ("1.0.1", one.sha256)
    assert two.manifest.licence == "CC0-1.0"


def test_only_policies_that_can_be_told_from_all_and_nothing_go_out(
    tmp_path: Path, own_policy: Callable[[str], None]
) -> None:
    own_policy("")
    path = policies_folder() / "rush.toml"
    path.write_text(RUSH.split("[[examples]]")[0])
    assert '"rush" has no case that must match' in refusal("export", "given", "rush", "--to", tmp_path / "p", *EXPORT)
    assert 'no policy has the id "rash"' in refusal("export", "given", "rash", "--to", tmp_path / "p", *EXPORT)
    assert "say who made the pack" in refusal("export", "given", "rush", "--to", tmp_path / "p", "--yes")
    assert not (tmp_path / "p").exists()


def test_what_came_with_a_pack_is_not_the_owners_to_give_away(tmp_path: Path, first: Path) -> None:
    pack("install", first, "--yes")
    line = refusal("export", "given", "street-scams--rush", "--to", tmp_path / "p", *EXPORT)
    assert "it is its author's to give away" in line


def test_two_packs_with_one_record_refuse_what_changed_meanwhile(first: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import guardian.commands.pack_actions.taking as taking

    def meanwhile(_question: str, *, yes: bool) -> bool:
        installed().write_text(RUSH)
        return yes

    monkeypatch.setattr(taking, "agrees", meanwhile)
    with pytest.raises(PackError, match="was changed meanwhile: nothing was done"):
        pack("install", first, "--yes")
    assert installed().read_text() == RUSH
