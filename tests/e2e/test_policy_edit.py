"""`guardian policy new`, `edit` and `check` as an owner meets them: on a terminal, with an editor of their own."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from terminal_rig import Terminal, on_terminal

Run = Callable[..., subprocess.CompletedProcess[bytes]]
ASK = "(d)iscard?"
EDIT = ("-m", "guardian", "policy", "edit")
POLICY = """\
id = "rush"
title = "Rush"
why = "Once was enough."
since = 2026-11-21
channels = ["incoming"]
action = "warn"

[match]
patterns = ['hurry']
"""


@pytest.fixture
def home(guardian_home: Path) -> Path:
    """A home with one policy of the owner's."""
    folder = guardian_home / "config" / "policies"
    folder.mkdir(parents=True, mode=0o700)
    (folder / ".starter-policies-installed").touch()
    (folder / "rush.toml").write_text(POLICY, encoding="utf-8")
    (folder / "rush.toml").chmod(0o600)
    return guardian_home


def _editor(home: Path, *steps: str) -> str:
    """An editor that does the next of these shell steps each time; `$1` is the file."""
    counter = home / "rounds"
    cases = "\n".join(f"{number}) {step} ;;" for number, step in enumerate(steps, start=1))
    script = home / "editor"
    script.write_text(f'#!/bin/sh\necho >> "{counter}"\ncase $(wc -l < "{counter}") in\n{cases}\nesac\n')
    script.chmod(0o700)
    return str(script)


@contextmanager
def _editing(home: Path, *steps: str, policy: str = "rush") -> Iterator[Terminal]:
    with on_terminal([*EDIT, policy], env={"EDITOR": _editor(home, *steps), "VISUAL": ""}) as terminal:
        yield terminal


def _text(home: Path) -> str:
    return (home / "config" / "policies" / "rush.toml").read_text(encoding="utf-8")


def _history(run_guardian: Run) -> list[dict[str, object]]:
    found = run_guardian("policy", "history", "rush", "--json")
    assert found.returncode == 0, found.stderr
    return list(json.loads(found.stdout)["amendments"])


@pytest.mark.long
def test_a_kept_edit_is_shown_first_and_in_force_with_its_reason(home: Path, run_guardian: Run) -> None:
    with _editing(home, 'sed -i s/hurry/rush/ "$1"') as terminal:
        shown = terminal.wait_for(ASK)
        assert _text(home) == POLICY, "nothing takes force before the owner says so"
        terminal.type("k")
        terminal.wait_for("why?")
        terminal.type("hurry was too wide")
        assert terminal.end() == 0, terminal.shown
    for words in ("-patterns = ['hurry']", "+patterns = ['rush']", "preview of rush"):
        assert words in shown
    assert "rush: in force" in terminal.shown
    assert _text(home) == POLICY.replace("hurry", "rush")
    latest = _history(run_guardian)[-1]
    assert (latest["n"], latest["how"], latest["why"]) == (2, "amended", "hurry was too wide")
    assert isinstance(latest["preview"], dict)


@pytest.mark.slow
def test_without_a_reason_the_change_counts_and_is_asked_for_later(home: Path, run_guardian: Run) -> None:
    with _editing(home, 'sed -i s/hurry/rush/ "$1"') as terminal:
        terminal.wait_for(ASK)
        terminal.type("keep")
        terminal.wait_for("why?")
        terminal.type("")
        assert terminal.end() == 0, terminal.shown
    latest = _history(run_guardian)[-1]
    assert (latest["n"], latest["how"], latest["why"]) == (2, "edited", "")


def test_a_broken_text_can_not_be_kept_and_is_not_lost(home: Path) -> None:
    with _editing(home, "sed -i 's/warn/wran/' \"$1\"", "sed -i 's/wran/notice/' \"$1\"") as terminal:
        shown = terminal.wait_for(ASK)
        assert 'rush.toml:6:10: error: "action" must be one of log, notice, warn, hold' in shown
        assert "(k)eep" not in shown
        terminal.type("k")
        terminal.wait_for(ASK)
        assert _text(home) == POLICY
        terminal.type("e")
        assert "(k)eep" in terminal.wait_for(ASK)
        terminal.type("k")
        terminal.wait_for("why?")
        terminal.type("softer")
        assert terminal.end() == 0, terminal.shown
    assert _text(home) == POLICY.replace("warn", "notice")


