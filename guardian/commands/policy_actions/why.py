"""`guardian policy why SEQ`: which policies looked at a recorded message, which matched, and which nearly did.

Invariant: what is told is what the record holds, whatever the policies say today.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from guardian.commands.journal_actions.asked import opened
from guardian.commands.policy_actions.own import own_policies, print_json
from guardian.errors import PolicyError, UsageError
from guardian.exits import ExitCode
from guardian.journal.facts import sender_of
from guardian.journal.past_verdict import past_verdict
from guardian.journal.record import Record
from guardian.journal.view import local_time
from guardian.policy.load import PolicySet
from guardian.policy.match_words import NEAR_STEPS, nearly_matched, standing_words
from guardian.policy.roads import margin_of
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
        entry = journal.entry(args.seq)
    if not isinstance(entry.record, Record):
        raise UsageError(f"record {args.seq} can't be explained: {entry.record.why}")
    try:
        verdict = past_verdict(entry.record)
    except ValueError:
        hint = "guardian journal list '~k verdict' lists the verdicts"
        raise UsageError(f"record {args.seq} is no verdict", hint=hint) from None
    matches = sorted(verdict.policies, key=_by_nearness)
    missing = _not_there(verdict, settings)
    if args.json:
        rows = [
            {**match.to_json(), "standing": _standing(match), "margin": round(_margin(match), 3)} for match in matches
        ]
        print_json({"seq": args.seq, "outcome": verdict.outcome.value, "policies": rows, "did_not_look": missing})
    else:
        lines = [*_head(args.seq, entry.record, verdict), *map(_line, matches), *_missing_lines(missing)]
        sys.stdout.write("\n".join(lines) + "\n")
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


def _line(match: PolicyMatch) -> str:
    return f"{_standing(match):<8}  {safe_line(match.id)}: {standing_words(match)}"


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
        own: PolicySet = own_policies(settings)
    except PolicyError:
        return []
    return [policy.id for policy in own.policies if policy.id not in looked]


def _missing_lines(missing: list[str]) -> Iterator[str]:
    if missing:
        yield f"did not look (another channel, not in force, or not there then): {', '.join(missing)}"
