"""A conversation with a talking model: what the owner says goes to it, and judged sentences come back.

Invariants: nothing of an answer comes out but as a `Sentence`; what was held back or left out is out of the
conversation too, so that the model goes on from what its owner saw; an answer that its owner does not wait for ends the
model's work at once, and what came of it is judged and recorded all the same.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from typing import Final

from guardian.assistant.talk.base import (
    LEFT_OUT,
    NOT_SCREENED,
    Ended,
    Question,
    Role,
    Sentence,
    TalkModel,
    Turn,
    shown_words,
)
from guardian.assistant.talk.evidence import Evidence
from guardian.assistant.talk.grounding import Grounds
from guardian.assistant.talk.prompt import ABOUT_SYSTEM, TALK_SYSTEM, fenced
from guardian.assistant.talk.screening import AnswerScreening, Screen
from guardian.assistant.talk.thinking import ThoughtFilter
from guardian.errors import GuardianError
from guardian.inference.generative import GenerationFailure
from guardian.safe_text import safe_line
from guardian.settings_judge import AssistantSettings
from guardian.streams.dialogue import Dialogue
from guardian.talking.wire import STILL_THINKING

MOST_OWNER_CHARACTERS: Final = 8_000
"""Of what the owner says at once; a text to be judged is asked about, not told."""
_STOPPED: Final = GenerationFailure("cut", "it was stopped")
_NOTHING: Final = GenerationFailure("no-words", "it ended without a word")
_KEY_BYTES: Final = 32
_Answer = Generator[Sentence, None, GenerationFailure | None]
_LABELS: Final = {Role.OWNER: "User: ", Role.MODEL: "Assistant: "}


def _never() -> bool:
    return False


class Talk:
    """One conversation. `about` is the evidence that answers are held against; None for none. From one thread."""

    def __init__(
        self, model: TalkModel, screen: Screen, settings: AssistantSettings, about: Evidence | None = None
    ) -> None:
        self.model, self.about = model, about
        self._screen: Screen = lambda message: screen(replace(message, spoken_by=model.sha256))
        self._settings = settings
        self._evidence = fenced(about) if about is not None else ""
        self._grounds = Grounds(about) if about is not None else None
        self._turns: list[Turn] = []

    def say(self, words: str, is_stopped: Callable[[], bool] = _never) -> Generator[Sentence | Ended, None, None]:
        """What the owner says, and the answer: judged sentences as they come, then its end. Closing the iterator ends
        the model's work; so does `is_stopped`, which is asked at every piece that the model says."""
        told = words.strip().encode("utf-8", "replace").decode()  # half a character in it could not be sent on
        said = told[:MOST_OWNER_CHARACTERS]
        self._turns.append(Turn(Role.OWNER, said))
        is_own = self.about.is_own if self.about is not None else _is_none
        screening = AnswerScreening(self._screen, self._context(), secrets.token_bytes(_KEY_BYTES), is_own)
        shown: list[Sentence] = []
        notes: tuple[str, ...] = ()
        failure: GenerationFailure | None = _STOPPED
        try:
            try:
                failure = yield from self._sentences(screening, shown, is_stopped)
            except GuardianError as error:
                failure = GenerationFailure(NOT_SCREENED, safe_line(error.line()))
        finally:
            self._turns.append(Turn(Role.MODEL, _kept(shown) or LEFT_OUT))
            with suppress(GuardianError):  # no gate any more: what came before it is all there is
                notes = screening.finish(is_cut=failure is not None)
        failure = failure or (None if shown else _NOTHING)
        yield Ended(screening.whole, (*_cut(told), *self._left_out(shown), *notes), failure, screening.held)

    def _sentences(self, screening: AnswerScreening, shown: list[Sentence], is_stopped: Callable[[], bool]) -> _Answer:
        """Every sentence of the answer. Returns why it is not whole; None where it is."""
        failure, thoughts = None, ThoughtFilter()
        with closing(self.model.speak(self._question())) as pieces:
            for piece in pieces:
                if is_stopped():
                    return _STOPPED
                if isinstance(piece, GenerationFailure):
                    failure = piece
                    break
                yield from self._held_against(screening.feed(thoughts.feed(piece)), shown)
        yield from self._held_against(screening.feed(thoughts.finish()), shown)
        yield from self._held_against(screening.flush(), shown)
        if failure is None and thoughts.is_thinking:
            return GenerationFailure("cut", STILL_THINKING)
        return failure

    def _held_against(self, sentences: Iterator[Sentence], shown: list[Sentence]) -> Iterator[Sentence]:
        """The sentences, each held against the evidence."""
        for sentence in sentences:
            if self._grounds is not None and not sentence.notice:
                beyond = self._grounds.beyond(sentence.words)
                notice = LEFT_OUT if beyond and self._settings.grounded == "only" else ""
                sentence = replace(sentence, beyond=beyond, notice=notice)
            shown.append(sentence)
            yield sentence

    def _left_out(self, shown: list[Sentence]) -> tuple[str, ...]:
        count = sum(sentence.notice == LEFT_OUT for sentence in shown)
        if not count:
            return ()
        what = "a sentence that goes" if count == 1 else f"{count} sentences that go"
        return (f"[guardian] {what} beyond the evidence: left out (assistant.grounded is only)",)

    def _question(self) -> Question:
        first, *later = self._turns
        turns = (replace(first, words=f"{self._evidence}\n{first.words}" if self._evidence else first.words), *later)
        system = ABOUT_SYSTEM if self._evidence else TALK_SYSTEM
        return Question(system, turns, self._settings.most_tokens, self._settings.temperature)

    def _context(self) -> tuple[str, ...]:
        """The dialogue as the gate is given it: the owner's goal, and the latest turns."""
        said = tuple(_LABELS[turn.role] + turn.words for turn in self._turns)
        return Dialogue(goal=self._turns[0].words, turns=said).context()


def _is_none(_sentence: str) -> bool:
    return False


def _cut(told: str) -> tuple[str, ...]:
    if len(told) <= MOST_OWNER_CHARACTERS:
        return ()
    return (f"[guardian] the model was given the first {MOST_OWNER_CHARACTERS:,} characters of what you said",)


def _kept(shown: list[Sentence]) -> str:
    """An answer as the model is reminded of it: what its owner saw, without the marks."""
    return shown_words([replace(sentence, beyond=()) for sentence in shown])
