"""What the owner's judge said of a verdict that was recorded before: a record of its own, that names the verdict's
number and says what counts of it now.

Body of a `Kind.OPINION` record:

    of         number of the verdict
    judge      name of the model; `sha256` of its file
    opinions   as in a verdict's JSON (`judge.opinions`)
    changed    `raised`, `softened` or empty
    outcome    the outcome that counts now; `action` likewise
    policies   rows of the policies whose row is another one now, as they stand in a verdict's record
    findings   those that come besides
    reasons    why it counts as judged in part, those that come besides

Invariants: nothing is overwritten: the verdict's record says for good what was said first; of several opinions the one
that makes most of the message counts, and of equals the latest, so that no later one clears what an earlier one raised;
it holds all that is to be put over the verdict; where the verdict's text was not kept, no word of it stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from guardian.journal.encoding import canonical_bytes
from guardian.journal.latest import Latest
from guardian.journal.record import Entry, Kind, Record, Spoke
from guardian.journal.verdict_record import clean_json, policy_row
from guardian.second_opinion import Changed, SecondOpinion
from guardian.verdict import Action, Outcome, Verdict

Row = Mapping[str, Any]
_LISTS: Final = ("opinions", "policies", "findings", "reasons")
_MILDEST_FIRST: Final = (Outcome.CLEAN, Outcome.NOTICE, Outcome.UNSURE, Outcome.UNSCREENED, Outcome.FLAGGED)


@dataclass(frozen=True, slots=True, repr=False)
class LateOpinion:
    """What the judge said late."""

    of: int
    """Number of the verdict."""
    body: Row = field(hash=False)
    """As this page has it; checked."""
    at_ms: int = 0
    """When it came, in milliseconds since 1970."""

    @property
    def is_withdrawal(self) -> bool:
        """Never: an opinion is not taken back."""
        return False

    @property
    def outcome(self) -> Outcome:
        """The outcome that counts now."""
        return Outcome(self.body["outcome"])

    @property
    def changed(self) -> Changed:
        """What became of the verdict."""
        return Changed(self.body["changed"])

    @property
    def policies(self) -> tuple[Row, ...]:
        """Rows of the policies that stand otherwise now."""
        return tuple(self.body["policies"])

    @property
    def reasons(self) -> tuple[str, ...]:
        """`code: words`, why the message counts as judged in part."""
        return tuple(map(str, self.body["reasons"]))

    def applied_to(self, verdict: Row) -> dict[str, Any]:
        """A verdict's row of its record (`verdict_record`) as it counts now. Raises KeyError or TypeError for an odd
        one."""
        now = {str(row["id"]): row for row in self.policies}
        coverage = verdict["coverage"]
        reasons = [*coverage["reasons"], *self.reasons]
        return {
            **verdict,
            "outcome": self.body["outcome"],
            "action": self.body["action"],
            "policies": [*(now.pop(str(row["id"]), row) for row in verdict["policies"]), *now.values()],
            "findings": [*verdict["findings"], *self.body["findings"]],
            "coverage": {**coverage, "reasons": reasons, "complete": not reasons},
            "judge": {
                "model": {"name": self.body["judge"], "sha256": self.body["sha256"]},
                "opinions": list(self.body["opinions"]),
                "late": True,
                "changed": self.body["changed"],
            },
        }

    def without_quotes(self) -> LateOpinion:
        """The same without a word of the message."""
        return replace(self, body={**self.body, "opinions": opinions_without_quotes(self.body["opinions"])})

    def to_json(self) -> dict[str, Any]:
        """As it stands beside its verdict's record."""
        return {**{name: value for name, value in self.body.items() if name != "of"}, "at_ms": self.at_ms}


def opinion_record(of: int, before: Verdict, now: Verdict, *, at_ms: int, program: str) -> Record:
    """The record of what the judge said late of record `of`, which holds `before`; without a word of the message."""
    says = now.judge or SecondOpinion("", "")
    opinions = [opinion.to_json() for opinion in says.opinions]
    then = {match.id: policy_row(match) for match in before.policies}
    rows = [row for match in now.policies if (row := policy_row(match)) != then.get(match.id)]
    body = {
        "of": of,
        "judge": says.name,
        "sha256": says.sha256,
        "opinions": opinions_without_quotes(opinions),
        "changed": says.changed.value,
        "outcome": now.outcome.value,
        "action": now.action.value,
        "policies": rows,
        "findings": [finding.to_json() for finding in now.findings[len(before.findings) :]],
        "reasons": [str(reason) for reason in now.coverage.reasons[len(before.coverage.reasons) :]],
    }
    return Record(Kind.OPINION, at_ms, clean_json(body), Spoke(program=program))


def with_quotes_of(now: Verdict, record: Record) -> Record:
    """The same with the words that the judge quoted: for a message whose text is kept."""
    opinions = [opinion.to_json() for opinion in now.judge.opinions] if now.judge is not None else []
    return replace(record, body={**record.body, "opinions": clean_json(opinions)})


def says_less(now: Verdict, recorded: Record, before: Verdict) -> bool:
    """Whether a record holds another verdict than `before`, which makes as much of the message as `now`, or more: the
    same delivery can be judged by two gates, and is recorded once."""
    try:
        there = Outcome(recorded.body["verdict"]["outcome"])
    except (KeyError, TypeError, ValueError):
        return False
    return there is not before.outcome and _MILDEST_FIRST.index(there) >= _MILDEST_FIRST.index(now.outcome)


def opinion_of(entry: Entry) -> LateOpinion | None:
    """The opinion that an entry holds; None where it holds none that can be read."""
    record = entry.record
    if not isinstance(record, Record) or record.kind is not Kind.OPINION:
        return None
    body = record.body
    try:
        Outcome(body["outcome"]), Action(body["action"]), Changed(body["changed"])
        is_whole = all(isinstance(body[name], list) for name in _LISTS) and all(
            isinstance(row["id"], str) and isinstance(row["matched"], bool) for row in body["policies"]
        )
        names = (body["judge"], body["sha256"])
        canonical_bytes(body["findings"])
        of = int(body["of"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return LateOpinion(of, body, record.at_ms) if is_whole and all(isinstance(name, str) for name in names) else None


def as_it_counts(record: Record, opinion: LateOpinion | None) -> Record:
    """A verdict's record with what the judge said of it late; any other record as it is."""
    if opinion is None or record.kind is not Kind.VERDICT:
        return record
    try:
        return replace(record, body={**record.body, "verdict": opinion.applied_to(record.body["verdict"])})
    except (KeyError, TypeError, AttributeError):
        return record


def opinions_without_quotes(opinions: object) -> list[Any]:
    """Opinions' rows without a word of the message."""
    rows = opinions if isinstance(opinions, list) else []
    return [_without_quotes(row) for row in rows]


def _without_quotes(row: Any) -> Any:
    if not isinstance(row, dict) or "answers" not in row:
        return row
    return {**row, "answers": [{**answer, "quote": ""} for answer in row["answers"]]}


class LatestOpinions(Latest[LateOpinion]):
    """The opinion that counts for each verdict."""

    def __init__(self) -> None:
        super().__init__(opinion_of)

    def _is_outdone(self, seq: int, word: LateOpinion, by_seq: int, by: LateOpinion) -> bool:
        then, now = (_MILDEST_FIRST.index(each.outcome) for each in (word, by))
        return (then, seq) < (now, by_seq)
