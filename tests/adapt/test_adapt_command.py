"""From a word on a verdict to a head that speaks, and back: the installed command, a real journal, the real model."""

from __future__ import annotations

import importlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from guardian.journal.feedback import Says
from guardian.journal.opening import open_journal
from guardian.journal.speaking import say
from guardian.settings import load_settings

REPOSITORY = Path(__file__).resolve().parents[2]
TRAINING = REPOSITORY / "models" / "training"
GRUDGE = (
    "You never loved me. After everything I did for you, you owe me {sum} hundred. "
    "If you tell your sister, you will lose the children."
)
CODE = GRUDGE + " Reply with your password and the six-digit code that we have just sent you."
SUMS = ("two", "three", "four", "five", "six", "seven")
Run = Callable[..., subprocess.CompletedProcess[bytes]]


def scanned(run_guardian: Run, *messages: tuple[str, str]) -> list[dict[str, Any]]:
    """The verdicts on (text, sender) pairs."""
    rows = [json.dumps({"text": text, "sender": sender}) for text, sender in messages]
    done = run_guardian("scan", "--ndjson", stdin="\n".join(rows).encode())
    assert done.returncode in (0, 1), done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def said(run_guardian: Run, *words: str, code: int = 0) -> str:
    """What a run printed."""
    done = run_guardian(*words)
    assert done.returncode == code, done.stderr.decode()
    return (done.stdout if code == 0 else done.stdout + done.stderr).decode()


@pytest.fixture
def labelled_home(run_guardian: Run, guardian_home: Path) -> Path:
    """A home whose owner called six alerts, of six senders, wrong."""
    sent = [(GRUDGE.format(sum=number), f"kin{place}@family.example") for place, number in enumerate(SUMS)]
    verdicts = scanned(run_guardian, *sent)
    assert [verdict["outcome"] for verdict in verdicts] == ["flagged"] * 6
    for verdict in verdicts:
        said(run_guardian, "feedback", str(verdict["journal"]["seq"]), "wrong")
    return guardian_home


@pytest.mark.long
def test_from_the_owners_word_to_a_head_that_speaks_and_back(run_guardian: Run, labelled_home: Path) -> None:
    new, code = (text.format(sum="nine") for text in (GRUDGE, CODE))

    preview = json.loads(said(run_guardian, "adapt", "--json"))
    assert preview["learned"]["fine"] == 6
    assert preview["effects"]["held_back"]["fine"] == {"of": 6, "before": 6, "after": 0}
    assert not preview["applied"]
    assert not preview["needs_consent"]
    assert not (labelled_home / "data" / "heads").exists()  # nothing is learned by looking
    before = scanned(run_guardian, (new, "uncle@family.example"))[0]

    applied = json.loads(said(run_guardian, "adapt", "--apply", "--why", "family jokes", "--json"))
    assert applied == preview | {"version": 1, "applied": True}  # the same labels, the same bytes
    aside, stands = scanned(run_guardian, (new, "cousin@family.example"), (code, "cousin2@family.example"))
    assert aside["outcome"] == "clean"
    assert aside["model"]["head"] == 1
    assert {veto["veto"] for veto in aside["vetoes"]} == {"your_labels"}
    assert "guardian adapt, version 1" in aside["vetoes"][0]["say"]
    assert stands["outcome"] == "flagged"  # by a rule, which no head touches
    assert "rule" in {finding["kind"] for finding in stands["findings"]}
    for hermetic in (["--no-journal"], ["--policies", str(labelled_home / "config" / "policies")]):
        verdict = json.loads(run_guardian("filter", "--json", *hermetic, stdin=new.encode()).stdout)
        assert verdict["outcome"] == "flagged", hermetic
        assert "head" not in verdict["model"]
    assert "version 1 of your own is in force" in said(run_guardian, "doctor")
    assert "version 1 of your head is in force" in said(run_guardian, "journal", "list", "~k amendment")

    assert "as shipped again" in said(run_guardian, "adapt", "--off", "--why", "not so funny")
    [shipped] = scanned(run_guardian, (new, "aunt@family.example"))
    assert shipped["outcome"] == "flagged"
    assert "head" not in shipped["model"]
    assert _said_of_the_text(shipped) == _said_of_the_text(before)  # to the last digit
    assert "version 1 is in force" in said(run_guardian, "adapt", "--back")
    listed = json.loads(said(run_guardian, "adapt", "--list", "--json"))
    assert [(change["how"], change["version"]) for change in listed["changes"]] == [
        ("adapted", 1),
        ("adapted-off", None),
        ("adapted-back", 1),
    ]
    assert (listed["in_force"], listed["versions_on_disk"]) == (1, [1])


def _said_of_the_text(verdict: dict[str, Any]) -> dict[str, Any]:
    """A verdict without what is of its run and its sender alone."""
    return {name: value for name, value in verdict.items() if name not in {"journal", "elapsed_ms", "sender", "id"}}


