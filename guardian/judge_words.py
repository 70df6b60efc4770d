"""What the owner's judge said of a message, in words that show whose they are.

Invariants: nothing of it is the model's own text but what it quoted of the message, which is safe here; what is not
worth a line (it saw what rules and encoder saw) has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from guardian.safe_text import safe_line
from guardian.verdict import Verdict

if TYPE_CHECKING:
    from guardian.judge.base import Opinion
    from guardian.verdict import PolicyMatch

JUDGE: Final = "judge"
"""Stands in `PolicyMatch.because` where the judge raised a policy."""
DOUBTS: Final = "judge-doubts"
"""Code of the coverage reason by which something flagged is `unsure`."""
_QUESTIONS: Final = {
    "asks": "it asks you to act for it, or to watch it less",
    "called-for": "what you asked for does not call for it",
    "who-gains": "somebody else than you gains by it",
    "pressure": "it presses you, or hides something",
}
"""What each of the four questions found where it speaks against the message; only such answers have a quote."""
_QUOTE_CHARS: Final = 160


def judge_lines(verdict: Verdict) -> list[str]:
    """One line for each thing that the judge says besides the findings of its own."""
    says = verdict.judge
    if says is None:
        return []
    name = safe_line(says.name)
    if not says.opinions:
        return [f"your judge ({name}) had not answered in time"] if says.is_late else []
    matches = {match.id: match for match in verdict.policies}
    lines: list[str] = []
    for opinion in says.opinions:
        match = matches.get(opinion.policy)
        if match is not None:
            lines += (f"your judge ({name}) {words}" for words in _words(opinion, match))
    return list(dict.fromkeys(lines))


def _words(opinion: Opinion, match: PolicyMatch) -> Iterator[str]:
    title = safe_line(match.title or match.id)
    if opinion.failure:
        yield f"gave no opinion: {safe_line(opinion.failure)}"
        return
    doubt = "" if opinion.is_sure else ", but not surely enough to count"
    if opinion.label == "no" and match.matched and JUDGE not in match.because:
        yield f"does not read it as what your policy '{title}' asks to flag{doubt}"
    elif opinion.label == "yes" and not match.matched:
        yield f"reads it as what your policy '{title}' asks to flag{doubt}"
    if opinion.label == "yes":
        for answer in opinion.answers:
            if answer.quote and answer.question in _QUESTIONS:
                yield f'says: {_QUESTIONS[answer.question]}: "{safe_line(answer.quote, _QUOTE_CHARS)}"'
