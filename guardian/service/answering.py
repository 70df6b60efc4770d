"""A screened message as the frame that a client makes an `Answer` of.

Invariant: it takes a `Screened`, as every sink does, so no client is told of a message that the gate did not judge.
"""

from __future__ import annotations

from collections.abc import Sequence

from guardian import verdict_words
from guardian.gate import Screened
from guardian.service.errors import RefusalCode
from guardian.service.frames import Frame, encode
from guardian.sinks.lines import annotation, short_reason, verdict_lines
from guardian.sinks.mail_headers import headers_of


def answer_frame(screened: Screened, *, all_policies: bool, notices: Sequence[str] = ()) -> Frame:
    """The frame, with what the owner must know besides (`guardian.service.notices`). A filter without a service makes
    its answer of it in one process, so that both say the same."""
    return Frame(
        {
            "verdict": screened.verdict.to_json(all_policies=all_policies),
            "lines": verdict_lines(screened),
            "score_lines": verdict_words.score_lines(screened.verdict),
            "annotation": annotation(screened),
            "headers": headers_of(screened),
            "short": short_reason(screened),
            "notices": list(notices),
        }
    )


def answer_bytes(screened: Screened, *, all_policies: bool, notices: Sequence[str] = ()) -> bytes:
    """The frame as it goes over the socket. Raises FrameTooBigError."""
    return encode(answer_frame(screened, all_policies=all_policies, notices=notices))


def refusal_bytes(code: RefusalCode, say: str, hint: str = "") -> bytes:
    """The frame that says why there is no answer."""
    return encode(Frame({"refused": code.value, "say": say, "hint": hint}))
