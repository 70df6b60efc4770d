"""The only place of the app that opens the gate: a thread that screens, and only posts messages.

Invariants: one thread drives the gate; it touches no widget; a question of the owner's goes before what is left of the
inbox, and only the latest question counts; whatever fails becomes a message, never a dead thread.

The thread is a daemon of its own and no worker of Textual's, because an executor's threads are waited for at exit:
the app must be able to leave while a long message is being judged. The model's cell dies with its parent.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message as AppMessage

from guardian.assistant.asking import asked_message
from guardian.errors import CellError, GuardianError
from guardian.events import Event, JournalNotice, PoliciesChanged, ignore
from guardian.message import Message
from guardian.safe_text import safe_line
from guardian.service.notices import Notices
from guardian.settings import Settings
from guardian.sources.files import list_files, read_files
from tui.crash import crash_line
from tui.messages import (
    Answered,
    CoreEvent,
    GateFailed,
    GateOpened,
    HouseLoaded,
    InboxFailed,
    InboxListed,
    InboxScreened,
    JournalFound,
    OtherScreened,
    ReasonsWanted,
    TextGiven,
)
from tui.opening import Opener
from tui.owner_first import OwnerFirst
from tui.serving import Serving

if TYPE_CHECKING:
    from guardian.assembly import Assembled
    from guardian.gate import Gate, Screened
    from guardian.reading.reader import Reader, WalledReader

BATCH = 4
"""Messages of the inbox that are screened between two looks for a question: enough to keep the model busy, few enough
that an answer waits for less than a second."""

BEAT_S = 1.0
"""How often the thread gives a sign of life while it has nothing to do."""

Post = Callable[[AppMessage], object]


class Bridge:
    """Screens what the paths hold and what the owner asks about.

    `post` must be safe to call from any thread, as `App.post_message` is. `opener` opens the gate; see `tui.opening`.
    With `serves` the gate also answers other programs, where no service of its own does (`tui.serving`).
    """

    def __init__(
        self, settings: Settings, paths: Sequence[Path], post: Post, opener: Opener, *, serves: bool = False
    ) -> None:
        self._settings = settings
        self._paths = list(paths)
        self._post = post
        self._opener = opener
        self._serves = serves
        self._lock = OwnerFirst()
        self._notices = Notices(ignore)
        self._serving: Serving | None = None
        self._assembled: Assembled | None = None
        self._reader: WalledReader | None = None
        self._was_started = False
        self._change = threading.Condition()
        self._question: TextGiven | None = None
        self._to_keep: deque[TextGiven] = deque()
        self._asked_about: Mapping[str, int] = {}
        self._is_stopping = False
        self.beat_ms: int | None = None
        """When the thread last gave a sign of life, in milliseconds since 1970; None where it did not begin."""
        self.verdicts = 0
        """Messages that it screened."""
        self.in_hand = 0
        """Messages that it gave to the gate and has no verdict of yet."""
        self._thread = threading.Thread(target=self._run, name="guardian-gate", daemon=True)

    def start(self) -> None:
        """Open the gate and begin. To be called once, after the first paint: the imports behind it are heavy."""
        self._was_started = True
        self._thread.start()

    @property
    def has_ended(self) -> bool:
        """Whether it was started and does not run any more, for whatever reason."""
        return self._was_started and not self._thread.is_alive()

    @property
    def service(self) -> str:
        """Who answers other programs, in a safe line; empty where there is no gate, or where it is not for them."""
        serving = self._serving
        return serving.facts.say if serving is not None else ""

    @property
    def assembled(self) -> Assembled:
        """The gate's bench and register, for work at the desk. Raises CellError while there is no gate."""
        if self._assembled is None:
            raise CellError("the model is not there yet, or is down")
        return self._assembled

    @property
    def reader(self) -> Reader:
        """What messages are read with once more, for showing: one of its own, so that there is one without a gate too,
        and that neither waits for the other. For one of the desk's threads: the imports behind it are heavy."""
        from guardian.assembly import reader_of

        with self._change:
            if self._reader is None:
                self._reader = reader_of(self._settings)
            return self._reader

    def ask(self, question: TextGiven) -> None:
        """Screen a text before anything else that waits. An earlier question that still waits is dropped, but none that
        is to be recorded."""
        with self._change:
            if question.keep:
                self._to_keep.append(question)
            else:
                self._question = question
            self._change.notify()

    def screen(self, message: Message) -> Screened:
        """Screen one message now, as a question of the owner's, for a thread of the desk. Raises CellError while there
        is no gate."""
        gate = self.assembled.gate
        with self._lock.owner():
            screened = gate.screen(message)
        if not message.draft:
            self._post(OtherScreened(screened))
        return screened

    def stop(self, wait_s: float = 0.0) -> None:
        """End after the message that is being judged, and wait for that, but not longer than `wait_s`."""
        with self._change:
            self._is_stopping = True
            self._change.notify()
            if self._reader is not None:
                self._reader.close()
        if wait_s and self._thread.is_alive():
            self._thread.join(wait_s)

    def _run(self) -> None:
        try:
            self._post(_loaded_house(self._settings))
            with self._opener(self._settings, self._observe) as assembled:
                self._assembled = assembled
                self._tell_journal()
                self._ask_for_reasons()
                self._post(GateOpened())
                with self._serving_others(assembled):
                    self._serve(assembled.gate)
        except GuardianError as error:
            self._post(GateFailed(safe_line(error.line())))
        except Exception as error:
            self._post(GateFailed(crash_line(error)))
        finally:
            self._assembled = None

    @contextmanager
    def _serving_others(self, assembled: Assembled) -> Iterator[None]:
        if not self._serves:
            yield
            return
        self._serving = Serving(self._settings, assembled, self._lock, self._notices, self._post)
        try:
            self._serving.look()
            yield
        finally:
            self._serving.close()
            self._serving = None

    def _observe(self, event: Event) -> None:
        self._notices(event)
        self._post(CoreEvent(event))
        if isinstance(event, JournalNotice):  # it has just been begun
            self._tell_journal()
        elif isinstance(event, PoliciesChanged):
            self._ask_for_reasons()

    def _tell_journal(self) -> None:
        from guardian.journal.standing import standing

        now = standing(self._settings)
        if now.exists:
            self._post(JournalFound(safe_line(now.trouble or now.key), now.is_weak, now.waiting))

    def _ask_for_reasons(self) -> None:
        from guardian.policy.life.standing import unexplained

        wanted = unexplained(self._settings)
        if wanted and wanted != self._asked_about:
            self._post(ReasonsWanted(tuple(wanted)))
        self._asked_about = wanted

    def _serve(self, gate: Gate) -> None:
        inbox: Iterator[Message] | None = self._list()
        while True:
            self._beat()
            if self._serving is not None:
                self._serving.look()
            question = self._take_question(wait=inbox is None)
            if self._is_stopping:
                return
            if question is not None:
                message = self._asked(question)
                self.in_hand = 1
                with self._lock.owner():
                    screened = gate.screen(message)
                self._screened_one()
                question.asker.post_message(Answered(question.number, screened))
            elif inbox is not None and not self._screen_some(gate, inbox):
                inbox = None

    def _asked(self, question: TextGiven) -> Message:
        return asked_message(
            question.text,
            question.channel,
            self._settings.limits.max_bytes_read,
            sender=question.sender,
            context=question.context,
            keep=question.keep,
        )

    def _take_question(self, *, wait: bool) -> TextGiven | None:
        """What the owner asks, if anything; with `wait` it is waited for, but for one beat at most."""
        with self._change:
            if wait and self._question is None and not self._to_keep and not self._is_stopping:
                self._change.wait(BEAT_S)
            if self._to_keep:
                return self._to_keep.popleft()
            question, self._question = self._question, None
            return question

    def _beat(self) -> None:
        self.beat_ms = time.time_ns() // 1_000_000

    def _screened_one(self) -> None:
        self.verdicts += 1
        self.in_hand = max(self.in_hand - 1, 0)
        self._beat()

    def _list(self) -> Iterator[Message] | None:
        try:
            files = list_files(self._paths)
        except GuardianError as error:
            self._post(InboxFailed(safe_line(error.line())))
            return None
        self._post(InboxListed(len(files)))
        return read_files(files, channel=None, max_bytes=self._settings.limits.max_bytes_read)

    def _screen_some(self, gate: Gate, inbox: Iterator[Message]) -> bool:
        """Screen the next few messages. False at the end of the inbox."""
        batch: list[Message] = []
        failure = ""
        try:
            for message in islice(inbox, BATCH):
                batch.append(message)
        except GuardianError as error:
            failure = safe_line(error.line())
        self.in_hand = len(batch)
        with self._lock.others:  # as every program that asks: only a question of the owner's goes before them
            for screened in gate.screen_all(batch):
                self._screened_one()
                self._post(InboxScreened(screened))
        if failure:
            self._post(InboxFailed(failure))
        return bool(batch) and not failure


def _loaded_house(settings: Settings) -> HouseLoaded:
    """Names for the status line, read before the model is up. Raises ModelError, PolicyError."""
    from guardian.assembly import MANIFEST_NAME, load_owner_policies
    from guardian.inference.manifest import load_manifest

    manifest = load_manifest(settings.model_dir / MANIFEST_NAME)
    loaded = load_owner_policies(settings)
    return HouseLoaded(manifest.name, sum(policy.is_in_force for policy in loaded.policies), loaded.sha256)
