"""The journal, or a part of it, as a file for other programs: NDJSON and CSV (`html_report` has the page).

Invariants: NDJSON is whole and in ASCII; a CSV cell can't become a formula in a spreadsheet, and holds no control
character but line feed and tab; a file is the owner's alone, and one that is there already is not touched unless
asked.
"""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import stat
from collections.abc import Iterable, Iterator
from datetime import tzinfo
from pathlib import Path
from typing import Final

from guardian.errors import OutputError
from guardian.journal.record import Record
from guardian.journal.reports.facts import sender_of
from guardian.journal.reports.view import View, local_time
from guardian.journal.verdict_record import text_of
from guardian.safe_text import safe_text
from guardian.verdict import Verdict

COLUMNS: Final = (
    *("seq", "time", "kind", "outcome", "action", "risk", "channel", "sender", "source", "name", "policies", "tactics"),
    *(
        "not_judged",
        "feedback",
        "note",
        "mark",
        "mark_note",
        "judge_late",
        "model",
        "model_sha256",
        "policy_set",
        "wall",
        "program",
    ),
    *("waited", "leaf", "text_sha256", "text_bytes", "text"),
)
_NO_LINKS: Final = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK)
"""What a file system without hard links answers."""
_FORMULA_STARTS: Final = "=+-@\t\r\n＝＋－＠"
"""What makes a spreadsheet compute a cell (OWASP, CSV injection), full-width forms too."""


def ndjson_lines(views: Iterable[View]) -> Iterator[str]:
    """One entry a line, whole."""
    for view in views:
        yield json.dumps(view.to_json(), ensure_ascii=True) + "\n"


def csv_lines(views: Iterable[View], zone: tzinfo | None = None) -> Iterator[str]:
    """A heading, then one row an entry (RFC 4180; the text, last, may hold line feeds). Times are those of `zone`."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    yield buffer.getvalue()
    for view in views:
        buffer.seek(0)
        buffer.truncate()
        cells = _cells(view, zone)
        writer.writerow([_defused(cells.get(column, "")) for column in COLUMNS])
        yield buffer.getvalue()


def write_private(path: Path, pieces: Iterable[str], *, force: bool) -> None:
    """Write a file whole or not at all, with mode 0600. With `force` one that is there is replaced.

    Raises OutputError.
    """
    partial = path.with_name(f".{path.name[:200]}.{os.getpid()}")
    try:
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            with os.fdopen(os.open(partial, flags, 0o600), "w", encoding="utf-8", newline="") as out:
                out.writelines(pieces)
                out.flush()
                os.fsync(out.fileno())
            _put(partial, path, force=force)
        finally:
            partial.unlink(missing_ok=True)
    except FileExistsError:
        raise OutputError(f"{path} is there already", hint="--force replaces it") from None
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error


def refuse_existing(path: Path, *, force: bool) -> None:
    """Say at once, and not after the work, that a file can't be written. Raises OutputError."""
    try:
        facts = path.lstat()
    except FileNotFoundError:
        if not path.absolute().parent.is_dir():
            raise OutputError(f"cannot write {path}: its folder does not exist") from None
        return
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error
    if stat.S_ISDIR(facts.st_mode):
        raise OutputError(f"cannot write {path}: it is a folder")
    if not force:
        raise OutputError(f"{path} is there already", hint="--force replaces it")
    if not stat.S_ISREG(facts.st_mode):
        raise OutputError(f"cannot write {path}: it is no regular file")


def _put(partial: Path, path: Path, *, force: bool) -> None:
    if not force:
        try:
            os.link(partial, path)  # unlike a rename, it fails where a file is there
            return
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))  # the name is ours now
    partial.replace(path)


def _cells(view: View, zone: tzinfo | None) -> dict[str, str]:
    cells = {"seq": str(view.seq), "kind": view.kind, "leaf": view.entry.leaf.hex()}
    record, verdict = view.record, view.verdict()
    if record is None:
        return {**cells, "text": view.why_not}
    moment = local_time(record.at_ms, zone)
    cells |= {
        "time": moment.isoformat(timespec="seconds") if moment is not None else "",
        "model": record.spoke.model_name,
        "model_sha256": record.spoke.model_sha256,
        "policy_set": record.spoke.policy_set,
        "wall": record.spoke.wall,
        "program": record.spoke.program,
        "waited": "yes" if record.late else "",
    }
    if verdict is None:
        return {**cells, "text": json.dumps(dict(record.body), sort_keys=True)}
    said = view.feedback
    cells |= {"feedback": said.says.value, "note": said.note} if said is not None else {}
    cells |= {"mark": view.mark.mark.value, "mark_note": view.mark.note} if view.mark is not None else {}
    cells |= {"judge_late": view.opinion.changed.value or "nothing"} if view.opinion is not None else {}
    return cells | _of_verdict(record, verdict)


def _of_verdict(record: Record, verdict: Verdict) -> dict[str, str]:
    message, text, raw = record.body["message"], record.body["text"], text_of(record)
    tactics = dict.fromkeys(tactic for match in verdict.matched for tactic in match.tactics)
    return {
        "outcome": verdict.outcome.value,
        "action": verdict.action.value,
        "risk": f"{verdict.risk:.4f}",
        "channel": verdict.channel,
        "sender": sender_of(record),
        "source": str(message["source"]),
        "name": str(message["id"]),
        "policies": ";".join(match.id for match in verdict.matched),
        "tactics": ";".join(tactics),
        "not_judged": "; ".join(str(reason) for reason in verdict.coverage.reasons),
        "text_sha256": str(text["sha256"]),
        "text_bytes": str(text["bytes"]),
        "text": raw.decode("utf-8", "backslashreplace") if raw is not None else "",
    }


def _defused(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: where it could, an apostrophe stands before it."""
    shown = safe_text(cell)
    starts = cell[:1] or " ", shown.lstrip()[:1] or " "
    return f"'{shown}" if any(start in _FORMULA_STARTS for start in starts) else shown
