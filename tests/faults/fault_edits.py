"""Policies that say which edit they are from, the ways in which owners save them, and a program that watches.

Run as a program, with a home: follows the policies there and prints, as one line of JSON for each change, what is in
force now.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from types import MappingProxyType

from guardian.events import ignore
from guardian.journal.opening import open_journal
from guardian.policy.base import Policy
from guardian.policy.life.standing import record_amendments
from guardian.policy.load import PolicySet
from guardian.policy.reload import Reloader
from guardian.settings import Settings, load_settings

EXAMPLES = 150
"""Enough for a file that no editor writes with one call; cut between any two of them it would still be a policy."""
_LONGEST_S = 60
_RECORD_EVERY = 20


def marked(number: int) -> str:
    """The word by which an edit is known, as long as any other."""
    return f"edit-{number:06}"


def text_of(name: str, mark: str) -> str:
    """A policy that names its edit in every part."""
    examples = "".join(f'\n[[examples]]\ntext = "{mark} number {n} {"x" * 60}"\nflag = true\n' for n in range(EXAMPLES))
    return (
        f'id = "{name}"\ntitle = "{mark}"\nwhy = "{mark}"\nsince = 2026-11-21\nchannels = ["incoming"]\n'
        f'severity = "low"\naction = "warn"\nstatus = "active"\n{examples}'
    )


def is_whole(policy: Policy) -> bool:
    """Whether all of it is from one edit, and none of it is missing."""
    marks = {policy.title, policy.why, *(example.text.partition(" ")[0] for example in policy.examples)}
    return len(marks) == 1 and len(policy.examples) == EXAMPLES


# The ways to save


def rename_over(path: Path, before: str, after: str) -> None:
    """Written beside it, then renamed."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(path.read_text().replace(before, after))
    partial.replace(path)


def truncate_and_write(path: Path, before: str, after: str) -> None:
    """Emptied, then written in pieces with pauses between them."""
    text = path.read_text().replace(before, after)
    with path.open("w") as file:
        for start in range(0, len(text), 4_000):
            file.write(text[start : start + 4_000])
            file.flush()
            time.sleep(0.04)


def truncate_and_stall(path: Path, before: str, after: str) -> None:
    """Emptied, half written, and left so for longer than files are waited for to be quiet."""
    text = path.read_text().replace(before, after)
    with path.open("w") as file:
        file.write(text[: text.rindex("\n[[examples]]")])
        file.flush()
        time.sleep(0.35)
        file.write(text[text.rindex("\n[[examples]]") :])


def in_place(path: Path, before: str, after: str) -> None:
    """The bytes that change are written where they stand, some after a pause."""
    text = path.read_text()
    with path.open("r+b", buffering=0) as file:
        place = text.find(before)
        while place >= 0:
            file.seek(place)
            file.write(after.encode())
            time.sleep(0.1 if place < 100 else 0)
            place = text.find(before, place + 1)


def reopened(path: Path, before: str, after: str) -> None:
    """Emptied and closed, then opened again and again for further pieces."""
    text = path.read_text().replace(before, after)
    path.write_text("")
    for start in range(0, len(text), 8_000):
        time.sleep(0.03)
        with path.open("a") as file:
            file.write(text[start : start + 8_000])


def vim_by_rename(path: Path, before: str, after: str) -> None:
    """vim, which renames the old file and writes a new one."""
    _vim(path, before, after, "no")


def vim_in_place(path: Path, before: str, after: str) -> None:
    """vim, which empties the file and writes it."""
    _vim(path, before, after, "yes")


def nano(path: Path, before: str, after: str) -> None:
    """nano, which empties the file and writes it."""
    replace = (f"\x1c{before}\r".encode(), f"{after}\r".encode(), b"a")
    command = ["nano", "--ignorercfiles", str(path)]
    _on_terminal(
        command,
        [
            (b"Exit", replace[0]),
            (b"Replace with", replace[1]),
            (b"this instance", replace[2]),
            (b"Replaced", b"\x0f"),
            (b"File Name", b"\r"),
            (b"Wrote", b"\x18"),
        ],
    )


