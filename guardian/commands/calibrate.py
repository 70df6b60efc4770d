"""`guardian calibrate`: how often the owner may be disturbed for nothing, and the thresholds that follow from it.

Invariants: nothing changes without --apply or --reset; every change stands in the log before it is in force; what is
shown of an archive or of the journal is ids and numbers.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from guardian.assembly import MANIFEST_NAME, load_owner_policies
from guardian.calibration.alarm import AlarmRule
from guardian.calibration.bank import load_reference_bank
from guardian.calibration.plan import Plan, bank_counts, crossing, crossings, make_plan
from guardian.calibration.record import ScoredRecord
from guardian.calibration.state import (
    Calibration,
    append_log,
    load_calibration,
    remove_calibration,
    save_calibration,
)
from guardian.calibration.thresholds import shipped_thresholds
from guardian.commands.calibrate_archive import Archive, archive_json, archive_words, changes, screen_archive
from guardian.commands.calibrate_words import BankCounts, plan_json, plan_lines, standing_json, standing_lines
from guardian.commands.narration import narrate
from guardian.errors import CalibrationError, InputError, UsageError
from guardian.exits import ExitCode
from guardian.inference.manifest import Manifest, load_manifest
from guardian.message import Channel
from guardian.policy.base import Policy
from guardian.settings import Settings


@dataclass(frozen=True, slots=True)
class _House:
    """What every action looks at."""

    settings: Settings
    manifest: Manifest
    calibration: Calibration | None
    problem: str
    """Why a calibration on disk is not in force; empty where it is, or there is none."""


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Say where the thresholds stand, show or apply new ones, or go back. Exit codes: 0, 2, 74."""
    manifest = load_manifest(settings.model_dir / MANIFEST_NAME)
    calibration, problem = None, ""
    try:
        calibration = load_calibration(settings.paths.calibration_file, manifest)
    except CalibrationError as error:
        problem = error.line()
    house = _House(settings, manifest, calibration, problem)
    if args.reset:
        return _reset(house, as_json=args.json)
    if args.on_journal:
        return _on_journal(house, args)
    if args.on:
        return _on_archive(house, args)
    return _tell(house, args)


def _tell(house: _House, args: argparse.Namespace) -> ExitCode:
    """Where the thresholds stand."""
    bank = _bank_counts(house) if args.explain else {}
    arguments = (house.settings, house.manifest, house.calibration, house.problem, bank)
    _print(standing_json(*arguments) if args.json else standing_lines(*arguments))
    return ExitCode.USAGE if house.problem else ExitCode.CLEAN


def _bank_counts(house: _House) -> BankCounts:
    bank = load_reference_bank(house.settings.model_dir / house.manifest.bank_file, house.manifest.bank_sha256)
    thresholds = shipped_thresholds(house.manifest)
    if house.calibration is not None:
        thresholds = house.calibration.thresholds(house.manifest)
    return bank_counts(bank, house.manifest, thresholds)


def _reset(house: _House, *, as_json: bool) -> ExitCode:
    paths = house.settings.paths
    there = house.calibration is not None or bool(house.problem)
    if there:
        append_log(paths.calibration_log, {"at": _now(), "did": "reset", "why": "the owner asked", "changes": []})
        remove_calibration(paths.calibration_file)
    words = "the shipped thresholds are in force again" if there else "the shipped thresholds were in force already"
    _print({"v": 1, "reset": there} if as_json else [words])
    return ExitCode.CLEAN


def _on_archive(house: _House, args: argparse.Namespace) -> ExitCode:
    """Screen the archive, show what would change, and with --apply change it."""
    settings, manifest = house.settings, house.manifest
    channel = {"ai": Channel.AI_OUTPUT, "incoming": Channel.INCOMING}.get(args.channel or "")
    archive = Archive([Path(path) for path in args.on], args.ndjson, channel, settings.limits.max_bytes_read)
    if next(archive.messages(), None) is None:
        raise InputError("the archive holds no message")
    if args.days is None and not archive.has_dates():
        raise UsageError("the archive's messages carry no dates", hint="say how many days it spans: --days N")
    policies = load_owner_policies(settings).policies
    records = list(screen_archive(archive, settings, manifest, policies))
    plan = _plan(house, policies, records, args.days)
    moved = crossing(plan, manifest)
    changed = list(changes(archive, settings, moved, plan.thresholds)) if moved else []
    said = archive_json(plan, changed) if args.json else list(archive_words(plan, changed))
    return _settle(house, plan, said, args)


def _on_journal(house: _House, args: argparse.Namespace) -> ExitCode:
    """The same on what the journal holds; nothing is screened again."""
    from guardian.commands.calibrate_journal import journal_json, journal_words, read_journal  # here: it needs ciphers

    policies = load_owner_policies(house.settings, narrate(verbose=False)).policies
    stream = read_journal(house.settings, house.manifest, policies, args.days)
    plan = _plan(house, policies, stream.records, stream.days)
    found = list(crossings(plan, house.manifest))
    said = journal_json(stream, found) if args.json else list(journal_words(stream, found))
    return _settle(house, plan, said, args)


def _plan(house: _House, policies: Sequence[Policy], records: Sequence[ScoredRecord], days: float | None) -> Plan:
    settings, manifest = house.settings, house.manifest
    rules = {channel: AlarmRule(policies, manifest, channel) for channel in Channel}
    bank = load_reference_bank(settings.model_dir / manifest.bank_file, manifest.bank_sha256)
    budget = settings.calibration.false_alarms_per_week
    return make_plan(records, rules, bank, manifest, house.calibration, budget=budget, days=days)


def _settle(house: _House, plan: Plan, said: dict[str, Any] | list[str], args: argparse.Namespace) -> ExitCode:
    """Put the plan in force, if asked; show it, with what was `said` of single messages."""
    budget = house.settings.calibration.false_alarms_per_week
    applied = bool(args.apply and plan.moves)
    if applied:
        _apply(house, plan, "journal" if args.on_journal else "archive")
    if isinstance(said, dict):
        _print(plan_json(plan, said, budget, applied=applied))
    else:
        _print(plan_lines(plan, said, budget, applied=applied, apply=args.apply, explain=args.explain))
    return ExitCode.CLEAN


def _apply(house: _House, plan: Plan, source: str) -> None:
    paths, budget = house.settings.paths, house.settings.calibration.false_alarms_per_week
    made = plan.calibration(_now(), house.manifest, budget, house.calibration)
    row = {
        "at": made.made_at,
        "did": "calibrate",
        "why": f"at most {budget:g} false alarms a week",
        "source": source,
        "model_sha256": house.manifest.sha256,
        "messages": {channel.value: len(found.stream) for channel, found in plan.channels.items()},
        "changes": [
            {"channel": move.channel.value, "output": move.label, "from": move.before, "to": move.after}
            for move in plan.moves
        ],
    }
    append_log(paths.calibration_log, row)
    save_calibration(made, paths.calibration_file)


def _print(answer: dict[str, Any] | list[str]) -> None:
    print(json.dumps(answer, indent=2) if isinstance(answer, dict) else "\n".join(answer))


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
