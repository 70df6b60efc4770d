"""Senders: who poses as somebody else is found, and honest mail with odd headers is not.

The lines are ours, in the forms that real mail has: newsletters, lists, forms, shared mailboxes, services that write
for others, second addresses. Names under `.example` stand for domains of nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from detector_rig import NONE, PLAIN, WEAK, strength

from guardian.detectors.base import Evidence
from guardian.detectors.sender import SenderDetector
from guardian.message import Channel, Format, Message
from guardian.reading.limits import Limits
from guardian.reading.read import read
from guardian.sender_facts import Resemblance, SenderFacts

DETECTOR = SenderDetector()
TALK = "Hello, the minutes of our last meeting are below. Best wishes."
ASK = "Please buy 5 Apple gift cards today and send me a photo of the codes on the back."


def given(headers: str, body: str = TALK, facts: SenderFacts | None = None) -> Evidence:
    message = Message(f"{headers}\nTo: owner@home.example\nSubject: Hello\n\n{body}\n".encode(), format=Format.MAIL)
    return Evidence(message, read(message, Limits()), sender=facts)


LIST = "\nList-Unsubscribe: <https://x.example/u>"

HONEST = [
    "From: ann@x.example",
    "From: Ann Lee <ann@x.example>",
    'From: "Lee, Ann" <ann.lee@x.example>',
    "From: Ann Lee <ann.lee.1987@gmail.com>",
    "From: Mum <grandma.knits@hotmail.co.uk>",
    'From: "Ann via Docs" <drive-shares-noreply@google.com>\nReply-To: Ann <ann@x.example>',
    'From: "Ann Lee (via Google Docs)" <drive-shares-dm-noreply@google.com>',
    'From: "ann@x.example (via Google Sheets)" <drive-shares-noreply@google.com>',
    'From: "ann@x.example" <calendar-notification@google.com>',
    'From: "ann@x.example" <invitations@linkedin.com>',
    'From: "bob@firm.example (Jira)" <jira@firm.atlassian.net>',
    'From: "ann@x.example" <no-reply@dropbox.com>',
    'From: "ann@gmail.com" <noreply@formspree.io>\nReply-To: ann@gmail.com',
    'From: "Contact form: ann@gmail.com" <www@harbour.example>\nReply-To: ann@gmail.com',
    'From: "ann@old.example" <ann@new.example>',
    'From: "ann.lee@gmx.de" <ann.lee@gmail.com>',
    'From: "ann@work.example" <ann.b@gmail.com>',
    'From: "info@harbour.example" <harbour.boats@gmail.com>',
    "From: Harbour Boats <harbour.boats@gmail.com>",
    "From: The Harbour Times <news@harbour.example>\nReply-To: replies@mailer.example" + LIST,
    "From: The Harbour Times <news@harbour.example>\nReply-To: editor@gmail.com" + LIST,
    "From: Choir <choir@lists.example>\nReply-To: ann@gmail.com\nList-Id: <choir.lists.example>",
    "From: Ann Lee via Choir <choir@googlegroups.com>\nReply-To: Ann Lee <ann@yahoo.com>\nList-Id: <choir>",
    "From: 'ann@x.example' via Choir <choir@googlegroups.com>\nList-Id: <choir>",
    "From: Support <support@harbour.zendesk.com>\nReply-To: support+id123@harbour.zendesk.com",
    "From: Halden Bank <service@halden-bank.example>",
    "From: Halden Bank <no-reply@mail.halden-bank.example>\nReply-To: service@halden-bank.example",
    "From: Office <office@school.example>",
    "From: noreply@shop.example",
    "From: no-reply@shop.example\nReply-To: help@shop-care.example",
    "From: Info <info@firm.example>",
    "From: HR <hr@firm.example>",
    "From: Team Calendar <calendar-notification@google.com>",
    "From: PayPal <service@paypal.com>",
    "From: PayPal <service@paypal.de>",
    "From: service@paypal.co.uk <service@paypal.co.uk>",
    "From: PayPal <paypal@mail.paypal.com>",
    "From: Amazon.de <bestellbestaetigung@amazon.de>",
    "From: Amazon Web Services <no-reply-aws@amazon.com>",
    "From: Amazon Prime <prime@primevideo.com>" + LIST,
    "From: Netflix <info@mailer.netflix.com>",
    "From: Apple <no_reply@email.apple.com>",
    "From: Apple <noreply@icloud.com>",
    "From: Microsoft account team <account-security-noreply@accountprotection.microsoft.com>",
    "From: Outlook Team <no-reply@microsoft.com>",
    "From: Google <no-reply@accounts.google.com>",
    "From: Google Maps Timeline <noreply-maps-timeline@google.com>",
    "From: Facebook <notification@facebookmail.com>",
    "From: Instagram <no-reply@mail.instagram.com>",
    "From: LinkedIn <messages-noreply@linkedin.com>",
    "From: Ann Lee via LinkedIn <messaging-digest-noreply@linkedin.com>",
    "From: DHL Paket <noreply@dhl.de>",
    "From: DHL Express <express@dhl.com>",
    "From: DPD <noreply@dpd.co.uk>",
    "From: Royal Mail <no-reply@royalmail.com>",
    "From: HMRC <no-reply@tax.service.gov.uk>",
    "From: Finanzamt Musterstadt <poststelle@fa-musterstadt.nrw.de>",
    "From: Interpol Fans <interpol.fans.club@gmail.com>",
    "From: Police Union Choir <police.choir@gmail.com>",
    "From: Department of Physics <physics.dept@gmail.com>",
    "From: Sparkasse <newsletter@sparkasse-koelnbonn.de>",
    "From: Santander Consumer Bank <info@santanderconsumer.de>",
    "From: Chase Miller <chase.miller@gmail.com>",
    "From: Chase <chase1990@gmail.com>",
    "From: Ledger Enquirer <news@ledger-enquirer.com>",
    "From: Apple Orchard Farm <orders@orchard-farm.example>",
    "From: Steam Laundry <info@steamlaundry.example>",
    "From: Monzo Rossi <monzo.rossi@libero.it>",
    "From: Dr. Telegram Jones <jones@clinic.example>",
    "From: Hotel Sonne via Booking.com <123@guest.booking.com>",
    "From: eBay <ebay@ebay.com>",
    "From: Ann on eBay <member@members.ebay.com>",
    "From: GitHub <noreply@github.com>",
    "From: Ann Lee <notifications@github.com>\nReply-To: repo <reply+abc@reply.github.com>\nList-ID: <repo.github.com>",
    "From: Substack author <author@substack.com>\nReply-To: author <reply+1@mg1.substack.com>" + LIST,
    "From: Mailchimp shop <shop@shop.example>\nReply-To: shop@gmail.com\nPrecedence: bulk",
    "From: Ann Lee <ann@x.example>\nReply-To: Ann Lee <ann@gmail.com>",
    "From: Ann <ann@x.example>\nSender: secretary@x.example",
    "From: Ann <ann@x.example>\nSender: bounce@esp.example",
    "From: ann@x.example, bob@y.example\nSender: ann@x.example",
    "From: =?utf-8?q?J=C3=BCrgen_M=C3=BCller?= <juergen@mueller.example>",
    "From: =?utf-8?b?0JDQvdC90LAg0JvQuA==?= <anna@x.example>",
    "From: =?utf-8?b?5bGx55Sw?= <yamada@x.example>",
    "From: Ann Lee <ann@xn--mller-kva.example>",
    "From: Klub Sportowy <klub@wp.pl>",
    "From: Obsługa klienta <kontakt@sklep.example>",
    "From: Kundenservice <service@laden.example>",
    "From: Mailer Daemon <mailer-daemon@x.example>",
    "From: ann@localhost",
    "From: Undisclosed <>",
    "From: Docusign <dse@docusign.net>",
    "From: Ann Lee via Docusign <dse_NA4@docusign.net>\nReply-To: ann@firm.example",
    "From: Zoom <no-reply@zoom.us>",
    "From: WhatsApp <noreply@whatsapp.com>",
    "From: Vinted <no-reply@vinted.fr>",
    "From: The Guardian <info@mail.theguardian.com>" + LIST,
]

POSED = [
    ("From: PayPal <service@gmail.com>", PLAIN),
    ("From: PayPal Support <paypal.help@outlook.com>", PLAIN),
    ("From: PayPal Service <team@mail-center.example>", WEAK),
    ("From: Amazon Customer Service <a.z.1@gmail.com>", PLAIN),
    ("From: Netflix <billing@yahoo.com>", PLAIN),
    ("From: Microsoft Security Team <ms.alerts@hotmail.com>", PLAIN),
    ("From: DHL Express <delivery@gmx.de>", PLAIN),
    ("From: Royal Mail <parcel@post-desk.example>", WEAK),
    ("From: Paypa1 <x@firm.example>", PLAIN),
    ("From: =?utf-8?b?0KBheVBhbA==?= <x@firm.example>", PLAIN),
    ("From: Pay\u200bPal <x@gmail.com>", PLAIN),
    ("From: Coinbase Support <noreply@coin-desk.example>", WEAK),
    ("From: Apple ID Support <apple@proton.me>", PLAIN),
    ("From: WhatsApp Support <wa@mail.ru>", PLAIN),
    ("From: PayPal <service@paypa1.com>", PLAIN),
    ("From: Service <service@paypal-secure-login.com>", PLAIN),
    ("From: IT <it@rnicrosoft.com>", PLAIN),
    ("From: x <x@amazon.com.orders-check.example>", PLAIN),
    ("From: x <x@xn--pypal-4ve.com>", PLAIN),  # with a Cyrillic letter
    ('From: "service@paypal.com" <ivan77@gmail.com>', PLAIN),
    ('From: "no-reply@amazon.com" <hh@host-44.example>', PLAIN),
    ('From: "boss@firm.example" <qwerty@evil.example>', WEAK),
    ('From: "Ann Lee ann@firm.example" <zz8812@gmail.com>', WEAK),
    ("From: ann@x.example\nFrom: eve@evil.example", PLAIN),
    ("From: Ann <ann@harbour.example>\nReply-To: ann@harb0ur.example", PLAIN),
    ("From: Ann <ann@modern.example>\nReply-To: ann@modem.example", PLAIN),
]

OFFICES = [
    "From: FBI Inspector Hale <hale.fbi@gmail.com>",
    "From: Internal Revenue Service <irs.refund@outlook.com>",
    "From: HMRC Refunds <refunds@yahoo.co.uk>",
    "From: Interpol <interpol.case@proton.me>",
    "From: Finanzamt <finanzamt.erstattung@gmx.de>",
    "From: Agencia Tributaria <agencia@hotmail.es>",
    "From: Urząd Skarbowy <urzad@wp.pl>",
    "From: Federal Court <court.clerk@gmail.com>",
]

TACTICS = ("impersonation", "false_authority")


def strongest(evidence: Evidence) -> float:
    return max(strength(DETECTOR, evidence, tactic) for tactic in TACTICS)


def test_there_are_as_many_lines_as_promised() -> None:
    assert len(HONEST) + len(POSED) + len(OFFICES) >= 100


@pytest.mark.parametrize("headers", HONEST)
def test_honest_senders_pass(headers: str) -> None:
    assert DETECTOR.detect(given(headers)) == []


@pytest.mark.parametrize("headers", HONEST)
def test_honest_senders_who_write_for_the_first_time_pass(headers: str) -> None:
    """To be new is a fact, and never a finding."""
    assert DETECTOR.detect(given(headers, facts=SenderFacts("x@x.example", seen=0))) == []


@pytest.mark.parametrize(("headers", "score"), POSED)
def test_who_poses_as_another_is_found(headers: str, score: float) -> None:
    evidence = given(headers)
    assert strength(DETECTOR, evidence, "impersonation") == score
    (finding,) = DETECTOR.detect(evidence)
    span = finding.spans[0]
    assert evidence.message.raw[span.start : span.end].decode("utf-8", "surrogateescape") == span.quote
    assert span.quote in headers


@pytest.mark.parametrize("headers", OFFICES)
def test_an_office_with_a_free_mailbox_is_found(headers: str) -> None:
    assert strength(DETECTOR, given(headers), "false_authority") == WEAK


@dataclass(frozen=True)
class Odd:
    """A sender that may be honest, and is doubted only beside a plain ask."""

    headers: str
    facts: SenderFacts


ANN = SenderFacts("ann@x.example")
ODD = [
    Odd("From: Ann Lee <ann@gmail.com>", replace(ANN, seen=0, has_known_name=True)),
    Odd("From: Ann Lee <ann@x.example>\nReply-To: ann.lee.office@gmail.com", ANN),
    Odd("From: Service <post@sparkasse-stadt.example>", replace(ANN, seen=0)),
    Odd("From: Ann Lee <ann@x.example>", replace(ANN, checks=(("spf", "fail"), ("dmarc", "fail")))),
]


@pytest.mark.parametrize("odd", ODD)
def test_what_is_only_odd_counts_together_with_a_plain_ask(odd: Odd) -> None:
    assert strongest(given(odd.headers, TALK, odd.facts)) == NONE
    evidence = given(odd.headers, ASK, odd.facts)
    assert strongest(evidence) == PLAIN
    (finding,) = DETECTOR.detect(evidence)
    assert finding.say.endswith("and asks for money or secrets")
    assert any("gift cards" in span.quote or "codes" in span.quote for span in finding.spans)


@pytest.mark.parametrize("headers", ["From: Ann <ann@x.example>", "From: Ann Lee <ann.lee@gmail.com>"])
def test_an_ask_alone_says_nothing_of_the_sender(headers: str) -> None:
    assert strongest(given(headers, ASK, replace(ANN, seen=0))) == NONE


def test_a_domain_like_a_known_one_is_found() -> None:
    headers = "From: Ann <ann@harb0ur.example>"
    assert strongest(given(headers, facts=replace(ANN, resembles=Resemblance.LETTERS))) == PLAIN
    assert strongest(given(headers, facts=replace(ANN, resembles=Resemblance.ONE_LETTER))) == WEAK


def test_a_well_known_domain_that_the_owners_own_server_disowns_is_found() -> None:
    disowned = replace(ANN, checks=(("dmarc", "fail"),))
    assert strongest(given("From: PayPal <service@paypal.com>", facts=disowned)) == PLAIN
    assert strongest(given("From: Ann <ann@x.example>", facts=disowned)) == NONE, "lists and forwards break it"


def test_a_sender_who_wrote_often_is_not_doubted_for_a_name() -> None:
    headers = "From: Netflix <billing@yahoo.com>"
    assert strongest(given(headers, facts=replace(ANN, seen=2))) == PLAIN
    assert strongest(given(headers, facts=replace(ANN, seen=3))) == NONE
    assert strongest(given("From: x <x@paypa1.com>", facts=replace(ANN, seen=3))) == PLAIN, "a posing domain stays one"


def test_what_an_assistant_answers_has_no_sender() -> None:
    evidence = given("From: PayPal <service@gmail.com>")
    answer = replace(evidence, message=replace(evidence.message, channel=Channel.AI_OUTPUT))
    assert DETECTOR.detect(answer) == []