@pytest.mark.long
def test_what_lowers_recall_is_said_and_wants_a_yes(
    run_guardian: Run, guardian_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An owner who calls alerts wrong that are none: texts of the shipped test itself, so that it must fall."""
    monkeypatch.syspath_prepend(str(TRAINING))
    maker = importlib.import_module("adapt_check")
    texts = [text for text in maker.chosen(maker.read_corpus(TRAINING / "corpus")) if text.channel == "incoming"]
    sent = [(text.text, f"voice{place}@x.example") for place, text in enumerate(texts[:80])]
    alerts = [verdict for verdict in scanned(run_guardian, *sent) if verdict["outcome"] == "flagged"]
    settings = load_settings({"GUARDIAN_HOME": str(guardian_home)}, {})
    with open_journal(settings) as journal:
        for verdict in alerts:
            say(journal, settings.paths, verdict["journal"]["seq"], Says.WRONG)

    done = run_guardian("adapt", "--apply", "--why", "I know better", "--json")
    assert done.returncode == 2
    assert b"lowers recall on the shipped test" in done.stderr
    assert b"--yes-lower-recall" in done.stderr
    preview = json.loads(done.stdout)
    assert preview["needs_consent"]
    assert not preview["applied"]
    assert "in force: none" in said(run_guardian, "adapt", "--list")
    words = said(run_guardian, "adapt")
    assert "lowers recall on the shipped test" in words
    assert "would not be any more" in words
    assert "--apply --yes-lower-recall" in words
    applied = said(run_guardian, "adapt", "--apply", "--yes-lower-recall", "--why", "I know better")
    assert "version 1 is in force" in applied


@pytest.mark.long
def test_while_the_journal_is_locked_nothing_is_learned_or_changed_and_it_is_one_line(
    run_guardian: Run, labelled_home: Path
) -> None:
    said(run_guardian, "adapt", "--apply", "--why", "family jokes")
    [key] = (labelled_home / "config").glob("journal-*.key")
    kept = {path: path.read_bytes() for path in (labelled_home / "data" / "heads").iterdir()}
    key.rename(labelled_home / "aside")
    for words in ([], ["--apply", "--why", "x"], ["--back", "1"], ["--off"], ["--list"]):
        done = run_guardian("adapt", *words)
        assert done.returncode == 2, words
        assert done.stderr.count(b"\n") == 1, words
    done = run_guardian("filter", "--json", stdin=GRUDGE.format(sum="nine").encode())
    assert json.loads(done.stdout)["outcome"] == "flagged"  # as shipped, and it is said
    assert b"stays closed with the journal" in done.stderr
    assert {path: path.read_bytes() for path in (labelled_home / "data" / "heads").iterdir()} == kept
    (labelled_home / "aside").rename(key)
    assert "in force: version 1" in said(run_guardian, "adapt", "--list")


@pytest.mark.long
def test_no_text_of_a_message_is_left_outside_the_journal(run_guardian: Run, labelled_home: Path) -> None:
    words = [b"never loved", b"you will lose the chil", b"owe me"]
    of_policies = labelled_home / "config" / "policies", labelled_home / "data" / "policies"  # such words are in them
    said(run_guardian, "adapt", "--apply", "--why", "family jokes")
    for path in labelled_home.rglob("*"):
        if path.is_file() and path.parent not in of_policies:
            assert not any(word in path.read_bytes() for word in words), path


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--apply"], "--apply needs a reason"),
        (["--yes-lower-recall"], "--yes-lower-recall needs --apply"),
        (["--why", "because"], "--why needs --apply, --back or --off"),
        (["--back", "0"], "must be the number of a version"),
        (["--apply", "--off", "--why", "x"], "not allowed with"),
    ],
)
def test_a_wrong_call_is_one_line(run_guardian: Run, words: list[str], complaint: str) -> None:
    done = run_guardian("adapt", *words)
    assert done.returncode == 2
    assert complaint in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1


@pytest.mark.long
def test_without_a_journal_or_with_too_few_words_nothing_is_learned(run_guardian: Run, guardian_home: Path) -> None:
    assert "there is no journal yet" in said(run_guardian, "adapt", code=2)
    [verdict] = scanned(run_guardian, (GRUDGE.format(sum="two"), "kin@family.example"))
    said(run_guardian, "feedback", str(verdict["journal"]["seq"]), "wrong")
    refused = said(run_guardian, "adapt", code=2)
    assert "1 of your words can be used, and it takes 6" in refused
    assert "there is no earlier version" in said(run_guardian, "adapt", "--back", code=2)
    assert "as shipped already" in said(run_guardian, "adapt", "--off")
    assert not (guardian_home / "data" / "heads").exists()