@pytest.mark.long
@pytest.mark.parametrize("answer", ["d", pytest.param("DISCARD", marks=pytest.mark.slow)])
def test_a_discarded_edit_leaves_the_file_as_it_was(home: Path, answer: str, run_guardian: Run) -> None:
    with _editing(home, 'sed -i s/hurry/rush/ "$1"') as terminal:
        terminal.wait_for(ASK)
        terminal.type(answer)
        assert terminal.end() == 0
    assert "discarded; its file is as it was" in terminal.shown
    assert _text(home) == POLICY
    assert len(_history(run_guardian)) == 1


@pytest.mark.parametrize("key", ["\x04", pytest.param("\x03", marks=pytest.mark.slow)])
def test_what_was_written_is_not_lost_where_nobody_answers(home: Path, key: str) -> None:
    with _editing(home, 'sed -i s/hurry/rush/ "$1"') as terminal:
        terminal.wait_for(ASK)
        terminal.type(key)
        assert terminal.end() == (2 if key == "\x04" else 130), terminal.shown
    (kept,) = home.glob("run/unsaved-*/rush.toml")
    assert str(kept) in terminal.shown
    assert kept.read_text(encoding="utf-8") == POLICY.replace("hurry", "rush")
    assert _text(home) == POLICY
    assert kept.stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_an_id_stays_what_it_is(home: Path) -> None:
    with _editing(home, 'sed -i \'s/id = "rush"/id = "other"/\' "$1"') as terminal:
        assert 'rush.toml:1:6: error: "id" must stay rush [other-id]' in terminal.wait_for(ASK)
        terminal.type("d")
        assert terminal.end() == 0


@pytest.mark.slow
def test_what_somebody_else_wrote_meanwhile_is_shown_and_never_lost(home: Path, run_guardian: Run) -> None:
    with _editing(home, 'sed -i s/hurry/rush/ "$1"') as terminal:
        terminal.wait_for(ASK)
        (home / "config" / "policies" / "rush.toml").write_text(POLICY.replace("hurry", "quick"), encoding="utf-8")
        terminal.type("k")
        shown = terminal.wait_for(ASK)
        assert "was changed meanwhile" in shown
        assert "+patterns = ['quick']" in shown
        terminal.type("o")
        terminal.wait_for("why?")
        terminal.type("mine is right")
        assert terminal.end() == 0, terminal.shown
    assert _text(home) == POLICY.replace("hurry", "rush")
    assert [each["n"] for each in _history(run_guardian)] == [1, 2, 3], "the other's version stands in the history"


def test_the_copy_is_private_and_gone_afterwards(home: Path) -> None:
    seen = home / "seen"
    with _editing(home, f'stat -c "%a %n" "$1" "$(dirname "$1")" > {seen}; ls "$(dirname "$1")" >> {seen}') as terminal:
        assert terminal.end() == 0
    assert "nothing was changed" in terminal.shown
    file, folder, *names = seen.read_text().split("\n")
    assert file.startswith("600 ")
    assert file.endswith("/rush.toml")
    assert folder.startswith(f"700 {home}")
    assert names[:2] == ["policy.schema.json", "rush.toml"]
    assert list((home / "run").iterdir()) == []


@pytest.mark.parametrize(
    ("step", "line"),
    [
        ("exit 3", "guardian: the editor ended with status 3, so rush stays as it is"),
        ("kill -9 $$", "guardian: the editor was ended by SIGKILL, so rush stays as it is"),
    ],
)
def test_an_editor_that_fails_is_one_line(home: Path, step: str, line: str) -> None:
    with _editing(home, step) as terminal:
        assert terminal.end() == 2
    assert terminal.shown.strip().splitlines() == [line]
    assert _text(home) == POLICY


@pytest.mark.slow
def test_what_a_crashed_editor_had_saved_is_not_lost_and_the_terminal_is_mended(home: Path) -> None:
    with _editing(home, 'sed -i s/hurry/rush/ "$1"; stty raw -echo; kill -9 $$') as terminal:
        shown = terminal.wait_for(ASK)
        assert "the editor was ended by SIGKILL; this is what it had saved" in shown
        terminal.type("k")
        terminal.wait_for("why?")
        terminal.type("the editor fell over")
        assert terminal.end() == 0, terminal.shown
    assert _text(home) == POLICY.replace("hurry", "rush")


