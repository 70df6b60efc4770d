"""`guardian pack show [PACK]`: a pack in full, one that is installed, or all that are."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from guardian.commands.pack_actions.shown import pack_row, print_json, print_pack, print_rows
from guardian.exits import ExitCode
from guardian.packs.base import PackError
from guardian.packs.installed import Installed
from guardian.packs.lowering import lower
from guardian.packs.manifest import NAME
from guardian.packs.offer_words import installed_rows
from guardian.packs.offering import packs_here, whose
from guardian.packs.pack import installed_id, open_pack
from guardian.policy.problem import did_you_mean, quoted
from guardian.safe_text import safe_line, safe_text
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print it. The name of an installed pack means that one; ./NAME means a path. Exit codes: 0, 2, 74."""
    packs = packs_here(settings)
    if args.pack is None:
        _print_all(list(packs.values()), as_json=args.json)
    elif args.pack in packs:
        _print_installed(packs[args.pack], as_json=args.json)
    elif NAME.fullmatch(args.pack) and not Path(args.pack).exists():
        hint = did_you_mean(args.pack, packs) or "guardian pack show lists them"
        raise PackError(f"no pack of the name {quoted(args.pack)} is installed", hint=hint)
    else:
        _print_path(Path(args.pack), settings, as_json=args.json)
    return ExitCode.CLEAN


def _print_all(packs: list[Installed], *, as_json: bool) -> None:
    if as_json:
        print_json({"packs": [_row(each) for each in packs]})
        return
    for each in packs:
        sys.stdout.write(f"{each.name} {each.version}  {each.tier.value}  policies: {len(each.policies)}\n")
    if not packs:
        sys.stderr.write("guardian: no pack is installed\n")


def _print_installed(pack: Installed, *, as_json: bool) -> None:
    if as_json:
        print_json(_row(pack))
        return
    print_rows(installed_rows(pack))


def _print_path(path: Path, settings: Settings, *, as_json: bool) -> None:
    pack = open_pack(path)
    key = whose(pack, settings)
    lowered = lower(pack, key.tier, pack.manifest.channels, is_active=False)
    if as_json:
        would = {policy_id: {"text": each.text, "left_out": list(each.told)} for policy_id, each in lowered.items()}
        print_json({**pack_row(pack, key), "would_install": would})
        return
    print_pack(pack, key)
    for each in lowered.values():
        sys.stdout.write(f"\n# {each.file}\n" + "".join(f"# {safe_line(line)}\n" for line in each.told))
        sys.stdout.write(safe_text(each.text))


def _row(pack: Installed) -> dict[str, Any]:
    return {
        "name": pack.name,
        "version": str(pack.version),
        "sha256": pack.sha256,
        "key": pack.key,
        "tier": pack.tier.value,
        "channels": list(pack.channels),
        "policies": [installed_id(pack.name, policy_id) for policy_id in pack.policies],
    }
