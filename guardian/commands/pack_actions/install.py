"""`guardian pack install PATH`: take in a pack that is not here yet."""

from __future__ import annotations

import argparse
from pathlib import Path

from guardian.commands.pack_actions.taking import take
from guardian.exits import ExitCode
from guardian.packs.base import PackError
from guardian.packs.offering import installed_before, opened_pack
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Show, ask, install. Exit codes: 0, 2, 74. Raises PackError."""
    pack, key = opened_pack(Path(args.path), settings, unsigned=args.unsigned)
    installed = installed_before(pack, settings)
    if installed is not None and not installed.is_removed and installed.sha256 != pack.sha256:
        raise PackError(
            f"a pack {pack.name} is installed already, version {installed.version}", hint="use guardian pack update"
        )
    return take(args, settings, pack, key, installed)
