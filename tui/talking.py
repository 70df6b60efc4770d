"""Work at the desk: a conversation with the owner's own language model, through the running gate.

Invariants: the app's one gate judges every sentence, and no second one is opened; the model's process is started by the
first words, and ends with the pane; one answer at a time, and one that nobody waits for any more ends the model's work.
"""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from textual.message import Message as AppMessage

from guardian.errors import CellError, GuardianError
from tui.desk import Job

if TYPE_CHECKING:
    from guardian.assistant.talk.base import Ended, Sentence, TalkModel
    from guardian.assistant.talk.talk import Talk
    from guardian.message import Message
    from guardian.verdict import Verdict
    from tui.app import GuardianApp

_CLOSE_S: Final = 0.2
"""How long leaving the app waits for a model that is just being opened. Its process ends with the app in any case."""


@dataclass(frozen=True, slots=True, repr=False)
class TalkAbout:
    """What a conversation is about."""

    name: str
    """In safe words of ours: `record 12`."""
    verdict: Verdict
    message: Message | None
    """None where its text was not kept."""


@dataclass(repr=False)
class TalkWanted(AppMessage):
    """The owner wants to talk with the model."""

    about: TalkAbout | None = None
    words: str = ""
    """What to say at once; empty: nothing yet."""


@dataclass(repr=False)
class TalkLeft(AppMessage):
    """The owner goes back to the text that is judged."""


@dataclass(repr=False)
class ModelSpeaks(AppMessage):
    """The model is there."""

    name: str
    place: str


@dataclass(repr=False)
class SentenceCame(AppMessage):
    """One more sentence of an answer, judged."""

    number: int
    """Of the answer."""
    sentence: Sentence


@dataclass(repr=False)
class AnswerEnded(AppMessage):
    """The end of an answer."""

    number: int
    ended: Ended


class TalkWork:
    """One conversation after the other, with one model."""

    def __init__(self, app: GuardianApp) -> None:
        self._app = app
        self._speaking = threading.Lock()
        self._change = threading.Lock()
        self._model: TalkModel | None = None
        self._talk: tuple[int, Talk] | None = None
        """The conversation that was begun last, with its number."""
        self._is_closed = False

    def stop(self) -> None:
        """Nobody waits for the answer that is coming: let no silent server keep the next one waiting."""
        model = self._model
        if model is not None:
            model.stop()

    def say(self, words: str, about: TalkAbout | None, conversation: int, number: int, job: Job) -> AppMessage | None:
        """Say it in the conversation of that number, and post what comes. None where nobody waits for the end. Raises
        ModelError, CellError."""
        from guardian.assistant.talk.base import Ended  # here: behind it stands the whole house

        with self._speaking:
            if job.is_cancelled:
                return None
            if self._talk is None or self._talk[0] != conversation:
                self._talk = conversation, self._begun(about, job)
            with closing(self._talk[1].say(words, lambda: job.is_cancelled)) as parts:
                for part in parts:
                    if job.is_cancelled:
                        return None
                    if isinstance(part, Ended):
                        return AnswerEnded(number, part)
                    job.post(SentenceCame(number, part))
        return None

    def close(self) -> None:
        """End the model's process."""
        self._is_closed = True
        if not self._change.acquire(timeout=_CLOSE_S):
            return  # it is being opened; who opens it ends it
        try:
            if self._model is not None:
                self._model.close()
        finally:
            self._change.release()

    def _begun(self, about: TalkAbout | None, job: Job) -> Talk:
        from guardian.assistant.talk.evidence import evidence_of
        from guardian.assistant.talk.talk import Talk

        model, bridge = self._opened(), self._app.bridge
        job.post(ModelSpeaks(model.name, model.place))
        evidence = None
        if about is not None:
            reading = bridge.reader.read(about.message) if about.message is not None else None
            evidence = evidence_of(about.verdict, about.name, about.message, reading)
        return Talk(model, bridge.screen, self._app.settings.assistant, evidence)

    def _opened(self) -> TalkModel:
        from guardian.assistant.talk.opening import open_talk_model

        with self._change:
            if self._model is None and not self._is_closed:
                model = open_talk_model(self._app.settings)
                try:
                    model.wait_ready()
                except GuardianError:
                    model.close()
                    raise
                self._model = model
            if self._model is not None and self._is_closed:
                self._model.close()
            if self._model is None or self._is_closed:
                raise CellError("the app is being left")
            return self._model


async def talk_in(app: GuardianApp, wanted: TalkWanted) -> None:
    """Go to the Ask screen, and talk there."""
    from tui.screens.ask import AskScreen

    await app.switch_mode("ask")
    next(screen for screen in app.screen_stack if isinstance(screen, AskScreen)).talk(wanted)
