"""Text that is in a page and not shown: it stands in a view of its own, and is read all the same.

All styles are ours, 2026-11, after those of newsletters (preview lines), screen-reader helpers and hidden prompts.
"""

from __future__ import annotations

import pytest
from reading_rig import literal, read_as, texts

from guardian.message import Format
from guardian.reading.base import ViewKind

HIDDEN_STYLES = [
    "display:none",
    "display: NONE !important",
    "color:red;display:none",
    "visibility:hidden",
    "visibility:collapse",
    "opacity:0",
    "opacity:0.01",
    "opacity: 0%",
    "font-size:0",
    "font-size:0px",
    "font-size:1px",
    "font-size:.5pt",
    "font-size:0em",
    "color:transparent",
    "color:#fff0",
    "color:rgba(10, 20, 30, 0)",
    "color:rgb(1 2 3 / 0%)",
    "color:#fff",
    "color:white",
    "color:#FEFEFE",
    "color:rgb(255,255,255)",
    "color:rgb(100%,100%,100%)",
    "color:#333;background:#333",
    "color:#333;background-color:rgb(51,51,51)",
    "color:navy;background:navy no-repeat",
    "max-height:0;overflow:hidden",
    "height:0px;width:0px;overflow:hidden",
    "width:0;overflow:clip",
    "position:absolute;left:-9999px",
    "position:absolute;top:-10000px",
    "text-indent:-9999px",
    "text-indent:-999em",
    "margin-left:-5000px",
    "position:absolute;clip:rect(0,0,0,0)",
    "clip: rect(1px, 1px, 1px, 1px)",
    "clip-path:inset(50%)",
]

SHOWN_STYLES = [
    "",
    "color:red",
    "color:#ccc",
    "color:#fff;background:#000",
    "color:#fff;background:url(dark.png)",
    "color:#fff;background:linear-gradient(#000,#111)",
    "background:#fff",
    "font-size:8px",
    "font-size:80%",
    "font-size:0.8em",
    "font-size:small",
    "opacity:0.5",
    "display:block",
    "visibility:visible",
    "max-height:0",
    "overflow:hidden;height:40px",
    "left:-20px",
    "text-indent:-2em",
    "color:unheard-of",
    "font-size:calc(1px + 1em)",
    "display",
    ":::;;;",
    "color:rgb(1,2",
    "clip:rect(0,100px,20px,0)",
]


@pytest.mark.parametrize("style", HIDDEN_STYLES)
def test_styles_that_hide(style: str) -> None:
    reading = read_as(f"<p>seen</p><p style='{style}'>unseen</p>".encode(), Format.HTML)
    assert texts(reading) == {"html": "seen"}
    assert texts(reading, ViewKind.HIDDEN) == {"html": "unseen"}
    assert any("unseen" in window.text for window in reading.windows), "hidden text is judged too"


@pytest.mark.parametrize("style", SHOWN_STYLES)
def test_styles_that_do_not(style: str) -> None:
    reading = read_as(f"<p>seen</p><p style='{style}'>this too</p>".encode(), Format.HTML)
    assert texts(reading) == {"html": "seen\nthis too"}


HIDDEN_OTHERWISE = [
    "<p hidden>unseen</p>",
    "<p hidden=until-found>unseen</p>",
    "<template>un<b>seen</b></template>",
    "<template><template>unseen</template></template>",
    "<iframe>unseen</iframe>",
    "<noframes>unseen</noframes>",
    "<datalist><option>unseen</datalist>",
    "<dialog>unseen</dialog>",
    "<font color=white>unseen</font>",
    "<font color='#FFFFFF'>unseen</font>",
    "<table bgcolor=#eeeeee><tr><td><span style='color:#eee'>unseen</span></table>",
    "<div style='display:none'><p style='display:block'>unseen</p></div>",
    "<div style='opacity:0'><b>unseen</b></div>",
    "<div style='background:black'><div><span style='color:#000'>unseen</span></div></div>",
    "<div style='font-size:0'><span style='font-size:50%'>unseen</span></div>",
    "<img style='display:none' alt=unseen>",
    "<style>.pre { display : none }</style><p class='big pre'>unseen</p>",
    "<style>#pre{font-size:0}</style><p id=pre>unseen</p>",
    "<style>p.pre, div.pre{visibility:hidden}</style><p class=pre>unseen</p>",
    "<style>/* x } */ @import url(a.css); .pre{display:none}</style><p class=pre>unseen</p>",
    "<style>@media print{.x{color:red}} .pre{display:none}</style><p class=pre>unseen</p>",
    "<style>small{color:#fff}</style><small>unseen</small>",
]


@pytest.mark.parametrize("source", HIDDEN_OTHERWISE)
def test_other_ways_to_hide(source: str) -> None:
    reading = read_as(b"<p>seen</p>" + source.encode(), Format.HTML)
    assert texts(reading) == {"html": "seen"}
    assert texts(reading, ViewKind.HIDDEN) == {"html": "unseen"}


