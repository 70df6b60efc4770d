"""`guardian policy why SEQ`: which policies looked at a recorded message, which matched, and which nearly did.

Invariant: what is told is what the record holds, whatever the policies say today.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from guardian.commands.journal_actions.asked import opened
from guardian.commands.policy_actions.of_record import recorded_verdict
from guardian.commands.policy_actions.own import own_policies, print_json
from guardian.errors import PolicyError
from guardian.exits import ExitCode
from guardian.journal.record import Record
from guardian.journal.reports.facts import sender_of
from guardian.journal.reports.view import local_time
from guardian.journal.scan import Scan
from guardian.policy.effects.track_record import TrackRecord, track_record_line, track_records
from guardian.policy.roads import margin_of
from guardian.policy.trying.match_words import NEAR_STEPS, nearly_matched, standing_words
from guardian.safe_text import safe_line
from guardian.settings import Settings
from guardian.verdict import PolicyMatch, Verdict

_LEGEND = (
    f"nearly: set aside by an exception, or at most {NEAR_STEPS:.0f} step short of its threshold; a step multiplies the"
    " odds by 2.7"
)


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Tell. Raises UsageError where there is no verdict, JournalError."""
    with opened(settings) as journal:
        record, verdict = recorded_verdict(journal, args.seq)
        tracks = track_records(Scan(journal), [match.id for match in verdict.policies])
    matches = sorted(verdict.policies, key=_by_nearness)
    missing = _not_there(verdict, settings)
    if args.json:
        rows = [_row(match, tracks[match.id]) for match in matches]
        print_json({"seq": args.seq, "outcome": verdict.outcome.value, "policies": rows, "did_not_look": missing})
    else:
        lines = [*_head(args.seq, record, verdict), *(line for match in matches for line in _lines(match, tracks))]
        sys.stdout.write("\n".join([*lines, *_missing_lines(missing)]) + "\n")
        sys.stdout.flush()
        sys.stderr.write(_LEGEND + "\n")
    return ExitCode.CLEAN


def _head(seq: int, record: Record, verdict: Verdict) -> Iterator[str]:
    moment = local_time(record.at_ms)
    when = f", {moment:%Y-%m-%d %H:%M}" if moment is not None else ""
    sender = sender_of(record)
    yield safe_line(
        f"record {seq}: {verdict.outcome.value}, {verdict.channel}" + (f" from {sender}" if sender else "") + when
    )
    counts = [list(map(_standing, verdict.policies)).count(each) for each in ("matched", "nearly", "no")]
    yield "policies that looked: {}; matched: {}; nearly: {}; no: {}".format(len(verdict.policies), *counts)


def _lines(match: PolicyMatch, tracks: Mapping[str, TrackRecord]) -> Iterator[str]:
    yield f"{_standing(match):<8}  {safe_line(match.id)}: {standing_words(match)}"
    if match.matched or tracks[match.id].judged:
        yield f"{'':<10}its record: {track_record_line(tracks[match.id])}"


def _row(match: PolicyMatch, track: TrackRecord) -> dict[str, Any]:
    standing = {"standing": _standing(match), "margin": round(_margin(match), 3)}
    return {**match.to_json(), **standing, "record": track.to_json()}


def _standing(match: PolicyMatch) -> str:
    if match.matched:
        return "matched"
    return "nearly" if nearly_matched(match) else "no"


def _margin(match: PolicyMatch) -> float:
    return margin_of(match.score, match.threshold)


def _by_nearness(match: PolicyMatch) -> tuple[bool, bool, float]:
    return not match.matched, not nearly_matched(match), -_margin(match)


def _not_there(verdict: Verdict, settings: Settings) -> list[str]:
    """Ids of today's policies that did not look then."""
    looked = {match.id for match in verdict.policies}
    try:
        own = own_policies(settings)
    except PolicyError:
        return []
    return [policy.id for policy in own.policies if policy.id not in looked]


def _missing_lines(missing: list[str]) -> Iterator[str]:
    if missing:
        yield f"did not look (another channel, not in force, or not there then): {', '.join(missing)}"
