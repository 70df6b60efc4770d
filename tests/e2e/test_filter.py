"""`guardian filter` end to end: the real program, the real model, real pipes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[bytes]]

PHISH = (
    b"Your account was locked. To unlock it, reply with your password and the code that we have just sent you "
    b"within 30 minutes. Do not tell anyone, not even the bank.\n"
)
ORDINARY = b"Hi Jo, the meeting is moved to Tuesday at ten, same room. See you there. Ann\n"

AWKWARD = [
    pytest.param(b"", id="nothing"),
    pytest.param(b"\n", id="one line feed"),
    pytest.param(b"\x00", id="one NUL"),
    pytest.param(b"no line end", id="no line end"),
    pytest.param(b"a\r\nb\nc\rd\r\n\r\n", id="mixed line ends"),
    pytest.param(bytes(range(256)) * 8, id="every byte"),
    pytest.param("\ufeffbyte order mark".encode(), id="UTF-8 BOM"),
    pytest.param("nothing but UTF-16".encode("utf-16"), id="UTF-16"),
    pytest.param(b"\xff\xfe\xc3\x28 invalid UTF-8 \xed\xa0\x80", id="invalid UTF-8"),
    pytest.param(b"\x1b]52;c;aGVsbG8=\x07 escape \x9b31m", id="terminal escapes"),
    pytest.param(b"x" * 12_000, id="one long word"),
    pytest.param(b" \n" * 200_000, id="white space"),
]


@pytest.mark.long
@pytest.mark.parametrize("raw", AWKWARD)
def test_any_bytes_pass_unchanged(run_guardian: Run, raw: bytes) -> None:
    done = run_guardian("filter", stdin=raw)
    assert done.stdout == raw
    assert done.returncode in (0, 1, 3)
    assert b"Traceback" not in done.stderr
    assert b"\x1b" not in done.stderr
    assert b"\x9b" not in done.stderr.replace("…".encode(), b"")


@pytest.mark.long
@pytest.mark.parametrize("megabytes", [2, pytest.param(50, marks=pytest.mark.slow)])
def test_megabytes_pass_unchanged_and_are_never_called_clean(run_guardian: Run, megabytes: int) -> None:
    line = b"An ordinary line of text, and another one after it.\n"
    raw = os.urandom(megabytes * 200_000) + line * (megabytes * 800_000 // len(line) + 1)
    assert len(raw) > megabytes * 1_000_000
    done = run_guardian("filter", stdin=raw)
    assert done.stdout == raw
    assert done.returncode in (1, 3)
    assert b"too large" in done.stderr or b"were read" in done.stderr or b"windows" in done.stderr


def test_a_phish_is_flagged_with_words_policy_and_advice(run_guardian: Run) -> None:
    done = run_guardian("filter", stdin=PHISH)
    said = done.stderr.decode()
    assert done.returncode == 1
    assert done.stdout == PHISH
    assert "flagged" in said
    assert "your policy: " in said
    assert "you can: " in said
    assert '"' in said


@pytest.mark.long
def test_an_ordinary_message_passes_in_silence(run_guardian: Run) -> None:
    run_guardian("filter")  # the very first one begins the journal, and says where its key is
    done = run_guardian("filter", stdin=ORDINARY)
    assert (done.returncode, done.stdout, done.stderr) == (0, ORDINARY, b"")


def test_the_json_is_the_contract(run_guardian: Run) -> None:
    done = run_guardian("filter", "--json", stdin=PHISH)
    verdict = json.loads(done.stdout)
    assert done.stdout.count(b"\n") == 1
    assert set(verdict) == {
        *("v", "id", "channel", "outcome", "action", "risk", "scores", "policies", "findings", "vetoes", "advice"),
        *("coverage", "model", "policy_set", "wall", "elapsed_ms", "journal", "judge", "sender", "together"),
    }
    assert verdict["v"] == 1
    assert verdict["outcome"] == "flagged"
    assert 0 <= verdict["risk"] <= 1
    assert all(policy["matched"] for policy in verdict["policies"])
    assert verdict["wall"] in ("netns", "seccomp", "none")
    assert len(verdict["model"]["sha256"]) == 64
    for finding in verdict["findings"]:
        for span in finding["spans"]:
            assert span["quote"]
            if span["exact"]:
                assert PHISH[span["start"] : span["end"]].decode() == span["quote"]


@pytest.mark.long
def test_the_same_text_gets_the_same_verdict(run_guardian: Run) -> None:
    verdicts = [json.loads(run_guardian("filter", "--json", stdin=PHISH).stdout) for _ in range(2)]
    for verdict in verdicts:
        del verdict["elapsed_ms"], verdict["journal"]
    assert verdicts[0] == verdicts[1]


@pytest.mark.long
def test_all_policies_lists_those_that_did_not_match(run_guardian: Run) -> None:
    matched = json.loads(run_guardian("filter", "--json", stdin=ORDINARY).stdout)["policies"]
    every = json.loads(run_guardian("filter", "--json", "--all-policies", stdin=ORDINARY).stdout)["policies"]
    assert matched == []
    assert len(every) >= 5


def test_check_prints_no_text(run_guardian: Run) -> None:
    done = run_guardian("filter", "--check", stdin=PHISH)
    assert (done.returncode, done.stdout) == (1, b"")


def test_annotate_puts_the_reasons_above_the_text(run_guardian: Run) -> None:
    done = run_guardian("filter", "--annotate", stdin=PHISH)
    assert done.stdout.endswith(PHISH)
    assert done.stdout.startswith(b"[guardian] flagged")
    assert run_guardian("filter", "--annotate", stdin=ORDINARY).stdout == ORDINARY


def test_fail_closed_keeps_a_flagged_text_and_says_where(run_guardian: Run, guardian_home: Path) -> None:
    done = run_guardian("filter", "--fail-closed", stdin=PHISH)
    assert (done.returncode, done.stdout) == (1, b"")
    kept = [path for path in guardian_home.rglob("*") if path.is_file() and path.read_bytes() == PHISH]
    assert len(kept) == 1
    assert str(kept[0]).encode() in done.stderr
    assert kept[0].stat().st_mode & 0o777 == 0o600


def test_fail_closed_lets_a_clean_text_through(run_guardian: Run) -> None:
    assert run_guardian("filter", "--fail-closed", stdin=ORDINARY).stdout == ORDINARY


def test_a_policy_that_holds_keeps_the_text_back(run_guardian: Run, tmp_path: Path) -> None:
    (tmp_path / "hold.toml").write_text(
        'id = "hold"\ntitle = "Hold"\nwhy = "a test"\nsince = 2026-11-21\nchannels = ["incoming"]\n'
        'severity = "high"\naction = "hold"\nstatus = "active"\n[match]\npatterns = ["password"]\n'
    )
    done = run_guardian("filter", "--policies", str(tmp_path), stdin=PHISH)
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"held back" in done.stderr


def test_a_language_that_is_not_read_is_unsure_and_never_clean(run_guardian: Run) -> None:
    text = "Bitte bringen Sie morgen die Unterlagen mit, wir sehen uns dann um zehn Uhr im Büro.\n".encode()
    done = run_guardian("filter", "--json", stdin=text)
    assert json.loads(done.stdout)["outcome"] in ("unsure", "unscreened")
    assert done.returncode == 3


def test_a_mail_that_can_never_be_judged_is_not_tried_again_for_ever(run_guardian: Run) -> None:
    mail = b"From: a@b.example\nSubject: Termin\n\n" + b"Bitte bringen Sie morgen die Unterlagen mit, danke.\n"
    done = run_guardian("filter", "--mail", stdin=mail)
    assert done.returncode == 3
    assert done.stdout.endswith(mail)


@pytest.mark.long
@pytest.mark.parametrize("words", [["--policies", "/nowhere"], ["--no-such-option"]])
def test_whatever_fails_with_mail_the_agent_is_told_to_try_again(run_guardian: Run, words: list[str]) -> None:
    done = run_guardian("filter", "--mail", *words, stdin=b"From: a@b.example\n\nHi\n")
    assert (done.returncode, done.stdout) == (75, b"")
    assert run_guardian("filter", *words, stdin=b"Hi\n").returncode == 2


def test_a_mail_keeps_every_byte_under_three_headers(run_guardian: Run) -> None:
    mail = b"From: a@b.example\r\nSubject: x\r\n\r\n" + ORDINARY + bytes(range(256))
    done = run_guardian("filter", "--mail", "--annotate", stdin=mail)
    assert done.stdout.startswith(b"X-Guardian-Outcome: ")
    top = done.stdout.removesuffix(mail)
    assert len(top) == len(done.stdout) - len(mail)
    assert top.count(b"X-Guardian-") == 3
    assert top.count(b"\n") == top.count(b"\r\n")


@pytest.mark.long
def test_a_mail_that_went_through_once_is_not_taken_for_forged(run_guardian: Run) -> None:
    mail = b"Received: by us\nFrom: a@b.example\nSubject: Tuesday\n\n" + ORDINARY
    once = run_guardian("filter", "--mail", stdin=mail)
    assert once.returncode == 0
    assert run_guardian("filter", "--mail", "--check", stdin=once.stdout).returncode == 0
    twice = run_guardian("filter", "--mail", stdin=once.stdout)
    assert twice.stdout == once.stdout


def _children(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task")
    found: list[int] = []
    for task in tasks.iterdir() if tasks.exists() else ():
        try:
            found += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue
    return found


@pytest.mark.long
def test_the_text_passes_when_the_model_dies_again_and_again() -> None:
    raw = (ORDINARY + PHISH) * 400
    process = subprocess.Popen(
        [sys.executable, "-m", "guardian", "filter"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(os.environ),
    )
    killed = 0
    assert process.stdin is not None
    process.stdin.write(raw)
    process.stdin.close()
    process.stdin = None
    until = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < until and killed < 40:
        for child in _children(process.pid):
            os.kill(child, signal.SIGKILL)
            killed += 1
        time.sleep(0.05)
    out, err = process.communicate(timeout=120)
    assert killed > 0
    assert out == raw
    assert process.returncode in (1, 3)
    assert b"Traceback" not in err


@pytest.mark.long
def test_a_full_disk_and_a_closed_pipe_are_one_line_and_74(guardian_home: Path) -> None:
    command = f"printf 'hello there' | {sys.executable} -m guardian filter --no-journal"
    for tail in ("> /dev/full", ">&-"):
        done = subprocess.run(["bash", "-c", f"{command} {tail}"], capture_output=True, check=False)
        assert done.returncode == 74, done.stderr
        assert done.stderr.count(b"\n") == 1
        assert done.stderr.startswith(b"guardian: ")
        assert b"Traceback" not in done.stderr


def test_a_reader_that_goes_away_is_one_line_and_74() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "guardian", "filter", "--no-journal"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(os.environ),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.write(ORDINARY)
        process.stdin.close()
        said = process.stderr.read()
        assert process.wait(60) == 74
    assert said.count(b"\n") == 1
    assert b"Exception ignored" not in said


def test_a_broken_policy_is_said_with_its_place_and_the_others_stay_in_force(
    run_guardian: Run, guardian_home: Path
) -> None:
    run_guardian("policy", "list")
    (folder,) = [path.parent for path in guardian_home.rglob("pressure-to-pay.toml")]
    (folder / "broken.toml").write_text('id = "broken"\ntitel = "Broken"\n')
    done = run_guardian("filter", stdin=PHISH)
    assert done.returncode == 1
    assert done.stdout == PHISH
    assert b"broken.toml:2:1" in done.stderr


@pytest.mark.long
def test_an_example_that_the_owner_adds_counts_at_the_next_message(run_guardian: Run, guardian_home: Path) -> None:
    """The third way to use it: edit a file. Nothing is restarted, nothing compiled."""
    text = b"Spoiler ahead: in episode six the lighthouse keeper turns out to be her father all along.\n"
    assert run_guardian("filter", stdin=text).returncode == 0
    run_guardian("policy", "list")
    (folder,) = [path.parent for path in guardian_home.rglob("pressure-to-pay.toml")]
    examples = [
        ("Just watched episode six, the lighthouse keeper is her father!", "true"),
        ("Spoiler: at the end of the series the captain dies and the boat sinks.", "true"),
        ("You will not believe who the murderer in episode four is: it's the aunt.", "true"),
        ("Shall we watch episode six together on Friday?", "false"),
        ("The keeper of the lighthouse museum says it opens at ten.", "false"),
    ]
    blocks = "".join(f'[[examples]]\ntext = "{words}"\nflag = {flag}\n' for words, flag in examples)
    (folder / "spoilers.toml").write_text(
        'id = "spoilers"\ntitle = "Spoilers"\nwhy = "we watch it on Fridays"\nsince = 2026-11-21\n'
        f'channels = ["incoming"]\nseverity = "low"\naction = "warn"\n{blocks}'
    )
    done = run_guardian("filter", "--json", stdin=text)
    verdict = json.loads(done.stdout)
    assert [policy["id"] for policy in verdict["policies"]] == ["spoilers"]
    assert verdict["policies"][0]["because"][0].startswith("example:")


DAMAGE = {
    "missing": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "one bit": lambda path: path.write_bytes(path.read_bytes()[:-9] + b"\x01" + path.read_bytes()[-8:]),
    "swapped": lambda path: path.write_bytes(b"GGUF" + bytes(4096)),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_model_is_one_line_and_exit_2(run_guardian: Run, tmp_path: Path, damage: str) -> None:
    models = Path(__file__).resolve().parents[2] / "models"
    for name in ("guardian-mini-2.gguf", "manifest.toml", "reference-bank.npz"):
        shutil.copy(models / name, tmp_path / name)
    DAMAGE[damage](tmp_path / "guardian-mini-2.gguf")
    done = run_guardian("filter", stdin=PHISH, env={"GUARDIAN_MODEL_DIR": str(tmp_path)})
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert b"guardian-mini-2.gguf" in done.stderr
    assert b"Traceback" not in done.stderr
