"""`guardian adapt`: learn from the owner's labels; show what that would change, put it in force, go back.

Invariants: nothing is learned without --apply; every change of what is in force stands in the journal with its reason;
what lowers recall on the shipped test is said, and takes force at the owner's word alone; numbers are shown, never a
text.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from guardian.adapt.keeping import apply_draft, go_back, head_records, switch_off
from guardian.adapt.labels import read_labels
from guardian.adapt.learning import learn
from guardian.adapt.versions import read_in_force, versions_on_disk
from guardian.assembly import MANIFEST_NAME, load_owner_policies
from guardian.commands.adapt_words import (
    consent_words,
    draft_json,
    draft_lines,
    not_as_told,
    versions_json,
    versions_lines,
)
from guardian.commands.asking import ask_line
from guardian.commands.journal_actions.asked import opened
from guardian.commands.narration import narrate
from guardian.commands.progress import ProgressBar
from guardian.errors import AdaptError, UsageError
from guardian.exits import ExitCode
from guardian.inference.manifest import load_manifest
from guardian.journal.journal import Journal
from guardian.policy.starter import shipped_examples
from guardian.settings import Settings
from guardian.workbench import open_bench


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Do what was asked. Exit codes: 0, 2, 74."""
    _check(args)
    why = _reason(args) if args.apply else ""
    with opened(settings) as journal:
        if args.list:
            return _list(args, settings, journal)
        if args.back is not None or args.off:
            return _change(args, settings, journal)
        return _learn(args, settings, journal, why)


def _check(args: argparse.Namespace) -> None:
    if args.yes_lower_recall and not args.apply:
        raise UsageError("--yes-lower-recall needs --apply")
    if args.why and not (args.apply or args.off or args.back is not None):
        raise UsageError("--why needs --apply, --back or --off")


def _learn(args: argparse.Namespace, settings: Settings, journal: Journal, why: str) -> ExitCode:
    """Learn a head, show what it would do, and with --apply put it in force."""
    version, folder, tell = 0, settings.paths.personal_heads, narrate(verbose=False)
    shipped = shipped_examples(settings.paths.shipped_policies)
    labels = read_labels(journal, load_owner_policies(settings, tell).policies, shipped)
    with open_bench(settings, tell) as bench:
        with ProgressBar(len(labels.words) + len(labels.examples), sys.stderr, "texts") as bar:
            draft = learn(labels, bench, settings.model_dir, bar.advance)
        is_allowed = args.yes_lower_recall or not draft.effects.needs_consent
        if args.apply and is_allowed:
            version = apply_draft(folder, journal, draft, bench.manifest, why)
    _print(draft_json(draft, version) if args.json else draft_lines(draft, version, asked=args.apply))
    if args.apply and not is_allowed:
        raise AdaptError(consent_words(draft.effects), hint="--yes-lower-recall puts it in force all the same")
    return ExitCode.CLEAN


def _reason(args: argparse.Namespace) -> str:
    why: str = args.why or ask_line("why? (your reason stands in the journal)") or ""
    if not why:
        raise UsageError("--apply needs a reason", hint="--why TEXT; it stands in the journal")
    return why


def _change(args: argparse.Namespace, settings: Settings, journal: Journal) -> ExitCode:
    """Another version, or none."""
    folder = settings.paths.personal_heads
    if args.off:
        was_on = switch_off(folder, journal, args.why)
        words = "the model judges as shipped again" if was_on else "the model judged as shipped already"
        _print({"v": 1, "in_force": None, "changed": was_on} if args.json else [words])
        return ExitCode.CLEAN
    manifest = load_manifest(settings.model_dir / MANIFEST_NAME)
    version = go_back(folder, journal, manifest, args.back or None, args.why)
    _print({"v": 1, "in_force": version, "changed": True} if args.json else [f"version {version} is in force"])
    return ExitCode.CLEAN


def _list(args: argparse.Namespace, settings: Settings, journal: Journal) -> ExitCode:
    folder = settings.paths.personal_heads
    problem, now = "", 0
    try:
        now = read_in_force(folder)
    except AdaptError as error:
        problem = error.line()
    records, on_disk = head_records(journal), versions_on_disk(folder)
    problem = problem or not_as_told(records, now)
    made = versions_json if args.json else versions_lines
    _print(made(records, on_disk, now, problem))
    return ExitCode.USAGE if problem else ExitCode.CLEAN


def _print(answer: dict[str, Any] | list[str]) -> None:
    print(json.dumps(answer, indent=2) if isinstance(answer, dict) else "\n".join(answer))
