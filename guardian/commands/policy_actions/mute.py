"""`guardian policy mute ID`: one reason, or a whole policy, is not told for a while."""

from __future__ import annotations

import argparse
from datetime import date

from guardian.assembly import comparing
from guardian.commands.narration import narrate
from guardian.commands.policy_actions.changing import tell_standing
from guardian.exits import ExitCode
from guardian.policy.muting import asked_mute, mute_policy
from guardian.safe_text import safe_line
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Write the mute into the policy's file. Exit codes: 0, 2, 74."""
    mute = asked_mute(args.tactic or "", args.sender or "", args.days, args.why, date.today())
    with comparing(settings) as compare:
        muted = mute_policy(settings, args.policy_id, mute, narrate(verbose=False), compare=compare)
    print(safe_line(f"{muted.policy}: wrote into {muted.path}: mute {muted.mute}"))
    tell_standing(muted.policy, muted.now)
    return ExitCode.CLEAN
