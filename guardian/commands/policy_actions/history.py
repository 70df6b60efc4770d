"""`guardian policy history [ID]`: how policies became what they are, and why."""

from __future__ import annotations

import argparse
from datetime import datetime

from guardian.commands.policy_actions.changing import print_diff
from guardian.commands.policy_actions.own import own_policies, print_json
from guardian.errors import PolicyError
from guardian.exits import ExitCode
from guardian.journal.opening import open_journal
from guardian.journal.places.passphrase import terminal_ask
from guardian.policy.life.amendments import Amendment, read_amendments
from guardian.policy.life.standing import record_amendments
from guardian.policy.problem import quoted
from guardian.safe_text import safe_line
from guardian.settings import Settings

_HOW = {
    "first": "was there when Guardian first looked",
    "edited": "changed in its file",
    "amended": "amended",
    "restored": "went back",
    "deleted": "deleted",
    "pack": "came with a pack",
}


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print the amendments, oldest first. Exit codes: 0, 2."""
    own_policies(settings)  # what was changed since the last look becomes an amendment first
    with open_journal(settings, ask=terminal_ask, begin=True) as journal:
        record_amendments(settings, journal)
        found = read_amendments(journal, args.policy_id)
    if args.policy_id is not None and not found:
        raise PolicyError(f"no policy had the id {quoted(args.policy_id)}", hint="see guardian policy list")
    if args.json:
        print_json({"amendments": [_row(each) for each in found]})
        return ExitCode.CLEAN
    for each in found:
        print(_line(each))
        if args.diff:
            print_diff(each.diff)
    return ExitCode.CLEAN


def _line(each: Amendment) -> str:
    when = datetime.fromtimestamp(each.at_ms / 1000).astimezone().strftime("%Y-%m-%d %H:%M")
    why = f": {safe_line(each.why)}" if each.why else ("" if each.how == "first" else ": no reason given yet")
    milder = f" (milder: {safe_line(each.loosens)})" if each.loosens else ""
    how = _HOW.get(each.how, safe_line(each.how))
    return f"{each.policy}@{each.n}  {when}  {how} by {safe_line(each.by)}{milder}{why}"


def _row(each: Amendment) -> dict[str, object]:
    return {
        "policy": each.policy,
        "n": each.n,
        "seq": each.seq,
        "at_ms": each.at_ms,
        "how": each.how,
        "by": each.by,
        "why": each.why,
        "sha256": each.version.sha256,
        "loosens": each.loosens,
        "preview": each.preview,
        "diff": each.diff,
    }
