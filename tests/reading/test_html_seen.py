"""What a person sees against what is there: tricks are seen through, honest mail hides nothing that counts.

The tables are those of `html_tricks` and `html_letters`; both are ours.
"""

from __future__ import annotations

import pytest
from html_letters import LETTERS, SAID
from html_tricks import PAGES, STYLES, WORDS
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_rig import LIMITS, check_offsets, codes, read_as, steady, texts

from guardian.detectors.base import Evidence
from guardian.detectors.hidden import HiddenDetector
from guardian.detectors.links import LinksDetector
from guardian.finding import Finding
from guardian.message import Format, Message
from guardian.reading.base import LinkKind, Reading, ViewKind
from guardian.reading.extract import Place
from guardian.reading.html import read_html
from guardian.reading.html_css import read_style
from guardian.reading.html_look import Look
from guardian.reading.html_media import Reader, readers_of
from guardian.reading.read import read

HIDDEN, LINKS = HiddenDetector(), LinksDetector()
LETTER = "<p>Dear Ana, the ferry leaves at nine.</p>{}<p>Kind regards, Rui</p>"
TRICKS = [LETTER.format(f'<p style="{style}">{WORDS}</p>') for style in STYLES]
TRICKS += [LETTER.replace("{}", page).replace("{}", WORDS) for page in PAGES]
SHARE_SEEN = 0.95
"""Of the tricks; the table has no style that is known to slip through, so each is a test of its own besides."""


def findings(page: str) -> tuple[Reading, list[Finding]]:
    message = Message(page.encode(), format=Format.HTML)
    reading = read(message)
    check_offsets(reading, message.raw)
    evidence = Evidence(message, reading)
    return reading, HIDDEN.detect(evidence) + LINKS.detect(evidence)


def is_seen_through(page: str) -> bool:
    """Whether the words stand in a hidden view that says why, in no visible one, and are a finding."""
    reading, found = findings(page)
    hidden = [view for view in reading.views if view.kind is ViewKind.HIDDEN and WORDS[:40] in view.text]
    is_shown = any(WORDS[:12] in view.text for view in reading.visible)
    return bool(hidden) and all(view.why for view in hidden) and not is_shown and bool(found)


def test_there_are_tricks_and_letters_enough_to_say_a_share() -> None:
    assert len(TRICKS) >= 80
    assert len(LETTERS) >= 40
    assert sum(map(is_seen_through, TRICKS)) >= SHARE_SEEN * len(TRICKS)


@pytest.mark.parametrize("page", TRICKS, ids=[*STYLES, *PAGES])
def test_words_that_no_person_sees_are_found(page: str) -> None:
    assert is_seen_through(page)


@pytest.mark.parametrize("name", LETTERS)
def test_honest_mail_hides_nothing_that_counts_and_is_read_in_full(name: str) -> None:
    style, body = LETTERS[name]
    head = f"<!doctype html><html><head><title>News</title><style>{style}</style></head>"
    reading, found = findings(head + (body if body.startswith("<body") else f"<body>{body}"))
    assert SAID in " ".join(view.text for view in reading.visible)
    assert found == []
    assert reading.reasons == ()


def test_hidden_words_are_found_however_much_of_the_letter_is_hidden_with_them() -> None:
    letter = "The ferry leaves at nine, and the harbour asks all passengers to be on the quay by half past eight. " * 9
    _, found = findings(f"<p>{letter}</p><p style='display:none'>{letter}{WORDS}</p>")
    assert [finding.tactic for finding in found] == ["hidden_text"]


NAMED = [
    ("<details><summary>More</summary>The aft saloon</details>", "folded", "a click away, in what is closed"),
    (
        "<style>.m{display:none}@media(max-width:12cm){.m{display:block}}</style><p class=m>Small</p>",
        "elsewhere",
        "shown on small or dark screens only",
    ),
    (
        "<p title='four words are enough'>seen</p>",
        "label",
        "in a label that only a pointer or a screen reader finds",
    ),
    ("<p style='opacity:.2'><b style='opacity:.1'>x</b></p>", "html", "opacity of nothing"),
    ("<p style='-webkit-text-security:disc'>x</p>", "html", "dots for letters"),
    ("<p style='letter-spacing:-1em'>x</p>", "html", "letters on top of each other"),
    ("<p style='filter:blur(30px)'>x</p>", "html", "blurred beyond reading"),
    ("<p style='transform:rotateX(90deg)'>x</p>", "html", "turned edgewise"),
    ("<p hidden>x</p>", "html", "marked as hidden"),
]


