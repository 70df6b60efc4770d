"""A tour of the real app on the terminal that it was started on, with hostile strings in every place that shows words.

Run as a program by `test_hostile_terminal.py`: `hostile_tour.py HOME COUNT`. It fills HOME with a journal whose records
hold the strings as sender, name, text, policy title, reason and note, and with policies that are called so; then it
goes through every screen, opens messages, and lets the core's own lines (problems, notices, restarts) hold them too.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "journal"), str(HERE.parents[1])]

from hostile_strings import hostile_strings  # noqa: E402  # behind the path
from journal_rig import SEEN, a_verdict, begun  # noqa: E402
from textual.events import Paste  # noqa: E402
from textual.pilot import Pilot  # noqa: E402

from guardian.events import CellRestarted, Event, JournalNotice, NotJournaled, PolicyProblem  # noqa: E402
from guardian.finding import Finding, FindingKind, Span  # noqa: E402
from guardian.journal.feedback import Feedback, Says  # noqa: E402
from guardian.journal.record import Record  # noqa: E402
from guardian.journal.verdict_record import verdict_record  # noqa: E402
from guardian.message import Message  # noqa: E402
from guardian.settings import Settings, load_settings  # noqa: E402
from guardian.verdict import Coverage, Reason  # noqa: E402
from tui.app import GuardianApp  # noqa: E402
from tui.messages import CoreEvent  # noqa: E402
from tui.state import Phase  # noqa: E402

STRINGS_A_TEXT = 5
POLICIES = 60
EVENTS = 120


def main() -> int:
    """The tour. Its last words, once the terminal is restored, are how many strings were where."""
    home, count = Path(sys.argv[1]), int(sys.argv[2])
    settings = load_settings({"GUARDIAN_HOME": str(home), "GUARDIAN_MODEL_THREADS": "1"}, {})
    strings = hostile_strings(count)
    records = fill(settings, strings)
    app = GuardianApp(settings)

    async def story(pilot: Pilot[object]) -> None:
        await tour(pilot, app, strings, records)

    app.run(auto_pilot=story)
    app.bridge.stop(10)
    if app.records is not None:
        app.records.close()
    if app.crash is not None:
        print(f"crashed: {type(app.crash).__name__}")
        return 2
    print(f"strings {len(strings)}, records {records}, alerts {len(app.book)}")
    return app.return_code or 0


def fill(settings: Settings, strings: list[str]) -> int:
    """The journal and the policies; how many verdicts there are."""
    records = list(verdicts(strings))
    with begun(settings) as journal:
        first = journal.size
        for start in range(0, len(records), 500):
            journal.append_all([(each, b"") for each in records[start : start + 500]])
        notes = [
            Feedback(first + place, Says.WRONG, note[:2000], 1).to_record("tour")
            for place, note in enumerate(strings[len(records) * 4 :][: len(records)])
        ]
        journal.append_all([(each, b"") for each in notes])
    settings.policies_dir.mkdir(parents=True, exist_ok=True)
    for number, string in enumerate(strings[:: max(len(strings) // POLICIES, 1)][:POLICIES]):
        clean = string.encode("utf-8", "replace").decode()[:80]
        text = (
            f'id = "p-{number}"\ntitle = {toml(clean)}\nwhy = {toml(clean)}\nsince = 2026-11-21\n'
            'channels = ["incoming"]\nseverity = "high"\naction = "warn"\nstatus = "active"\n'
            f"[match]\npatterns = ['(?i)gift {number} cards']\n"
            f"[[examples]]\ntext = {toml(f'gift {number} cards ' + clean)}\nflag = true\n"
        )
        (settings.policies_dir / f"p-{number}.toml").write_text(text, "utf-8")
    return len(records)


def toml(text: str) -> str:
    """A TOML string; what TOML can't hold is escaped by JSON's rules, which are TOML's too."""
    return json.dumps(text, ensure_ascii=True).replace("\x7f", "\\u007f")