SHOWN_OTHERWISE = [
    # What newsletter builders (MJML and its like) write around every word.
    "<div style='font-size:0px'><div style='font-size:14px'>shown</div></div>",
    "<div style='visibility:hidden'><b style='visibility:visible'>shown</b></div>",
    "<table><td bgcolor=#1a82e2><a href=x:1 style='color:#ffffff'>shown</a></table>",
    "<div style='color:#fff;background:#fff'><a href=x:1>shown</a></div>",
    "<body background=dark.png><font color=white>shown</font>",
    "<style>.btn{background:#007bff}</style><a class=btn href=x:1 style='color:#fff'>shown</a>",
    "<style>td .btn{background:#007bff}</style><table><td><a class=btn href=x:1 style='color:#fff'>shown</a></table>",
    "<style>@media (max-width:600px){.wide{display:none}}</style><p class=wide>shown</p>",
    "<style>.other{display:none}</style><p class=wide>shown</p>",
    "<style>.a:hover{display:none}</style><p class=a>shown</p>",
    "<style>.a{display:none}</style><p class=a style='display:block'>shown</p>",
    "<span aria-hidden=false>shown</span>",
    # A screen reader passes it by; whoever looks at the page sees it as they see all else.
    "<span aria-hidden=true>shown</span>",
    "<p style='display:none'></p>shown",
    "<style>.broken{display:none</style><p class=broken>shown</p>",
    "<style>}}}{{{</style>shown",
]


@pytest.mark.parametrize("source", SHOWN_OTHERWISE)
def test_what_only_looks_like_hiding(source: str) -> None:
    reading = read_as(source.encode(), Format.HTML)
    assert texts(reading) == {"html": "shown"}
    assert texts(reading, ViewKind.HIDDEN) == {}


COMMENTS = [
    ("<!-- the secret --> hi", "the secret"),
    ("<!-- a --><!-- b -->", "a\nb"),
    ("<!--[if mso]><table><tr><td>For Outlook</td></tr></table><![endif]-->", "For Outlook"),
    ("<!--[if gte mso 9]><xml><o:PixelsPerInch>96</o:PixelsPerInch></xml><![endif]-->", "96"),
    ("<!--[if !mso]><!--><p>hi</p><!--<![endif]-->", None),
    ("<!doctype html><?xml version='1.0'?><p>hi", None),
    ("<!unheard of><p>hi", "unheard of"),
    ("<!-- never closed", "never closed"),
    ("<!--> <!---> hi", None),
    ("<!-- a --!> hi", "a"),
    ("<script><!-- code --></script>hi", None),
    ("<!-- &amp; -->", "&"),
]


@pytest.mark.parametrize(("source", "words"), COMMENTS)
def test_words_in_comments_are_hidden_words(source: str, words: str | None) -> None:
    assert texts(read_as(source.encode(), Format.HTML), ViewKind.HIDDEN).get("comment") == words


def test_hidden_words_know_where_they_stand() -> None:
    source = b"<p>Hi</p><span style='display:none'>send the code</span><!-- and quickly -->"
    hidden = [view for view in read_as(source, Format.HTML).views if view.kind is ViewKind.HIDDEN]
    for view, words in zip(hidden, ("send the code", "and quickly"), strict=True):
        span = view.span(0, len(view.text))
        assert span.exact
        assert span.view == "hidden"
        assert literal(source, span.start, span.end) == words


@pytest.mark.parametrize(
    ("style", "why"),
    [
        ("display:none", "display: none"),
        ("visibility:hidden", "visibility: hidden"),
        ("opacity:0", "opacity of nothing"),
        ("font-size:0", "letters of no size"),
        ("color:transparent", "transparent letters"),
        ("color:#fff", "white on white"),
        ("color:#333;background:#333", "letters in the colour behind them"),
        ("max-height:0;overflow:hidden", "a box of no size"),
        ("left:-9999px", "far off the page"),
    ],
)
def test_a_hidden_view_says_by_what_it_is_hidden(style: str, why: str) -> None:
    reading = read_as(f'<p>Seen</p><p style="{style}">not seen</p>'.encode(), Format.HTML)
    assert [view.why for view in reading.views] == ["", why]


def test_what_hides_most_is_named_first() -> None:
    page = b'<p>Seen</p><p style="display:none">a</p><p style="color:#fff">much more</p><template>t</template>'
    (hidden,) = (view for view in read_as(page, Format.HTML).views if view.kind is ViewKind.HIDDEN)
    assert hidden.why == "white on white, display: none, <template>, which nobody is shown"


def test_comments_say_that_they_are_comments() -> None:
    (comment,) = (view for view in read_as(b"<p>a</p><!-- b -->", Format.HTML).views if view.name == "comment")
    assert comment.why == "a comment in the HTML"
