"""Links: what goes elsewhere than it seems is found; newsletters, firms' own addresses and plain words are not.

All texts are ours, 2026-11. Hosts under `.example` are reserved (RFC 2606); 203.0.113.0/24 is for documents (RFC 5737).
"""

from __future__ import annotations

import pytest
from detector_rig import NONE, PLAIN, WEAK, Case, check, evidence, strength, table

from guardian.detectors.links import LinksDetector

DETECTOR = LinksDetector()
TACTIC = "deceptive_link"

IN_TEXT = (
    # Imitations as the yearly phishing reports show them.
    Case("digit for a letter", "Please verify at paypa1.com today.", PLAIN),
    Case("digit and lure", "Sign in: https://amaz0n-security.example/login", PLAIN),
    Case("rn for m", "Your mailbox is full: http://rnicrosoft.com/quota", PLAIN),
    Case("name and lure", "Your parcel waits: dhl-pay-receive.example/o/7714", PLAIN),
    Case("glued lure", "Unlock it at https://paypallogin.example", PLAIN),
    Case("name as subdomain", "http://paypal.com.verify-now.example/a", PLAIN),
    Case("name on a free host", "https://netflix-billing.pages.dev/", PLAIN),
    Case("Cyrillic letter", "https://pаypal.com/signin", PLAIN),
    Case("punycode", "http://xn--pypal-4ve.com/", PLAIN),
    Case("state and lure", "Pay the penalty at penalty-gov-settle.example", PLAIN),
    Case("user name that is a host", "https://yourbank.com@evil.example/", PLAIN),
    Case("one number", "http://3405803781/a", PLAIN),
    Case("hexadecimal", "http://0xcb007109/a", PLAIN),
    Case("bare address", "http://203.0.113.9/remove", WEAK),
    Case("one letter off", "see linkedln.com/in/me", WEAK),
    Case("somebody else's domain with the name", "https://netflix-fans.org/forum", WEAK),
    # --- ordinary ---
    Case("own address", "https://www.paypal.com/activity and https://pay.amazon.co.uk/x", NONE),
    Case("own address elsewhere", "https://www.dhl.de/sendung and post.ch", NONE),
    Case("own second domain", "https://login.microsoftonline.com/common and https://t.me/channel", NONE),
    Case("a state's own", "https://www.gov.uk/log-in-register-hmrc-online-services, https://hmrc.gov.uk", NONE),
    Case("orchard", "apple-orchard.example opens on Sunday", NONE),
    Case("hunt", "Our race: chase-the-ace.example", NONE),
    Case("missing space", "I paid by PayPal.Thanks for the book.It came today.", NONE),
    Case("files", "See README.md, main.py and v2.1.3.4 of node.js", NONE),
    Case("mail address", "Write to support@paypal-help.example or not", NONE),
    Case("umlaut", "https://www.müller.de/ and https://xn--mller-kva.de/", NONE),
    Case("Cyrillic throughout", "https://почта.рф/", NONE),
    Case("router", "Open http://192.168.0.1/ and http://localhost:8080/", NONE),
    Case("password in a development URL", "git clone https://user:secret@git.example/a.git", NONE),
    Case("rented help desk", "https://dropbox.zendesk.com/hc and https://discord.statuspage.io", NONE),
)

IN_HTML = (
    Case("shows a bank", "www.yourbank.example|https://collect.evil.test/x", PLAIN),
    Case("shows http", "https://yourbank.example/login|http://203.0.113.9/login", PLAIN),
    Case("shows it among words", "Go to www.yourbank.example now|https://yourbank.evil.test/", PLAIN),
    Case("target imitates", "Click here|https://paypal-login.test/", PLAIN),
    Case("by way of another", "www.shop.example|https://go.mailer.test/?to=https://www.shop.example/a", WEAK),
    Case("same domain", "www.yourbank.example|https://secure.yourbank.example/login", NONE),
    Case("same name in another country", "www.shop.de|https://www.shop.com/de", NONE),
    Case("mail filter", "www.yourbank.com|https://eur01.safelinks.protection.outlook.com/?url=x", NONE),
    Case("newsletter sender", "www.charity.org|https://charity.us1.list-manage.com/track/click?u=1", NONE),
    Case("words", "Read the annual report|https://reports.example/2026", NONE),
    Case("file name", "README.md|https://git.example/a/README.md", NONE),
    Case("mail link", "info@shop.example|mailto:info@shop.example", NONE),
    Case("code", "run()|javascript:void(0)", NONE),
)


@table(IN_TEXT)
def test_addresses_in_a_text_are_found_where_they_imitate_and_nowhere_else(case: Case) -> None:
    check(DETECTOR, case, TACTIC)


@table(IN_HTML)
def test_links_are_found_where_they_go_elsewhere_than_they_show(case: Case) -> None:
    shown, target = case.text.split("|")
    assert strength(DETECTOR, evidence(links=[(shown, target)]), TACTIC) == case.score


@pytest.mark.parametrize(
    ("text", "say"),
    [
        ("https://paypa1.com", "has a link whose address imitates PayPal"),
        ("https://bank.com@evil.example", "has a link that names one site before an @ and goes to another"),
        ("http://203.0.113.9", "has a link to a bare number in place of a name"),
    ],
)
def test_the_owner_reads_what_is_wrong_with_the_link(text: str, say: str) -> None:
    assert [finding.say for finding in DETECTOR.detect(evidence(text))] == [say]


def test_the_strongest_link_comes_first() -> None:
    (finding,) = DETECTOR.detect(evidence("http://203.0.113.9/a and then https://paypa1.com/b"))
    assert [span.quote for span in finding.spans] == ["https://paypa1.com/b", "http://203.0.113.9/a"]
