"""Readings of the judge: can it judge, how does it, and has it changed?

Invariants: those of `guardian.health.base`; every number comes from the judge's register, which the process round the
model keeps. A judge in trouble never touches a verdict, so what is breached here says that opinions are missing, not
that messages go by unscreened.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from guardian.calibration.interval import rate_interval
from guardian.errors import GuardianError
from guardian.health.base import Block, Reading, Standing
from guardian.health.words import age_words, counted, ms_words, share_words
from guardian.safe_text import safe_line
from guardian.settings import Settings

if TYPE_CHECKING:
    from guardian.added_models.shelf import AddedModel
    from guardian.judge.register import Snapshot
    from guardian.judge.tallies import ModelTallies, RoundNumbers, Sums

LARGEST_UNPARSED: Final = 0.05
"""Share of the last answers of which the labels held too little: a model in a frame of its own has next to none."""
LARGEST_FAILED: Final = 0.10
"""Share of the last calls without an answer. The verdicts stand without them."""
LARGEST_OVERSURE: Final = 0.20
"""Share of the answers that the model calls sure and the register does not. Above it, its own word is worth little."""
_TITLE: Final = "Judge"


@dataclass(frozen=True, slots=True)
class JudgeFacts:
    """What is known of the judge that the owner set."""

    name: str
    """As the settings call it."""
    trouble: str
    """Why nothing is known of it, in one safe line; empty where something is."""
    model: AddedModel | None = None
    snapshot: Snapshot | None = None


def judge_facts(settings: Settings) -> JudgeFacts | None:
    """What its register holds, read from the owner's files; None where there is no judge. Starts no model."""
    name = settings.judge.model
    if not name:
        return None
    from guardian.added_models.shelf import find  # here, and not above: without a judge none of it is needed
    from guardian.judge.register import JudgeRegister

    try:
        model = find(settings, name)
    except GuardianError as error:
        return JudgeFacts(name, safe_line(error.line()))
    register = JudgeRegister(settings.paths.judge_register, model.sha256, round_minutes=settings.judge.canary_minutes)
    return JudgeFacts(name, "", model, register.snapshot())


def judge_block(now_ms: int, settings: Settings, facts: JudgeFacts | None) -> Block:
    """`facts` is None where there is no judge."""
    if facts is None:
        say = "A language model of your own can give second opinions: guardian model add PATH."
        return Block("judge", _TITLE, (Reading("judge", "judge", "none, which is fine", Standing.GOOD, say),))
    if facts.model is None or facts.snapshot is None:
        say = f"{facts.trouble}. Verdicts go on without its opinion; judge.model in your settings names it."
        reading = Reading(
            "judge", "judge", f"{safe_line(facts.name)}: not there", Standing.BREACHED, say, "on the shelf"
        )
        return Block("judge", _TITLE, (reading,))
    snapshot = facts.snapshot
    tallies, recent = snapshot.tallies, snapshot.tallies.recent_sums()
    readings = [
        _judge(now_ms, facts.model, snapshot),
        *_canaries(now_ms, settings, snapshot),
        *_answers(now_ms, tallies, recent),
        *_times(now_ms, settings, tallies),
        _drift(now_ms, snapshot),
    ]
    return Block("judge", _TITLE, tuple(readings))


def _judge(now_ms: int, model: AddedModel, snapshot: Snapshot) -> Reading:
    from guardian.added_models.shelf import FileState, add_again, add_moved

    name, bound = "judge", "its file is there as it was added"
    total = snapshot.tallies.total
    value = (
        f"{safe_line(model.name)}, sha-256 {model.sha256[:16]}…; {counted(round(total.calls), 'question')}, "
        f"{round(total.yes):,} yes, {round(total.no):,} no"
    )
    state = model.file_state()
    if state is FileState.UNCHANGED:
        value += "; what it says weighs nothing now" * (not snapshot.is_trusted)
        return Reading("judge", name, value, Standing.GOOD, "", bound, now_ms)
    file = safe_line(str(model.path))
    if state is FileState.MISSING:
        say = f"Its file {file} is missing, so it can't be started; verdicts go on without it. If you moved it: "
        say += add_moved(model)
    else:  # a look at size and time is no proof, and a file that was only touched is used
        say = (
            f"Its file {file} has another size or time than when it was added. It is started only while its bytes are "
            f"the same: guardian model verify {model.name} looks; {safe_line(add_again(model))} pins it as it is now."
        )
    return Reading("judge", name, f"{state.value.upper()}: {value}", Standing.BREACHED, say, bound, now_ms)


def _canaries(now_ms: int, settings: Settings, snapshot: Snapshot) -> Iterator[Reading]:
    from guardian.judge.canaries import round_words
    from guardian.judge.troubles import Trouble

    minutes, rounds = settings.judge.canary_minutes, snapshot.tallies.rounds
    name = "judge's canaries"
    bound = f"8 of 10 right on each side, every {counted(minutes, 'minute')} while it is in use"
    last = snapshot.tallies.last_round
    if last is None:
        say = (
            f"None was made yet: the first question to it begins with one; guardian model test {settings.judge.model}."
        )
        yield Reading("judge-canaries", name, "no round yet", Standing.UNKNOWN, say, bound)
        return
    series = [each.right / max(each.asked, 1) for each in rounds]
    value, standing, say = f"{round_words(last)}, {age_words(last.at_ms, now_ms)}", Standing.GOOD, ""
    if last.troubles:
        standing = Standing.BREACHED
        words = "; it ".join(Trouble(code).words for code in last.troubles)
        say = f"It {words}. Its opinions are kept as notes and weigh nothing until a round is good."
        value = f"{', '.join(last.troubles)}: {value}"
    elif not snapshot.is_trusted:
        standing = Standing.UNKNOWN
        say = "That is too old to say anything about now; the next question to it begins with a round."
    yield Reading("judge-canaries", name, value, standing, say, bound, last.at_ms, series, "one round")
    if not last.troubles:
        yield _singing(last)