@pytest.mark.parametrize(("page", "name", "why"), NAMED)
def test_each_hidden_view_says_by_what_it_is_hidden(page: str, name: str, why: str) -> None:
    (hidden,) = (view for view in read_as(page.encode(), Format.HTML).views if view.kind is ViewKind.HIDDEN)
    assert (hidden.name, hidden.why) == (name, why)


SHOWN = [
    ("<details open><summary>More</summary>inside</details>", "More\ninside"),
    ("<details><summary>More <b>now</b></summary>inside</details>", "More now"),
    ("<input placeholder='Your name'>", "Your name"),
    ("<input value='Ana' placeholder='Your name'>", "Ana"),
    ("<textarea placeholder='Your words'></textarea>", "Your words"),
    ("<input type=password placeholder='Your password' value=secret>", "Your password"),
    ("<style>p::before{content:'Pay '}p::after{content:\"\\201d  now\"}</style><p>today</p>", "Pay ” now today"),
    ("<bdo dir=rtl style='unicode-bidi:bidi-override;direction:rtl'>won yap</bdo>", "pay now"),
    ("<iframe srcdoc='<p>in a frame</p>'></iframe>", "in a frame"),
    ("<p style='color:#fff0;color:red'>the last one counts</p>", "the last one counts"),
    ("<p hidden style='display:block'>shown again</p>", "shown again"),
    ("<style>.a{display:none}#b{display:block}</style><p class=a id=b>the heavier rule</p>", "the heavier rule"),
    ("<style>p:hover{display:none}p:checked{opacity:0}</style><p>at rest</p>", "at rest"),
    ("<style media=print>p{display:none}</style><p>on a screen</p>", "on a screen"),
    ("<style>@media print{p{display:none}}</style><p>on a screen</p>", "on a screen"),
    ("<style>@media not screen{p{display:none}}</style><p>on a screen</p>", "on a screen"),
    ("<style>p{a:b;c:'}';.x{display:none}}</style><p class=x>a rule in a rule</p>", "a rule in a rule"),
    ("<object data=a.swf>instead</object>", "instead"),
    ("<p style='background:url(a;b.png);color:#fff'>on a picture</p>", "on a picture"),
    ("<p style='left:-9999px;position:static'>in its place</p>", "in its place"),
    ("<p style='clip-path:circle(at 50% 50%)'>in a circle</p>", "in a circle"),
    ("<p style='clip-path:inset(round 4px)'>with round corners</p>", "with round corners"),
]


@pytest.mark.parametrize(("page", "shown"), SHOWN)
def test_what_is_drawn_is_read(page: str, shown: str) -> None:
    assert "|".join(texts(read_as(page.encode(), Format.HTML)).values()) == shown


@pytest.mark.parametrize(
    ("query", "readers"),
    [
        ("", Reader.EVERYBODY),
        ("screen", Reader.EVERYBODY),
        ("print", Reader.NOBODY),
        ("print, screen", Reader.EVERYBODY),
        ("only screen and (max-width: 600px)", Reader.PHONE),
        ("(min-width: 40em)", Reader.DESK | Reader.DARK),
        ("(prefers-color-scheme: dark)", Reader.DARK),
        ("not print", Reader.EVERYBODY),
        ("screen and (unheard-of: 1)", Reader.NOBODY),
        ("yahoo", Reader.NOBODY),
    ],
)
def test_a_media_query_holds_for_those_whom_it_means(query: str, readers: Reader) -> None:
    assert readers_of(query) == readers


GOING = [
    ("<base href='https://a.example/x/'><a href='y'>a</a>", [("https://a.example/x/y", LinkKind.LINK)]),
    ("<base href='//['><a href='y'>a</a>", [("y", LinkKind.LINK)]),
    ("<form action=https://a.example><input><button>Go</button></form>", [("https://a.example", LinkKind.FORM)]),
    ("<form action=/in><input type=password></form>", [("/in", LinkKind.PASSWORD_FORM)]),
    ("<form><button formaction=//b.example>Go</button></form>", [("//b.example", LinkKind.FORM)]),
    ("<meta http-equiv=Refresh content='0; URL=https://a.example/'>", [("https://a.example/", LinkKind.REFRESH)]),
    ("<meta http-equiv=refresh content=30>", []),
    (
        "<a href=https://a.example title='https://bank.example/in'>a</a>",
        [("https://a.example", LinkKind.LINK), ("https://a.example", LinkKind.LINK)],
    ),
]


@pytest.mark.parametrize(("page", "going"), GOING)
def test_links_forms_and_pages_that_go_on_say_where(page: str, going: list[tuple[str, LinkKind]]) -> None:
    assert [(link.target, link.kind) for link in read_as(page.encode(), Format.HTML).links] == going


