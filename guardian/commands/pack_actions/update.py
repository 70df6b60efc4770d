"""`guardian pack update PATH`: take in the next version of a pack that is here."""

from __future__ import annotations

import argparse

from guardian.commands.pack_actions.taking import opened, take
from guardian.exits import ExitCode
from guardian.packs.base import PackError
from guardian.packs.installed import read_installed
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Show, ask, update. Exit codes: 0, 2, 74. Raises PackError."""
    pack, key = opened(args, settings)
    installed = read_installed(settings.paths.config).get(pack.name)
    if installed is None or installed.is_removed:
        raise PackError(f"no pack {pack.name} is installed", hint="use guardian pack install")
    return take(args, settings, pack, key, installed)
