"""The owner's labels: what they said of recorded messages, and the examples of their policies, as texts with a side.

Examples that come with the program are none of the owner's: they are the same for everybody, so they say nothing of
this one. Learned from, they cost every owner a found text of the shipped test and false alarms on ordinary messages.

`right` of a message that a policy matched, and `wrong` of one that was called clean, say that the owner wants to be
told of such a text; the other two say that it is fine. `unsure` says nothing, and neither does a word on a message that
was not fully judged and that no policy matched.

Invariants: nothing is guessed; what is left out is counted, by reason; of several records of one text of one sender
the newest counts; the order is that of the journal, then that of policies and their examples, so the same labels
always come out the same.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from guardian.journal.feedback import Feedback, LatestFeedback, Says
from guardian.journal.journal import Journal
from guardian.journal.record import Entry, Kind, Record
from guardian.journal.scan import Scan
from guardian.journal.verdict_record import matched_policies
from guardian.message import Message
from guardian.policy.base import Policy
from guardian.policy.effects.recorded import recorded_message
from guardian.policy.senders import address_of
from guardian.verdict import Outcome

LEAST_WORDS: Final = 6
"""Words of the owner's below which nothing is learned: fewer show no pattern, and examples count in their policies."""
MOST_WORDS: Final = 300
"""Words that are learned from, those on the newest records first: the model reads each text, and the fit takes the cube
of their number."""
MOST_EXAMPLES: Final = 300
"""Examples of policies that are learned from, in the order of the policies."""
_POLICIES: Final = "policies"
"""The group of all examples: whoever wrote a pack of policies that the owner installed moves no more than a sender."""
_FEEDBACK: Final = b'"kind":"feedback"'


class Left(StrEnum):
    """Why a word is not learned from."""

    UNSURE = "unsure"
    """The owner said that they are not sure."""
    UNDECIDED = "undecided"
    """Guardian had said neither that it matches nor that it is clean, so right and wrong say nothing of the text."""
    NOT_KEPT = "text_not_kept"
    """The journal has no text of it."""
    NOT_JUDGED = "not_judged"
    """The model does not judge the text: another language, or it cannot be read."""
    REPEAT = "repeat"
    """The same text of the same sender was recorded again, and the owner spoke of that record."""
    UNREADABLE = "unreadable"
    """It was forgotten, does not open, or holds something else than it should."""
    TOO_MANY = "too_many"
    """Newer ones were enough."""
    EXAMPLES = "examples_too_many"
    """Examples of policies, rather than words: the first ones were enough."""
    SHIPPED = "examples_shipped"
    """Examples of policies that came with the program, rather than words."""


@dataclass(frozen=True, slots=True, repr=False)
class Label:
    """One labelled text."""

    message: Message
    is_bad: bool
    """True: the owner wants to be told of such a text. False: it is fine."""
    group: str
    """Whose labels are bounded together: a sender's, or the policies' examples. Untrusted; kept in memory alone."""
    seq: int | None = None
    """Number of the record that the owner spoke of; None for an example."""


@dataclass(frozen=True, slots=True, repr=False)
class Labels:
    """All that there is to learn from."""

    words: tuple[Label, ...]
    """What the owner said of recorded messages, in the journal's order."""
    examples: tuple[Label, ...]
    left: Mapping[Left, int] = field(default_factory=dict)


def read_labels(journal: Journal, policies: Sequence[Policy], shipped: Collection[str] = ()) -> Labels:
    """The labels of a journal and of the policies in force, without the `shipped` texts of examples. Raises
    JournalError."""
    left: Counter[Left] = Counter()
    found: dict[tuple[str, bytes], Label] = {}
    for entry, word in _judged(journal):
        label = _label(entry, word)
        if isinstance(label, Left):
            left[label] += 1
            continue
        name = label.group, hashlib.sha256(label.message.raw).digest()
        if name in found:
            left[Left.REPEAT] += 1
        elif len(found) == MOST_WORDS:
            left[Left.TOO_MANY] += 1
        else:
            found[name] = label
    words = sorted(found.values(), key=lambda label: label.seq or 0)
    known = {text.encode("utf-8", "replace") for text in shipped}
    all_examples = tuple(example_labels(policies))
    examples = tuple(label for label in all_examples if label.message.raw not in known)
    left[Left.SHIPPED] = len(all_examples) - len(examples)
    left[Left.EXAMPLES] = len(examples[MOST_EXAMPLES:])
    return Labels(tuple(words), examples[:MOST_EXAMPLES], {reason: count for reason, count in left.items() if count})


def example_labels(policies: Iterable[Policy]) -> Iterator[Label]:
    """The examples of the policies in force, in order of policies; each on the first of its policy's channels."""
    for policy in policies:
        channel = min(policy.channels)
        for example in policy.examples if policy.is_in_force else ():
            message = Message(example.text.encode("utf-8", "replace"), channel=channel)
            yield Label(message, example.flag, _POLICIES)


def _judged(journal: Journal) -> Iterator[tuple[Entry, Feedback]]:
    """The entries that the owner said something of, newest first, each with the word that counts."""
    said = LatestFeedback()  # newest first: a word stands behind the verdict that it is about

    def is_judged(seq: int) -> bool:
        return said.of(seq) is not None

    for entry in Scan(journal).entries(newest_first=True, where=_is_word, also=is_judged):
        said.add(entry)
        word = said.of(entry.seq)
        if word is not None:
            yield entry, word


def _is_word(_seq: int, data: bytes) -> bool:
    return _FEEDBACK in data


def _label(entry: Entry, word: Feedback) -> Label | Left:
    record = entry.record
    if word.says not in (Says.RIGHT, Says.WRONG):
        return Left.UNSURE
    if not isinstance(record, Record) or record.kind is not Kind.VERDICT:
        return Left.UNREADABLE
    try:
        outcome, matched = Outcome(record.body["verdict"]["outcome"]), bool(matched_policies(record))
        senders = [str(sender) for sender in record.body["stream"]["senders"]]
        message = recorded_message(record)
    except (KeyError, TypeError, ValueError, AttributeError):
        return Left.UNREADABLE
    if not matched and outcome is not Outcome.CLEAN:
        return Left.UNDECIDED
    if message is None:
        return Left.NOT_KEPT
    is_bad = (word.says is Says.RIGHT) is matched
    address = address_of(senders[0]) if senders else ""
    return Label(message, is_bad, f"sender {message.channel.value} {address}", entry.seq)