def verdicts(strings: list[str]) -> Iterator[Record]:
    """One verdict for each few strings, every string in some text and in some other place."""
    count = len(strings) // STRINGS_A_TEXT
    for number in range(count):
        sender, name, title, why = (strings[(number + place * count) % len(strings)] for place in range(4))
        texts = strings[number * STRINGS_A_TEXT : (number + 1) * STRINGS_A_TEXT]
        raw = ("gift cards\n" + "\n".join(texts)).encode("utf-8", "replace")
        quote = texts[0].encode("utf-8", "replace").decode()[:200]
        base = a_verdict(id=name)
        match = replace(base.policies[0], id="pressure-to-pay", title=title[:200], why=why[:200])
        finding = Finding(
            "rules", "urgency", 0.9, title[:120], (Span(11, 11 + len(quote.encode()), quote),), FindingKind.RULE
        )
        verdict = replace(
            base,
            policies=(match,),
            findings=(finding,),
            advice=(why[:200],),
            coverage=Coverage(len(raw), 1, (Reason("odd", title[:120]),) if number % 3 == 0 else ()),
        )
        message = Message(raw, id=name, sender=sender, source=name)
        stream = {"scores": {}, "senders": [sender], "ordinary": False, "fingerprint": SEEN.fingerprint}
        yield verdict_record(
            message, verdict, at_ms=1_700_000_000_000 + number, program="tour", why_not_text="", stream=stream
        )


async def tour(pilot: Pilot[object], app: GuardianApp, strings: list[str], records: int) -> None:
    """Every screen, with everything on it."""
    while app.state.phase is Phase.STARTING or len(app.book) < records:
        await pilot.pause(0.05)
    await pilot.press("escape")
    await pages(pilot, records // 20 + 1)
    await pilot.press("c", "g", *["j"] * 5, "space", "c", "g", "space", "c", "g")
    await messages(pilot, app, records)
    for event in core_events(strings):
        app.post_message(CoreEvent(event))
        await pilot.pause(0.01)
    for keys in (("n", "escape"), ("3",), ("G", "g", "enter"), ("escape",), ("h",), ("escape",), ("P",), ("escape",)):
        await pilot.press(*keys)
        await pilot.pause(0.4)
    await pilot.press("3", "g")
    for _ in range(POLICIES):
        await pilot.press("j")
        await pilot.pause(0.02)
    for keys in (
        ("4",),
        ("G", "g"),
        ("s",),
        ("v", "enter"),
        ("x",),
        ("c",),
        ("5",),
        ("G", "g"),
        ("question_mark", "escape"),
    ):
        await pilot.press(*keys)
        await pilot.pause(0.5)
    await pilot.press("2")
    for start in range(0, min(len(strings), 600), 150):
        app.post_message(Paste("\n".join(strings[start : start + 60])))
        await pilot.pause(0.6)
        await pilot.press("f4")
    await pilot.press("escape", "1")
    app.exit()


async def pages(pilot: Pilot[object], count: int) -> None:
    """The list from its first to its last row."""
    for _ in range(count):
        await pilot.press("pagedown")
        await pilot.pause(0.02)
    await pilot.press("g")


async def messages(pilot: Pilot[object], app: GuardianApp, records: int) -> None:
    """The page of every message, and all parts of the first ones."""
    await pilot.press("enter")
    await pilot.pause(0.3)
    for number in range(records):
        if number % 25 == 0:
            for part in ("H", "I", "R", "M"):
                await pilot.press(part)
                await pilot.pause(0.05)
        await pilot.press("right_square_bracket")
        await pilot.pause(0.03)
    await pilot.press("escape")


def core_events(strings: list[str]) -> Iterator[Event]:
    """The core's lines, as they would be had a stranger's words come so far."""
    for number, string in enumerate(strings[:: max(len(strings) // EVENTS, 1)][:EVENTS]):
        yield (
            PolicyProblem(string),
            JournalNotice(string),
            NotJournaled(string, is_kept=True),
            CellRestarted(string, number),
        )[number % 4]


if __name__ == "__main__":
    os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    sys.exit(main())
