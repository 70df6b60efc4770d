"""A pack that was read whole and checked: manifest, signature, hashes, policies, golden cases, report card.

Invariants: a `Pack` only exists where all of it holds together; a signature that does not fit refuses the pack, it
never turns it into an unsigned one; no two policies share an id, and each stands in the file of its id. What the
pack's policies do to messages is not known here (`guardian.packs.trial`), nor how far its key is trusted
(`guardian.packs.keys`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guardian.packs.base import (
    GOLDEN,
    LONGEST_POLICY_ID,
    MANIFEST,
    MOST_EXAMPLES,
    MOST_PATTERNS,
    MOST_POLICIES,
    REPORT,
    SIGNATURE,
    PackError,
    decoded,
    policy_id_of,
    refused,
    sha256_of,
)
from guardian.packs.contents import read_contents
from guardian.packs.golden import GoldenCase, parse_golden
from guardian.packs.manifest import Manifest, check_hashes, parse_manifest
from guardian.packs.report import ReportCard, parse_report
from guardian.packs.sshsig import PublicKey, verify
from guardian.policy.base import Policy
from guardian.policy.load import parse_policy
from guardian.policy.problem import quoted
from guardian.policy.source import LARGEST_BYTES
from guardian.safe_text import safe_line

SEPARATOR = "--"
"""Between a pack's name and a policy's id in the id that the policy has once it is installed."""


@dataclass(frozen=True, slots=True)
class PackedPolicy:
    """One policy of a pack, as its author wrote it."""

    policy: Policy
    table: Mapping[str, Any]
    """Its file as TOML gives it."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack whose parts fit together."""

    manifest: Manifest
    sha256: str
    """`sha256:...` over its `pack.toml`: which version of which pack this is."""
    key: PublicKey | None
    """Who signed it; None where nobody did."""
    policies: Mapping[str, PackedPolicy]
    """By their id in the pack, in order of the ids."""
    golden: tuple[GoldenCase, ...]
    report: ReportCard

    @property
    def name(self) -> str:
        """What it is called."""
        return self.manifest.name


def open_pack(path: Path) -> Pack:
    """The pack in a folder or an archive. Raises PackError with the place of the first thing that is wrong."""
    try:
        return check_pack(read_contents(path))
    except PackError as error:
        shown = safe_line(str(path))
        what = error.what if error.what.startswith(shown) else f"{shown}: {error.what}"
        raise PackError(what, hint=error.hint) from None


def check_pack(files: Mapping[str, bytes]) -> Pack:
    """The pack that these files make. Raises PackError."""
    for name in (MANIFEST, GOLDEN, REPORT):
        if name not in files:
            raise refused(name, "is missing from the pack")
    key = None
    if SIGNATURE in files:
        key = verify(files[MANIFEST], decoded(SIGNATURE, files[SIGNATURE]), SIGNATURE)
    manifest = parse_manifest(files[MANIFEST])
    check_hashes(manifest, files)
    policies = _policies(files, manifest)
    return Pack(
        manifest=manifest,
        sha256=sha256_of(files[MANIFEST]),
        key=key,
        policies=policies,
        golden=parse_golden(files[GOLDEN], policies.keys()),
        report=parse_report(files[REPORT], policies.keys()),
    )


def installed_id(pack: str, policy_id: str) -> str:
    """The id of a pack's policy in its owner's folder."""
    return f"{pack}{SEPARATOR}{policy_id}"


def _policies(files: Mapping[str, bytes], manifest: Manifest) -> Mapping[str, PackedPolicy]:
    policies: dict[str, PackedPolicy] = {}
    patterns = examples = 0
    for name in sorted(files):
        policy_id = policy_id_of(name)
        if policy_id is None:
            continue
        if len(policies) == MOST_POLICIES:
            raise refused(name, f"takes the pack over {MOST_POLICIES} policies")
        packed = policies[policy_id] = _policy(name, policy_id, files[name], manifest)
        patterns += len(packed.policy.match.patterns)
        examples += len(packed.policy.examples)
        if patterns > MOST_PATTERNS or examples > MOST_EXAMPLES:
            what = f"{MOST_PATTERNS:,} patterns" if patterns > MOST_PATTERNS else f"{MOST_EXAMPLES:,} examples"
            raise refused(name, f"takes the pack over {what}")
    if not policies:
        raise refused(MANIFEST, "the pack has no policies")
    return policies


def _policy(name: str, policy_id: str, data: bytes, manifest: Manifest) -> PackedPolicy:
    if len(data) > LARGEST_BYTES:
        raise refused(name, f"is larger than {LARGEST_BYTES >> 10} KiB")
    text = decoded(name, data)
    policy, problems = parse_policy(text, Path(name))
    if policy is None:
        first = problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise refused(f"{name}:{first.line}:{first.column}", first.message + more, first.hint)
    if policy.id != policy_id:
        raise refused(name, f"its id is {quoted(policy.id)}, not that of its file name")
    if SEPARATOR in policy_id or len(installed_id(manifest.name, policy_id)) > LONGEST_POLICY_ID:
        raise refused(name, "its id is too long beside the pack's name, or has two hyphens in a row")
    if beyond := [channel for channel in policy.channels if channel not in manifest.channels]:
        raise refused(name, f"looks at {beyond[0].value}, which {MANIFEST} does not ask for")
    return PackedPolicy(policy, tomllib.loads(text))