def _singing(last: RoundNumbers) -> Reading:
    value = (
        f"half answered within {ms_words(last.median_ms)}, 95 of 100 within {ms_words(last.p95_ms)}; "
        f"{last.margin:.1f} nats apart, {last.mass:.0%} on the labels"
    )
    if last.memory_mb:
        value += f"; started in {ms_words(last.start_ms)}, {last.memory_mb:,.0f} MB"
        value += f", died {counted(last.deaths, 'time')}" if last.deaths else ""
    return Reading("judge-singing", "at its canaries", value, measured_ms=last.at_ms)


def _answers(now_ms: int, tallies: ModelTallies, recent: Sums) -> Iterator[Reading]:
    calls, answered = round(recent.calls), round(recent.answered)
    failed, unparsed = calls - answered, round(recent.answered - recent.parsed)
    codes = ", ".join(f"{code} {count:,}" for code, count in sorted(tallies.failures.items()))
    yield _share(
        now_ms, "judge-failures", "without an answer", failed, calls, LARGEST_FAILED,
        f"Verdicts stand without these opinions. Since it was added: {codes}." if codes else "",
    )  # fmt: skip
    yield _share(
        now_ms, "judge-parse", "off the labels", unparsed, answered, LARGEST_UNPARSED,
        "It was about to say something else than an answer: guardian model add --frame names another prompt frame.",
    )  # fmt: skip
    yield _share(
        now_ms, "judge-oversure", "says sure, we say not", round(recent.says_sure_only), round(recent.says_sure),
        LARGEST_OVERSURE,
        "It calls itself sure where the order of the answers, their share of all probability or the canaries say "
        "otherwise. Such opinions change nothing.",
    )  # fmt: skip
    if calls:
        yield _agreement(now_ms, tallies, recent)


def _share(now_ms: int, id: str, name: str, part: int, whole: int, largest: float, say: str) -> Reading:
    """Breached only where the whole interval lies beyond the bound."""
    bound = f"at most {largest:.0%} of the last, beyond chance"
    if not whole:
        return Reading(id, name, "none yet", Standing.UNKNOWN, "", bound)
    low, high = rate_interval(part, whole)
    value = f"{share_words(part, whole)}, between {low:.1%} and {high:.1%}"
    is_breached = low > largest
    standing = Standing.BREACHED if is_breached else Standing.GOOD
    return Reading(id, name, value, standing, say * is_breached, bound, now_ms)


def _agreement(now_ms: int, tallies: ModelTallies, recent: Sums) -> Reading:
    rules, encoder = tallies.rules_agree + tallies.rules_differ, tallies.encoder_agree + tallies.encoder_differ
    words = [
        f"asked again {share_words(round(recent.retried), round(recent.answered))}",
        f"another order, another answer {share_words(round(recent.flipped), round(recent.answered))}",
        f"cut short {share_words(round(recent.truncated), round(recent.calls))}",
        f"with the rules {share_words(tallies.rules_agree, rules)}",
        f"with the encoder {share_words(tallies.encoder_agree, encoder)}",
    ]
    say = "Where it agrees with rules and encoder it adds little; where it never does, look at its canaries."
    return Reading("judge-agreement", "how it answers", "; ".join(words), Standing.GOOD, say, "", now_ms)


def _times(now_ms: int, settings: Settings, tallies: ModelTallies) -> Iterator[Reading]:
    name, within_s = "judge's time", settings.judge.timeout_s
    times_ms = [call.elapsed_ms for call in tallies.recent if not call.failure]
    if not times_ms:
        return
    typical_ms, slow_ms = map(float, np.percentile(times_ms, [50, 95]))
    total = tallies.total
    value = (
        f"half within {ms_words(typical_ms)}, 95 of 100 within {ms_words(slow_ms)}, of the last "
        f"{counted(len(times_ms), 'answer')}; {share_words(round(total.reused_tokens), round(total.tokens))} tokens "
        "stood evaluated"
    )
    if typical_ms > within_s * 1000:
        value += f"; a message waits {within_s:g} s for it, so most opinions come late, as updates of their alerts"
    typical_of_log_ms = math.exp(total.log_ms.mean)
    bound = f"{ms_words(typical_of_log_ms)} in the long run"
    yield Reading("judge-latency", name, value, Standing.GOOD, "", bound, now_ms, times_ms[-40:], "one answer")


def _drift(now_ms: int, snapshot: Snapshot) -> Reading:
    from guardian.judge.drift import LEAST_LONG_RUN, LEAST_RECENT
    from guardian.judge.tallies import RECENT_CALLS

    name, bound = "judge's drift", f"the last {RECENT_CALLS} calls are like those before, beyond chance"
    tallies = snapshot.tallies
    if len(tallies.recent) < LEAST_RECENT or tallies.long_run.calls < LEAST_LONG_RUN:
        value = f"too few calls: {round(tallies.total.calls):,} of {RECENT_CALLS + LEAST_LONG_RUN}"
        return Reading("judge-drift", name, value, Standing.UNKNOWN, "", bound)
    if not snapshot.alarms:
        return Reading("judge-drift", name, "none", Standing.GOOD, "", bound, now_ms)
    value = ", ".join(alarm.id for alarm in snapshot.alarms)
    say = " ".join(alarm.say for alarm in snapshot.alarms)
    say += " The messages may have changed, or the machine, or the model: its canaries tell which."
    return Reading("judge-drift", name, value, Standing.BREACHED, say, bound, now_ms)
