"""HTML: what a person sees, where it stands in the source, and where links go.

All documents are ours, 2026-11, after mails and pages as they are sent.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_rig import check_span, codes, literal, read_as, steady, texts

from guardian.message import Format
from guardian.reading.base import Reading, ViewKind

SHOWN = [
    ("<p>one</p><p>two</p>", "one\ntwo"),
    ("one<br>two<br/>three", "one\ntwo\nthree"),
    ("<div>one<div>two</div></div>three", "one\ntwo\nthree"),
    ("<b>bo</b>ld and <i>thin</i>", "bold and thin"),
    ("a <b>b</b> <i>c</i>", "a b c"),
    ("a\n   b\t c", "a b c"),
    ("<pre>a\n   b</pre>", "a\n   b"),
    ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3"),
    ("<ul><li>one<li>two</ul>", "one\ntwo"),
    ("Tom &amp; Jerry &lt;3 &euro;5 &#8364;6 &nbsp;x", "Tom & Jerry <3 €5 €6 \xa0x"),
    ("AT&T and R&D", "AT&T and R&D"),
    ("a < b > c", "a < b > c"),
    ('<img alt="Our logo" src="x.png"> hi there', "Our logo hi there"),
    ("<img alt=''> hi", "hi"),
    ('<input type="submit" value="Pay now"><input type=hidden value=secret>', "Pay now"),
    ("<noscript>no script here</noscript>", "no script here"),
    ("<textarea>typed <b>text</b></textarea>", "typed <b>text</b>"),
    ("<select><option>one<option>two</select>", "one\ntwo"),
    ("<script>var a = '<p>no</p>';</script><style>p{}</style>yes", "yes"),
    ("<svg><text>drawn</text></svg>", "drawn"),
    ("<dialog open>asked</dialog>", "asked"),
    ("unclosed <b><i>tags <p>everywhere", "unclosed tags\neverywhere"),
    ("<table>moved<tr><td>cell</td></tr></table>", "moved\ncell"),
    ("no tags at all", "no tags at all"),
    ("x\0y", "xy"),
]


@pytest.mark.parametrize(("source", "shown"), SHOWN)
def test_text_is_what_a_person_sees(source: str, shown: str) -> None:
    reading = read_as(source.encode(), Format.HTML)
    assert texts(reading)["html"] == shown
    assert not reading.reasons


def test_a_title_is_a_view_of_its_own() -> None:
    reading = read_as(b"<html><head><title>Invoice &amp; more</title></head><body>Please pay</body>", Format.HTML)
    assert texts(reading) == {"title": "Invoice & more", "html": "Please pay"}


@pytest.mark.parametrize("source", ["", "<html></html>", "<!-- -->", "<script>x</script>", "<p> </p>", "<br>"])
def test_a_document_that_says_nothing_is_fully_read(source: str) -> None:
    reading = read_as(source.encode(), Format.HTML)
    assert (reading.views, reading.windows, reading.reasons) == ((), (), ())


def exact_share(reading: Reading) -> float:
    exact = total = 0
    for view in reading.views:
        ends = [piece.char for piece in view.pieces[1:]] + [len(view.text)]
        for piece, end in zip(view.pieces, ends, strict=True):
            total += end - piece.char
            exact += (end - piece.char) * piece.exact
    return exact / total


def test_words_of_an_honest_page_are_found_in_its_source() -> None:
    source = (
        b"<!doctype html><html><head><title>News</title><style>p { color: #333 }</style></head>\r\n<body>\r\n"
        b"<p>Dear Ms&nbsp;Tavares,</p>\r\n<p>the ferry now leaves at <b>nine</b>, as the\r\n harbour asked us to.</p>"
        b"<table><tr><td>Adults</td><td>12.00</td></tr><tr><td>Children</td><td>6.00</td></tr></table>"
        b"<p>Gr\xc3\xbc\xc3\x9fe, <a href='https://ferry.example/'>your ferry &amp; crew</a></p></body></html>"
    )
    reading = read_as(source, Format.HTML)
    assert exact_share(reading) > 0.85
    view = next(view for view in reading.views if view.name == "html")
    for words in ("leaves at", "nine", "harbour asked", "12.00", "Grüße"):
        start = view.text.index(words)
        span = view.span(start, start + len(words))
        assert span.exact
        assert literal(source, span.start, span.end) == words


def test_the_right_one_of_equal_words_is_found() -> None:
    source = b"<p title='pay'>pay</p><script>pay()</script><!-- pay --><p>and pay</p>"
    view = read_as(source, Format.HTML).views[0]
    assert view.span(0, 3).start == source.index(b">pay<") + 1
    assert view.span(8, 11).start == source.index(b"and pay") + 4


def test_decoded_words_are_not_called_exact_and_know_their_range() -> None:
    source = b"<p>gift &#99;ard</p>"
    span = read_as(source, Format.HTML).views[0].span(0, 9)
    assert (span.quote, span.exact) == ("gift card", False)
    assert source[span.start : span.end] == b"gift &#99;ard"


LINKS = [
    ("<a href='https://x.example/'>here</a>", [("here", "https://x.example/")]),
    ("<a href=' https://x.exa\nmple/ '>a <b>b</b></a>", [("a b", "https://x.example/")]),
    ("<a href=https://x.example><img alt=Shop src=y></a>", [("Shop", "https://x.example")]),
    ("<a href=https://x.example><img src=y></a>", [("", "https://x.example")]),
    ("<a href=https://a.example>https://b.example</a>", [("https://b.example", "https://a.example")]),
    ("<a name=top>no link</a><a href=''>none</a><a href>none</a>", []),
    ("<map><area href=https://x.example></map>", [("", "https://x.example")]),
    ("<p>one <a href=x:1>two</a> three <a href=x:2>four</a>", [("two", "x:1"), ("four", "x:2")]),
    ("<div style='display:none'><a href=x:1>unseen</a></div>", [("unseen", "x:1")]),
    ("<a href=x:1>seen <i style='display:none'>unseen</i></a>", [("seen", "x:1")]),
    ("<a href='javascript:pay()'>click</a>", [("click", "javascript:pay()")]),
    ("<a href=x:1><p>block</p><p>inside</p></a>", [("block\ninside", "x:1")]),
    ("<a href='https://x.example/?a=1&amp;b=2'>q</a>", [("q", "https://x.example/?a=1&b=2")]),
]


@pytest.mark.parametrize(("source", "links"), LINKS)
def test_links_say_what_they_show_and_where_they_go(source: str, links: list[tuple[str, str]]) -> None:
    reading = read_as(source.encode(), Format.HTML)
    assert [(link.text, link.target) for link in reading.links] == links
    for link in reading.links:
        assert link.span.quote == link.text


def test_a_links_span_points_at_its_words() -> None:
    source = b"<p>please <a href='https://x.example/'>log in</a></p>"
    (link,) = read_as(source, Format.HTML).links
    assert link.span.exact
    assert source[link.span.start : link.span.end] == b"log in"


CHARSETS = [
    ("<meta charset=windows-1251><p>Привет</p>".encode("cp1251"), "Привет"),
    (b"<meta http-equiv=content-type content='text/html; charset=iso-8859-1'><p>caf\xe9", "café"),
    ("\ufeff<p>grüß</p>".encode(), "grüß"),
    ("<p>grüß</p>".encode("utf-16"), "grüß"),
    # A page that says one thing and is UTF-8 all the same.
    ("<meta charset=iso-8859-1><p>grüß</p>".encode(), "grüß"),
    (b"<p>caf\xe9</p>", "caf\ufffd"),
]


@pytest.mark.parametrize(("raw", "shown"), CHARSETS)
def test_a_page_is_read_in_its_character_set(raw: bytes, shown: str) -> None:
    assert texts(read_as(raw, Format.HTML))["html"] == shown


def test_an_unknown_character_set_is_a_reason() -> None:
    assert codes(read_as(b"<meta charset=x-klingon><p>caf\xe9 and more", Format.HTML)) == ["odd-charset"]


PLAINLY_HTML = [
    b"<!DOCTYPE html><p>hi</p>",
    b"\xef\xbb\xbf \r\n<html lang=en><p>hi</p>",
    b"<?xml version='1.0'?>\n<!doctype HTML PUBLIC '-//W3C//DTD XHTML 1.0'><p>hi</p>",
    b"<!-- made by hand --><html><p>hi</p>",
]


@pytest.mark.parametrize("raw", PLAINLY_HTML)
def test_a_text_that_begins_as_a_page_is_read_as_one(raw: bytes) -> None:
    assert texts(read_as(raw))["html"] == "hi"


@pytest.mark.parametrize("raw", [b"<p>hi</p>", b"see <html> tags", b"<htmlx>", b"a <!doctype html>", b"<!-- x"])
def test_any_other_text_stays_a_text(raw: bytes) -> None:
    assert texts(read_as(raw)) == {"text": raw.decode()}


def test_code_in_a_page_that_came_as_text_is_read_because_it_may_be_shown_so() -> None:
    raw = b"<html><style>pay the fee now</style><script>or lose it all</script>hi"
    assert texts(read_as(raw), ViewKind.HIDDEN) == {"html": "pay the fee now\nor lose it all"}
    assert texts(read_as(raw, Format.HTML), ViewKind.HIDDEN) == {}


def test_pictures_with_next_to_no_words_are_a_gap() -> None:
    assert codes(read_as(b"<html><title>Your new invoice is here</title><img src=a.png> Hi", Format.HTML)) == [
        "images-only"
    ]
    assert codes(read_as(b"<img src=a.png><p>Hi Ana, the boat leaves at nine.", Format.HTML)) == []
    assert codes(read_as(b"<img src=a.png alt=''>Hi Ana", Format.HTML)) == []
    assert codes(read_as(b"<img src=a.png width=1 height=1>ok then", Format.HTML)) == []


MARKUP = """
    <p> </p> <b> </b> <div style='display:none'> </div> <a href=x:1> </a> <table> <tr> <td> </table> <br> <!-- -->
    <script> </script> <style> </style> .a{display:none} <i class=a> </i> <template> </template> <svg> </svg> <title>
    </title> <pre> </pre> <select> <option> <textarea> </textarea> <![CDATA[ ]]> <img alt='picture'> &amp; &#0;
    &#xD800; &bogus; < > " ' = / <!x> <?y?> <font color=white> </font> <plaintext> <math><mi> <form> <frameset>
    <input type=submit value=go> <body bgcolor=red> é 漢 👩‍👧