PICTURES = [
    "<table background=https://a.example/all.png><td>Hi</table>",
    "<div style='background-image:url(https://a.example/all.png)'>Hi</div>",
    "<style>.a{background:url(all.png)}</style><div class=a>Hi</div>",
    "<input type=image src=all.png>",
    "<svg><image href=all.png></svg>",
    "<embed src=all.swf>",
    "<iframe src=https://a.example/></iframe>",
]


@pytest.mark.parametrize("page", PICTURES)
def test_what_is_only_in_a_picture_is_said_to_be_unscreened(page: str) -> None:
    assert codes(read_as(page.encode(), Format.HTML)) == ["images-only"]


BOMBS = {
    "rules": b"<style>"
    + b"".join(b".a%d .b%d{color:red}" % (n, n) for n in range(30_000))
    + b"</style>"
    + b"<p>x" * 50,
    "rules for one class": b"<style>" + b"div .a{color:red}" * 4_000 + b"</style>" + b"<p class=a>x" * 3_000,
    "long selectors": b"<style>" + b"div " * 50_000 + b"{color:red}</style><p>x",
    "places among siblings": b"<style>" + b"p:nth-child(7n){color:red}" * 500 + b"</style>" + b"<p>x" * 20_000,
    "siblings of siblings": b"<style>" + b"p~p~p~p~p{color:red}" * 500 + b"</style>" + b"<p>x" * 5_000,
    "deep and descending": b"<style>" + b"div p div p div b{color:red}" * 300 + b"</style>" + b"<div>" * 400 + b"<b>x",
    "variables": b"<style>:root{" + b"--a:var(--a)var(--a);" * 5_000 + b"}p{color:var(--a)}</style>" + b"<p>x" * 500,
    "open strings": b"<style>" + b"'\"(" * 100_000 + b"</style>x",
    "open brackets in a style": b"<p style='" + b"width:calc((" * 50_000 + b"'>x",
    "open brackets of attributes": b"<style>" + b"[a='" * 50_000 + b"{}</style>x",
    "labels that stand nowhere": b"<img alt='a&amp;b' src=x>\n" * 30_000,
    "frames in frames": b"<iframe srcdoc='" * 2_000 + b"x",
    "many styles": b"".join(b"<p style='color:#%06x'>x" % n for n in range(20_000)),
    "drawn words": b"<style>" + b"p::before{content:'x'}" * 3_000 + b"</style>" + b"<p>x" * 3_000,
    "shifted frames": b"<iframe srcdoc='" + b"&lt;iframe srcdoc=x&gt;" * 10_000 + b"'></iframe>",
}


@pytest.mark.parametrize("name", BOMBS)
def test_styles_without_end_are_an_end(name: str) -> None:
    """Bounded by construction; the runner's own limit is what fails it."""
    extract = read_html(BOMBS[name], Place(0, len(BOMBS[name]), exact=True), LIMITS)
    assert len(extract.views) < 100


CSS = """
    { } ; : , ( ) [ ] " ' \\\\ \\\\6c ! !important /* */ @media @supports @import <!-- --> > + ~ * . # = ^= :not(
    :nth-child( ::before :root display none
    visibility hidden opacity 0 1e-9 1e99 -9999px 100% calc( min( clamp( var( --x --y var(--x) font
    0/0 a font-size inset( round circle( polygon( rect( clip clip-path transform scale( matrix( rotateX( 90deg
    translate filter blur( color #fff #0000 rgba( hsl( / , transparent background url( linear-gradient( margin inset
    overflow text-indent letter-spacing zoom z-index position absolute line-height content attr( p .a #b [c] [c^="d"]
    (max-width: 600px) screen and not mask-image unicode-bidi direction rtl é 漢
"""
SHEETS = st.lists(st.sampled_from([*CSS.split(), " ", "\n", "p{", "}", ";", "0", "px"]), max_size=60).map("".join)


@settings(steady, max_examples=300)
@given(SHEETS, SHEETS)
def test_no_style_is_an_error(sheet: str, inline: str) -> None:
    page = f"<style>{sheet}</style><p class=a id=b c=d style='{inline.replace(chr(39), '')}'>x<b>y</b></p>".encode()
    read_html(page, Place(0, len(page), exact=True), LIMITS)
    for name in ("clip", "clip-path", "transform", "filter", "color", "background", "font-size", "inset", "width"):
        Look().styled(read_style(f"overflow:hidden;position:absolute;{name}:{inline}").usual)
