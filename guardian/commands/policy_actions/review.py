"""`guardian policy review`: policies that wait for their owner's word.

Three kinds: those whose alerts were often called wrong (proposed for status test), those whose review is due, and
changes whose reason was never given. On a terminal each is asked about.

Invariant: nothing is changed without a yes, a date or a reason that the owner typed; nothing is ever switched off.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date

from guardian.commands.asking import ask_line, can_ask, confirmed
from guardian.commands.policy_actions.muting import change, own_policy_on_disk
from guardian.commands.policy_actions.own import own_policies, print_json, tell_problems
from guardian.exits import ExitCode
from guardian.journal.opening import open_journal
from guardian.journal.places.passphrase import terminal_ask
from guardian.policy.amend import Wish, give_reason
from guardian.policy.awaiting import Waiting, waiting_for_owner
from guardian.policy.base import Policy, Status
from guardian.policy.effects.track_record import TrackRecord, track_record_line
from guardian.policy.life.amendments import Amendment
from guardian.policy.one_value import with_value
from guardian.safe_text import safe_line
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """List, and on a terminal ask. Exit codes: 0, 2, 74."""
    policies = own_policies(settings)
    waiting = _found(policies.policies, settings, date.today())
    if args.json:
        print_json(_to_json(waiting))
    elif can_ask():
        _ask(waiting, settings)
    else:
        _tell(waiting)
    tell_problems(policies)
    if not waiting and not args.json:
        print("nothing waits for your word", file=sys.stderr)
    return ExitCode.CLEAN


def _found(policies: Sequence[Policy], settings: Settings, today: date) -> Waiting:
    if not settings.paths.journal_file.exists():
        return waiting_for_owner(policies, settings, None, today)
    with open_journal(settings, ask=terminal_ask) as journal:
        return waiting_for_owner(policies, settings, journal, today)


def _tell(waiting: Waiting) -> None:
    for policy, record in waiting.for_test:
        print(_test_words(policy, record))
    for policy in waiting.overdue:
        print(_overdue_words(policy))
    for amendment in waiting.unexplained:
        print(_unexplained_words(amendment))


def _ask(waiting: Waiting, settings: Settings) -> None:
    for policy, record in waiting.for_test:
        print(_test_words(policy, record))
        if confirmed("put it on trial (status test: notices only)?"):
            _, text = own_policy_on_disk(policy.id, settings)
            why = ask_line("why? (your reason stands in the journal)") or track_record_line(record)
            change(Wish(policy.id, with_value(text, "status", Status.TEST.value), why=why), [], settings)
    for policy in waiting.overdue:
        print(_overdue_words(policy))
        day = _asked_day()
        if day is not None:
            _, text = own_policy_on_disk(policy.id, settings)
            wish = Wish(policy.id, with_value(text, "review_by", day), why="reviewed")
            change(wish, [f"{policy.id}: next review by {day.isoformat()}"], settings)
    for amendment in waiting.unexplained:
        print(_unexplained_words(amendment))
        reason = ask_line("why? (nothing: later)")
        if reason:
            with open_journal(settings, ask=terminal_ask) as journal:
                give_reason(settings, journal, amendment, reason)


def _asked_day() -> date | None:
    """The next day of review; None where the owner leaves it for later."""
    while answer := ask_line("read it again (guardian policy show). Next review by? (YYYY-MM-DD; nothing: later)"):
        try:
            day = date.fromisoformat(answer)
        except ValueError:
            print("write a day such as 2027-05-21", file=sys.stderr)
            continue
        if day > date.today():
            return day
        print("that day is over", file=sys.stderr)
    return None


def _test_words(policy: Policy, record: TrackRecord) -> str:
    return f'{policy.id}: {track_record_line(record)}; it could be put on trial: status = "test" gives notices only'


def _overdue_words(policy: Policy) -> str:
    day = policy.review_by.isoformat() if policy.review_by is not None else ""
    return f"{policy.id}: was to be reviewed by {day}; it stays in force"


def _unexplained_words(amendment: Amendment) -> str:
    return safe_line(f"{amendment.policy}@{amendment.n}: {amendment.how}, no reason given yet")


def _to_json(waiting: Waiting) -> dict[str, object]:
    return {
        "for_test": [{"policy": policy.id, "record": record.to_json()} for policy, record in waiting.for_test],
        "overdue": [
            {"policy": policy.id, "review_by": policy.review_by.isoformat() if policy.review_by else None}
            for policy in waiting.overdue
        ],
        "unexplained": [{"policy": each.policy, "n": each.n, "how": each.how} for each in waiting.unexplained],
    }
