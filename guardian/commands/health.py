"""`guardian health`: the register from the command line.

Invariants: nothing is recorded; what can't be measured is said, and never ends the run; the exit code is 1 where a
reading is breached.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from typing import Final

from guardian.assembly import MANIFEST_NAME, Assembled, assembled
from guardian.errors import GuardianError
from guardian.events import CellRestarted, Event, PoliciesChanged, PolicyProblem
from guardian.exits import ExitCode
from guardian.health.base import Health, Standing
from guardian.health.bounds import CANARY_EVERY_S
from guardian.health.canaries import CanaryRun, look_at_canaries
from guardian.health.lines import block_lines, health_lines, summary
from guardian.health.model import FilesChecked, check_files
from guardian.health.policies import PolicyFacts
from guardian.health.run_facts import RunTally
from guardian.health.take import Measured, take_health
from guardian.inference.manifest import load_manifest
from guardian.journal.journal import Journal
from guardian.journal.opening import now_ms, open_journal
from guardian.journal.places.passphrase import terminal_ask
from guardian.journal.reports.sparkline import steps_for
from guardian.policy.load import load_policies
from guardian.safe_text import safe_line
from guardian.settings import Settings

LOOK_EVERY_S: Final = 5.0
_COLUMNS: Final = (100, 24)


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print the register. Exit codes: 0, 1; with --follow only an interruption ends it."""
    with ExitStack() as stack:
        watch = _Watch(settings, stack, with_model=not args.no_model)
        health = watch.look()
        _print(health, as_json=args.json, on_one_line=args.follow)
        while args.follow:
            time.sleep(LOOK_EVERY_S)
            before, health = health, watch.look()
            _print_changes(before, health, as_json=args.json)
        return ExitCode.FLAGGED if health.breached else ExitCode.CLEAN


class _Watch:
    """What is kept between two looks: the model, if it was to be started, and what it last said of the canaries."""

    def __init__(self, settings: Settings, stack: ExitStack, *, with_model: bool) -> None:
        self._settings = settings
        self._tally = RunTally(now_ms())
        self._problems: list[str] = []
        self._policies: PolicyFacts | None = None
        self._files = _files(settings)
        self._parts: Assembled | None = None
        self._canaries: CanaryRun | None = None
        self._trouble = ""
        if with_model:
            try:
                self._parts = stack.enter_context(assembled(settings, self._observe, follow=True))
            except GuardianError as error:
                self._trouble = safe_line(error.line())

    def look(self) -> Health:
        """The register now."""
        at_ms = now_ms()
        parts = self._parts
        if parts is not None and (self._canaries is None or at_ms - self._canaries.at_ms > CANARY_EVERY_S * 1000):
            self._canaries = look_at_canaries(parts.bench, at_ms)
        measured = Measured(
            register=parts.register() if parts is not None else None,
            files=self._files,
            canaries=self._canaries,
            canary_trouble=self._trouble,
            policies=self._policy_facts(),
            reader=parts.reader.standing() if parts is not None else None,
        )
        return take_health(self._settings, self._open_journal, measured, at_ms)

    def _observe(self, event: Event) -> None:
        if isinstance(event, PolicyProblem):
            self._problems.append(event.line)
        elif isinstance(event, PoliciesChanged):
            self._policies = PolicyFacts(event.policy_set, event.policies, event.problems)
        elif isinstance(event, CellRestarted):
            self._tally.restarted(event.reason, now_ms())

    def _policy_facts(self) -> PolicyFacts:
        if self._policies is not None:
            return self._policies
        try:
            loaded = load_policies(self._settings.policies_dir)
        except GuardianError as error:
            return PolicyFacts(problems=(error.line(),))
        in_force = sum(policy.is_in_force for policy in loaded.policies)
        problems = [problem.to_line() for problem in loaded.problems]
        return PolicyFacts(loaded.sha256, in_force, tuple(dict.fromkeys([*self._problems, *problems])))

    def _open_journal(self) -> AbstractContextManager[Journal]:
        return open_journal(self._settings, ask=terminal_ask)


def _files(settings: Settings) -> FilesChecked:
    try:
        return check_files(load_manifest(settings.model_dir / MANIFEST_NAME), settings, now_ms())
    except GuardianError as error:
        return FilesChecked(now_ms(), safe_line(error.line()))


def _print(health: Health, *, as_json: bool, on_one_line: bool) -> None:
    if as_json:
        print(json.dumps(health.to_json(), indent=None if on_one_line else 2), flush=True)
        return
    columns = shutil.get_terminal_size(_COLUMNS).columns
    print("\n".join(health_lines(health, columns, steps_for(sys.stdout.encoding))), flush=True)


def _print_changes(before: Health, now: Health, *, as_json: bool) -> None:
    """What stands otherwise than before: in lines, of each block what changed its standing."""
    known = {reading.id: reading.standing for reading in before.readings()}
    if {reading.id: reading.standing for reading in now.readings()} == known:
        return
    if as_json:
        _print(now, as_json=True, on_one_line=True)
        return
    print("\n".join(_changed_lines(now, known)), flush=True)


def _changed_lines(now: Health, known: dict[str, Standing]) -> Iterator[str]:
    columns = shutil.get_terminal_size(_COLUMNS).columns
    yield f"\n{time.strftime('%H:%M:%S')}  {summary(now)}"
    for block in now.blocks:
        changed = [reading for reading in block.readings if known.get(reading.id) is not reading.standing]
        if changed:
            yield from block_lines(replace(block, readings=tuple(changed)), columns, steps_for(sys.stdout.encoding))
