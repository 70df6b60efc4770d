"""Takes one delivery from its source to its answer.

    begun, on disk -> asked, under a name by which the journal keeps it one time -> done, on disk -> told

Invariants: a delivery is done when there is an answer, and what the journal was to keep of it is on disk; an answer
without the model is tried again `MOST_TRIES` times, then it stands; of one delivery the owner is told once in one
process, except where a later answer is another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

from guardian.service.answer import Answer
from guardian.sources.live.base import Delivery, Source
from guardian.verdict import Outcome
from guardian.watching.asking import Asker, PutOffError
from guardian.watching.memory import Memory
from guardian.watching.retries import Retries

MOST_TRIES: Final = 5
"""How often a message is tried again that the model could not judge."""
_OF_THE_MODEL: Final = "model-"
"""How the codes of reasons begin that may be gone the next time (`guardian.inference`)."""


class Teller(Protocol):
    """Tells the owner."""

    def screened(self, source: Source, delivery: Delivery, answer: Answer) -> None:
        """A delivery has its answer, for now or for good."""
        ...

    def trouble(self, source_id: str, line: str) -> None:
        """One line about a source; empty id: about the watcher itself. The same line may come again and again."""
        ...


@dataclass(slots=True)
class Delivering:
    """Asks about deliveries and notes what became of them."""

    asker: Asker
    teller: Teller
    retries: Retries = field(default_factory=Retries)
    _told: dict[tuple[str, bytes], Outcome] = field(default_factory=dict)
    """What was said of those that are tried again."""

    def deliver(self, source: Source, memory: Memory, delivery: Delivery) -> None:
        """Have one delivery screened, unless it is done already or not due. Raises StoppedError, SourcesError, and
        ServiceUnavailableError where nobody waits for a service any longer."""
        if memory.is_seen(delivery.key):  # the same content under another stamp
            self._finish(source, memory, delivery, None)
            return
        tag = memory.tag(delivery.key)
        if not self.retries.is_due(source.id, tag):
            return
        tries = memory.begin(delivery.key)
        message = replace(delivery.message, once=memory.once(delivery.key, tries))
        try:
            answer = self.asker.ask(message)
        except PutOffError as error:
            self.teller.trouble(source.id, f"{delivery.position} is not screened yet: {error}")
            self.retries.put_off(source.id, tag)
            return
        for notice in answer.notices:
            self.teller.trouble("", notice)
        if self._is_to_be_tried_again(answer, memory, delivery.key):
            self.retries.put_off(source.id, tag)
            self._tell(source, delivery, answer, tag)
            self._told[source.id, tag] = answer.outcome
            return
        self._finish(source, memory, delivery, answer.outcome)
        self._tell(source, delivery, answer, tag)
        self._told.pop((source.id, tag), None)
        self.retries.settle(source.id, tag)

    def gone(self, source_id: str, tag: bytes) -> None:
        """A delivery that was put off is in its source no more."""
        self.retries.settle(source_id, tag)
        self._told.pop((source_id, tag), None)

    def _tell(self, source: Source, delivery: Delivery, answer: Answer, tag: bytes) -> None:
        if self._told.get((source.id, tag)) is not answer.outcome:
            self.teller.screened(source, delivery, answer)

    def _finish(self, source: Source, memory: Memory, delivery: Delivery, outcome: Outcome | None) -> None:
        memory.finish(delivery.key, delivery.stamp, outcome)
        source.answered(delivery)

    def _is_to_be_tried_again(self, answer: Answer, memory: Memory, key: bytes) -> bool:
        return is_unkept(answer.verdict) or (lacks_the_model(answer) and memory.failed(key) <= MOST_TRIES)


def is_unkept(verdict: Mapping[str, Any]) -> bool:
    """Whether the journal was to keep something of a message and has it in memory alone."""
    journal = verdict.get("journal")
    return isinstance(journal, dict) and journal.get("seq") is None and not journal.get("waiting")


def lacks_the_model(answer: Answer) -> bool:
    """Whether a message was not judged because the model could not be asked."""
    if answer.outcome is not Outcome.UNSCREENED:
        return False
    coverage = answer.verdict.get("coverage")
    reasons = coverage.get("reasons", ()) if isinstance(coverage, dict) else ()
    return any(isinstance(reason, str) and reason.startswith(_OF_THE_MODEL) for reason in reasons)
