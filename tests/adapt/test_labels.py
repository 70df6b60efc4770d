"""What the owner's words teach: their side, whose they are, and what is left out, from a real journal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from adapt_journal import a_message, a_policy, begun, keep, labels_of, say, settings_in

from guardian.adapt.labels import Left, example_labels, read_labels
from guardian.adapt.learning import left_words
from guardian.errors import PolicyError
from guardian.journal.feedback import Says
from guardian.message import Channel, Message
from guardian.policy.base import Status
from guardian.policy.load import load_policies
from guardian.policy.starter import shipped_examples
from guardian.verdict import Outcome


@pytest.mark.parametrize(
    ("outcome", "says", "is_bad"),
    [
        (Outcome.FLAGGED, Says.RIGHT, True),
        (Outcome.FLAGGED, Says.WRONG, False),
        (Outcome.NOTICE, Says.RIGHT, True),
        (Outcome.NOTICE, Says.WRONG, False),
        (Outcome.CLEAN, Says.RIGHT, False),
        (Outcome.CLEAN, Says.WRONG, True),  # missed: the owner wanted to be told
    ],
)
def test_right_and_wrong_mean_what_the_verdict_said(
    guardian_home: Path, outcome: Outcome, says: Says, is_bad: bool
) -> None:
    labels = labels_of(guardian_home, (a_message("Bring the ladder."), outcome, says))
    assert [(label.is_bad, label.message.raw) for label in labels.words] == [(is_bad, b"Bring the ladder.")]
    assert not labels.left


@pytest.mark.parametrize(
    ("outcome", "says", "how", "left"),
    [
        (Outcome.FLAGGED, Says.UNSURE, {}, Left.UNSURE),
        (Outcome.UNSURE, Says.WRONG, {}, Left.UNDECIDED),
        (Outcome.UNSCREENED, Says.RIGHT, {}, Left.UNDECIDED),
        (Outcome.FLAGGED, Says.WRONG, {"why_not_text": "the owner wants none"}, Left.NOT_KEPT),
    ],
)
def test_what_says_nothing_of_a_text_is_left_out_and_counted(
    guardian_home: Path, outcome: Outcome, says: Says, how: dict[str, str], left: Left
) -> None:
    labels = labels_of(guardian_home, (a_message(), outcome, says), **how)
    assert (labels.words, labels.left) == ((), {left: 1})


def test_a_word_that_was_taken_back_teaches_nothing_and_one_that_was_changed_counts_as_last_said(
    guardian_home: Path,
) -> None:
    with begun(settings_in(guardian_home)) as journal:
        first, second = (keep(journal, a_message(text)) for text in ("One.", "Two."))
        for seq, says in ((first, Says.WRONG), (second, Says.WRONG), (first, Says.WITHDRAWN), (second, Says.RIGHT)):
            say(journal, seq, says)
        labels = read_labels(journal, ())
    assert [(label.seq, label.is_bad) for label in labels.words] == [(second, True)]


def test_what_was_forgotten_teaches_nothing(guardian_home: Path) -> None:
    with begun(settings_in(guardian_home)) as journal:
        seq = keep(journal, a_message())
        say(journal, seq, Says.WRONG)
        journal.forget([(seq, seq)], "private")
        labels = read_labels(journal, ())
    assert (labels.words, labels.left) == ((), {Left.UNREADABLE: 1})


def test_one_text_of_one_sender_is_one_label_and_the_newest_record_of_it_counts(guardian_home: Path) -> None:
    text = a_message("Last day of the sale.", sender="news@shop.example")
    labels = labels_of(
        guardian_home,
        (text, Outcome.FLAGGED, Says.RIGHT),
        (text, Outcome.FLAGGED, Says.WRONG),
        (replace(text, sender="other@shop.example"), Outcome.FLAGGED, Says.WRONG),
    )
    assert [label.is_bad for label in labels.words] == [False, False]
    assert labels.left == {Left.REPEAT: 1}


@pytest.mark.parametrize(
    ("one", "other", "are_bounded_together"),
    [
        ("a@x.example", "Ann <A@X.example>", True),
        ("a@x.example", "b@x.example", False),
        (None, None, True),  # nobody knows who wrote: all such messages count as one sender's
        (None, "a@x.example", False),
    ],
)
def test_labels_are_bounded_together_by_the_address_that_wrote(
    guardian_home: Path, one: str | None, other: str | None, are_bounded_together: bool
) -> None:
    labels = labels_of(
        guardian_home,
        (a_message("One.", sender=one), Outcome.FLAGGED, Says.WRONG),
        (a_message("Two.", sender=other), Outcome.FLAGGED, Says.WRONG),
    )
    assert (labels.words[0].group == labels.words[1].group) is are_bounded_together


def test_an_assistant_and_a_person_of_one_name_are_two(guardian_home: Path) -> None:
    said = [
        (Message(b"Stay.", channel=channel, sender="sam"), Outcome.FLAGGED, Says.WRONG)
        for channel in (Channel.INCOMING, Channel.AI_OUTPUT)
    ]
    labels = labels_of(guardian_home, *said)
    assert len({label.group for label in labels.words}) == 2


def test_examples_of_all_policies_in_force_are_bounded_together_so_a_pack_moves_no_more_than_a_sender() -> None:
    policies = [
        a_policy(id="one", flag=("Pay now.",), fine=("Thanks.",)),
        a_policy(id="two", flag=("Stay.",), channels=frozenset({Channel.AI_OUTPUT})),
        a_policy(id="asleep", flag=("Never seen.",), status=Status.DRAFT),
    ]
    found = [
        (label.group, label.is_bad, label.message.raw, label.message.channel) for label in example_labels(policies)
    ]
    assert found == [
        ("policies", True, b"Pay now.", Channel.INCOMING),
        ("policies", False, b"Thanks.", Channel.INCOMING),
        ("policies", True, b"Stay.", Channel.AI_OUTPUT),
    ]


def test_examples_that_come_with_the_program_are_none_of_the_owners(guardian_home: Path) -> None:
    """As shipped they cost a found text of the shipped test and brought three false alarms, whatever the owner said."""
    settings = settings_in(guardian_home)
    shipped = shipped_examples(settings.paths.shipped_policies)
    starters = load_policies(settings.paths.shipped_policies).policies
    mine = a_policy(id="mine", flag=("Pay now or the dog stays.",), fine=(starters[0].examples[0].text,))
    with begun(settings) as journal:
        labels = read_labels(journal, [*starters, mine], shipped)
    assert [label.message.raw for label in labels.examples] == [b"Pay now or the dog stays."]
    assert labels.left == {Left.SHIPPED: sum(len(each.examples) for each in starters) + 1}
    assert "examples that come with guardian" in left_words(labels.left)


def test_where_the_shipped_policies_are_not_to_be_found_nothing_is_guessed(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="no starter policies"):
        shipped_examples(tmp_path)


def test_of_more_than_enough_the_newest_words_and_the_first_examples_count(
    guardian_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guardian.adapt.labels.MOST_WORDS", 2)
    monkeypatch.setattr("guardian.adapt.labels.MOST_EXAMPLES", 1)
    with begun(settings_in(guardian_home)) as journal:
        recorded = [keep(journal, a_message(text)) for text in ("One.", "Two.", "Three.")]
        for seq in recorded:
            say(journal, seq, Says.WRONG)
        labels = read_labels(journal, [a_policy(id="one", flag=("Pay now.",), fine=("Thanks.", "See you."))])
    assert [label.seq for label in labels.words] == recorded[1:]
    assert [label.message.raw for label in labels.examples] == [b"Pay now."]
    assert labels.left == {Left.TOO_MANY: 1, Left.EXAMPLES: 2}
