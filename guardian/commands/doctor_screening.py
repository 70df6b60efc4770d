"""The checks of `guardian doctor` that do what screening does: llama.cpp, model, wall, policies, two texts.

Invariants: a check reports, it never raises for what it finds; llama.cpp is loaded in children only; the self-test
goes through the same gate as any message.
"""

from __future__ import annotations

import importlib.metadata
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from typing import Final

from guardian.adapt.versions import read_in_force, versions_on_disk
from guardian.assembly import MANIFEST_NAME, assembled
from guardian.calibration.state import load_calibration
from guardian.commands.doctor_checks import Check, Level
from guardian.errors import GuardianError
from guardian.events import CellRestarted, CellStarted, Event
from guardian.inference.child import import_folders
from guardian.inference.llama_binding import REBUILD_HINT
from guardian.inference.manifest import load_manifest
from guardian.message import Format, Message
from guardian.policy.life.standing import policies_in_force
from guardian.policy.lint import lint_policies
from guardian.policy.problem import Level as ProblemLevel
from guardian.reading.base import Reading
from guardian.reading.reader import ReaderStanding
from guardian.settings import Settings
from guardian.verdict import Outcome, Verdict
from guardian.walls.wall import WallLevel

PUSHY: Final = (
    "Your account will be closed within the hour. Reply now with the six-digit code we just texted you, "
    "and do not tell anyone about this."
)
PLAIN: Final = "The library opens at nine on Saturday, and the reading group meets upstairs as usual."

MAIL: Final = (
    b"From: Ann <ann@library.example>\nContent-Type: text/html\n\n<p>The library opens at nine on Saturday.</p>\n"
)

_IMPORT_CODE: Final = """\
import sys
sys.path += sys.argv[1:]
from guardian.errors import GuardianError
from guardian.inference.llama_binding import import_llama
try:
    import_llama()
except GuardianError as error:
    sys.exit(error.line())
"""
_IMPORT_TIMEOUT_S: Final = 120.0


def check_llama() -> Check:
    """llama.cpp, loaded in a child: a build for another processor ends the process that loads it."""
    what = "llama.cpp"
    command = [sys.executable, "-I", "-S", "-c", _IMPORT_CODE, *import_folders()]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_IMPORT_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return Check(Level.BAD, what, f"did not load within {_IMPORT_TIMEOUT_S:g} s")
    except OSError as error:
        return Check(Level.BAD, what, f"no child process can be started: {(error.strerror or str(error)).lower()}")
    if done.returncode == 0:
        return Check(Level.OK, what, f"llama-cpp-python {_llama_version()} loads")
    if done.returncode == -signal.SIGILL:
        return Check(Level.BAD, what, f"was built for another processor ({REBUILD_HINT})")
    if done.returncode < 0:
        name = signal.Signals(-done.returncode).name
        return Check(Level.BAD, what, f"ended by {name} while loading ({REBUILD_HINT})")
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return Check(Level.BAD, what, said[-1] if said else f"does not load ({REBUILD_HINT})")


def check_model(settings: Settings) -> Check:
    """The model's file, hashed again."""
    try:
        manifest = load_manifest(settings.model_dir / MANIFEST_NAME)
        manifest.verify(settings.model_dir).close()
    except GuardianError as error:
        return Check(Level.BAD, "model", error.line())
    return Check(Level.OK, "model", f"{manifest.name}, sha-256 {manifest.sha256[:12]}... as pinned")


def check_calibration(settings: Settings) -> Check:
    """Whose thresholds are in force."""
    what = "thresholds"
    try:
        manifest = load_manifest(settings.model_dir / MANIFEST_NAME)
        calibration = load_calibration(settings.paths.calibration_file, manifest)
    except GuardianError as error:
        return Check(Level.WARN, what, error.line())
    if calibration is None:
        return Check(Level.OK, what, "as shipped (guardian calibrate --on ARCHIVE would fit them to your messages)")
    made_for = f"at most {calibration.false_alarms_per_week:g} false alarms a week"
    return Check(Level.OK, what, f"your own, made {calibration.made_at[:10]} for {made_for}")


def check_head(settings: Settings) -> Check:
    """Which head of the owner's speaks with the model. It is not opened: that takes the journal's key."""
    what, folder = "head", settings.paths.personal_heads
    try:
        version = read_in_force(folder)
    except GuardianError as error:
        return Check(Level.WARN, what, error.line())
    if not version:
        return Check(Level.OK, what, "none: the model judges as shipped (guardian adapt learns from your feedback)")
    if version not in versions_on_disk(folder):
        hint = "guardian adapt --back or --off"
        return Check(Level.WARN, what, f"version {version} is in force and its file is gone ({hint})")
    return Check(Level.OK, what, f"version {version} of your own is in force (guardian adapt --list)")


