"""A pack comes in as its owner agrees: shown whole, asked, on trial, told; through the real gate."""

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
    amendments,
    installed,
    own_settings,
    pack,
    pack_of,
    policies_folder,
    policy,
    refusal,
    signed,
    write_folder,
)

from guardian.commands.policy_actions.own import own_policies
from guardian.errors import UsageError
from guardian.exits import ExitCode
from guardian.packs.base import Tier
from guardian.packs.golden import GoldenCase
from guardian.packs.installed import read_installed
from guardian.policy.base import Status
from guardian.verdict import Action

pytestmark = pytest.mark.usefixtures("shared_cell")
Capture = pytest.CaptureFixture[str]
Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


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


@pytest.mark.long
def test_on_a_terminal_a_no_changes_nothing_and_a_yes_installs(first: Path) -> None:
    code = "import sys; sys.path.insert(0, sys.argv[1]); import pack_rig; print(int(pack_rig.pack(*sys.argv[2:])))"
    words = [sys.executable, "-c", code, str(Path(__file__).parent), "install", str(first)]
    for answer, is_there in ((b"\n", False), (b"y\n", True)):
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


@pytest.mark.long
def test_a_pack_cannot_crowd_out_what_the_owner_has(tmp_path: Path, key: Path) -> None:
    own_policies(own_settings())
    for number in range(5):
        text = RUSH.replace('id = "rush"', f'id = "z{number}"') + "".join(
            f'[[examples]]\ntext = "{number} {example}"\nflag = false\n' for example in range(1_900)
        )
        (policies_folder() / f"z{number}.toml").write_text(text)
    more = "".join(f'[[examples]]\ntext = "x {example}"\nflag = false\n' for example in range(900))
    path = write_folder(tmp_path / "pack", signed(pack_of(policies={"rush": RUSH + more}), key))
    assert "your policies would have more than 10,000 examples" in refusal("install", path, "--yes")
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


@pytest.mark.long
def test_the_program_answers_a_hostile_pack_with_one_line(tmp_path: Path, run_guardian: Run) -> None:
    path = tmp_path / "pack.zip"
    path.write_bytes(b"PK\x03\x04 \x1b[2J")
    for words in (["verify"], ["show"], ["install", "--yes"]):
        done = run_guardian("pack", words[0], str(path), *words[1:])
        assert (done.returncode, done.stdout) == (2, b"")
        assert done.stderr.decode() == f"guardian: {path}: the archive: is cut off\n"
    assert run_guardian("pack", "show").returncode == 0
