"""Readings of the journal, of its key and its anchor, and of the disk that it lies on.

Invariants: nothing is unlocked here; what the anchor says is compared as when the journal is unlocked.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from guardian.health.base import Block, Reading, Standing
from guardian.health.bounds import LEAST_FREE_BYTES, LOOK_BACK_DAYS, MOST_UNANCHORED
from guardian.health.records import RecordFacts
from guardian.health.run_facts import RunFacts
from guardian.health.words import age_words, counted, size_words
from guardian.journal.anchor import Hint, disagreement
from guardian.journal.checkpoint import Checkpoint
from guardian.journal.journal import Journal
from guardian.journal.note import read_note
from guardian.journal.standing import Standing as JournalStanding
from guardian.journal.verification.here import was_there
from guardian.safe_text import safe_line
from guardian.settings import Settings


@dataclass(frozen=True, slots=True)
class AnchorFacts:
    """The last checkpoint outside the file, held against the file."""

    size: int = 0
    """Records that it covers."""
    at_ms: int | None = None
    behind: int = 0
    """Records that came after it."""
    problem: str = ""
    """Why the journal does not continue it, in one safe line; empty where it does."""
    is_there: bool = False


def anchor_facts(journal: Journal) -> AnchorFacts:
    """Does an unlocked journal continue its anchor? Raises JournalError where that can't be told."""
    note = journal.anchor()
    checkpoint = Checkpoint.parse(read_note(journal.checkpoint(), [])[0])
    if note is None:
        return AnchorFacts(behind=checkpoint.size, problem="the checkpoint that was kept outside is gone")
    try:
        past = Checkpoint.parse(read_note(note, [])[0])
    except ValueError:
        return AnchorFacts(problem="the checkpoint that was kept outside is damaged")
    hint = Hint.from_bytes(journal.store.meta("anchor") or b"")
    why = disagreement(note, journal.header.vkey, checkpoint, journal.store.leaves, hint)
    return AnchorFacts(past.size, past.time_ms, checkpoint.size - past.size, safe_line(why), is_there=True)


def journal_block(
    now_ms: int,
    settings: Settings,
    standing: JournalStanding,
    facts: RecordFacts | None,
    anchor: AnchorFacts | None,
    locked: str,
    run: RunFacts | None,
) -> Block:
    """`locked` says why the journal could not be unlocked, in one safe line; empty where it was."""
    readings = [_state(now_ms, settings, standing, locked)]
    if standing.exists and not standing.trouble:
        readings += [*_waiting(now_ms, standing), _anchor(now_ms, anchor), _key(now_ms, standing)]
    readings += [*_gaps(facts), *_not_journaled(now_ms, run), _disk(now_ms, settings.paths.journal_file)]
    return Block("journal", "Journal", readings)


def _state(now_ms: int, settings: Settings, standing: JournalStanding, locked: str) -> Reading:
    name, bound = "journal", "open, and ending as its own key signed"
    if not standing.exists:
        if was_there(settings.paths):
            say = "There was a journal in this folder. guardian journal verify says what is known of it."
            return Reading("journal", name, "it is gone", Standing.BREACHED, say, bound, now_ms)
        say = "It begins with the first message that is recorded."
        return Reading("journal", name, "none yet", Standing.UNKNOWN, say, bound, now_ms)
    if standing.trouble:
        say = "Verdicts wait or are lost until it is mended: guardian journal verify looks closer."
        return Reading("journal", name, safe_line(standing.trouble), Standing.BREACHED, say, bound, now_ms)
    value = counted(standing.size, "record")
    if locked:
        say = "New verdicts wait outside, sealed. Give its passphrase (guardian journal list asks for it)."
        return Reading("journal", name, f"{value}; LOCKED: {locked}", Standing.BREACHED, say, bound, now_ms)
    return Reading("journal", name, f"{value}, open", Standing.GOOD, "", bound, now_ms)


