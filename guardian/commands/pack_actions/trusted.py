"""`guardian pack trusted`: the keys whose packs the owner trusts."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

from guardian.commands.pack_actions.shown import print_json, say
from guardian.exits import ExitCode
from guardian.packs.keys import TRUSTED_KEYS, read_trusted_keys
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print the list. Exit codes: 0, 2. Raises PackError where it cannot be read."""
    now = datetime.now(UTC)
    keys = read_trusted_keys(settings.paths.config)
    if args.json:
        rows = [
            {"name": each.name, "tier": each.tier.value, "key": each.key.fingerprint, "valid": each.is_valid(now)}
            for each in keys
        ]
        print_json({"keys": rows})
        return ExitCode.CLEAN
    for each in keys:
        note = "" if each.is_valid(now) else "  not for packs, or not now"
        sys.stdout.write(f"{each.tier.value:<8} {each.key.fingerprint}  {each.name}{note}\n")
    if not keys:
        say(f"no key is trusted: {settings.paths.config / TRUSTED_KEYS} is empty or not there")
    return ExitCode.CLEAN
