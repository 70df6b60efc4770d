"""`guardian pack trust FILE --name NAME`: trust a key for packs."""

from __future__ import annotations

import argparse
from pathlib import Path

from guardian.commands.pack_actions.shown import agrees, say
from guardian.exits import ExitCode
from guardian.packs.base import PackError
from guardian.packs.keys import MINE
from guardian.packs.trusting import key_to_trust, trust_key, trust_words
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Show its fingerprint, ask, and add it to the list. Exit codes: 0, 2, 74. Raises PackError."""
    name = MINE if args.mine else args.name
    if name == MINE and not args.mine:
        raise PackError("that name is for your own key", hint="--mine says that it is yours")
    key = key_to_trust(Path(args.file), name, settings)
    if not agrees(
        f"{key.fingerprint}, as {name}: packs that it signs may {trust_words(name)}. Trust it?", yes=args.yes
    ):
        say("nothing was changed")
        return ExitCode.CLEAN
    path = trust_key(key, name, settings)
    say(f"{key.fingerprint} is trusted as {name}; delete its line in {path} to end that")
    return ExitCode.CLEAN
