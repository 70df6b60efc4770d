"""What is asked of the house while it is soaked: each load is a thread with a real program or client, that counts.

Invariants: what went in must come out (bytes, answers, records), and whatever did not is kept in words; a load never
ends by itself before it is told to.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import random
import subprocess
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from benchmarks.texts import Text

from guardian.errors import GuardianError
from guardian.message import Message
from guardian.service.client import ServiceClient
from guardian.service.place import socket_path

MOST_LOSSES_KEPT: Final = 20
LONGEST_WAIT_S: Final = 300.0
_JUDGED: Final = (0, 1, 3)
_MARK: Final = "soak-"
SENDER: Final = "soak-mail@example.org"
"""Of every mail that arrives."""
_CALM: Final = "The meeting is on Tuesday at ten, in the small room on the second floor. Bring the figures for March."


class Load(ABC):
    """One kind of work, again and again."""

    name: str
    pause_s: float
    """Between two pieces of work."""

    def __init__(self, home: Path, texts: Sequence[Text], seed: int) -> None:
        self.home = home
        self.texts = texts
        self.random = random.Random(seed)
        self.done = 0
        self.outcomes: Counter[str] = Counter()
        self.losses: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"soak-{self.name}")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End behind the piece in hand."""
        self._stop.set()

    def join(self) -> None:
        """Wait for the end."""
        self._thread.join()

    def lose(self, words: str) -> None:
        """Something did not come out as it should."""
        self.outcomes["lost"] += 1
        if len(self.losses) < MOST_LOSSES_KEPT:
            self.losses.append(f"{self.name} {self.done}: {words}"[:300])

    def text(self) -> str:
        """One of the texts, told apart from all others by its number."""
        return f"{self.random.choice(self.texts).text}\n({_MARK}{self.name}-{self.done})\n"

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.work()
            except Exception as error:
                self.lose(f"{type(error).__name__}: {error}")
            self.done += 1
            self._stop.wait(self.pause_s)

    @abstractmethod
    def work(self) -> None:
        """One piece of work; an exception is a loss."""


class Filters(Load):
    """`guardian filter` as a process: the text must come out byte for byte, judged."""

    name = "filter"
    pause_s = 0.2

    def work(self) -> None:
        """One run."""
        raw = self.text().encode()
        done = subprocess.run(
            [sys.executable, "-m", "guardian", "filter", "--verbose"],
            input=raw,
            capture_output=True,
            timeout=LONGEST_WAIT_S,
            check=False,
        )
        road = "warm" if b"judged by the warm service" in done.stderr else "cold"
        self.outcomes[f"{road}, code {done.returncode}"] += 1
        if done.stdout != raw:
            self.lose(f"{len(done.stdout)} of {len(raw)} bytes came out, code {done.returncode}")
        elif done.returncode not in _JUDGED:
            self.lose(f"code {done.returncode}: {done.stderr[-200:].decode(errors='replace')}")


class Askers(Load):
    """A client that stays connected, as the proxy and the watcher do."""

    name = "client"
    pause_s = 0.05

    def __init__(self, home: Path, texts: Sequence[Text], seed: int) -> None:
        super().__init__(home, texts, seed)
        self._client: ServiceClient | None = None

    def work(self) -> None:
        """One question; where the connection is gone, a new one."""
        try:
            if self._client is None:
                self._client = ServiceClient(socket_path({"GUARDIAN_HOME": str(self.home)}))
            answer = self._client.screen(Message(self.text().encode(), source="soak", once=os.urandom(16)))
            self.outcomes[answer.outcome.value] += 1
        except GuardianError as error:
            self._client = None
            self.lose(error.line())


class Mails(Load):
    """Mails that arrive in a Maildir; what became of them is asked of the journal at the end."""

    name = "mail"
    pause_s = 0.5

    def __init__(self, home: Path, texts: Sequence[Text], seed: int, maildir: Path) -> None:
        super().__init__(home, texts, seed)
        self._maildir = maildir

    def work(self) -> None:
        """One delivery, as a mail agent makes it: written in `tmp`, moved to `new`."""
        name = f"{time.time_ns()}.{_MARK}{self.done}.here"
        head = f"From: {SENDER}\nSubject: {_MARK}{self.done}\nMessage-ID: <{name}@example.org>\n"
        mail = f"{head}\n{self.text()}"
        partial = self._maildir / "tmp" / name
        partial.write_text(mail)
        partial.rename(self._maildir / "new" / name)


class Talks(Load):
    """Conversations through the proxy: an answer must come, whole or with its notice."""

    name = "proxy"
    pause_s = 0.5

    def __init__(self, home: Path, texts: Sequence[Text], seed: int, port: int, token: str) -> None:
        super().__init__(home, texts, seed)
        self._port, self._token = port, token

    def work(self) -> None:
        """One streamed completion."""
        body = {"model": "calm", "stream": True, "messages": [{"role": "user", "content": self.text()}]}
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=LONGEST_WAIT_S)
        try:
            headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
            connection.request("POST", "/v1/chat/completions", json.dumps(body), headers)
            answer = connection.getresponse()
            said = answer.read()
        finally:
            connection.close()
        self.outcomes[f"status {answer.status}"] += 1
        if answer.status != 200 or b"[DONE]" not in said:
            self.lose(f"status {answer.status}, {len(said)} bytes")


def calm_stream() -> list[str]:
    """What the AI server behind the proxy says: a chat completion in pieces."""
    deltas: list[Mapping[str, str]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": f"{word} "} for word in _CALM.split()]
    head = {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "calm"}
    choices: list[dict[str, object]] = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    choices.append({"index": 0, "delta": {}, "finish_reason": "stop"})
    return [*(f"data: {json.dumps({**head, 'choices': [each]})}\n\n" for each in choices), "data: [DONE]\n\n"]


def in_all(loads: Sequence[Load]) -> dict[str, tuple[int, Counter[str], list[str]]]:
    """Pieces of work, outcomes and losses, by the kind of load."""
    found: dict[str, tuple[int, Counter[str], list[str]]] = {}
    for name, group in itertools.groupby(sorted(loads, key=lambda load: load.name), key=lambda load: load.name):
        members = list(group)
        outcomes = sum((load.outcomes for load in members), Counter[str]())
        found[name] = sum(load.done for load in members), outcomes, [line for load in members for line in load.losses]
    return found
