"""`guardian policy restore ID@N`: go back to an earlier version, which is a change like any other."""

from __future__ import annotations

import argparse

from guardian.commands.asking import ask_line
from guardian.commands.narration import narrate
from guardian.commands.policy_actions.changing import amended, tell_standing
from guardian.commands.policy_actions.own import own_policies
from guardian.exits import ExitCode
from guardian.journal.opening import open_journal
from guardian.journal.places.passphrase import terminal_ask
from guardian.policy.amend import Wish, version_of
from guardian.policy.life.standing import record_amendments
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Write the earlier version into the policy's file, and take it in force. Exit codes: 0, 2, 74."""
    policy_id, number = args.version
    own_policies(settings)
    with open_journal(settings, ask=terminal_ask, begin=True) as journal:
        record_amendments(settings, journal)
        earlier = version_of(journal, policy_id, number)
    why = args.why or ask_line("why? (your reason stands in the journal)") or f"back to version {number}"
    now = amended(settings, Wish(policy_id, earlier.version.text, "restored", why), narrate(verbose=False))
    tell_standing(policy_id, now)
    return ExitCode.CLEAN
