"""Readings of the model and of its wall, and of the canaries that were sung to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from guardian.errors import GuardianError
from guardian.health.base import Block, Reading, Standing
from guardian.health.bounds import CANARY_AGE_MS, MOST_RESTARTS
from guardian.health.canaries import CanaryRun
from guardian.health.run_facts import RunFacts
from guardian.health.words import age_words, clock_words, counted, ms_words
from guardian.inference.manifest import Manifest
from guardian.inference.model_files import verify_model_files
from guardian.inference.register import Register
from guardian.reading.reader import ReaderStanding
from guardian.safe_text import safe_line
from guardian.settings import Settings
from guardian.walls.wall import WallLevel

_LISTED: Final = 4


@dataclass(frozen=True, slots=True)
class FilesChecked:
    """The model's files, hashed once more."""

    at_ms: int
    problem: str
    """Why they are not the pinned ones, in one safe line; empty where they are."""


def check_files(manifest: Manifest, settings: Settings, at_ms: int) -> FilesChecked:
    """Hash the model's files, which takes a moment."""
    try:
        verify_model_files(manifest, settings.model_dir)
    except GuardianError as error:
        return FilesChecked(at_ms, safe_line(error.line()))
    return FilesChecked(at_ms, "")


def model_block(
    now_ms: int,
    settings: Settings,
    manifest: Manifest | None,
    files: FilesChecked | None,
    register: Register | None,
    run: RunFacts | None,
    reader: ReaderStanding | None = None,
) -> Block:
    """`register` is None where no model was started, `reader` where there is no gate."""
    readings = [*_model(now_ms, register), _files(manifest, files)]
    readings += [*_wall(now_ms, settings, register), *_restarts(now_ms, register, run)]
    readings += _reader(now_ms, settings, reader)
    return Block("model", "Model and wall", readings)


def canary_block(now_ms: int, canaries: CanaryRun | None, trouble: str = "") -> Block:
    """What the last round gave; `trouble` says why there is none."""
    name, bound = "canaries", "each one right, every hour"
    if canaries is None:
        standing = Standing.BREACHED if trouble else Standing.UNKNOWN
        say = trouble or "Texts of Guardian's own whose verdict is known; no round was made yet."
        return Block("canaries", "Canaries", [Reading("canaries", name, "no round yet", standing, say, bound)])
    value = f"{canaries.words}, {age_words(canaries.at_ms, now_ms)}"
    wrong = canaries.wrong
    say = "They show that model and reading work as on the day of release, not how good they are."
    is_old = now_ms - canaries.at_ms > CANARY_AGE_MS
    if wrong:
        say = "The model or the reading no longer does what it did. Check its files (v); guardian doctor looks further."
    elif is_old:
        say = "No round was made for hours, so this says nothing about now: c makes one."
    margins = sorted(result.margin for result in canaries.results)
    standing = Standing.BREACHED if wrong or is_old else Standing.GOOD
    readings = [Reading("canaries", name, value, standing, say, bound, canaries.at_ms)]
    if margins and not wrong:
        nearest = min(canaries.results, key=lambda result: result.margin)
        words = f"{nearest.margin:.2f} in logit space ({nearest.canary.name}: {nearest.say})"
        readings.append(Reading("canary-margin", "nearest to wrong", words, measured_ms=canaries.at_ms))
    for number, result in enumerate(wrong, 1):
        kind = "must be found" if result.canary.must_sing else "must be left alone"
        words = f"“{result.canary.name}” {kind}: {result.say}"
        readings.append(Reading(f"canary-{number}", "wrong canary", words, Standing.BREACHED, kind, "", canaries.at_ms))
    return Block("canaries", "Canaries", readings)


def _model(now_ms: int, register: Register | None) -> Iterator[Reading]:
    name, bound = "model's process", "running"
    if register is None:
        yield Reading("process", name, "not started for this look", Standing.UNKNOWN, "", bound)
    elif register.is_running and register.wall != WallLevel.DOWN:
        value = (
            f"runs on {counted(register.threads, 'thread')}, started in {ms_words(register.start_ms)}; "
            f"{counted(register.messages, 'message')}, {register.tokens:,} tokens judged"
        )
        yield Reading("process", name, value, Standing.GOOD, "", bound, now_ms)
    else:
        why = safe_line(register.trouble) or "it is starting"
        say = (
            "Rules still look at messages, but what the model would have judged goes by unscreened. It is tried again "
            "when a message comes; guardian doctor says what is in the way."
        )
        yield Reading("process", name, f"STOPPED: {why}", Standing.BREACHED, say, bound, now_ms)