@pytest.mark.slow
def test_ctrl_c_in_the_editor_is_the_editors(home: Path) -> None:
    """It reaches the whole foreground group; Guardian is still there afterwards."""
    step = 'trap \'sed -i s/hurry/rush/ "$1"; exit 0\' INT; touch "$HERE"; while :; do sleep 0.1; done'
    here = home / "here"
    env = {"EDITOR": _editor(home, step), "VISUAL": "", "HERE": str(here)}
    with on_terminal([*EDIT, "rush"], env=env) as terminal:
        give_up = time.monotonic() + 60
        while not here.exists() and time.monotonic() < give_up:
            time.sleep(0.05)
        os.killpg(terminal.process.pid, signal.SIGINT)
        terminal.wait_for(ASK)
        terminal.type("d")
        assert terminal.end() == 0


@pytest.mark.parametrize(
    ("env", "line"),
    [
        (
            {"VISUAL": "/not/there -w"},
            "guardian: the editor of VISUAL is not there: /not/there -w (set VISUAL or EDITOR to yours)",
        ),
        (
            {"VISUAL": "'", "EDITOR": "ed"},
            "guardian: VISUAL can't be read: no closing quotation (set VISUAL or EDITOR to yours)",
        ),
        (
            {"VISUAL": "", "EDITOR": "", "PATH": "/nowhere"},
            "guardian: there is no editor here (set VISUAL or EDITOR to yours)",
        ),
    ],
)
def test_without_an_editor_one_line_says_how_to_name_one(home: Path, env: dict[str, str], line: str) -> None:
    with on_terminal([*EDIT, "rush"], env=env) as terminal:
        assert terminal.end() == 2
    assert " ".join(terminal.shown.split()) == line


def test_without_a_terminal_one_line_says_what_to_do(home: Path, run_guardian: Run) -> None:
    found = run_guardian("policy", "edit", "rush")
    assert found.returncode == 2
    words = b"guardian: policy edit needs a terminal (change the file itself, then guardian policy amend rush)\n"
    assert found.stderr == words


@pytest.mark.slow
def test_a_broken_file_can_be_mended_by_editing_it(home: Path) -> None:
    path = home / "config" / "policies" / "rush.toml"
    path.write_text(POLICY.replace('"warn"', "warn"), encoding="utf-8")
    with _editing(home, 'sed -i \'s/= warn/= "warn"/; s/hurry/rush/\' "$1"') as terminal:
        terminal.wait_for(ASK)
        terminal.type("k")
        terminal.wait_for("why?")
        terminal.type("a quote was missing")
        assert terminal.end() == 0, terminal.shown
    assert _text(home) == POLICY.replace("hurry", "rush")


# A new policy


def test_four_answers_make_a_policy(home: Path) -> None:
    with on_terminal(["-m", "guardian", "policy", "new"]) as terminal:
        terminal.wait_for("1/4")
        terminal.type("People write that I won something and must pay a fee first. It happened twice.")
        terminal.wait_for("2/4")
        terminal.type("You won!\n\nPay the 20 euro fee today, and the prize is yours.\n")
        terminal.wait_for("3/4")
        terminal.type("You won the raffle at the fair, the ham is at the desk.\n")
        terminal.wait_for("4/4")
        terminal.type("x")
        terminal.wait_for("(n)otice, (W)arn:")
        terminal.type("n")
        assert terminal.end() == 0, terminal.shown
    (path,) = (home / "config" / "policies").glob("people*.toml")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text(encoding="utf-8")
    assert text.startswith("#:schema policy.schema.json\n")
    for line in (
        'why = "People write that I won something and must pay a fee first. It happened twice."',
        "You won!\n\nPay the 20 euro fee today, and the prize is yours.'''",
        'action = "notice"',
        'status = "test"',
    ):
        assert line in text
    assert (path.parent / "policy.schema.json").is_file()
    assert "1 pass, 1 unproven" in terminal.shown or "2 pass" in terminal.shown