def check_screening(settings: Settings) -> Iterator[Check]:
    """The model's cell, its wall and the self-test, by screening two texts as any other."""
    events: list[Event] = []
    try:
        with assembled(settings, events.append) as parts:
            pushy, plain = (
                parts.gate.screen(Message(text.encode(), source="doctor")).verdict for text in (PUSHY, PLAIN)
            )
            mail = parts.reader.read(Message(MAIL, format=Format.MAIL))
            reader = parts.reader.standing()
    except GuardianError as error:
        yield Check(Level.BAD, "screening", error.line())
        return
    yield _wall(plain.wall, settings, events)
    yield _reader(mail, reader, settings)
    for event in events:
        if isinstance(event, CellRestarted):
            yield Check(Level.WARN, "model's cell", f"was started again: {event.reason}")
    yield _self_test(pushy, plain)


def check_policies(settings: Settings) -> Iterator[Check]:
    """The policies in force, and what is wrong with those that are not."""
    try:
        policies = policies_in_force(settings).policies
        manifest = load_manifest(settings.model_dir / MANIFEST_NAME)
    except GuardianError as error:
        yield Check(Level.BAD, "policies", error.line())
        return
    in_force = sum(policy.is_in_force for policy in policies.policies)
    level = Level.OK if in_force else Level.WARN
    yield Check(level, "policies", f"{in_force} in force, of {len(policies.files)} files in {policies.directory}")
    for problem in policies.problems:
        yield Check(Level.BAD, "policy", problem.to_line())
    for problem in lint_policies(policies, manifest, date.today(), has_judge=bool(settings.judge.model)):
        if problem.level is not ProblemLevel.INFO:
            yield Check(Level.WARN, "policy", problem.to_line())


def _llama_version() -> str:
    try:
        return importlib.metadata.version("llama-cpp-python")
    except importlib.metadata.PackageNotFoundError:
        return "of unknown version"


def _wall(level: str, settings: Settings, events: list[Event]) -> Check:
    took = "".join(f", started in {event.elapsed_ms:.0f} ms" for event in events if isinstance(event, CellStarted))
    if level == WallLevel.NETNS:
        return Check(Level.OK, "wall", f"netns: the model runs in an empty network namespace{took}")
    if level == WallLevel.SECCOMP:
        return Check(Level.OK, "wall", f"seccomp: the model runs behind a filter that refuses sockets{took}")
    if level == WallLevel.NONE:
        why = "as your settings ask" if settings.model.wall == "none" else "this system offers no wall"
        return Check(Level.WARN, "wall", f"none: only its own code keeps the model from the network ({why})")
    return Check(Level.BAD, "wall", "down: the model does not run")


def _reader(mail: Reading, standing: ReaderStanding, settings: Settings) -> Check:
    """The process that takes mails and pages apart, by one mail of ours."""
    what, restarts = "reader", f", {standing.restarts} restarts" if standing.restarts else ""
    if mail.reasons or mail.sender != "ann@library.example":
        reasons = "; ".join(reason.say for reason in mail.reasons) or "its sender was not found"
        return Check(Level.BAD, what, f"a built-in mail was not read: {reasons}{restarts}")
    if standing.wall == WallLevel.NONE:
        why = "as your settings ask" if settings.model.wall == "none" else "this system offers no wall"
        return Check(Level.WARN, what, f"none: mails are taken apart in an unwalled process of their own ({why})")
    return Check(Level.OK, what, f"{standing.wall}: mails and pages are taken apart behind walls{restarts}")


def _self_test(pushy: Verdict, plain: Verdict) -> Check:
    for verdict in (pushy, plain):
        if not verdict.coverage.complete or not verdict.scores:
            reasons = "; ".join(reason.say for reason in verdict.coverage.reasons) or "the model did not answer"
            return Check(Level.BAD, "self-test", f"a built-in text was not judged: {reasons}")
    found = (
        f"a pushy text is {pushy.outcome.value} (risk {pushy.risk:.2f}), "
        f"a plain one {plain.outcome.value} (risk {plain.risk:.2f}, {plain.elapsed_ms:.0f} ms)"
    )
    if pushy.risk <= plain.risk:
        return Check(Level.BAD, "self-test", found)
    if pushy.outcome is Outcome.CLEAN or plain.outcome is not Outcome.CLEAN:
        return Check(Level.WARN, "self-test", f"{found}: no policy, or a sharp one; see guardian policy list")
    return Check(Level.OK, "self-test", found)
