"""`guardian pack update PATH`: take in the next version of a pack that is here."""

from __future__ import annotations

import argparse
from pathlib import Path

from guardian.commands.pack_actions.taking import take
from guardian.exits import ExitCode
from guardian.packs.base import PackError
from guardian.packs.offering import installed_before, opened_pack
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Show, ask, update. Exit codes: 0, 2, 74. Raises PackError."""
    pack, key = opened_pack(Path(args.path), settings, unsigned=args.unsigned)
    installed = installed_before(pack, settings)
    if installed is None or installed.is_removed:
        raise PackError(f"no pack {pack.name} is installed", hint="use guardian pack install")
    return take(args, settings, pack, key, installed)
