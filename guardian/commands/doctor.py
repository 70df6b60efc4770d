"""`guardian doctor`: does everything work on this machine? Found out by doing it.

Invariants: no finding ends the run; what is bad makes the exit code 2; nothing is repaired here, only the folder of
policies is made as any first screening would make it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Final

from guardian.commands.doctor_checks import (
    Check,
    Level,
    check_assistant,
    check_directories,
    check_limits,
    check_packages,
    check_python,
    check_settings,
)
from guardian.exits import ExitCode
from guardian.safe_text import safe_line
from guardian.settings import Settings

LIMITS: Final = (
    "it can miss manipulation, above all in languages and kinds of text that its model was not trained on",
    "it can be wrong about a harmless message; your own word and your policies count for more",
    "it judges words, not facts: it cannot know whether a sender, an invoice or an offer is genuine",
    "it sees only what is passed through it, and of that only text: no pictures, no sound, nothing encrypted",
    "clean means that none of your policies matched, not that a message is safe",
)
"""What an owner must know before relying on Guardian."""

_JSON_VERSION = 1


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print one line a check, as it comes. Exit codes: 0, 2."""
    if args.network:
        from guardian.commands import doctor_network

        return doctor_network.run(settings, as_json=args.json)
    checks = _checks(settings, args.settings_problem)
    levels = _print_json(checks) if args.json else _print_lines(checks)
    return ExitCode.USAGE if Level.BAD in levels else ExitCode.CLEAN


def _checks(settings: Settings, settings_problem: str) -> Iterator[Check]:
    yield check_python()
    yield check_settings(settings, settings_problem)
    packages = check_packages()
    yield packages
    if packages.level is Level.OK:  # else the next line could not be imported
        from guardian.commands import doctor_judge, doctor_screening

        yield doctor_screening.check_llama()
        yield doctor_screening.check_model(settings)
        yield doctor_screening.check_calibration(settings)
        yield doctor_screening.check_head(settings)
        yield from doctor_screening.check_screening(settings)
        yield from doctor_screening.check_policies(settings)
        yield from doctor_judge.check_judge(settings)
    yield check_limits(settings)
    yield check_assistant(settings)
    yield from _check_journal(settings)
    yield from check_directories(settings)


def _check_journal(settings: Settings) -> Iterator[Check]:
    try:
        from guardian.commands.doctor_conversations import check_conversations, check_senders
        from guardian.commands.doctor_journal import check_journal
    except ImportError:
        yield Check(Level.BAD, "journal", "cannot be opened while packages are missing")
    else:
        yield from check_journal(settings)
        yield check_conversations(settings)
        yield check_senders(settings)


def _print_lines(checks: Iterator[Check]) -> set[Level]:
    levels = set()
    for check in checks:
        print(f"{check.level.value:<4}  {safe_line(check.what)}: {safe_line(check.detail)}", flush=True)
        levels.add(check.level)
    print("\nwhat Guardian cannot do:")
    for limit in LIMITS:
        print(f"  - {limit}")
    return levels


def _print_json(checks: Iterator[Check]) -> set[Level]:
    found = list(checks)
    levels = {check.level for check in found}
    rows = [{"level": check.level.value, "what": check.what, "detail": check.detail} for check in found]
    print(json.dumps({"v": _JSON_VERSION, "ok": Level.BAD not in levels, "checks": rows, "limits": LIMITS}, indent=2))
    return levels
