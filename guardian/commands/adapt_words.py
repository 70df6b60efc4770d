"""What `guardian adapt` says, in words and as JSON. Invariant: every count is said with what it is of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from guardian.adapt.effects import Change, Effects, HeldBack, Measured
from guardian.adapt.keeping import HOW_ADAPTED, HOW_OFF, HeadRecord, told_in_force
from guardian.adapt.learning import Draft, Learned, left_words
from guardian.journal.reports.view import local_time
from guardian.safe_text import safe_line
from guardian.tactics import name_for

JSON_VERSION: Final = 1
_WHY_CHARACTERS: Final = 200


def draft_lines(draft: Draft, version: int, *, asked: bool) -> list[str]:
    """What a head learned from and would do, or does as the `version` in force (0: it is not); `asked`: --apply was
    given."""
    effects = draft.effects
    lines = [*_learned_lines(draft.learned), "", *_table(list(_rows(effects)))]
    warnings = [consent_words(effects)] if effects.needs_consent else []
    warnings += [lost_words(effects.tested)] if effects.tested is not None else []
    lines += ["", *filter(None, warnings)] if any(warnings) else []
    if version:
        end = f"version {version} is in force; guardian adapt --back or --off takes it back"
    elif asked:
        end = "nothing was changed"
    else:
        consent = " --yes-lower-recall" if effects.needs_consent else ""
        end = f'nothing was changed; guardian adapt --apply{consent} --why "..." puts it in force'
    return [*lines, "", end]


def draft_json(draft: Draft, version: int) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "v": JSON_VERSION,
        "version": version or None,
        "sha256": draft.sha256,
        "applied": bool(version),
        "learned": draft.learned.to_json(),
        "effects": draft.effects.to_json(),
        "needs_consent": draft.effects.needs_consent,
    }


def consent_words(effects: Effects) -> str:
    """Why the owner must say that recall may fall; one line."""
    tested = effects.tested
    if tested is None:
        return "this model ships without test texts, so nobody can say what it does to recall"
    found = tested.found
    groups = [f"{name_for(group)} {_of(tested.groups[group])}" for group in tested.lowered]
    within = "; ".join(groups)
    if found.after >= found.before:
        return f"it lowers recall on the shipped test in some groups of tactics, though not over all: {within}"
    fell = f"{found.before:,} found before, {found.after:,} then, of {found.of:,}"
    return f"it lowers recall on the shipped test: {fell}" + (f" (in {within})" if groups else "")


def not_as_told(records: Sequence[HeadRecord], now: int) -> str:
    """What to say where another version is in force than the journal tells of: a change was cut short, or something
    else than guardian wrote the file; empty where all is well."""
    told = told_in_force(records)
    if told == now:
        return ""
    by_journal = f"version {told}" if told else "none"
    return f"your journal tells of another: {by_journal} (guardian adapt --back VERSION or --off settles it)"


def lost_words(tested: Measured) -> str:
    """Which found texts of the shipped test would be lost, whatever is gained beside; empty where none would be."""
    if not tested.lost:
        return ""
    gained = tested.found.after - tested.found.before + tested.lost
    others = f"; {gained:,} other{'s' if gained > 1 else ''} would be" if gained else ""
    return f"of the {tested.found.before:,} that are found, {tested.lost:,} would not be any more{others}"


def versions_lines(records: Sequence[HeadRecord], on_disk: Collection[int], now: int, problem: str) -> list[str]:
    """Every change of the head in force, newest last, and what is in force now."""
    lines = [_record_line(record, on_disk) for record in records]
    gone = "" if now in on_disk else ", but its file is gone, so the model judges as shipped"
    said = f"in force: version {now}{gone}" if now else "in force: none; the model judges as shipped"
    return [*lines, said, *([safe_line(problem)] if problem else [])]


def versions_json(records: Sequence[HeadRecord], on_disk: Collection[int], now: int, problem: str) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "v": JSON_VERSION,
        "in_force": now or None,
        "problem": problem,
        "versions_on_disk": sorted(on_disk),
        "changes": [
            {
                "seq": record.seq,
                "at_ms": record.at_ms,
                "how": record.how,
                "version": record.version or None,
                "why": record.why,
                "learned": dict(record.learned) or None,
            }
            for record in records
        ],
    }


def _learned_lines(learned: Learned) -> Iterator[str]:
    yield (
        f"learned from {learned.fine + learned.bad:,} of your words ({learned.fine:,} fine, {learned.bad:,} to be told "
        f"of; {learned.senders:,} senders) and {learned.examples_fine + learned.examples_flag:,} examples of your "
        f"policies ({learned.examples_fine:,} fine, {learned.examples_flag:,} to flag)"
    )
    others = left_words(learned.left)
    if others:
        yield f"left out: {others}"


def _rows(effects: Effects) -> Iterator[tuple[str, str, str]]:
    yield "the model speaks of", "without it", "with it"
    yield from _held_back_rows(effects.held_back)
    if effects.tested is not None:
        yield from _tested_rows(effects.tested)
    yield f"ordinary messages, of {effects.ordinary.of:,}", *_counts(effects.ordinary)


def _held_back_rows(held: HeldBack) -> Iterator[tuple[str, str, str]]:
    how = "held back by sender" if held.by_sender else "held back one by one: few senders"
    yield f"your labels: fine, of {held.fine.of:,} ({how})", *_counts(held.fine)
    yield f"your labels: to be told of, of {held.bad.of:,}", *_counts(held.bad)


def _tested_rows(tested: Measured) -> Iterator[tuple[str, str, str]]:
    yield f"shipped test: manipulative, of {tested.found.of:,}", *_counts(tested.found)
    yield f"shipped test: harmless, of {tested.alarms.of:,}", *_counts(tested.alarms)


def _counts(change: Change) -> tuple[str, str]:
    return f"{change.before:,}", f"{change.after:,}"


def _of(change: Change) -> str:
    return f"{change.before:,} to {change.after:,} of {change.of:,}"


def _record_line(record: HeadRecord, on_disk: Collection[int]) -> str:
    moment = local_time(record.at_ms)
    day = f"{moment:%Y-%m-%d %H:%M}" if moment is not None else ""
    what = "switched off" if record.how == HOW_OFF else f"version {record.version}"
    if record.how == HOW_ADAPTED:
        words = record.learned.get("fine", 0) + record.learned.get("to_be_told", 0)
        what += f", from {words:,} words" + ("" if record.version in on_disk else ", its file is gone")
    elif record.how != HOW_OFF:
        what += ", gone back to"
    why = f": {safe_line(record.why, _WHY_CHARACTERS)}" if record.why else ""
    return f"{day}  {what}{why}"


def _table(rows: Sequence[tuple[str, str, str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [f"{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}" for row in rows]
