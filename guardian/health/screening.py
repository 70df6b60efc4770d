"""Readings of the screening itself: is anything screened, how soon, and how much of it wholly?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from guardian.calibration.interval import rate_interval
from guardian.health.base import Block, Reading, Standing
from guardian.health.bounds import (
    BEAT_S,
    DAY_MS,
    LARGEST_UNSCREENED,
    LARGEST_UNSURE,
    LATENCY_P95_MS,
    LATENCY_VERDICTS,
    RATE_DAYS,
    STALL_S,
)
from guardian.health.records import RecordFacts
from guardian.health.run_facts import RunFacts
from guardian.health.words import age_words, clock_words, counted, ms_words, share_words
from guardian.inference.register import Register
from guardian.message import Channel
from guardian.verdict import Outcome

CHANNEL_WORDS = {Channel.INCOMING.value: "from people", Channel.AI_OUTPUT.value: "from an AI"}


def screening_block(now_ms: int, facts: RecordFacts | None, run: RunFacts | None, register: Register | None) -> Block:
    """`facts` and `run` are None where there is no journal to read, and no run."""
    readings = [
        *_thread(now_ms, run),
        *_queue(now_ms, run, register),
        *_service(now_ms, run),
        *_last_screened(now_ms, facts, run),
        *_latency(now_ms, facts, run),
        *_rates(now_ms, facts),
    ]
    return Block("screening", "Screening", readings)


def _thread(now_ms: int, run: RunFacts | None) -> Iterator[Reading]:
    if run is None:
        return
    name, bound = "screening thread", f"a sign of life within {BEAT_S:g} s"
    if run.stopped:
        yield Reading(
            "thread", name, f"STOPPED: {run.stopped}", Standing.BREACHED, _START_AGAIN, bound, measured_ms=run.beat_ms
        )
    elif run.beat_ms is None:
        yield Reading("thread", name, "no sign of life yet", Standing.UNKNOWN, "It is starting.", bound)
    else:
        is_late = now_ms - run.beat_ms > BEAT_S * 1000
        value = f"last sign of life {age_words(run.beat_ms, now_ms)}"
        standing = Standing.BREACHED if is_late else Standing.GOOD
        yield Reading("thread", name, value, standing, _START_AGAIN if is_late else "", bound, run.beat_ms)


_START_AGAIN = "Nothing is screened by this app now. Start the app again; guardian doctor says what is in the way."


def _queue(now_ms: int, run: RunFacts | None, register: Register | None) -> Iterator[Reading]:
    if register is None and run is None:
        return
    pieces = register.waiting if register is not None else 0
    messages = run.queued if run is not None else 0
    silent_s = max(
        register.silent_ms / 1000 if register is not None else 0.0, run.stalled_s if run is not None else 0.0
    )
    value = "nothing waits"
    if pieces or messages:
        value = (
            f"{counted(messages, 'message')} and {counted(pieces, 'piece')} of text wait, {silent_s:.0f} s unanswered"
        )
    is_stalled = silent_s > STALL_S
    say = (
        f"Something waits and nothing has been judged for {silent_s:.0f} s: the model or the machine stands still. "
        "The model is ended and started again when its time is up."
    )
    standing = Standing.BREACHED if is_stalled else Standing.GOOD
    yield Reading("queue", "queue", value, standing, say * is_stalled, f"an answer every {STALL_S:g} s", now_ms)


def _service(now_ms: int, run: RunFacts | None) -> Iterator[Reading]:
    if run is not None and run.service:
        yield Reading("service", "other programs", run.service, measured_ms=now_ms)


def _last_screened(now_ms: int, facts: RecordFacts | None, run: RunFacts | None) -> Iterator[Reading]:
    last: dict[tuple[str, str], int] = {}
    for verdict in facts.verdicts if facts is not None else ():
        place = verdict.channel, verdict.source
        last[place] = max(last.get(place, 0), verdict.at_ms)
    for place, at_ms in (run.last_ms if run is not None else {}).items():
        last[place] = max(last.get(place, 0), at_ms)
    for channel in Channel:
        sources = {source: at_ms for (said, source), at_ms in last.items() if said == channel}
        name = f"last {CHANNEL_WORDS[channel.value]}"
        if not sources:
            counted_only = facts is not None and any(said == channel for _, said, _ in facts.counted)
            value = (
                "only counted messages" if counted_only else "none in four weeks" if facts is not None else "none yet"
            )
            say = (
                "The journal keeps no time of clean messages (journal.clean = counts)."
                if counted_only
                else _NOTHING_CAME
            )
            yield Reading(f"last-{channel.value}", name, value, Standing.UNKNOWN, say)
            continue
        newest_ms = max(sources.values())
        by_age = sorted(sources.items(), key=lambda item: -item[1])
        where = ", ".join(f"{source} {clock_words(at_ms, now_ms)}" for source, at_ms in by_age[:4])
        value = f"{age_words(newest_ms, now_ms)} ({where})"
        say = "Clean messages of other programs are counted without their time." if facts is not None else ""
        yield Reading(f"last-{channel.value}", name, value, Standing.GOOD, say, "", newest_ms)


_NOTHING_CAME = "If messages should have come, look whether the mail rule, watcher or hook still runs."


def _latency(now_ms: int, facts: RecordFacts | None, run: RunFacts | None) -> Iterator[Reading]:
    if facts is not None:
        last = facts.verdicts[:LATENCY_VERDICTS]
        elapsed = [verdict.elapsed_ms for verdict in reversed(last)]
        what = f"of the last {counted(len(elapsed), 'recorded verdict')}"
        yield _time_reading("latency", "time to a verdict", elapsed, what, last[0].at_ms if last else None)
    if run is not None:
        what = f"of {counted(len(run.latencies_ms), 'verdict')} in this run"
        measured_ms = max(run.last_ms.values(), default=None)
        yield _time_reading("latency-run", "time, this run", list(run.latencies_ms), what, measured_ms)


def _time_reading(id: str, name: str, elapsed_ms: Sequence[float], what: str, measured_ms: int | None) -> Reading:
    bound = f"95 of 100 within {ms_words(LATENCY_P95_MS)}"
    if not elapsed_ms:
        return Reading(id, name, "none yet", Standing.UNKNOWN, "", bound)
    typical_ms, slow_ms = map(float, np.percentile(elapsed_ms, [50, 95]))
    value = f"half within {ms_words(typical_ms)}, 95 of 100 within {ms_words(slow_ms)}, {what}"
    is_breached = slow_ms > LATENCY_P95_MS
    say = (
        "Verdicts are slow. Many messages at once wait for each other, which does no harm; if single ones are slow, "
        "the machine is busy, or model.threads in your settings is too low."
    )
    standing = Standing.BREACHED if is_breached else Standing.GOOD
    return Reading(id, name, value, standing, say * is_breached, bound, measured_ms, elapsed_ms[-40:], "one verdict")


def _rates(now_ms: int, facts: RecordFacts | None) -> Iterator[Reading]:
    if facts is None:
        return
    found = facts.outcomes(now_ms - RATE_DAYS * DAY_MS)
    for outcome, largest, say in (
        (Outcome.UNSCREENED, LARGEST_UNSCREENED, _UNSCREENED),
        (Outcome.UNSURE, LARGEST_UNSURE, _UNSURE),
    ):
        number, whole = found[outcome.value], found.total()
        low, high = rate_interval(number, whole)
        value = share_words(number, whole) + (f", between {low:.1%} and {high:.1%}" if whole else "")
        days = facts.by_day([outcome.value], RATE_DAYS)
        series = [mine / every if every else 0.0 for mine, every in days]
        is_breached = bool(whole) and low > largest
        standing = Standing.BREACHED if is_breached else Standing.GOOD if whole else Standing.UNKNOWN
        bound = f"at most {largest:.0%} in {RATE_DAYS} days"
        name = f"{outcome.value}, {RATE_DAYS} days"
        yield Reading(outcome.value, name, value, standing, say * is_breached, bound, now_ms, series, "one day")


_UNSCREENED = (
    "Messages went past without being judged at all. They are marked so, never as clean; open one in the Inbox "
    "(o:unscreened) to read why."
)
_UNSURE = (
    "Many messages could be judged in part only: other languages, or very long texts. Open one in the Inbox (o:unsure) "
    "to read why; the limits of reading are in your settings."
)
