"""Disguises are undone and told; what honest people write is left alone; time is linear."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from disguised_texts import ASK, DISGUISED, Disguised, after, tags
from hypothesis import given
from hypothesis import strategies as some
from innocent_texts import INNOCENT, SHOW
from reading_rig import LIMITS, check_span, codes, literal, read_as, steady

from guardian.detectors.rulebook import PLAIN, WEAK
from guardian.reading.base import Disguise, View, ViewKind, derived_view, exact_view
from guardian.reading.characters import base
from guardian.reading.characters.undisguise import NAME, Undisguised, undisguise_views

ENOUGH_KINDS = 20
LONG = 16 * 1024


def undisguised(text: str) -> Undisguised:
    return undisguise_views([exact_view(ViewKind.VISIBLE, "text", text)], LIMITS)


def read_of(text: str) -> str:
    """The text as it is meant to be read."""
    return "".join(view.text for view in undisguised(text).views) or text


def told(text: str) -> list[tuple[str, float, str]]:
    return [(each.kind, each.score, each.decoded) for each in undisguised(text).disguises]


@pytest.mark.parametrize("case", DISGUISED, ids=lambda case: f"{case.kind}: {case.read!r}")
def test_a_disguise_is_undone_and_told(case: Disguised) -> None:
    assert read_of(case.written) == case.read
    assert case.kind in [kind for kind, _, _ in told(case.written)], told(case.written)


def test_the_table_is_as_long_as_it_was_meant_to_be() -> None:
    assert len(DISGUISED) >= 120
    assert len({case.kind for case in DISGUISED}) >= ENOUGH_KINDS
    assert len(INNOCENT) >= 20
    assert sum(map(len, INNOCENT.values())) >= 200


@pytest.mark.parametrize(
    "text", [pytest.param(text, id=f"{name} {at}") for name, texts in INNOCENT.items() for at, text in enumerate(texts)]
)
def test_what_honest_people_write_is_no_disguise(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize("text", SHOW)
def test_lettering_for_show_is_a_weak_sign_at_most(text: str) -> None:
    assert all(score <= WEAK for _, score, _ in told(text))


def test_the_decoded_text_is_told_as_one_where_a_sentence_is_in_disguise() -> None:
    assert told("Hello. " + after("\u200b", ASK)) == [("zero-width", PLAIN, ASK)]


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("your pass\u200bword", WEAK),
        ("pass\u200bword acc\u200bount ver\u200bify", PLAIN),
        ("p.a.y", WEAK),
        ("p.a.y n.o.w", PLAIN),
        ("s0me m0ney", WEAK),
        ("s3nd m0ney t0 my acc0unt", PLAIN),
        ("\u202dשלום\u202c", WEAK),
        ("Fine." + tags("no"), WEAK),
    ],
)
def test_one_accident_is_a_weak_sign_and_many_are_a_plain_one(text: str, score: float) -> None:
    assert max(each for _, each, _ in told(text)) == score


def test_scores_are_those_of_the_rules() -> None:
    assert (base.PLAIN, base.WEAK) == (PLAIN, WEAK)


def test_a_disguise_in_a_long_text_is_judged_with_what_stands_around_it() -> None:
    sentence = "The minutes of the meeting are on the shelf by the door. "
    read = read_of(sentence * 200 + "Please p a y  n o w, he said. " + sentence * 200)
    assert "door. Please pay now, he said. The minutes" in read
    assert len(read) < 2000


def test_a_password_as_an_example_is_no_finding_but_is_read() -> None:
    (view,) = undisguised("Never use P@ssw0rd again").views
    assert view.text == "Never use Password again"
    assert told("Never use P@ssw0rd again") == []


@steady
@given(some.text(alphabet="pay nowзаметка\u200b\u00ad\u202e\u202c\u0336\ufe0f🇵🅿𝐩ｐ.4@\n\U000e0041é\udc9d", max_size=80))
def test_any_text_is_read_and_mapped_back_to_its_bytes(text: str) -> None:
    raw = text.encode("utf-8", "surrogateescape")
    text = literal(raw, 0, len(raw))
    found = undisguised(text)
    for view in found.views:
        assert (view.kind, view.name) == (ViewKind.DECODED, NAME)
        for start in range(len(view.text)):
            check_span(view, start, min(start + 5, len(view.text)), raw)
    for disguise in found.disguises:
        assert 0 <= disguise.span.start <= disguise.span.end <= len(raw)
        if disguise.span.exact:
            assert literal(raw, disguise.span.start, disguise.span.end) == disguise.span.quote


def test_a_quote_of_the_read_text_leads_to_the_bytes_that_say_it() -> None:
    text = "Dear Ana, here is the list. Now p\u200ba\u200by at once, and in full, by card, to me. Yours, Ben"
    (view,) = undisguised(text).views
    start = view.text.index("pay")
    span = view.span(start, start + 3)
    raw = text.encode()
    assert "p\u200ba\u200by".encode() in raw[span.start : span.end]
    assert span.end - span.start < 60
    assert (span.quote, span.view, span.exact) == ("pay", "decoded", False)


def test_a_decoded_view_is_read_too() -> None:
    found = undisguise_views([derived_view(ViewKind.DECODED, "base64", "p a y  n o w", 10, 40)], LIMITS)
    assert [view.text for view in found.views] == ["pay now"]
    (disguise,) = found.disguises
    assert (disguise.span.start, disguise.span.end) == (10, 40)


def test_reading_holds_the_read_text_as_a_view_with_windows() -> None:
    reading = read_as("Vеrify your ассоunt now, please.".encode())
    assert [view.text for view in reading.views] == [
        "Vеrify your ассоunt now, please.",
        "Verify your account now, please.",
    ]
    assert [window.text for window in reading.windows][-1] == "Verify your account now, please."
    assert [each.kind for each in reading.disguises] == ["homoglyphs"]


def test_a_limit_that_is_met_is_a_reason_and_both_ends_are_read() -> None:
    small = replace(LIMITS, max_undisguised_chars=1024)
    text = "p a y  n o w " + "the quick brown fox " * 200 + " s e n d  m o n e y"
    reading = read_as(text.encode(), limits=small)
    assert [each.decoded for each in reading.disguises] == ["pay now", "send money"]
    assert codes(reading) == ["too-large"]
    assert "looked for disguised words in 1,024 of " in reading.reasons[0].say


HOSTILE = {
    "one letter": "a", "zero width": "\u200b", "broken words": "p\u200ba\u200by ", "one broken word": "a\u200b",
    "bits": "\u200b\u200c\u200c\u200b\u200b", "tags": "\U000e0041", "tags apart": "\U000e0041 a ",
    "selectors": "\ufe01",
    "overrides": "\u202e", "overrides with letters": "\u202ea", "closed overrides": "\u202eyap\u202c ",
    "overrides in lines": "\u202da\n", "soft hyphens": "a\u00ad", "hyphened words": "pass\u00adword ",
    "floods": "a\u0300\u0301\u0302\u0303\u0304", "struck words": "p\u0336a\u0336y\u0336 ", "marks": "\u0301",
    "Cyrillic words": "рау ", "mixed words": "pаy ", "one mixed word": "pа", "mathematical": "𝐩𝐚𝐲 ",
    "one mathematical word": "𝐩", "flags": "🇵🇦🇾 ", "one flag": "🇵", "accents": "päÿmënt ", "odd spaces": "a\u2003",
    "spelled": "p a y ", "one spelled word": "a ", "dots": "p.a.y.", "lines": "p\na\ny\n\n", "leet": "p4y ",
    "one leet word": "4a", "signs": "@", "repeats": "paaaay ", "one doubled word": "aabb", "doubled words": "ppaayy ",
    "escapes": "\x1b[2J", "open escapes": "\x1b]", "Russian": "как море ", "digits": "1", "full width": "ａ",
    "all at once": "p\u200bа\u0336𝐲 4 ", "spaces": " ", "new lines": "\n", "tables": "| a ", "dotted gaps": "a......",
}  # fmt: skip
"""What costs most, by what it is made of; repeated for as long as is asked for."""


def seconds(part: str, size: int) -> float:
    text = (part * (size // len(part) + 1))[:size]
    began = time.process_time()
    undisguised(text)
    return time.process_time() - began


@pytest.mark.parametrize("part", HOSTILE.values(), ids=HOSTILE)
def test_eight_times_the_text_costs_eight_times_as_much(part: str) -> None:
    """A quadratic step would take sixty-four times as much."""
    undisguised(part)  # compiles what is compiled once
    small = seconds(part, LONG // 8)
    assert seconds(part, LONG) <= 30 * small + 0.2


def kinds(found: tuple[Disguise, ...]) -> list[str]:
    return [each.kind for each in found]


def test_many_views_share_one_limit() -> None:
    small = replace(LIMITS, max_undisguised_chars=1024)
    views: list[View] = [exact_view(ViewKind.VISIBLE, "text", "p a y  n o w" + " x" * 600) for _ in range(4)]
    found = undisguise_views([*views, exact_view(ViewKind.VISIBLE, "subject", "p4y m3")], small)
    assert kinds(found.disguises) == ["letter-spacing"] * 4 + ["leet"]
    assert [reason.code for reason in found.reasons] == ["too-large"]