"""
TAGS = st.sampled_from([*MARKUP.split(), "\0", "\r\n", " ", "<img alt='two words'>", "<input type=submit value=go>"])
DOCUMENTS = st.lists(TAGS | st.text(max_size=6), max_size=40).map("".join)


@settings(steady, max_examples=300)
@given(DOCUMENTS)
def test_no_page_is_an_error_and_its_offsets_are_true(document: str) -> None:
    raw = document.encode("utf-8", "surrogatepass")
    reading = read_as(raw, Format.HTML)
    assert "reader-failed" not in codes(reading)


@steady
@given(st.lists(TAGS.map(str.encode) | st.binary(max_size=6), max_size=30).map(b"".join))
def test_no_bytes_are_an_error_and_spans_are_true(raw: bytes) -> None:
    reading = read_as(raw, Format.HTML)
    assert "reader-failed" not in codes(reading)
    for view in reading.views:
        check_span(view, 0, len(view.text), raw)


@steady
@given(st.text(alphabet="abc &;<>\n\t é'", max_size=60))
def test_what_is_escaped_is_shown_and_nothing_is_lost(text: str) -> None:
    from html import escape

    reading = read_as(f"<p>{escape(text)}</p>".encode(), Format.HTML)
    assert "".join(texts(reading).get("html", "").split()) == "".join(text.split())
