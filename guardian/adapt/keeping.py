"""Puts a head in force, goes back to an earlier one, or switches it off, and keeps the record of it.

Every change is an amendment in the journal (`Kind.AMENDMENT`), with `policy` empty and `n` the version in force from
then on (0: none). `how` is `adapted`, `adapted-back` or `adapted-off`; `why` and `by` are as for policies. One with how
`adapted` has besides: `sha256` (of the head's numbers), `model` (name, sha256, fingerprint), `learned` and `effects`
(counts, as `guardian adapt --json` gives them).

Invariants: a version is on disk before the journal tells of it, and told of before it is in force; a number is never
used twice; going back changes no version, and goes to one that the journal tells of, number by number; of two
programs that change what is in force at once, one waits for the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from guardian import __version__
from guardian.adapt.learning import Draft
from guardian.adapt.versions import (
    PURPOSE,
    digest_of,
    load_version,
    read_in_force,
    save_version,
    versions_on_disk,
    write_in_force,
)
from guardian.calibration.thresholds import fingerprint
from guardian.errors import AdaptError, OutputError
from guardian.inference.manifest import Manifest
from guardian.journal.journal import Journal
from guardian.journal.opening import now_ms
from guardian.journal.record import Kind, Record, Spoke, kind_in
from guardian.journal.scan import Scan
from guardian.journal.seal import derived
from guardian.journal.secret import Secret
from guardian.paths import ensure_private_directory
from guardian.policy.life.amendments import login_name
from guardian.settings_write import alone_in

HOW_ADAPTED: Final = "adapted"
HOW_BACK: Final = "adapted-back"
HOW_OFF: Final = "adapted-off"
_HOWS: Final = (HOW_ADAPTED, HOW_BACK, HOW_OFF)


@dataclass(frozen=True, slots=True)
class HeadRecord:
    """One change of the head in force, as the journal has it."""

    seq: int
    at_ms: int
    how: str
    version: int
    why: str
    learned: Mapping[str, Any]
    """Empty but for how `adapted`."""
    sha256: str = ""
    """Of the head's numbers; empty but for how `adapted`."""


def head_key(journal: Journal) -> Secret:
    """The key that heads are sealed with: that of `JournalRecorder.lasting_key`. Raises JournalLockedError."""
    return derived(journal.keys.seed, journal.id, PURPOSE)


def head_records(journal: Journal) -> list[HeadRecord]:
    """All changes of the head in force, oldest first. Raises JournalError."""
    found = []
    for entry in Scan(journal).entries(where=lambda _, data: kind_in(data) == Kind.AMENDMENT):
        record = entry.record
        if isinstance(record, Record) and record.kind is Kind.AMENDMENT and record.body.get("how") in _HOWS:
            body = record.body
            learned = body.get("learned") or {}
            how, why, sha256 = str(body["how"]), str(body["why"]), str(body.get("sha256", ""))
            found.append(HeadRecord(entry.seq, record.at_ms, how, int(body["n"]), why, learned, sha256))
    return found


def told_in_force(records: Sequence[HeadRecord]) -> int:
    """The version that is in force by the journal; 0 for none."""
    return records[-1].version if records else 0


def next_version(folder: Path, journal: Journal) -> int:
    """The number that the next head gets. Raises JournalError."""
    return 1 + max([0, *versions_on_disk(folder), *(record.version for record in head_records(journal))])


def apply_draft(folder: Path, journal: Journal, draft: Draft, manifest: Manifest, why: str) -> int:
    """Put a head in force; its version. Raises JournalError, OutputError."""
    name = fingerprint(manifest)
    more = {
        "sha256": draft.sha256,
        "model": {"name": manifest.name, "sha256": manifest.sha256, "fingerprint": name},
        "learned": draft.learned.to_json(),
        "effects": draft.effects.to_json(),
    }
    with _alone(folder):
        head = replace(draft.head, version=next_version(folder, journal))
        save_version(folder, head, name, head_key(journal))
        _record(journal, HOW_ADAPTED, head.version, why, more)
        write_in_force(folder, head.version)
    return head.version


def go_back(folder: Path, journal: Journal, manifest: Manifest, version: int | None, why: str) -> int:
    """Put an earlier version in force, by default the one before; its number. Raises AdaptError, JournalError."""
    records = head_records(journal)
    if not records:
        raise _no_way_back()
    with _alone(folder):
        now = _in_force(folder)
        wanted = version if version is not None else _before(records, now)
        if wanted == now:
            raise AdaptError(f"version {wanted} is in force already")
        _check_usable(folder, journal, records, manifest, wanted)
        _record(journal, HOW_BACK, wanted, why)
        write_in_force(folder, wanted)
    return wanted


def switch_off(folder: Path, journal: Journal, why: str) -> bool:
    """Let the model judge as shipped again; False where it did. Raises JournalError, OutputError."""
    if _in_force(folder) == 0:
        return False
    with _alone(folder):
        _record(journal, HOW_OFF, 0, why)
        write_in_force(folder, 0)
    return True


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else changes what is in force meanwhile. Raises OutputError."""
    ensure_private_directory(folder)
    try:
        with alone_in(folder):
            yield
    except OSError as error:
        raise OutputError(f"cannot write in {folder}: {(error.strerror or str(error)).lower()}") from error


def _in_force(folder: Path) -> int | None:
    """The version in force, 0 for none; None where that cannot be read: a change puts it right."""
    try:
        return read_in_force(folder)
    except AdaptError:
        return None


def _check_usable(
    folder: Path, journal: Journal, records: Sequence[HeadRecord], manifest: Manifest, version: int
) -> None:
    """Raises AdaptError where a version is not, number by number, what the journal tells of, or could not be used."""
    made = {record.version: record.sha256 for record in records if record.how == HOW_ADAPTED}
    if version not in made:
        raise AdaptError(f"there is no version {version} of your head", hint="guardian adapt --list shows them")
    name = fingerprint(manifest)
    if digest_of(load_version(folder, version, name, head_key(journal)), name) != made[version]:
        raise AdaptError(f"the file of version {version} of your head is not the one that your journal tells of")


def _before(records: Sequence[HeadRecord], now: int | None) -> int:
    """The version that was in force before the one that is."""
    for record in reversed(records):
        if record.version not in (0, now):
            return record.version
    raise _no_way_back()


def _no_way_back() -> AdaptError:
    return AdaptError("there is no earlier version to go back to", hint="guardian adapt --off switches the head off")


def _record(journal: Journal, how: str, version: int, why: str, more: Mapping[str, Any] | None = None) -> None:
    body = {"policy": "", "n": version, "how": how, "why": why, "by": login_name(), **(more or {})}
    journal.append(Record(Kind.AMENDMENT, now_ms(), body, Spoke(program=__version__)))
