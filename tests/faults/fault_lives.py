"""What a child process does with a journal until something goes wrong: whole lives, and short scenes.

Everything runs on the product's own road: `open_or_begin`, `Journal`, `JournalRecorder`. Each step is noted in the
diary before and after.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

from fault_diary import Diary
from fault_forks import Go
from fault_messages import SEEN, message, verdict

from guardian.events import ignore
from guardian.journal.journal import Journal, JournalState
from guardian.journal.keys import KeyPlace
from guardian.journal.opening import open_or_begin
from guardian.journal.places.choose import open_place
from guardian.journal.record import Kind, Record
from guardian.journal.recorder import JournalRecorder
from guardian.journal.secret import Secret
from guardian.message import Message
from guardian.paths import HOME_VARIABLE
from guardian.recording import Seen
from guardian.settings import Settings, load_settings
from guardian.verdict import Outcome, Verdict

PASSPHRASE = "correct horse battery staple"


def settings_of(home: Path) -> Settings:
    """The defaults in a home of their own."""
    return load_settings({HOME_VARIABLE: str(home)}, {})


def ask(_prompt: str) -> Secret:
    """An owner who knows the passphrase."""
    return Secret(PASSPHRASE.encode())


def note(token: str) -> Record:
    """A record that is known by its token."""
    return Record(Kind.FEEDBACK, time.time_ns() // 1_000_000, {"of": 0, "says": "unsure", "note": token})


# Steps


def append(journal: Journal, diary: Diary, records: int = 1) -> None:
    """Add records, and note where they stand."""
    tokens = [diary.token() for _ in range(records)]
    for token, placed in zip(tokens, journal.append_all([(note(token), b"") for token in tokens]), strict=True):
        diary.say(placed=token, seq=placed.seq, leaf=placed.leaf.hex())


def keep_waiting(journal: Journal, diary: Diary) -> None:
    """Keep a record outside."""
    token = diary.token()
    journal.keep_waiting(note(token))
    diary.say(kept=token)


def forget_last(journal: Journal, diary: Diary) -> None:
    """Add two records and forget them."""
    append(journal, diary, 2)
    last = journal.size - 1
    if [type(journal.entry(seq).record) for seq in (last - 1, last)] != [Record, Record]:
        return
    diary.say(forgetting=[last - 1, last])
    journal.forget([(last - 1, last)], "a test")
    diary.say(forgotten=[last - 1, last])


def rotate(journal: Journal, diary: Diary) -> None:
    """Take a new master key."""
    journal.rotate(no_recovery)
    diary.say(epoch=journal.header.epoch)


def move_key(journal: Journal, diary: Diary, settings: Settings) -> None:
    """Close the key by a passphrase, or open it again."""
    kind = KeyPlace.FILE if journal.place.kind is KeyPlace.PASSPHRASE else KeyPlace.PASSPHRASE
    journal.move_key(open_place(kind, settings.paths.config, ask=ask), no_recovery)
    diary.say(epoch=journal.header.epoch)


def record(recorder: JournalRecorder, diary: Diary, outcome: Outcome = Outcome.FLAGGED) -> bool:
    """Have a verdict recorded, or counted; whether the journal has it now."""
    if outcome is Outcome.CLEAN:
        diary.say(counting=1)
        is_in = recorder.record(*_judged("see you at six", "m", outcome)) is None
        if is_in:
            diary.say(counted=1)
        return is_in
    token = diary.token()
    answer = recorder.record(*_judged("buy 4 gift cards", token, outcome)) or {}
    if answer["seq"] is not None:
        diary.say(placed=token, seq=answer["seq"], leaf=answer["leaf"])
    elif answer["waiting"]:
        diary.say(kept=token)
    return answer["seq"] is not None


def _judged(text: str, token: str, outcome: Outcome) -> tuple[Message, Verdict, Seen]:
    of = message(text, id=token)
    return of, verdict(of, outcome), SEEN


def no_recovery(_master: Secret, _public: bytes, _journal_id: bytes) -> bytes:
    """Seals a master key to a recovery phrase: there is none here."""
    raise AssertionError("these journals have no recovery phrase")


# Scenes: one short piece of work each, for faults at exact places


def scene_append(settings: Settings, diary: Diary) -> None:
    """Open, or begin; add one record, then three; close."""
    journal = open_or_begin(settings, ignore, ask=ask)
    journal.unlock()
    append(journal, diary)
    append(journal, diary, 3)
    journal.close()


def scene_recorder(settings: Settings, diary: Diary) -> None:
    """Record a flagged, a clean and an unsure message."""
    recorder = JournalRecorder(settings, ignore, ask=ask)
    for outcome in (Outcome.FLAGGED, Outcome.CLEAN, Outcome.UNSURE):
        record(recorder, diary, outcome)
    recorder.close()


def scene_waiting(settings: Settings, diary: Diary) -> None:
    """Two records wait for the key, then come in."""
    journal = open_or_begin(settings, ignore, ask=ask)
    if journal.state is JournalState.LOCKED:
        keep_waiting(journal, diary)
        keep_waiting(journal, diary)
        journal.unlock()
    journal.merge_waiting()
    journal.close()


def scene_forget(settings: Settings, diary: Diary) -> None:
    """Add two records, and forget them."""
    journal = open_or_begin(settings, ignore, ask=ask)
    journal.unlock()
    forget_last(journal, diary)
    journal.close()


def scene_rotate(settings: Settings, diary: Diary) -> None:
    """Take a new master key."""
    journal = open_or_begin(settings, ignore, ask=ask)
    journal.unlock()
    rotate(journal, diary)
    append(journal, diary)
    journal.close()


def scene_move_key(settings: Settings, diary: Diary) -> None:
    """Put the key into its other place."""
    journal = open_or_begin(settings, ignore, ask=ask)
    journal.unlock()
    move_key(journal, diary, settings)
    append(journal, diary)
    journal.close()


SCENES: dict[str, Callable[[Settings, Diary], None]] = {
    "begin": scene_append,
    "append": scene_append,
    "recorder": scene_recorder,
    "waiting": scene_waiting,
    "forget": scene_forget,
    "rotate": scene_rotate,
    "move": scene_move_key,
}
"""By name. `begin` finds no journal; the others find one."""


def play(go: Go, scene: str, home: Path, diary: Path) -> None:
    """One scene, from the word go."""
    settings, pages = settings_of(home), Diary(diary)
    go.ready()
    SCENES[scene](settings, pages)


# Lives: all of it, again and again, until killed


def live(go: Go, home: Path, diary: Path, seed: int, is_open: bool) -> None:
    """Do anything that may be done to a journal, in any order, without end. `is_open`: it is opened beforehand."""
    settings, pages, draw = settings_of(home), Diary(diary), random.Random(seed)
    if not is_open:
        go.ready()
    journal = open_or_begin(settings, ignore, ask=ask)
    journal.unlock()
    if is_open:
        go.ready()
    recorder = JournalRecorder(settings, ignore, ask=ask)
    steps: list[tuple[int, Callable[[], object]]] = [
        (8, lambda: append(journal, pages)),
        (3, lambda: append(journal, pages, 3)),
        (3, lambda: record(recorder, pages)),
        (3, lambda: record(recorder, pages, Outcome.CLEAN)),
        (2, lambda: keep_waiting(journal, pages)),
        (2, journal.merge_waiting),
        (1, lambda: forget_last(journal, pages)),
        (1, lambda: rotate(journal, pages)),
    ]
    weights, works = [weight for weight, _ in steps], [work for _, work in steps]
    while True:
        draw.choices(works, weights)[0]()


def append_many(go: Go, home: Path, diary: Path, records: int) -> None:
    """One of several writers."""
    settings, pages = settings_of(home), Diary(diary)
    go.ready()
    journal = open_or_begin(settings, ignore, ask=ask)
    if journal.state is JournalState.LOCKED:
        journal.unlock()
    for _ in range(records):
        append(journal, pages)
    journal.close()
