"""Pages that would take the HTML parser minutes or gigabytes are not given to it, and are read all the same.

Each shape was measured on lexbor (selectolax 1.0.2), November 2026: see the limits.
"""

from __future__ import annotations

import pytest
from reading_rig import LIMITS, codes, read_as, texts

from guardian.message import Format
from guardian.reading.html_source import scan

HEAVY = [
    ("nesting", b"<div>" * 100_000 + b"deep"),
    ("nesting", b"<li><ul>" * 20_000 + b"deep"),
    ("nesting", b"<table><tr><td>" * 5_000 + b"deep"),
    ("nesting", b"".join(b"<x%d>" % number for number in range(50_000)) + b"deep"),
    ("nesting", b"<div><table><td></div>" * 5_000 + b"deep"),
    ("nesting", b"<svg>" + b"<td>" * 5_000 + b"deep"),
    ("nesting", b"<svg><title>" + b"<div>" * 5_000 + b"deep"),
    ("nesting", b"<svg>" + b"<path d=x/>" * 5_000 + b"deep"),
    ("nesting", b"<svg><foreignObject>" + b"<path/>" * 5_000 + b"deep"),
    ("markup in one tag", b"<p " + b" ".join(b"a%d=1" % number for number in range(20_000)) + b">deep"),
    ("markup in one tag", b"<p " + b"a='b'" * 20_000 + b">deep"),
    (
        "unclosed formatting",
        b"<p>" + b"".join(b"<font a=%d>" % n for n in range(400)) + b"</p>" + b"<p>x" * 2_000 + b"deep",
    ),
    ("markup", b"<br>" * 110_000 + b"deep"),
    ("markup", b"<!--x-->" * 110_000 + b"deep"),
    ("markup that closes nothing", b"<y><table>" + b"<x>" * 500 + b"</y>" * 90_000 + b"deep"),
]


@pytest.mark.parametrize(("what", "source"), HEAVY, ids=[f"{number}-{what}" for number, (what, _) in enumerate(HEAVY)])
def test_a_page_too_heavy_for_the_parser_is_read_without_it(what: str, source: bytes) -> None:
    reading = read_as(source, Format.HTML)
    assert codes(reading)[0] == "html-too-heavy"
    assert reading.reasons[0].say == f"the HTML has too much {what} to tell hidden from visible text"
    assert texts(reading)["html"].endswith("deep")


HONEST = [
    b"<div>" * 300 + b"deep" + b"</div>" * 300,
    b"<p>unclosed paragraph " * 5_000,
    b"<ul>" + b"<li>item" * 5_000 + b"</ul>",
    b"<table>" + b"<tr><td>a<td>b" * 5_000 + b"</table>",
    b"<table>" + b"<tr><td><font color=red>a</td></tr>" * 3_000 + b"</table>",
    b"<p><b>sloppy</p>" * 2_000,
    b"<a href=x:1>unclosed " * 2_000,
    b"<b><i>crossed</b></i>" * 2_000,
    b"<div><span>one end too few</div>" * 2_000,
    b"</div>one end too many" * 2_000,
    b"<svg>" + b"<path d='M0 0'/>" * 5_000 + b"</svg>drawn",
    b"<img alt=x src=y>" * 5_000,
    b"<svg viewBox='0 0 1 1'/>" * 2_000,
    b"<svg></svg><script>" + b"if (a<b) { c='<p>'; }" * 5_000 + b"</script>hi",
    b"<select>" + b"<option>o" * 3_000 + b"</select>",
    b"<dl>" + b"<dt>a<dd>b" * 3_000 + b"</dl>",
]


@pytest.mark.parametrize("source", HONEST)
def test_honest_pages_and_sloppy_ones_are_parsed(source: bytes) -> None:
    assert scan(source, LIMITS).too_heavy == ""


SHAPES = [
    b"<" * 300_000,
    b"<a b='" * 100_000,
    b"<a b " * 100_000,
    b"<!--" * 100_000,
    b"<p style='" + b"a:b;" * 200_000 + b"'>x",
    b"<style>" + b".a{color:red}" * 50_000 + b"</style><p class=a>x",
    b"<style>" + b"{" * 200_000 + b"</style>x",
    b"<p class='" + b"a " * 200_000 + b"'>x",
    b"&amp;" * 200_000,
    b"a\n" * 300_000,
    b"<title>" * 50_000,
    b"<!--[if mso]>" + b"<td>a" * 40_000 + b"<![endif]-->",
    b"<table>" + b"x<b>" * 20_000,
    b"<p>a" * 30_000,
    b"\0" * 300_000,
]


@pytest.mark.parametrize("source", SHAPES, ids=[source[:12].decode("latin-1") for source in SHAPES])
def test_much_of_anything_is_read(source: bytes) -> None:
    assert "reader-failed" not in codes(read_as(source, Format.HTML))
