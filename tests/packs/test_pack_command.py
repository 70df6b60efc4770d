"""Packs as their owner meets them: shown whole, asked, on trial, told, kept, never back; through the real gate."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pack_rig import (
    CASES,
    RUSH,
    a_key,
    a_manifest,
    own_settings,
    pack,
    pack_of,
    policies_folder,
    signed,
    write_folder,
)

from guardian.commands.policy_actions.own import own_policies
from guardian.errors import GuardianError, UsageError
from guardian.exits import ExitCode
from guardian.journal.opening import open_journal
from guardian.message import Channel
from guardian.packs.base import MANIFEST, PackError, Tier, sha256_of
from guardian.packs.golden import GoldenCase
from guardian.packs.installed import read_installed
from guardian.packs.pack import open_pack
from guardian.policy.amendments import Amendment, read_amendments
from guardian.policy.base import Policy, Status
from guardian.policy.load import load_policies
from guardian.verdict import Action

pytestmark = pytest.mark.usefixtures("shared_cell")
Capture = pytest.CaptureFixture[str]
SECOND = RUSH.replace("four gift cards", "five gift cards")


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_key(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def first(tmp_path: Path, key: Path) -> Path:
    return write_folder(tmp_path / "first", signed(pack_of(), key))


@pytest.fixture
def second(tmp_path: Path, key: Path, first: Path) -> Path:
    before = sha256_of((first / MANIFEST).read_bytes())
    return write_folder(
        tmp_path / "second", signed(pack_of(a_manifest(version="1.1.0", before=before), {"rush": SECOND}), key)
    )


def installed() -> Path:
    return policies_folder() / "street-scams--rush.toml"


def policy() -> Policy:
    (found,) = (each for each in load_policies(policies_folder()).policies if each.id == "street-scams--rush")
    return found


def amendments() -> list[Amendment]:
    with open_journal(own_settings()) as journal:
        return read_amendments(journal, "street-scams--rush")


def change(before: str, after: str) -> None:
    text = installed().read_text()
    assert before in text
    installed().write_text(text.replace(before, after))


def refusal(*words: object) -> str:
    with pytest.raises(GuardianError) as caught:
        pack(*words)
    return caught.value.line()


# --- consent ------------------------------------------------------------------------------------------------------


def test_without_a_yes_nothing_is_changed(first: Path, capsys: Capture) -> None:
    own_policies(own_settings())
    before = sorted(policies_folder().iterdir())
    with pytest.raises(UsageError, match="nobody can be asked here"):
        pack("install", first)
    assert sorted(policies_folder().iterdir()) == before
    assert read_installed(own_settings().paths.config) == {}
    assert '+patterns = ["(?i)gift ?cards?", "(?i)scratch the back"]' in capsys.readouterr().out


def test_an_imported_pack_comes_in_on_trial_for_notices_and_into_the_journal(first: Path, capsys: Capture) -> None:
    assert pack("install", first, "--yes") is ExitCode.CLEAN
    assert (policy().status, policy().action, policy().effective_action) == (
        Status.TEST,
        Action.NOTICE,
        Action.NOTICE,
    )
    assert installed().stat().st_mode & 0o777 == 0o600
    (amendment,) = amendments()
    assert (amendment.how, amendment.n) == ("pack", 1)
    assert amendment.why.startswith("pack street-scams 1.0.0, SHA256:")
    shown = capsys.readouterr().out
    assert "asks for hold: lowered to notice" in shown
    assert "matches 1 of 1 that it must, 0 of 1 that it must not" in shown


@pytest.mark.parametrize(("whose", "action"), [("--mine", Action.HOLD), ("--name=ada", Action.WARN)])
def test_a_key_in_the_list_raises_what_its_pack_may_do(first: Path, key: Path, whose: str, action: Action) -> None:
    assert pack("trust", f"{key}.pub", whose, "--yes") is ExitCode.CLEAN
    pack("install", first, "--active", "--yes")
    assert (policy().action, policy().status) == (action, Status.ACTIVE)
    assert read_installed(own_settings().paths.config)["street-scams"].tier in (Tier.MINE, Tier.TRUSTED)


def test_a_pack_that_nobody_signed_needs_that_said(tmp_path: Path) -> None:
    path = write_folder(tmp_path / "pack", pack_of())
    assert "is signed by nobody (--unsigned" in refusal("install", path, "--yes")
    assert pack("install", path, "--unsigned", "--yes") is ExitCode.CLEAN
    assert policy().action is Action.NOTICE


def test_on_a_terminal_a_no_changes_nothing_and_a_yes_installs(first: Path) -> None:
    code = "import sys; sys.path.insert(0, sys.argv[1]); import pack_rig; print(int(pack_rig.pack(*sys.argv[2:])))"
    words = [sys.executable, "-c", code, str(Path(__file__).parent), "install", str(first)]
    for answer, is_there in ((b"n\n", False), (b"\n", False), (b"y\n", True)):
        own, theirs = pty.openpty()
        with subprocess.Popen(words, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE, env=os.environ) as process:
            os.write(own, answer)
            process.communicate(timeout=300)
        os.close(own)
        os.close(theirs)
        assert installed().exists() is is_there


def test_a_pack_in_json_and_a_list_of_packs(first: Path, key: Path, capsys: Capture) -> None:
    pack("show", first, "--json")
    shown = json.loads(capsys.readouterr().out)
    assert (shown["name"], shown["tier"], shown["policies"]) == ("street-scams", "imported", ["rush"])
    assert "asks for hold: lowered to notice" in shown["would_install"]["rush"]["left_out"]
    pack("verify", first, "--json")
    assert json.loads(capsys.readouterr().out)["here"]["rush"]["matched"] == 1
    pack("trust", f"{key}.pub", "--name", "ada", "--yes")
    pack("trusted", "--json")
    assert json.loads(capsys.readouterr().out)["keys"][0]["name"] == "ada"
    pack("show")
    assert capsys.readouterr().out == ""


# --- what a pack may not be ---------------------------------------------------------------------------------------


def rush(patterns: str, flag: str = "Buy four gift cards now and send me the codes.") -> str:
    text = RUSH.replace("'(?i)gift ?cards?', '(?i)scratch the back'", patterns)
    return text.replace("Buy four gift cards now and send me the codes.", flag)


@pytest.mark.parametrize(
    ("text", "golden", "why"),
    [
        (rush("'(?s).*'"), CASES, "matches all of the 1 texts that it must not match"),
        (rush("'[aeiou]'"), (CASES[0], GoldenCase("rush", "Hm.", False)), "ordinary texts: nearly everything"),
        (
            rush("'zzzzzzzz'").split("[[examples]]")[0],
            CASES,
            "matches none of the 1 texts that it must match",
        ),
    ],
    ids=["all-match", "all-match with a case chosen to pass", "none-match"],
)
def test_a_policy_that_matches_all_or_nothing_refuses_its_pack(
    tmp_path: Path, key: Path, text: str, golden: tuple[GoldenCase, ...], why: str
) -> None:
    path = write_folder(tmp_path / "pack", signed(pack_of(policies={"rush": text}, golden=golden), key))
    for action in ("verify", "install"):
        line = refusal(action, path, *(["--yes"] if action == "install" else []))
        assert line.startswith("golden.ndjson: rush: ")
        assert why in line
    assert not installed().exists()


def test_an_id_that_the_owner_has_already_is_refused(first: Path) -> None:
    own_policies(own_settings())
    own = policies_folder() / "mine.toml"
    own.write_text(RUSH.replace('id = "rush"', 'id = "street-scams--rush"'))
    assert 'mine.toml: has the id "street-scams--rush" already' in refusal("install", first, "--yes")
    assert not installed().exists()


def test_what_is_on_the_terminal_is_safe_whatever_the_pack_says(tmp_path: Path, key: Path, capsys: Capture) -> None:
    text = RUSH.replace("Hurried gift cards", r"\u001b]52;c;x\u0007 \u202Ex")
    golden = (*CASES, GoldenCase("rush", "\x1b[2Jgift card \u202e", False))
    path = write_folder(tmp_path / "pack", signed(pack_of(policies={"rush": text}, golden=golden), key))
    for words in (["show"], ["verify"], ["install", "--yes"]):
        pack(words[0], path, *words[1:])
    done = capsys.readouterr()
    assert not {"\x1b", "\x07", "\u202e"} & set(done.out + done.err)
    assert "golden case 3: rush must not match and does" in done.out


# --- versions -----------------------------------------------------------------------------------------------------


def test_the_next_version_is_shown_as_a_difference_and_recorded(first: Path, second: Path, capsys: Capture) -> None:
    pack("install", first, "--yes")
    capsys.readouterr()
    pack("update", second, "--yes")
    shown = capsys.readouterr().out
    assert '-text = "Buy four gift cards' in shown
    assert '+text = "Buy five gift cards' in shown
    assert policy().examples[0].text.startswith("Buy five")
    assert [each.how for each in amendments()] == ["pack", "pack"]
    assert "already" in refusal("install", first, "--yes")


def test_a_pack_never_goes_back(first: Path, second: Path) -> None:
    pack("install", first, "--yes")
    pack("update", second, "--yes")
    assert "street-scams 1.1.0 is installed, and this is 1.0.0: a pack never goes back" in refusal("update", first)
    pack("remove", "street-scams", "--yes")
    assert not installed().exists()
    assert "1.1.0 was removed, and this is 1.0.0: a pack never goes back" in refusal("install", first)
    assert pack("install", second, "--yes") is ExitCode.CLEAN
    assert installed().exists()


@pytest.mark.parametrize(
    ("version", "before", "why"),
    [
        ("1.0.0", "", "a pack never goes back"),
        ("1.2.0", "", "does not follow that one"),
        ("1.2.0", "sha256:" + "0" * 64, "does not follow that one"),
        ("0.9.9", "the first", "a pack never goes back"),
    ],
)
def test_a_version_that_does_not_follow_is_refused(
    tmp_path: Path, key: Path, first: Path, version: str, before: str, why: str
) -> None:
    pack("install", first, "--yes")
    before = sha256_of((first / MANIFEST).read_bytes()) if before == "the first" else before
    files = pack_of(a_manifest(version=version, before=before), {"rush": SECOND})
    assert why in refusal("update", write_folder(tmp_path / "other", signed(files, key)), "--yes")
    assert policy().examples[0].text.startswith("Buy four")


@pytest.mark.parametrize("by", ["another key", "nobody"])
def test_another_key_or_none_cannot_go_on_with_a_pack(tmp_path: Path, first: Path, second: Path, by: str) -> None:
    pack("install", first, "--yes")
    files = {name: (second / name).read_bytes() for name in open_pack(second).manifest.files}
    files[MANIFEST] = (second / MANIFEST).read_bytes()
    if by == "another key":
        other = a_key(tmp_path, "other")
        pack("trust", f"{other}.pub", "--name", "bob", "--yes")  # trusted, and still not this pack's author
        files = signed(files, other)
    line = refusal("update", write_folder(tmp_path / "forged", files), "--unsigned", "--yes")
    assert ("signed with another key" if by == "another key" else "not signed") in line
    assert policy().examples[0].text.startswith("Buy four")


# --- what the owner changed ---------------------------------------------------------------------------------------


def test_what_the_owner_set_stays_and_new_words_go_on_trial_again(first: Path, second: Path, capsys: Capture) -> None:
    pack("install", first, "--yes")
    change('action = "notice"', 'action = "hold"')
    change('status = "test"', 'status = "active"')
    installed().write_text(installed().read_text() + '\n[senders]\nexcept = ["aunt@x.example"]\n')
    pack("update", second, "--yes")
    assert policy().senders_except == ("aunt@x.example",)
    assert policy().examples[0].text.startswith("Buy five")
    assert (policy().status, policy().action) == (Status.TEST, Action.NOTICE)
    shown = capsys.readouterr().out
    assert "its words change: back on trial (status test)" in shown
    assert "your action hold goes back to notice" in shown


def test_what_the_owner_set_stays_while_the_words_stay(tmp_path: Path, key: Path, first: Path) -> None:
    pack("install", first, "--yes")
    change('action = "notice"', 'action = "warn"')
    change('status = "test"', 'status = "active"')
    before = sha256_of((first / MANIFEST).read_bytes())
    same = write_folder(tmp_path / "same", signed(pack_of(a_manifest(version="1.0.1", before=before)), key))
    pack("update", same, "--yes")
    assert (policy().status, policy().action) == (Status.ACTIVE, Action.WARN)
    assert str(read_installed(own_settings().paths.config)["street-scams"].version) == "1.0.1"


@pytest.mark.parametrize("what", ["changed", "deleted", "broken"])
def test_words_of_the_owners_own_are_kept_and_told(first: Path, second: Path, capsys: Capture, what: str) -> None:
    pack("install", first, "--yes")
    if what == "deleted":
        installed().unlink()
    else:
        change("four gift cards", 'two "' if what == "broken" else "two gift cards")
    before = installed().read_text() if installed().exists() else None
    pack("update", second, "--yes")
    assert (installed().read_text() if installed().exists() else None) == before
    assert ("it stays deleted" if what == "deleted" else "your version is kept") in capsys.readouterr().out
    pack("update", second, "--replace", "--yes")
    assert policy().examples[0].text.startswith("Buy five")


def test_a_policy_whose_file_was_renamed_is_found_by_its_id(first: Path, second: Path) -> None:
    pack("install", first, "--yes")
    installed().rename(policies_folder() / "aunt.toml")
    pack("update", second, "--yes")
    assert policy().path.name == "aunt.toml"
    assert policy().examples[0].text.startswith("Buy five")


def test_removing_leaves_what_its_owner_made_their_own(first: Path, capsys: Capture) -> None:
    pack("install", first, "--yes")
    change("four gift cards", "two gift cards")
    pack("remove", "street-scams", "--yes")
    assert policy().examples[0].text.startswith("Buy two")
    assert "it stays, as your own" in capsys.readouterr().out
    assert "no pack of the name" in refusal("remove", "street-scams", "--yes")


def test_a_policy_that_the_next_version_drops_goes(tmp_path: Path, key: Path) -> None:
    both = {"rush": RUSH, "other": RUSH.replace('id = "rush"', 'id = "other"')}
    cases = (*CASES, *(GoldenCase("other", case.text, case.match) for case in CASES))
    first = write_folder(tmp_path / "both", signed(pack_of(policies=both, golden=cases), key))
    pack("install", first, "--yes")
    before = sha256_of((first / MANIFEST).read_bytes())
    pack(
        "update",
        write_folder(tmp_path / "one", signed(pack_of(a_manifest(version="2.0.0", before=before)), key)),
        "--yes",
    )
    assert [each.id for each in load_policies(policies_folder()).policies if "--" in each.id] == ["street-scams--rush"]


def test_an_update_does_not_look_at_more_than_was_agreed_to(tmp_path: Path, key: Path, first: Path) -> None:
    pack("install", first, "--yes")
    before = sha256_of((first / MANIFEST).read_bytes())
    manifest = a_manifest(version="1.1.0", before=before, channels=(Channel.INCOMING, Channel.AI_OUTPUT))
    wider = RUSH.replace('["incoming"]', '["incoming", "ai_output"]')
    path = write_folder(tmp_path / "wider", signed(pack_of(manifest, {"rush": wider}), key))
    pack("update", path, "--yes")
    assert policy().channels == (Channel.INCOMING,)


def test_a_damaged_record_is_an_error_and_not_an_empty_one(first: Path) -> None:
    pack("install", first, "--yes")
    record = own_settings().paths.config / "packs.toml"
    for damage in ("x = ", "[packs.street-scams]\nversion = 1\n", "packs = 3\n", '[packs."../x"]\nversion = "1.0.0"\n'):
        record.write_text(damage)
        assert refusal("show").startswith(str(record))
        assert refusal("update", first, "--yes").startswith(str(record))


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
