"""`guardian scan` takes a chat export apart, and believes what it says of its owner only where the owner says so."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from chat_samples import SAMPLES

from guardian.message import Message
from guardian.sources.archive import open_archive
from guardian.sources.files import list_files, read_files

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


def _scanned(folder: Path, *me: str) -> list[Message]:
    return list(read_files(list_files([folder]), channel=None, max_bytes=1000, me=me))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_scan_reads_every_turn_and_with_the_owners_name_only_those_of_others(name: str, tmp_path: Path) -> None:
    sample = SAMPLES[name]
    (tmp_path / sample.file_name).write_bytes(sample.raw)
    said = [text.encode() for _, _, text in sample.said]
    assert [message.raw for message in _scanned(tmp_path)] == said
    others = [text.encode() for _, is_owner, text in sample.said if not is_owner]
    assert [message.raw for message in _scanned(tmp_path, *(sample.me or ("me",)))] == others


def test_an_archive_with_a_chat_in_it_does_not_pretend_to_know_how_long_it_is(tmp_path: Path) -> None:
    (tmp_path / "_chat.txt").write_bytes(SAMPLES["whatsapp-iphone"].raw)
    for path in (tmp_path, tmp_path / "_chat.txt"):
        with open_archive(path, channel=None, max_bytes=1000) as (messages, total):
            assert (len(list(messages)), total) == (4, None)


def test_the_command_screens_a_chat_turn_by_turn(tmp_path: Path, run_guardian: Run) -> None:
    path = tmp_path / "WhatsApp Chat with Ada.txt"
    path.write_bytes(SAMPLES["whatsapp-android"].raw)
    done = run_guardian("scan", "--json", "--no-journal", "--me", "Owner Name", str(path))
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in rows] == [f"{path}: {number}" for number in (1, 2, 3)]