@pytest.mark.slow
def test_giving_up_writes_nothing(home: Path) -> None:
    with on_terminal(["-m", "guardian", "policy", "new"]) as terminal:
        terminal.wait_for("1/4")
        terminal.type("Something happened.")
        terminal.wait_for("2/4")
        terminal.type("\x04")
        assert terminal.end() == 2
    assert "no policy was written: an answer is missing" in terminal.shown
    assert [path.name for path in (home / "config" / "policies").glob("*.toml")] == ["rush.toml"]


@pytest.mark.slow
def test_options_make_one_without_a_question_and_nothing_is_ever_replaced(home: Path, run_guardian: Run) -> None:
    words = ("policy", "new", "--title", "Rush", "--why", "Because.", "--example", "Hurry up!", "--channel", "both")
    for number in ("2", "3"):
        found = run_guardian(*words)
        assert found.returncode == 0, found.stderr
        path = home / "config" / "policies" / f"rush-{number}.toml"
        assert found.stdout.decode().splitlines()[0] == f"wrote {path}"
        assert 'channels = ["incoming", "ai_output"]' in path.read_text(encoding="utf-8")
    assert _text(home) == POLICY
    rows = json.loads(run_guardian("policy", "history", "--json").stdout)["amendments"]
    assert [(row["policy"], row["why"]) for row in rows[1:]] == [("rush-2", "Because."), ("rush-3", "Because.")]


@pytest.mark.slow
def test_what_is_missing_is_named_where_nobody_can_be_asked(home: Path, run_guardian: Run) -> None:
    found = run_guardian("policy", "new", "--title", "x")
    assert found.returncode == 2
    assert b"a policy needs --why TEXT and --example TEXT (or --from SEQ)" in found.stderr


@pytest.mark.slow
def test_a_flagged_message_starts_a_policy(home: Path, run_guardian: Run) -> None:
    message = "Please hurry: buy 4 gift cards now, tell nobody, and text me the codes."
    assert run_guardian("filter", "--check", stdin=message.encode()).returncode == 1
    rows = run_guardian("journal", "list", "--json", "~k verdict").stdout.splitlines()
    seq = json.loads(rows[-1])["seq"]
    found = run_guardian("policy", "new", "--from", str(seq))
    assert found.returncode == 0, found.stderr
    path = Path(found.stdout.decode().splitlines()[0].removeprefix("wrote "))
    assert f'text = "{message}"' in path.read_text(encoding="utf-8")
    assert f"the text of record {seq} stands in that file now, in clear" in found.stderr.decode()
    checked = run_guardian("policy", "check", str(path), "--json")
    assert checked.returncode == 0, checked.stdout


@pytest.mark.slow
def test_a_record_that_is_no_verdict_starts_nothing(home: Path, run_guardian: Run) -> None:
    assert run_guardian("filter", "--check", stdin=b"Please hurry.").returncode == 1
    found = run_guardian("policy", "new", "--from", "0")
    assert found.returncode == 2
    assert b"record 0 is no verdict" in found.stderr


# Checks with the model


@pytest.mark.long
def test_check_tries_examples_and_says_what_it_left_out(home: Path, run_guardian: Run) -> None:
    path = home / "config" / "policies" / "odd.toml"
    examples = '\n[[examples]]\ntext = "Please hurry, dear."\nflag = false\n'
    path.write_text(POLICY.replace('"rush"', '"odd"') + examples, encoding="utf-8")
    path.chmod(0o600)
    found = json.loads(run_guardian("policy", "check", "--json").stdout)
    assert [(each["code"], each["line"]) for each in found["problems"]] == [("example-fails", 12)]
    assert found["left_out"] == []
    without = run_guardian("policy", "check", "--no-model")
    assert without.returncode == 0
    assert without.stdout == b""
    assert b"not checked: how their examples fare" in without.stderr


@pytest.mark.slow
def test_without_a_model_the_checks_that_need_it_are_left_out_and_named(home: Path, run_guardian: Run) -> None:
    path = home / "config" / "policies" / "rush.toml"
    path.write_text(POLICY + '\n[[examples]]\ntext = "Please hurry."\nflag = true\n', encoding="utf-8")
    empty = home / "no-model"
    empty.mkdir()
    found = run_guardian("policy", "check", env={"GUARDIAN_MODEL_DIR": str(empty)})
    assert found.returncode == 0
    assert found.stderr.count(b"not checked: ") == 2
