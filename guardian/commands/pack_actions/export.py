"""`guardian pack export NAME ID...`: make a pack of the owner's own policies, signed with the owner's key."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from guardian.commands.pack_actions.shown import agrees, print_trial, say, trying
from guardian.commands.policy_actions.own import own_policies
from guardian.errors import UsageError
from guardian.exits import ExitCode
from guardian.journal.places.passphrase import terminal_ask
from guardian.message import Channel
from guardian.packs.base import MANIFEST, MOST_FILE_BYTES, PackError, Tier
from guardian.packs.contents import read_regular_file
from guardian.packs.export import Draft, add_signature, draft_pack, pack_files, unmeasured, write_pack
from guardian.packs.golden import GoldenCase, parse_golden
from guardian.packs.keys import read_private_key
from guardian.packs.lowering import lower
from guardian.packs.manifest import Manifest, Version, pack_name
from guardian.packs.pack import SEPARATOR, Pack, open_pack
from guardian.packs.sshsig import NAMESPACE, sign
from guardian.packs.trial import try_pack
from guardian.policy.load import LoadedFile
from guardian.policy.on_disk import file_of
from guardian.safe_text import safe_line, safe_text
from guardian.settings import Settings

_FIRST = Version(1, 0, 0)
_LICENCE = "all rights reserved"


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Measure, show, ask, sign and write. Exit codes: 0, 2, 74. Raises PackError, UsageError."""
    before = open_pack(Path(args.after)) if args.after else None
    files = _chosen(args.ids, settings)
    golden = _golden(args.golden, args.ids) if args.golden else None
    draft = draft_pack(_manifest(args, before, files), files, golden)
    pack = unmeasured(draft)
    lowered = lower(pack, Tier.MINE, pack.manifest.channels, is_active=True)
    with trying() as observer:
        trial = try_pack(settings, lowered, draft.golden, observer)
    contents = pack_files(draft, trial.report)
    _print(draft)
    print_trial(replace(pack, report=trial.report), trial)
    if not agrees("All of this goes out. Write the pack?", yes=args.yes):
        say("nothing was written")
        return ExitCode.CLEAN
    if args.key:
        key = read_private_key(Path(args.key), terminal_ask)
        contents = add_signature(contents, sign(contents[MANIFEST], key))
    write_pack(Path(args.to), contents)
    say(f"{pack.name} {pack.manifest.version} written to {args.to}")
    if not args.key:
        say(f"it is not signed: in a folder, ssh-keygen -Y sign -n {NAMESPACE} -f KEY {MANIFEST} signs it")
    return ExitCode.CLEAN


def _chosen(ids: Sequence[str], settings: Settings) -> list[LoadedFile]:
    policies = own_policies(settings)
    for policy_id in ids:
        if SEPARATOR in policy_id:
            raise PackError(f"{safe_line(policy_id)} came with a pack: it is its author's to give away")
    return [file_of(policy_id, policies) for policy_id in dict.fromkeys(ids)]


def _golden(path: str, ids: Sequence[str]) -> tuple[GoldenCase, ...]:
    return parse_golden(read_regular_file(Path(path), MOST_FILE_BYTES), ids, safe_line(path))


def _manifest(args: argparse.Namespace, before: Pack | None, files: Sequence[LoadedFile]) -> Manifest:
    """What the pack says of itself: as the options say, else as the version before did."""
    earlier = before.manifest if before is not None else None
    if earlier is not None and earlier.name != args.name:
        raise PackError(f"the version before is of another pack, {earlier.name}")
    authors = args.author or (earlier.authors if earlier else None)
    languages = args.language or (earlier.languages if earlier else None)
    if not authors or not languages:
        raise UsageError("say who made the pack, and in which language it is", hint="--author NAME --language en")
    channels = {channel for file in files if file.policy is not None for channel in file.policy.channels}
    return Manifest(
        name=pack_name(args.name),
        version=_version(args.pack_version, earlier),
        authors=tuple(authors),
        licence=args.licence or (earlier.licence if earlier else _LICENCE),
        languages=tuple(languages),
        channels=tuple(channel for channel in Channel if channel in channels),
        before=before.sha256 if before is not None else "",
    )


def _version(text: str | None, earlier: Manifest | None) -> Version:
    if text is None:
        return replace(earlier.version, patch=earlier.version.patch + 1) if earlier else _FIRST
    try:
        version = Version.parse(text)
    except ValueError as error:
        raise UsageError(f"--version {error}") from None
    if earlier is not None and version <= earlier.version:
        raise UsageError(f"--version must be higher than {earlier.version}")
    return version


def _print(draft: Draft) -> None:
    for policy_id, text in draft.policies.items():
        sys.stdout.write(f"# {policy_id}\n{safe_text(text)}\n")
    for line in draft.left_out:
        sys.stdout.write(f"{safe_line(line)}\n")
