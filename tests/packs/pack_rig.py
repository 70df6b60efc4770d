"""What the pack tests build with: real packs, real keys of ssh-keygen's, and the commands as their owner runs them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from guardian.cli_pack import add_pack
from guardian.cli_parts import Parser
from guardian.commands.pack import run
from guardian.errors import GuardianError
from guardian.exits import ExitCode
from guardian.journal.opening import open_journal
from guardian.message import Channel
from guardian.packs.base import GOLDEN, MANIFEST, REPORT, SIGNATURE, sha256_of
from guardian.packs.golden import GoldenCase
from guardian.packs.manifest import Manifest, Version
from guardian.packs.report import ReportCard, Score
from guardian.policy.base import Policy
from guardian.policy.life.amendments import Amendment, read_amendments
from guardian.policy.load import load_policies
from guardian.settings import Settings, load_settings

RUSH = """\
id = "rush"
title = "Hurried gift cards"
why = "A neighbour lost 400 euros."
since = 2026-11-01
channels = ["incoming"]
severity = "high"
action = "hold"
status = "active"

[match]
patterns = ['(?i)gift ?cards?', '(?i)scratch the back']

[[examples]]
text = "Buy four gift cards now and send me the codes."
flag = true

[[examples]]
text = "The meeting moved to Thursday at ten."
flag = false
"""
SECOND = RUSH.replace("four gift cards", "five gift cards")
CASES = (
    GoldenCase("rush", "Please get me three gift cards before noon.", True),
    GoldenCase("rush", "Lunch on Friday?", False),
)


def a_manifest(
    *,
    name: str = "street-scams",
    version: str = "1.0.0",
    before: str = "",
    channels: tuple[Channel, ...] = (Channel.INCOMING,),
) -> Manifest:
    return Manifest(name, Version.parse(version), ("Ada Example",), "CC-BY-4.0", ("en",), channels, before)


def pack_of(
    manifest: Manifest | None = None,
    policies: Mapping[str, str] | None = None,
    golden: tuple[GoldenCase, ...] = CASES,
    more: Mapping[str, bytes] | None = None,
) -> dict[str, bytes]:
    """The files of a pack, unsigned, with hashes that fit: its author may be as hostile as the policies are."""
    policies = {"rush": RUSH} if policies is None else policies
    files = {f"policies/{policy_id}.toml": text.encode() for policy_id, text in policies.items()}
    files[GOLDEN] = "".join(case.to_line() for case in golden).encode()
    files[REPORT] = ReportCard("m", "0" * 64, dict.fromkeys(policies, Score(1, 1, 0, 1, 0, 36))).to_bytes()
    files |= more or {}
    hashes = {name: sha256_of(data) for name, data in files.items()}
    files[MANIFEST] = replace(manifest or a_manifest(), files=hashes).to_text().encode()
    return files


def a_key(folder: Path, name: str = "key", kind: str = "ed25519", passphrase: str = "") -> Path:
    """A new key, made by ssh-keygen."""
    path = folder / name
    words = ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", name, "-f", str(path)]
    words += ["-b", "1024"] if kind == "rsa" else []
    subprocess.run([*words, "-a", "4"] if passphrase else words, check=True, capture_output=True, timeout=60)
    return path


def keygen_sign(key: Path, message: bytes, namespace: str = "guardian-pack") -> bytes:
    """The signature that ssh-keygen -Y sign makes."""
    words = ["ssh-keygen", "-Y", "sign", "-q", "-n", namespace, "-f", str(key)]
    return subprocess.run(words, input=message, capture_output=True, check=True, timeout=60).stdout


def signed(files: Mapping[str, bytes], key: Path) -> dict[str, bytes]:
    return {**files, SIGNATURE: keygen_sign(key, files[MANIFEST])}


def write_folder(path: Path, files: Mapping[str, bytes]) -> Path:
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def pack(*words: object) -> ExitCode:
    """`guardian pack ...`, in this process."""
    parser = Parser(prog="guardian")
    parser.set_defaults(parser=parser)
    add_pack(parser.add_subparsers(dest="command"))
    return run(parser.parse_args(["pack", *map(str, words)]), own_settings())


def own_settings() -> Settings:
    return load_settings(os.environ, {})


def policies_folder() -> Path:
    return own_settings().policies_dir


def installed() -> Path:
    return policies_folder() / "street-scams--rush.toml"


def policy() -> Policy:
    (found,) = (each for each in load_policies(policies_folder()).policies if each.id == "street-scams--rush")
    return found


def amendments() -> list[Amendment]:
    with open_journal(own_settings()) as journal:
        return read_amendments(journal, "street-scams--rush")


def change(before: str, after: str) -> None:
    text = installed().read_text()
    assert before in text
    installed().write_text(text.replace(before, after))


def refusal(*words: object) -> str:
    with pytest.raises(GuardianError) as caught:
        pack(*words)
    return caught.value.line()
