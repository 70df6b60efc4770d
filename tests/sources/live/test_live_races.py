"""Races: somebody who may write to a watched folder swaps files for links, pipes and folders all the time. Nothing
outside is read, and nothing hangs."""

from __future__ import annotations

import os
import random
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from live_rig import LONG_AGO_S, Seen, a_maildir, put

from guardian.errors import InputError

SECRET = b"SECRET outside the folder"
LOOKS, MOST_LOOKS = 200, 50_000
LEAST_GIVEN = 20
"""Files that were caught at a good moment: else nothing would have been tried."""


def swapping(folder: Path, outside: Path, stop: threading.Event, random_: random.Random) -> None:
    """Put something else under the names again and again, as fast as can be."""

    def a_file(path: Path) -> None:
        put(path, b"From a@example.com\nSubject: x\n\ninside\n", LONG_AGO_S + random_.random())

    made: list[Callable[[Path], object]] = [
        a_file,
        a_file,
        lambda path: path.symlink_to(outside / "secret.txt"),
        lambda path: path.symlink_to(outside),
        lambda path: os.mkfifo(path),
        lambda path: put(path / "secret.txt", "inside"),
        lambda path: path.symlink_to("/dev/zero"),
        lambda path: path.symlink_to("/dev/tty"),
    ]
    while not stop.is_set():
        path = folder / f"name{random_.randrange(4)}"
        with suppress(OSError):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
            random_.choice(made)(path)


@pytest.mark.parametrize("kind", ["maildir", "folder", "mbox"])
def test_a_racing_thread_gets_nothing_outside_read_and_nothing_hung(tmp_path: Path, kind: str) -> None:
    outside = put(tmp_path / "outside" / "secret.txt", b"From a@example.com\n\n" + SECRET).parent
    box = a_maildir(tmp_path / "box")
    swapped = box / "new"
    watched = {"maildir": box, "folder": swapped, "mbox": swapped / "name0"}[kind]
    stop = threading.Event()
    thread = threading.Thread(target=swapping, args=(swapped, outside, stop, random.Random(8)), daemon=True)
    thread.start()
    seen, given = Seen(), 0
    try:
        for look in range(MOST_LOOKS):
            if look >= LOOKS and given >= LEAST_GIVEN:
                break
            source = seen.source(kind, watched)
            with suppress(InputError):  # an mbox may be a link or nothing at all, which is said
                for delivery in source.look(lambda _: False):
                    given += 1
                    assert SECRET not in delivery.message.raw
                    assert b"\0" not in delivery.message.raw
    finally:
        stop.set()
        thread.join()
    assert given >= LEAST_GIVEN
