"""A bird that must not sing: texts, keys and passphrases that are known, and a search for them in all that a process
leaves behind."""

from __future__ import annotations

import base64
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fault_checks import keys_of
from fault_forks import Go
from fault_lives import settings_of
from fault_messages import SEEN, message, verdict

from guardian.commands.narration import narrate
from guardian.errors import GuardianError
from guardian.journal.keys import Ask
from guardian.journal.opening import open_journal
from guardian.journal.recorder import JournalRecorder
from guardian.journal.secret import Secret
from guardian.verdict import Outcome

TEXT = "canary-text-3f9a"
SENDER = "canary-sender-3f9a@example.com"
NAME = "canary-name-3f9a"
PASSPHRASE = "canary passphrase 3f9a"
WRONG_PASSPHRASE = "canary mistaken 3f9a"

_KEY_FILE = re.compile(r"\.?journal-[0-9a-f]{32}\.key(\.[0-9a-f]+)?")
"""The key file itself, and the one that is about to take its place: they hold the key, for their owner alone."""


@dataclass
class Canaries:
    """What must not be found, by name."""

    needles: dict[str, list[bytes]] = field(default_factory=dict)

    @classmethod
    def planted(cls, home: Path) -> Canaries:
        """The texts, the passphrases, and every key that the home's key files hold or its journal opens with."""
        canaries = cls()
        for name, word in (("text", TEXT), ("sender", SENDER), ("name", NAME)):
            canaries.add(name, word.encode())
        for name, word in (("passphrase", PASSPHRASE), ("mistaken passphrase", WRONG_PASSPHRASE)):
            canaries.add(name, word.encode())
        for number, key in enumerate(_keys_in(home)):
            canaries.add(f"key {number}", key)
        return canaries

    def add(self, name: str, secret: bytes) -> None:
        """One more, in the forms in which it could be written."""
        base = base64.b64encode(secret)
        self.needles[name] = [secret, secret.hex().encode(), base, base.rstrip(b"="), repr(secret).encode()[2:-1]]

    def found_in(self, what: str, data: bytes) -> list[str]:
        """Hits, in words that do not repeat them."""
        return [f"{name} in {what}" for name, forms in self.needles.items() if any(form in data for form in forms)]

    def found_under(self, folder: Path) -> list[str]:
        """Hits in every file below a folder, and in its names; key files are looked at for anything but keys."""
        hits = []
        for path in sorted(folder.rglob("*")):
            hits += self.found_in(f"the name {path.name}", os.fsencode(path.name))
            if path.is_file() and not path.is_symlink():
                found = self.found_in(str(path.relative_to(folder)), path.read_bytes())
                is_key_file = _KEY_FILE.fullmatch(path.name) is not None
                hits += [hit for hit in found if not (is_key_file and hit.startswith("key "))]
        return hits


def _keys_in(home: Path) -> Iterator[bytes]:
    for path in sorted((home / "config").glob("*journal-*.key*")):
        words = path.read_text("ascii", "replace").split()
        if len(words) > 4 and words[3] == "plain":
            yield base64.b64decode(words[4])
    keys = keys_of(home)
    if keys is not None:
        yield from (keys.master.reveal(), keys.seed.reveal())


def seen_of(pid: int) -> bytes:
    """What others on the machine may see of a process: its words and its environment."""
    return b"\0".join(Path(f"/proc/{pid}/{name}").read_bytes() for name in ("cmdline", "environ"))


def record_canaries(go: Go, home: Path, temporary: Path, interrupted_after_s: float = 0.0) -> None:
    """Have canaries recorded, and say on standard error what an owner would be told.

    Once, after a while, an exception comes out of nowhere; 0 for none.
    """
    os.environ["TMPDIR"] = str(temporary)
    recorder = JournalRecorder(settings_of(home), narrate(verbose=True))
    go.ready()
    signal.signal(signal.SIGALRM, _interrupt)
    signal.setitimer(signal.ITIMER_REAL, interrupted_after_s)
    for number in range(4):
        of = message(f"{TEXT} {number}", id=f"{NAME}-{number}", sender=SENDER)
        recorder.record(of, verdict(of, Outcome.CLEAN if number == 2 else Outcome.FLAGGED), SEEN)
    recorder.close()


def _interrupt(_number: int, _frame: object) -> None:
    raise RuntimeError("out of nowhere")


def mistake_the_passphrase(go: Go, home: Path, wrong: str) -> None:
    """Open the journal with a passphrase that is not its own, and print everything there is to print of it."""
    go.ready()
    _tell(lambda: open_and_count(home, lambda _: Secret(wrong.encode())))


def open_and_count(home: Path, ask: Ask) -> None:
    """Unlock, and read all."""
    with open_journal(settings_of(home), ask=ask) as journal:
        print(len(list(journal.entries())), journal, journal.keys, journal.header.journal_id.hex())


def run_command(go: Go, home: Path, words: list[str]) -> None:
    """The program itself, with these words."""
    from guardian.__main__ import main

    os.environ["GUARDIAN_HOME"] = str(home)
    sys.argv = ["guardian", *words]
    go.ready()
    print("exit", main())


def _tell(work: Callable[[], None]) -> None:
    import traceback

    try:
        work()
    except GuardianError as error:
        print(error.line(), repr(error), error.__cause__, error.__context__)
        traceback.print_exception(error)
