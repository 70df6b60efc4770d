"""`guardian pack install PATH`: take in a pack that is not here yet."""

from __future__ import annotations

import argparse

from guardian.commands.pack_actions.taking import opened, take
from guardian.exits import ExitCode
from guardian.packs.base import PackError
from guardian.packs.installed import read_installed
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Show, ask, install. Exit codes: 0, 2, 74. Raises PackError."""
    pack, key = opened(args, settings)
    installed = read_installed(settings.paths.config).get(pack.name)
    if installed is not None and not installed.is_removed and installed.sha256 != pack.sha256:
        raise PackError(
            f"a pack {pack.name} is installed already, version {installed.version}", hint="use guardian pack update"
        )
    return take(args, settings, pack, key, installed)
