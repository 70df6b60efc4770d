"""An answer: what a `Screened` is in another process than the gate's.

Invariants: made by `answer_of` alone, which the client calls with a frame that came from a service of the same user;
it cannot be made elsewhere, changed, copied with changes, subclassed or unpickled, and its `repr` shows nothing of a
message. What is no whole answer is a FrameError, so that no default stands where a verdict is missing. Standard library
and leaves only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass
from types import MappingProxyType
from typing import Any, Final, NoReturn, final

from guardian.outcome import Action, Outcome
from guardian.service.frames import Frame, FrameError


class _Seal:
    """What an `Answer` is made with; one object, known to this module alone."""


_ANSWER_SEAL: Final = _Seal()


@final
@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Answer:
    """The verdict on one message, in the service's words."""

    seal: InitVar[_Seal]
    outcome: Outcome
    action: Action
    seq: int | None
    """Number of its record in the journal; None where none was made."""
    verdict: Mapping[str, Any]
    """The verdict's JSON (`docs/guide/json.md`); every policy where that was asked for."""
    lines: tuple[str, ...]
    """Headline and reasons: safe for a terminal."""
    score_lines: tuple[str, ...]
    """The numbers behind them, for --verbose: safe for a terminal."""
    annotation: str
    """The note above the text; empty for a clean message."""
    headers: tuple[tuple[str, str], ...]
    """Name and value of each header for the top of a mail."""
    short: str
    """One line: what it does, or why it was not judged."""
    notices: tuple[str, ...]
    """What the owner must know besides: policies that can't be used, a verdict that could not be recorded."""

    def __post_init__(self, seal: _Seal) -> None:
        if seal is not _ANSWER_SEAL:
            raise TypeError("only a frame of the service makes an Answer")

    def __repr__(self) -> str:
        return f"Answer(outcome={self.outcome.value}, action={self.action.value}, seq={self.seq})"

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("Answer has no subclasses")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("an Answer is not copied or pickled: ask again")


def answer_of(frame: Frame) -> Answer:
    """The answer in a frame of the service. Raises FrameError."""
    header = frame.header
    try:
        verdict = header["verdict"]
        if not isinstance(verdict, dict):
            raise FrameError("an answer without a verdict")
        answer = Answer(
            _ANSWER_SEAL,
            outcome=Outcome(verdict["outcome"]),
            action=Action(verdict["action"]),
            seq=_seq(verdict["journal"]),
            verdict=MappingProxyType(verdict),
            lines=_texts(header["lines"]),
            score_lines=_texts(header["score_lines"]),
            annotation=_text(header["annotation"]),
            headers=tuple(_pair(each) for each in header["headers"]),
            short=_text(header["short"]),
            notices=_texts(header["notices"]),
        )
    except FrameError:
        raise
    except (KeyError, TypeError, ValueError):
        raise FrameError("an answer lacks a part, or one is of another kind") from None
    if not answer.lines:
        raise FrameError("an answer without words")
    return answer


def _seq(journal: object) -> int | None:
    if journal is None:
        return None
    if not isinstance(journal, dict):
        raise FrameError("an answer's record is of another kind")
    seq = journal.get("seq")
    if seq is not None and (not isinstance(seq, int) or isinstance(seq, bool)):
        raise FrameError("the number of a record is no number")
    return seq


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise FrameError("a part of an answer is not a text")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise FrameError("a part of an answer is not a list of texts")
    return tuple(_text(each) for each in value)


def _pair(value: Sequence[object]) -> tuple[str, str]:
    name, content = _texts(list(value))
    return name, content
