"""`guardian pack verify PATH`: whether a pack is what it says, and what its policies do here."""

from __future__ import annotations

import argparse
from pathlib import Path

from guardian.commands.pack_actions.shown import pack_row, print_json, print_pack, print_trial, trying
from guardian.exits import ExitCode
from guardian.packs.lowering import lower
from guardian.packs.offering import whose
from guardian.packs.pack import open_pack
from guardian.packs.trial import try_pack
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Check it and run its golden cases. Exit codes: 0, 2, 74. Raises PackError where it would be refused."""
    pack = open_pack(Path(args.path))
    key = whose(pack, settings)
    lowered = lower(pack, key.tier, pack.manifest.channels, is_active=False)
    with trying() as observer:
        trial = try_pack(settings, lowered, pack.golden, observer)
    if args.json:
        scores = {policy_id: score.to_json() for policy_id, score in trial.report.scores.items()}
        print_json({**pack_row(pack, key), "here": scores, "failing": list(trial.failing)})
        return ExitCode.CLEAN
    print_pack(pack, key)
    print_trial(pack, trial)
    return ExitCode.CLEAN
