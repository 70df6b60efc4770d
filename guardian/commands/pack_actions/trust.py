"""`guardian pack trust FILE --name NAME`: trust a key for packs."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from guardian.commands.pack_actions.shown import agrees, say
from guardian.errors import OutputError
from guardian.exits import ExitCode
from guardian.packs.base import PackError, Tier
from guardian.packs.keys import MINE, TRUSTED_KEYS, read_public_key, read_trusted_keys, trust_line
from guardian.paths import ensure_private_directory
from guardian.settings import Settings

_MAY = {Tier.MINE: "come in as they stand", Tier.TRUSTED: "warn, never hold"}


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Show its fingerprint, ask, and add it to the list. Exit codes: 0, 2, 74. Raises PackError."""
    config = settings.paths.config
    name = MINE if args.mine else args.name
    if name == MINE and not args.mine:
        raise PackError("that name is for your own key", hint="--mine says that it is yours")
    key = read_public_key(Path(args.file))
    line = trust_line(name, key)
    for known in read_trusted_keys(config):
        if known.key == key:
            raise PackError(f"{key.fingerprint} is in the list already, as {known.name}", hint="edit trusted-keys")
    tier = Tier.MINE if args.mine else Tier.TRUSTED
    if not agrees(f"{key.fingerprint}, as {name}: packs that it signs may {_MAY[tier]}. Trust it?", yes=args.yes):
        say("nothing was changed")
        return ExitCode.CLEAN
    _append(config / TRUSTED_KEYS, line)
    say(f"{key.fingerprint} is trusted as {name}; delete its line in {config / TRUSTED_KEYS} to end that")
    return ExitCode.CLEAN


def _append(path: Path, line: str) -> None:
    ensure_private_directory(path.parent)
    try:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        with open(os.open(path, flags, 0o600), "r+b") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(end - 1, 0))
            is_open = end > 0 and file.read(1) != b"\n"
            file.write((b"\n" if is_open else b"") + line.encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OutputError(f"{path}: {(error.strerror or type(error).__name__).lower()}") from None
