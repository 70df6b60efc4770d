"""`guardian policy amend ID`: take what you changed in its file in force, with your reason."""

from __future__ import annotations

import argparse
import sys

from guardian.commands.asking import ask_line
from guardian.commands.narration import narrate
from guardian.commands.policy_actions.changing import amended, print_diff, tell_standing
from guardian.errors import PolicyError
from guardian.exits import ExitCode
from guardian.journal.opening import open_journal
from guardian.journal.places.passphrase import terminal_ask
from guardian.policy.amend import Wish, give_reason
from guardian.policy.life.amendments import read_amendments
from guardian.policy.life.standing import InForce
from guardian.policy.problem import Level, quoted
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Amend, or give the reason of a change that was noticed before. Exit codes: 0, 2, 74."""
    wish = Wish(args.policy_id, how="amended" if args.why else "edited", why=args.why)
    now = amended(settings, wish, narrate(verbose=False))
    _refuse_broken(args.policy_id, now)
    is_new = args.policy_id in now.changed
    pending = now.pending.get(args.policy_id)
    if pending is not None:
        why = "" if pending.why else ask_line("why? (your reason stands in the journal; nothing: asked later)")
        if why:
            now = amended(settings, Wish(args.policy_id, why=why), narrate(verbose=False))
        tell_standing(args.policy_id, now)
        return ExitCode.CLEAN
    with open_journal(settings, ask=terminal_ask, begin=True) as journal:
        found = read_amendments(journal, args.policy_id)
        if not found:
            raise PolicyError(f"no policy has the id {quoted(args.policy_id)}", hint="see guardian policy list")
        latest = found[-1]
        if is_new:
            print_diff(latest.diff)
        if not latest.why:
            why = args.why or ask_line("why? (your reason stands in the journal; nothing: later)") or ""
            if why:
                give_reason(settings, journal, latest, why)
            else:
                print(f"version {latest.n} of {latest.policy} has no reason yet (--why TEXT)", file=sys.stderr)
    tell_standing(args.policy_id, now)
    return ExitCode.CLEAN


def _refuse_broken(policy_id: str, now: InForce) -> None:
    """Raise PolicyError where the policy's file is broken, so that there is nothing to take in force."""
    for file in now.policies.files:
        if file.policy is not None and file.policy.id == policy_id:
            for problem in file.problems:
                if problem.level is Level.ERROR:
                    raise PolicyError(problem.to_line(), hint="mend the file first; its last good version is in force")
