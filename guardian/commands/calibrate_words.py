"""What `guardian calibrate` says, in words and as JSON.

What it says of single messages comes from `calibrate_archive` or `calibrate_journal`.

Invariants: every rate is said with its interval; the JSON is versioned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from guardian.calibration.interval import rate_interval
from guardian.calibration.plan import ChannelPlan, Plan
from guardian.calibration.state import Calibration, ChannelStanding
from guardian.calibration.thresholds import shipped_thresholds
from guardian.inference.manifest import Manifest
from guardian.message import Channel
from guardian.safe_text import safe_line
from guardian.settings import Settings

JSON_VERSION = 1
_HEADINGS = ("output", "shipped", "now", "passed by ordinary messages", "from")
_KEY = "calibration.false_alarms_per_week"
BankCounts = Mapping[Channel, Mapping[str, tuple[int, int]]]
"""By channel and label: ordinary messages of the bank that pass the threshold, and of how many."""


def standing_lines(
    settings: Settings, manifest: Manifest, calibration: Calibration | None, problem: str, bank: BankCounts
) -> list[str]:
    """Where the thresholds stand; with `bank` every one of them."""
    budget = settings.calibration.false_alarms_per_week
    lines = [f"budget      at most {budget:g} false alarms a week ({_KEY}, {settings.origins[_KEY]})"]
    if problem:
        lines.append(f"thresholds  {safe_line(problem)}")
    elif calibration is None:
        lines.append(
            "thresholds  as shipped; guardian calibrate --on ARCHIVE, or --on-journal, shows what yours would be"
        )
    else:
        lines.append(f"thresholds  your own, made {calibration.made_at[:10]}")
        if calibration.false_alarms_per_week != budget:
            made_for = f"{calibration.false_alarms_per_week:g} a week"
            lines.append(f"            they were made for {made_for}: run guardian calibrate --on again")
    for channel in Channel:
        standing = calibration.channels.get(channel) if calibration is not None else None
        lines += [f"{channel.value:<10}  {line}" for line in _channel_words(standing, manifest)]
    for channel in bank:
        rows = list(_explained(channel, manifest, calibration, bank[channel]))
        lines += ["", channel.value, *_table([_HEADINGS, *rows])]
    return lines


def standing_json(
    settings: Settings, manifest: Manifest, calibration: Calibration | None, problem: str, bank: BankCounts
) -> dict[str, Any]:
    """The same as JSON."""
    answer: dict[str, Any] = {
        "v": JSON_VERSION,
        "false_alarms_per_week": settings.calibration.false_alarms_per_week,
        "is_calibrated": calibration is not None,
        "problem": problem,
        "made_at": calibration.made_at if calibration is not None else None,
        "made_for": calibration.false_alarms_per_week if calibration is not None else None,
        "channels": {},
    }
    for channel in Channel:
        standing = calibration.channels.get(channel) if calibration is not None else None
        row: dict[str, Any] = {"source": "own" if standing is not None else "shipped"}
        if standing is not None:
            row |= {"messages": standing.messages, "senders": standing.senders, "weeks": round(standing.weeks, 2)}
            row["false_alarms_a_week"] = _rate_json(standing)
        if channel in bank:
            row["outputs"] = [_output_json(output, manifest, standing, bank[channel]) for output in manifest.labels]
        answer["channels"][channel.value] = row
    return answer


def plan_lines(
    plan: Plan, outcome: Sequence[str], budget: float, *, applied: bool, apply: bool, explain: bool
) -> list[str]:
    """What an archive or the journal would change, or has changed where `applied`; `outcome` are the lines that say it
    of single messages."""
    ordinary = sum(record.is_ordinary for record in plan.records)
    lines = [
        f"{len(plan.records):,} messages in {plan.weeks:.1f} weeks, {ordinary:,} of them ordinary: "
        "fully judged, with no rule, pattern or example against them",
        f"budget: at most {budget:g} false alarms a week",
    ]
    for channel in Channel:
        words = _plan_words(plan.channels.get(channel), plan, channel, budget)
        lines += ["", *(f"{channel.value:<10}  {line}" for line in words)]
    lines += ["", *outcome]
    if explain and plan.moves:
        rows = [("channel", "output", "before", "after")]
        rows += [(m.channel.value, m.label, f"{m.before:.3f}", f"{m.after:.3f}") for m in plan.moves]
        lines += ["", *_table(rows)]
    if applied:
        end = "the new thresholds are in force; guardian calibrate --reset takes them back"
    elif apply or not plan.moves:
        end = "nothing was changed: there is nothing to move"
    else:
        end = "nothing was changed; --apply puts the new thresholds in force"
    return [*lines, "", end]


def plan_json(plan: Plan, outcome: Mapping[str, Any], budget: float, *, applied: bool) -> dict[str, Any]:
    """The same as JSON; `outcome` are the keys that say it of single messages."""
    return {
        "v": JSON_VERSION,
        "false_alarms_per_week": budget,
        "applied": applied,
        "messages": len(plan.records),
        "ordinary": sum(record.is_ordinary for record in plan.records),
        "weeks": round(plan.weeks, 2),
        "channels": {channel.value: _plan_channel_json(found) for channel, found in plan.channels.items()},
        "moves": [
            {"channel": m.channel.value, "output": m.label, "from": round(m.before, 6), "to": round(m.after, 6)}
            for m in plan.moves
        ],
        **outcome,
    }


def _channel_words(standing: ChannelStanding | None, manifest: Manifest) -> Iterator[str]:
    if standing is None:
        yield "as shipped"
        return
    shipped = {output.label: output.threshold for output in manifest.outputs}
    moved = [output.threshold for label, output in standing.outputs.items() if output.threshold != shipped[label]]
    where = f", now at {_span_words(moved)}" if moved else ""
    yield (
        f"thresholds moved: {len(moved)}{where}; from {standing.messages:,} ordinary messages of "
        f"{standing.senders:,} senders in {standing.weeks:.1f} weeks"
    )
    yield f"expect {_rate_words(standing)} false alarms a week"


def _plan_words(found: ChannelPlan | None, plan: Plan, channel: Channel, budget: float) -> Iterator[str]:
    if found is None:
        yield "no ordinary message: thresholds stay"
        return
    settled = found.settled
    yield f"{len(found.stream):,} ordinary messages of {found.senders:,} senders"
    if not found.can_alarm:
        yield "no policy of yours warns here by a threshold that may move: thresholds stay"
        return
    if settled.missing:
        yield f"too little data: about {settled.missing:,} more are needed, of further senders; thresholds stay"
        return
    yield f"false alarms a week: {_rate_words(settled.now)} now, {_rate_words(settled.then)} then"
    moves = [move for move in plan.moves if move.channel is channel]
    if moves:
        yield f"thresholds that move: {len(moves)}, to {_span_words([move.after for move in moves])}"
    if settled.finer:
        yield f"this data cannot hold so small a budget for sure: about {settled.finer:,} more messages are needed"
    if settled.is_bounded:
        yield "a bound kept thresholds from moving further: on one step, on all steps, or on what one sender may do"
    if settled.then.a_week > budget:
        yield "that is more than your budget: policies and excepted senders can do what thresholds may not"


def _plan_channel_json(found: ChannelPlan) -> dict[str, Any]:
    settled = found.settled
    return {
        "ordinary": len(found.stream),
        "senders": found.senders,
        "settled": found.is_settled,
        "can_alarm": found.can_alarm,
        "messages_missing": settled.missing,
        "messages_for_this_budget": settled.finer,
        "is_bounded": settled.is_bounded,
        "false_alarms_a_week": {"now": _rate_json(settled.now), "then": _rate_json(settled.then)},
    }


def _explained(
    channel: Channel, manifest: Manifest, calibration: Calibration | None, bank: Mapping[str, tuple[int, int]]
) -> Iterator[tuple[str, ...]]:
    """A row for each output: where it stands, how often ordinary messages pass it, and how that is known."""
    standing = calibration.channels.get(channel) if calibration is not None else None
    shipped = shipped_thresholds(manifest).on(channel)
    for label in manifest.labels:
        own = standing.outputs.get(label) if standing is not None else None
        if own is not None and standing is not None:
            source = f"your {standing.messages:,} messages and the bank"
            yield label, f"{shipped[label]:.3f}", f"{own.threshold:.3f}", f"{_rate_words(own)} a week", source
        else:
            passed, of = bank[label]
            low, high = rate_interval(passed, of)
            rate = f"{1000 * passed / of:.1f} in 1,000 ({1000 * low:.1f} to {1000 * high:.1f})"
            yield label, f"{shipped[label]:.3f}", f"{shipped[label]:.3f}", rate, f"shipped; bank of {of:,}"


def _output_json(
    label: str, manifest: Manifest, standing: ChannelStanding | None, bank: Mapping[str, tuple[int, int]]
) -> dict[str, Any]:
    shipped = next(output.threshold for output in manifest.outputs if output.label == label)
    own = standing.outputs.get(label) if standing is not None else None
    passed, of = bank[label]
    low, high = rate_interval(passed, of)
    return {
        "output": label,
        "shipped": shipped,
        "now": own.threshold if own is not None else shipped,
        "source": "own" if own is not None else "shipped",
        "passed_a_week": _rate_json(own) if own is not None else None,
        "bank": {"passed": passed, "of": of, "low": round(low, 5), "high": round(high, 5)},
    }


class _Rate(Protocol):
    """A number of messages in a week, with its interval."""

    @property
    def a_week(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


def _rate_words(rate: _Rate) -> str:
    expected, low, high = (_short_number(value) for value in _rate_json(rate).values())
    return f"{expected} ({low} to {high})"


def _short_number(value: float) -> str:
    """Two digits of a small number, a large one to the unit: never 1.2e+02."""
    return f"{value:.2g}" if value < 10 else f"{value:,.0f}"


def _rate_json(rate: _Rate) -> dict[str, float]:
    return {"expected": round(rate.a_week, 3), "low": round(rate.low, 3), "high": round(rate.high, 3)}


def _span_words(thresholds: Sequence[float]) -> str:
    low, high = f"{min(thresholds):.2f}", f"{max(thresholds):.2f}"
    return low if low == high else f"{low} to {high}"


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