WAYS: Mapping[str, tuple[Callable[[Path, str, str], None], str]] = MappingProxyType(
    {
        "rename": (rename_over, ""),
        "truncate, write slowly": (truncate_and_write, ""),
        "truncate, stall, write": (truncate_and_stall, ""),
        "in place": (in_place, ""),
        "truncate, close, append": (reopened, ""),
        "vim, by rename": (vim_by_rename, "vim"),
        "vim, truncate and write": (vim_in_place, "vim"),
        "nano, truncate and write": (nano, "nano"),
    }
)
"""How to save, and the editor that it takes."""


def _vim(path: Path, before: str, after: str, backupcopy: str) -> None:
    settings = ["-u", "NONE", "-i", "NONE", "-N", "-c", f"set backupcopy={backupcopy} writebackup"]
    keys = f":%s/{before}/{after}/g\r:wq\r".encode()
    _on_terminal(["vim", *settings, str(path)], [(path.name.encode(), keys)])


def _on_terminal(command: list[str], answers: list[tuple[bytes, bytes]]) -> None:
    """Run an editor on a terminal of its own; each time that some words are shown, the next keys are pressed."""
    near, far = os.openpty()
    env = {**os.environ, "TERM": "vt100", "LINES": "24", "COLUMNS": "100"}
    process = subprocess.Popen(command, stdin=far, stdout=far, stderr=far, env=env, start_new_session=True)
    os.close(far)
    shown, ends = b"", time.monotonic() + _LONGEST_S
    try:
        while process.poll() is None:
            assert time.monotonic() < ends, f"{command[0]} waits for something: {shown[-500:]!r}"
            if select.select([near], [], [], 0.05)[0]:
                try:
                    shown += os.read(near, 65536)
                except OSError:  # Linux: the other side was closed
                    break
            if answers and answers[0][0] in shown:
                shown = b""
                os.write(near, answers.pop(0)[1])
        assert process.wait(_LONGEST_S) == 0
    finally:
        process.kill()
        process.wait()
        os.close(near)


# The program that watches


class Watcher:
    """A process that follows the policies of a home, and what it said so far."""

    def __init__(self, home: Path) -> None:
        command = [sys.executable, __file__, str(home)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.in_force: dict[str, str] = {}
        """Policy id to the mark of the version in force."""
        self.seen_at: dict[str, float] = {}
        """Mark to the moment at which it took force."""
        self.halves: list[str] = []
        """Marks of versions that were in force and not whole."""
        self.policy_set = ""
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def stop(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(_LONGEST_S)
        self._reading.join(_LONGEST_S)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said = json.loads(line)
            self.policy_set = said["set"]
            self.halves += [mark for _, mark, whole in said["policies"] if not whole]
            for _, mark, _ in said["policies"]:
                self.seen_at.setdefault(mark, said["at"])
            self.in_force = {name: mark for name, mark, _ in said["policies"]}


def _watch(settings: Settings) -> None:
    """Say what is in force, and what comes in force, until standard input ends."""
    numbers = count(1)

    def use(policies: PolicySet, _observer: object = None) -> None:
        rows = [(policy.id, policy.title, is_whole(policy)) for policy in policies.policies]
        print(json.dumps({"at": time.time(), "set": policies.sha256, "policies": rows}), flush=True)
        if next(numbers) % _RECORD_EVERY == 0:
            with open_journal(settings) as journal:
                record_amendments(settings, journal)

    reloader = Reloader(settings, ignore)
    use(reloader.read())
    with reloader.following(use, lambda: None):
        sys.stdin.read()


if __name__ == "__main__":
    _watch(load_settings({"GUARDIAN_HOME": sys.argv[1]}, {}))