def _files(manifest: Manifest | None, files: FilesChecked | None) -> Reading:
    name, bound = "model's file", "the sha-256 in the manifest"
    value = f"{manifest.name}, sha-256 {manifest.sha256[:16]}…" if manifest is not None else "no manifest"
    if files is None:
        return Reading("model-file", name, value, Standing.UNKNOWN, "Not hashed yet.", bound)
    if files.problem:
        say = f"{files.problem}. Do not trust its verdicts: install guardian again."
        return Reading("model-file", name, f"NOT the pinned one; {value}", Standing.BREACHED, say, bound, files.at_ms)
    return Reading("model-file", name, f"{value}, as pinned", Standing.GOOD, "", bound, files.at_ms)


def _wall(now_ms: int, settings: Settings, register: Register | None) -> Iterator[Reading]:
    name, bound = "wall", "no road out is open"
    if register is None:
        yield Reading("wall", name, "no model was started", Standing.UNKNOWN, "", bound)
        return
    if register.wall == WallLevel.DOWN:
        yield Reading("wall", name, "no model runs behind it", Standing.UNKNOWN, "See the model's process.", bound)
        return
    open_roads = [probe.road for probe in register.probes if not probe.refused]
    refused = len(register.probes) - len(open_roads)
    sealed = "may open no file" if register.is_sealed else "may still open files"
    value = f"{register.wall}: {refused} of {len(register.probes)} roads out refused by its own test, {sealed}"
    is_breached = register.wall == WallLevel.NONE or bool(open_roads)
    is_chosen = settings.model.wall == "none"
    say = ""
    if is_breached:
        roads = ", ".join(map(safe_line, open_roads[:_LISTED]))
        say = "The kernel keeps the model's process from no network" + (f" (open: {roads})" if roads else "") + ". "
        say += "You chose that (model.wall)." if is_chosen else "guardian doctor says what this system allows."
    yield Reading("wall", name, value, Standing.BREACHED if is_breached else Standing.GOOD, say, bound, now_ms)


def _restarts(now_ms: int, register: Register | None, run: RunFacts | None) -> Iterator[Reading]:
    if register is None:
        return
    name, bound = "restarts", f"at most {MOST_RESTARTS} in one run"
    last_ms = {what: at_ms for at_ms, what in (run.restarts if run is not None else ())}
    why = [f"{clock_words(at_ms, now_ms)}: {what}" for what, at_ms in last_ms.items()]
    words = "; ".join(why[-_LISTED:]) or safe_line(register.trouble)
    value = f"{register.restarts}" + (f" ({words})" if words and register.restarts else "")
    is_breached = register.restarts > MOST_RESTARTS
    say = (
        "The model's process keeps dying. One text that kills it costs two restarts and is then refused; more than "
        "that points to memory that runs out, or to a damaged llama.cpp (guardian doctor)."
    )
    standing = Standing.BREACHED if is_breached else Standing.GOOD
    yield Reading("restarts", name, value, standing, say * is_breached, bound, now_ms)
    if register.failures:
        counts = ", ".join(f"{safe_line(code)} {count:,}" for code, count in sorted(register.failures.items()))
        yield Reading("failures", "not judged, this run", counts, measured_ms=now_ms)


def _reader(now_ms: int, settings: Settings, reader: ReaderStanding | None) -> Iterator[Reading]:
    if reader is None:
        return
    name, bound = "reader of mail and HTML", f"walls, and at most {MOST_RESTARTS} restarts in one run"
    wall = f"stands behind {reader.wall}" if reader.wall else "not running: it starts with the next mail or page"
    failures = f"; {counted(reader.restarts, 'restart')} ({safe_line(reader.trouble)})" if reader.restarts else ""
    say = ""
    if reader.wall == WallLevel.NONE:
        say = "The kernel keeps the process that takes mails apart from nothing. "
        say += "You chose that (model.wall)." if settings.model.wall == "none" else "guardian doctor says what is open."
    elif reader.restarts > MOST_RESTARTS:
        say = (
            "Some messages break their reader, or take it too long. They are judged by their raw text, and are never "
            "called clean; guardian journal list '~o unscreened' lists them."
        )
    standing = Standing.BREACHED if say else Standing.GOOD
    yield Reading("reader", name, wall + failures, standing, say, bound, now_ms)
