"""`guardian key show|move|rotate|phrase|recover`: the key that the journal is sealed under.

Invariants: no key is ever shown; what changes a key says where it is afterwards; words of a recovery phrase appear on a
terminal only (`guardian.commands.key_words`).
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any, Final

from guardian.commands.key_words import need_terminal, read_phrase, show_new_phrase
from guardian.errors import JournalError
from guardian.exits import ExitCode
from guardian.journal.checkpoint import fingerprint
from guardian.journal.journal import Journal
from guardian.journal.keys import KeyLockedError, KeyPlace
from guardian.journal.opening import open_journal
from guardian.journal.owner_key import fit_place, move_key, seal_to_phrase
from guardian.journal.places.choose import choose_place
from guardian.journal.places.passphrase import nobody_to_ask, terminal_ask
from guardian.journal.recovery import unwrap, wrap
from guardian.safe_text import safe_line
from guardian.settings import Settings

_JSON_VERSION: Final = 1


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Do what `args.action` says. Raises JournalError.

    `args`: action; with show `json`; with move `place`; with recover `to` (a place, or None for the best that works).
    """
    match args.action:
        case "show":
            return _show(settings, as_json=args.json)
        case "move":
            _move(settings, KeyPlace(args.place))
        case "rotate":
            _rotate(settings)
        case "phrase":
            _phrase(settings)
        case "recover":
            _recover(settings, KeyPlace(args.to) if args.to else None)
    return ExitCode.CLEAN


def _show(settings: Settings, *, as_json: bool) -> ExitCode:
    """Where the key is and whether it can be had; asks nobody. USAGE where the key is lost or damaged."""
    with open_journal(settings, ask=nobody_to_ask, unlock=False) as journal:
        problem, is_lost = _problem(journal)
        header = journal.header
        row: dict[str, Any] = {
            "v": _JSON_VERSION,
            "journal": journal.id.hex(),
            "place": header.place,
            "say": journal.place.say(),
            "locked": bool(problem),
            "problem": problem,
            "epoch": header.epoch,
            "recovery": header.recovery is not None,
            "verifier": header.vkey,
            "fingerprint": fingerprint(header.vkey),
            "waiting": journal.waiting,
        }
    if as_json:
        print(json.dumps(row, indent=2))
    else:
        print("\n".join(_lines(row)))
    return ExitCode.USAGE if is_lost else ExitCode.CLEAN


def _problem(journal: Journal) -> tuple[str, bool]:
    """Why the key cannot be had now (empty where it can), and whether that is more than a lock."""
    try:
        journal.place.load_key(journal.header.key_id)
    except KeyLockedError as error:
        return error.line(), False
    except JournalError as error:
        return error.line(), True
    return "", False


def _lines(row: dict[str, Any]) -> list[str]:
    words = "24 words were made" if row["recovery"] else "none: guardian key phrase makes 24 words to write down"
    lines = [
        row["say"],
        f"journal   {row['journal']}",
        f"renewed   {_times(row['epoch'])}",
        f"recovery  {words}",
        f"signs as  {row['fingerprint']}",
        f"verifier  {row['verifier']}",
    ]
    if row["problem"]:
        lines.append(f"now       {safe_line(row['problem'])}")
    if row["waiting"]:
        lines.append(f"waiting   {_records(row['waiting'])}, sealed, for the key")
    return lines


def _times(count: int) -> str:
    return ("never", "once")[count] if count < 2 else f"{count} times"


def _records(count: int) -> str:
    return "1 record" if count == 1 else f"{count:,} records"


def _move(settings: Settings, kind: KeyPlace) -> None:
    with open_journal(settings, ask=terminal_ask) as journal:
        is_moved = move_key(journal, settings, kind, terminal_ask)
        print(("" if is_moved else "it is there already; ") + journal.place.say())


def _rotate(settings: Settings) -> None:
    with open_journal(settings, ask=terminal_ask) as journal:
        journal.rotate(wrap)
        print(f"the journal has a new master key, the old one was removed; {journal.place.say()}")


def _phrase(settings: Settings) -> None:
    need_terminal()  # before anything is asked for
    with open_journal(settings, ask=terminal_ask) as journal:
        had_one = journal.header.recovery is not None
        phrase = show_new_phrase(had_one=had_one)
        seal_to_phrase(journal, phrase)
    print("the 24 words open the journal from now on" + (", and the earlier ones no longer do" if had_one else ""))
    print("whoever has them and a copy of the journal can read it: keep them where you keep your passport")
    if had_one:
        print("earlier words open copies made until now: guardian key rotate closes what comes after them")


def _recover(settings: Settings, kind: KeyPlace | None) -> None:
    with open_journal(settings, ask=terminal_ask, unlock=False) as journal:
        recovery = journal.header.recovery
        if recovery is None:
            raise JournalError("no recovery phrase was made for this journal", hint="put its key back from a backup")
        master = unwrap(recovery.wrapped, read_phrase(recovery.public), journal.id)
        config = settings.paths.config
        place = fit_place(settings, kind, terminal_ask) if kind else choose_place(config, may_prompt=True)
        journal.adopt(master, place, wrap)
        came_in = journal.merge_waiting()
        print(f"the journal is open again; {journal.place.say()}")
    if came_in:
        print(f"{_records(came_in)} that waited for the key came in", file=sys.stderr)
