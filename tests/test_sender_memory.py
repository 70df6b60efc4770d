"""Facts about senders: gathered, remembered, shown, and nobody's word but that of the owner's own servers."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from guardian.contacts import Contacts
from guardian.message import Channel, Format, Message
from guardian.reading.limits import Limits
from guardian.reading.read import read
from guardian.sender_facts import SenderFacts
from guardian.senders import Senders, home_of
from guardian.verdict import Outcome

DAY = date(2026, 11, 21)
ANN = "From: Ann Lee <ann@harbour.example>"
EVE = "From: Ann Lee <ann.lee@harb0ur.example>"


def facts(headers: str, senders: Senders) -> SenderFacts:
    message = Message(f"{headers}\n\nhello\n".encode(), format=Format.MAIL)
    found = senders.facts_of(message, read(message, Limits()))
    assert found is not None
    return found


def remembering(folder: Path) -> Senders:
    return Senders(Contacts(folder / "contacts.db", folder / "contacts.key"))


def test_without_a_memory_nothing_is_said_of_earlier_messages() -> None:
    found = facts(ANN, Senders(None))
    assert (found.address, found.name, found.seen, found.is_first) == ("ann@harbour.example", "Ann Lee", None, False)
    assert found.lines() == []


def test_a_sender_becomes_known_with_the_messages_that_were_judged_and_not_flagged(tmp_path: Path) -> None:
    senders = remembering(tmp_path)
    first = facts(ANN, senders)
    assert first.is_first
    assert first.lines() == ["the first message from this address"]
    senders.note(first, Outcome.FLAGGED, DAY)
    senders.note(first, Outcome.UNSCREENED, DAY)
    assert facts(ANN, senders).is_first
    senders.note(first, Outcome.CLEAN, DAY)
    assert facts(ANN, senders).lines() == ["1 message from this address since 2026-11-21"]
    senders.note(first, Outcome.NOTICE, DAY)
    assert facts(ANN, senders).seen == 2
    assert facts(EVE, senders).lines() == [
        "the first message from this address",
        "its name is one that you know with another address",
        "its domain looks like one that you know, and is another",
    ]


def test_a_sender_that_the_owners_server_disowns_does_not_become_known(tmp_path: Path) -> None:
    senders = remembering(tmp_path)
    senders.note(SenderFacts("ann@x.example", checks=(("dmarc", "fail"),)), Outcome.CLEAN, DAY)
    assert facts("From: ann@x.example", senders).seen == 0


@pytest.mark.parametrize(
    ("results", "checks", "is_unbelieved"),
    [
        ("", (), False),
        ("Authentication-Results: mx.home.example; dmarc=fail\n", (("dmarc", "fail"),), False),
        ("Authentication-Results: MX.home.example; dkim=pass; arc=pass\n", (("dkim", "pass"),), False),
        ("Authentication-Results: evil.example; dmarc=pass\n", (), True),
        (  # what the sender wrote in the owner's server's name stands below what the server wrote
            "Authentication-Results: mx.home.example; dmarc=fail\n"
            "Authentication-Results: mx.home.example; dmarc=pass\n",
            (("dmarc", "fail"),),
            False,
        ),
        ("Authentication-Results: mx.home.example.evil.example; dmarc=pass\n", (), True),
    ],
)
def test_only_the_owners_own_servers_are_believed(
    results: str, checks: tuple[tuple[str, str], ...], is_unbelieved: bool
) -> None:
    found = facts(results + ANN, Senders(None, {"mx.home.example"}))
    assert (found.checks, found.has_unbelieved_checks) == (checks, is_unbelieved)
    assert found.is_disowned is (("dmarc", "fail") in checks)
    assert facts(results + ANN, Senders(None)).checks == (), "nobody is believed unless named"


@pytest.mark.parametrize(
    ("reply_to", "elsewhere"),
    [
        ("", ""),
        ("\nReply-To: desk@harbour.example", ""),
        ("\nReply-To: desk@mail.harbour.example", ""),
        ("\nReply-To: ann@gmail.com", "ann@gmail.com"),
    ],
)
def test_answers_that_go_elsewhere_are_told(reply_to: str, elsewhere: str) -> None:
    assert facts(ANN + reply_to, Senders(None)).reply_to == elsewhere


def test_mailboxes_of_one_provider_are_of_one_home() -> None:
    assert home_of("a@googlemail.com") == home_of("b@gmail.com")
    assert home_of("a@x.co.uk") != home_of("b@y.co.uk")


def test_an_assistant_is_no_sender() -> None:
    message = Message(b"hello", channel=Channel.AI_OUTPUT, sender="bot@x.example")
    assert Senders(None).facts_of(message, read(message, Limits())) is None


def screened(run_guardian: Any, *options: str, headers: str = ANN) -> dict[str, Any]:
    mail = f"{headers}\nSubject: Hi\n\nSee you at nine.\n".encode()
    done = run_guardian("filter", "--mail", "--json", *options, stdin=mail)
    return dict(json.loads(done.stdout)["sender"])


@pytest.mark.long
def test_the_verdict_holds_the_facts_and_a_run_without_journal_leaves_and_finds_none(
    run_guardian: Any, guardian_home: Path
) -> None:
    assert screened(run_guardian, "--no-journal")["seen"] is None
    assert not (guardian_home / "state" / "contacts.db").exists()
    assert [screened(run_guardian)["seen"] for _ in range(2)] == [0, 1]
    assert screened(run_guardian, headers=EVE)["known_name"] is True
    assert screened(run_guardian, "--no-journal")["seen"] is None