def _waiting(now_ms: int, standing: JournalStanding) -> Iterator[Reading]:
    value = f"{counted(standing.waiting, 'record')} outside, sealed" if standing.waiting else "nothing"
    say = "They go in when the key and the disk are there again; until then they could be deleted without a trace."
    yield Reading(
        "waiting",
        "waits for the journal",
        value,
        Standing.BREACHED if standing.waiting else Standing.GOOD,
        say if standing.waiting else "",
        "nothing",
        now_ms,
    )


def _anchor(now_ms: int, anchor: AnchorFacts | None) -> Reading:
    name, bound = "last anchor", f"the journal continues it, at most {MOST_UNANCHORED:,} records behind"
    if anchor is None:
        return Reading("anchor", name, "not looked at", Standing.UNKNOWN, "It needs the journal's key.", bound)
    if anchor.problem:
        say = "Records were taken out, or an older copy was put back. guardian journal verify names what it can."
        return Reading("anchor", name, anchor.problem, Standing.BREACHED, say, bound, now_ms)
    age = age_words(anchor.at_ms, now_ms) if anchor.at_ms is not None else "at an unknown time"
    value = f"{age}, over {counted(anchor.size, 'record')}; the journal continues it"
    if anchor.behind:
        value += f", {counted(anchor.behind, 'record')} since"
    is_breached = anchor.behind > MOST_UNANCHORED
    say = "The place of the key does not take new checkpoints: guardian key show says where it is."
    standing = Standing.BREACHED if is_breached else Standing.GOOD
    return Reading("anchor", name, value, standing, say * is_breached, bound, anchor.at_ms)


def _key(now_ms: int, standing: JournalStanding) -> Reading:
    value = safe_line(standing.key.removeprefix("key: ") or "unknown")
    value += "; with recovery words" if standing.has_phrase else "; no recovery words yet"
    hints = ["guardian key move keyring keeps it off this disk." * standing.is_weak]
    hints.append(
        "guardian key phrase makes recovery words: without its key the journal stays closed."
        * (not standing.has_phrase)
    )
    return Reading("key", "key", value, Standing.GOOD, " ".join(filter(None, hints)), "", now_ms)


def _gaps(facts: RecordFacts | None) -> Iterator[Reading]:
    if facts is None:
        return
    name, bound = f"gaps, {LOOK_BACK_DAYS} days", "none, and every record opens"
    numbers = ", ".join(f"#{seq}" for seq, _ in facts.gaps[:5])
    parts = [f"{counted(len(facts.gaps), 'gap')} ({numbers})"] if facts.gaps else []
    parts += [f"{counted(facts.unreadable, 'record')} can't be read"] if facts.unreadable else []
    say = (
        "Something is missing that should be there. guardian journal show NUMBER says what; verify looks at all of it."
    )
    standing = Standing.BREACHED if parts else Standing.GOOD
    measured_ms = facts.until_ms
    yield Reading("gaps", name, "; ".join(parts) or "none", standing, say if parts else "", bound, measured_ms)


def _not_journaled(now_ms: int, run: RunFacts | None) -> Iterator[Reading]:
    if run is None:
        return
    value = counted(run.not_journaled, "verdict") + " of this run" if run.not_journaled else "none"
    say = f"{safe_line(run.journal_trouble)}. They go in as soon as the journal takes them."
    standing = Standing.BREACHED if run.not_journaled else Standing.GOOD
    yield Reading("not-journaled", "not journaled", value, standing, say if run.not_journaled else "", "none", now_ms)


def _disk(now_ms: int, path: Path) -> Reading:
    name, bound = "disk space", f"{size_words(LEAST_FREE_BYTES)} free where the journal is"
    place = next(each for each in (path, *path.parents) if each.exists())
    try:
        free = shutil.disk_usage(place).free
        used = path.stat().st_size if path.exists() else 0
    except OSError as error:
        say = f"{(error.strerror or type(error).__name__).lower()}."
        return Reading("disk", name, "can't be told", Standing.UNKNOWN, say, bound)
    is_breached = free < LEAST_FREE_BYTES
    say = "When the disk is full verdicts are no longer recorded. Make room on it."
    value = f"{size_words(free)} free; the journal takes {size_words(used)}"
    return Reading(
        "disk", name, value, Standing.BREACHED if is_breached else Standing.GOOD, say * is_breached, bound, now_ms
    )
