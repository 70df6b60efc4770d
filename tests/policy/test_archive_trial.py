"""On an archive a policy's hits are counted with the rate that they speak for, and nothing else is kept of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from policy_builders import a_policy, evidence_of

from guardian.calibration.interval import rate_interval
from guardian.detectors.base import Evidence
from guardian.inspection import Inspection
from guardian.message import Channel
from guardian.policy.base import Hours, Mute, Policy, Status
from guardian.policy.match import Matcher
from guardian.policy.trying.archive_trial import MOST_SHOWN, ArchiveTrial, for_archive
from guardian.verdict import Coverage, Reason


def _inspection(evidence: Evidence, *, id: str = "1", complete: bool = True) -> Inspection:
    reasons = () if complete else (Reason("language", "a language that the model does not read"),)
    message = replace(evidence.message, id=id)
    return Inspection(replace(evidence, message=message), (), (), Coverage(10, 1, reasons))


def _trial(*policies: Policy) -> ArchiveTrial:
    return ArchiveTrial(policies, Matcher([for_archive(policy) for policy in policies], None, None, {}))


def test_hits_are_counted_on_the_policys_channels_alone() -> None:
    trial = _trial(a_policy(patterns=["rent"]))
    for text, channel in (("rent", Channel.INCOMING), ("rent", Channel.AI_OUTPUT), ("sun", Channel.INCOMING)):
        trial.add(_inspection(evidence_of(text, channel=channel)))
    (count,) = trial.counts
    assert (count.judged, count.hits) == (2, 1)


def test_the_rate_has_its_interval() -> None:
    trial = _trial(a_policy(patterns=["rent"]))
    for number in range(200):
        trial.add(_inspection(evidence_of("rent" if number % 50 == 0 else "sun"), id=str(number)))
    row = trial.counts[0].to_json()
    assert row["rate"] == 0.02
    assert (row["interval"]["low"], row["interval"]["high"]) == rate_interval(4, 200)
    assert next(trial.counts[0].lines()).startswith(
        "a-policy: 4 of 200 messages match, 2.00 % (90% sure: 0.69 to 4.52 %)"
    )


def test_what_was_not_fully_judged_is_in_no_rate_unless_it_was_found() -> None:
    trial = _trial(a_policy(patterns=["rent"]))
    trial.add(_inspection(evidence_of("sun"), complete=False))
    trial.add(_inspection(evidence_of("rent"), complete=False))
    (count,) = trial.counts
    assert (count.judged, count.not_judged, count.hits) == (1, 1, 1)


def test_the_first_hits_are_named_and_the_others_counted() -> None:
    trial = _trial(a_policy(patterns=["rent"]))
    for number in range(MOST_SHOWN + 5):
        trial.add(_inspection(evidence_of("rent"), id=f"m{number}\x1b[2J"))
    lines = list(trial.counts[0].lines())
    assert lines[1] == "  m0\\x1b[2J: matched by its pattern 1"
    assert lines[-1] == "  and 5 more"
    assert len(lines) == MOST_SHOWN + 2


@pytest.mark.parametrize(
    ("fields", "hits", "set_aside"),
    [
        ({"status": Status.DRAFT}, 1, 0),
        ({"hours": (Hours(0, 1),)}, 1, 0),
        ({"mutes": (Mute("", "", date(2020, 1, 1), date(2099, 1, 1)),)}, 1, 0),
        ({"senders_except": ("@bank.example",)}, 0, 1),
        ({"senders_only": ("@shop.example",)}, 0, 1),
    ],
)
def test_senders_count_and_the_hour_at_which_it_is_tried_does_not(
    fields: dict[str, object], hits: int, set_aside: int
) -> None:
    trial = _trial(a_policy(patterns=["rent"], **fields))  # type: ignore[arg-type]
    trial.add(_inspection(evidence_of("rent", sender="a@bank.example")))
    (count,) = trial.counts
    assert (count.hits, count.set_aside, count.judged) == (hits, set_aside, 1)


def test_no_messages_are_no_rate() -> None:
    trial = _trial(a_policy(patterns=["rent"]))
    assert trial.counts[0].to_json()["rate"] is None
    assert list(trial.counts[0].lines()) == ["a-policy: no messages to try it on: none is on its channels"]
