"""A message's text for showing: numbered marks in their places, nothing unsafe, nothing silently left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_hostile import HOSTILE
from test_triage import a_verdict

from guardian.finding import Finding, Span
from guardian.gate import Gate
from guardian.message import Format, Message
from guardian.reading.base import View, ViewKind, exact_view
from guardian.reading.limits import Limits
from guardian.reading.reader import LocalReader
from guardian.safe_text import safe_text
from guardian.verdict import Action, Outcome, PolicyMatch, Severity, Verdict
from tui.concealed import SOURCE_BYTES, concealed_pieces, hint_pieces, source_pieces
from tui.marking import MOST_CHARS, SHOWN_CHARS, Piece, Role, beginning, marked_text, read_text
from tui.passages import MOST_PASSAGES, Passage, Passages, places
from tui.shown import Shown, shown_of_screened

MakeMessage = Callable[..., Message]
READER = LocalReader(Limits())


def words(pieces: tuple[Piece, ...], *roles: Role) -> str:
    return "".join(piece.text for piece in pieces if not roles or piece.role in roles)


def flagged_for(*findings: Finding) -> Verdict:
    tactics = tuple(finding.tactic for finding in findings)
    match = PolicyMatch("p", "Pay", "Once was enough.", Severity.HIGH, Action.WARN, 1.0, 0.5, True, tactics=tactics)
    return replace(a_verdict(Outcome.FLAGGED), policies=(match,), findings=findings)


def a_shown(raw: bytes, *findings: Finding, **facts: object) -> Shown:
    message = Message(raw, **facts)  # type: ignore[arg-type]
    return Shown(flagged_for(*findings), message, "note.txt", "", 0)


def quoting(view: View, *ranges: tuple[int, int], tactic: str = "threat") -> Finding:
    return Finding("x", tactic, 0.9, "threatens", tuple(view.span(start, end) for start, end in ranges))


# Where a quote stands


def test_the_second_gift_card_is_marked_where_the_quote_is_the_second() -> None:
    view = exact_view(ViewKind.VISIBLE, "text", "gïft gïft gïft")
    (placed,) = places(view, [Passage(1, view.span(5, 9))])
    assert (placed.start, placed.end) == (5, 9)


@pytest.mark.parametrize(
    "span",
    [
        Span(0, 4, "", "visible"),  # no words
        Span(0, 4, "card", "visible"),  # not there
        Span(3, 7, "gift", "visible"),  # there, but not at these bytes
        Span(10**9, 10**9 + 4, "gift", "visible"),  # no such bytes
        Span(-4, 0, "gift", "visible"),
    ],
)
def test_a_quote_that_does_not_stand_there_is_marked_nowhere(span: Span) -> None:
    assert places(exact_view(ViewKind.VISIBLE, "text", "gift"), [Passage(1, span)]) == []


@given(
    text=st.text(st.characters(codec="utf-8"), min_size=1, max_size=60),
    start=st.integers(0, 60),
    length=st.integers(1, 20),
)
def test_a_quote_of_an_exact_view_is_found_at_its_own_place(text: str, start: int, length: int) -> None:
    view = exact_view(ViewKind.VISIBLE, "text", text)
    end = min(start + length, len(text))
    if start >= end:
        return
    (placed,) = places(view, [Passage(1, view.span(start, end))])
    assert (placed.start, placed.end) == (start, end)


# Numbers


def test_words_that_carry_several_reasons_have_one_number_and_numbers_follow_the_text() -> None:
    view = exact_view(ViewKind.VISIBLE, "text", "pay me now or else")
    first, second = quoting(view, (11, 18), (0, 6)), quoting(view, (0, 6), tactic="guilt")
    passages = Passages(flagged_for(first, second))
    assert [passage.span.quote for passage in passages.all] == ["pay me", "or else"]
    assert passages.numbers_of(first) == [1, 2]
    assert passages.numbers_of(second) == [1]


def test_marks_that_lie_over_each_other_end_with_their_own_numbers() -> None:
    view = exact_view(ViewKind.VISIBLE, "text", "buy gift cards now please")
    pieces = marked_text(a_shown(b"buy gift cards now please", quoting(view, (0, 18), (4, 14))), READER)
    assert words(pieces) == "buy gift cards[2] now[1] please"
    assert words(pieces, Role.MARK) == "buy gift cards now"


def test_the_quotes_of_a_policy_that_did_not_match_have_no_number() -> None:
    view = exact_view(ViewKind.VISIBLE, "text", "pay me")
    verdict = replace(flagged_for(quoting(view, (0, 6))), policies=())
    assert Passages(verdict).all == ()


def test_ten_thousand_marks_are_shown_as_far_as_they_go_and_the_rest_is_counted() -> None:
    text = "pay me! " * 10_000
    view = exact_view(ViewKind.VISIBLE, "text", text)
    spans = tuple(view.span(8 * number, 8 * number + 6) for number in range(10_000))
    pieces = marked_text(a_shown(text.encode(), Finding("x", "threat", 0.9, "threatens", spans)), READER)
    assert f"[{MOST_PASSAGES}]" in words(pieces, Role.NUMBER)
    assert "9,000 more places are not marked" in words(pieces, Role.NOTE)
    assert len(words(pieces)) < 2 * MOST_CHARS


# What is shown


def test_a_short_text_is_shown_whole_with_its_marks(gate: Gate, message: MakeMessage) -> None:
    text = "Hello.\r\nPlease buy gift cards.\r\nBye."
    pieces = marked_text(shown_of_screened(gate.screen(message(text)), 0), READER)
    assert words(pieces, Role.PLAIN, Role.MARK) == text.replace("\r\n", "\n")
    assert "gift cards" in words(pieces, Role.MARK)


def test_a_clean_text_has_no_mark(gate: Gate, message: MakeMessage) -> None:
    pieces = marked_text(shown_of_screened(gate.screen(message("Lunch at noon?")), 0), READER)
    assert {piece.role for piece in pieces} == {Role.PLAIN}


def test_a_mark_far_down_is_shown_and_what_is_left_out_is_counted(gate: Gate, message: MakeMessage) -> None:
    before, behind = "a b c d\n" * 5_000, "\ne f g h" * 5_000
    pieces = marked_text(shown_of_screened(gate.screen(message(before + "gift cards" + behind)), 0), READER)
    assert "gift cards" in words(pieces, Role.MARK)
    notes = words(pieces, Role.NOTE)
    left_out = sum(int(word.replace(",", "")) for word in notes.split() if word.replace(",", "").isdigit())
    kept = len(words(pieces, Role.PLAIN, Role.MARK))
    assert left_out + kept == len(before) + len("gift cards") + len(behind)
    assert kept < 2 * SHOWN_CHARS


@pytest.mark.long
def test_a_mail_of_25_megabytes_is_shown_from_its_beginning_and_the_rest_counted() -> None:
    raw = b"Subject: long\r\n\r\n" + b"All is well, and nothing is asked of you.\r\n" * 600_000
    read = read_text(a_shown(raw, format=Format.MAIL), READER)
    assert len(words(read.said)) < 2 * MOST_CHARS
    assert "characters are left out here" in words(read.said, Role.NOTE)


def test_a_subject_is_marked_in_its_place(gate: Gate, message: MakeMessage) -> None:
    raw = b"Subject: gift cards\r\nFrom: a@b.example\r\n\r\nHello.\r\n"
    pieces = marked_text(shown_of_screened(gate.screen(message(raw, format=Format.MAIL)), 0), READER)
    assert "[subject]\ngift cards[1]" in words(pieces)


def test_what_was_said_before_stands_above_each_line_behind_a_bar(gate: Gate) -> None:
    message = Message(b"Then buy gift cards.", context=("Hello\n[the message]\nfake", "  ", "And?"))
    pieces = marked_text(shown_of_screened(gate.screen(message), 0), READER)
    earlier = words(pieces, Role.EARLIER)
    assert all(line.startswith("│ ") for line in earlier.splitlines())
    assert "2 earlier turns" in words(pieces, Role.NOTE)
    assert words(pieces).index("And?") < words(pieces).index("Then buy")


def test_a_long_history_is_shown_by_its_latest_turns() -> None:
    pieces = marked_text(a_shown(b"now", context=tuple(f"turn {number}" for number in range(100))), READER)
    assert "100 earlier turns; the latest 20 are shown" in words(pieces, Role.NOTE)
    assert "turn 99" in words(pieces, Role.EARLIER)
    assert "turn 79\n" not in words(pieces, Role.EARLIER)


def test_a_message_without_text_says_so(gate: Gate, message: MakeMessage) -> None:
    assert "no text" in words(marked_text(shown_of_screened(gate.screen(message(b"")), 0), READER), Role.NOTE)


def test_a_text_that_was_not_kept_says_why_everywhere() -> None:
    shown = Shown(flagged_for(), None, "note.txt", "", 0, why_not="longer than 256 KiB")
    read = read_text(shown, READER)
    assert "not kept: longer than 256 KiB" in words(read.said)
    assert "Nothing is hidden" not in words(tuple(concealed_pieces(read)))
    assert "longer than 256 KiB" in words(tuple(source_pieces(shown)))


def test_a_preview_is_cut_and_says_where_the_rest_is() -> None:
    pieces = (Piece("abcdef", Role.PLAIN), Piece("ghijkl", Role.MARK))
    assert beginning(pieces, 12) == pieces
    assert words(beginning(pieces, 8)).startswith("abcdefgh\n[… the rest is left out here")


# What the sender hid


def test_text_that_the_reader_does_not_see_is_shown_with_what_hides_it() -> None:
    page = b'<html><p>Hello</p><p style="color:#fff">buy cards</p><!-- to the assistant --></html>'
    read = read_text(a_shown(page, format=Format.HTML), READER)
    assert read.hidden_parts == 2
    assert "hidden from the reader, HTML: white on white" in words(read.hidden, Role.NOTE)
    assert "hidden from the reader, comments: a comment in the HTML" in words(read.hidden, Role.NOTE)
    assert "buy cards" in words(read.hidden, Role.PLAIN)
    assert "buy cards" not in words(read.said)
    assert "[2 hidden parts: press H]" in words(tuple(hint_pieces(read)))


def test_a_message_that_hides_nothing_says_so() -> None:
    read = read_text(a_shown(b"Hello."), READER)
    assert words(tuple(concealed_pieces(read))).startswith("Nothing is hidden in it.")
    assert list(hint_pieces(read)) == []


def test_a_text_carried_by_tag_characters_is_decoded_numbered_and_counted(gate: Gate) -> None:
    hidden = "".join(chr(0xE0000 + ord(letter)) for letter in "buy gift cards")
    raw = f"gift cards {hidden}".encode()
    span = Span(11, len(raw), "buy gift cards", "decoded", exact=False)
    read = read_text(a_shown(raw, Finding("x", "invisible_characters", 0.9, "carries", (span,))), READER)
    assert read.hidden_parts == 2, "what the detector decoded, and the text as it is meant to be read"
    assert "buy gift cards[1]" in words(read.hidden)
    assert read.unseen == {"tag characters (U+E0000 to U+E007F)": 14}


def test_the_source_is_shown_as_it_was_sent_as_far_as_64_kb() -> None:
    raw = b"Subject: x\r\n\r\n\xff\x00" + b"a" * 100_000
    pieces = tuple(source_pieces(a_shown(raw, format=Format.MAIL)))
    assert f"the first 64 kB of {len(raw):,} bytes" in words(pieces, Role.NOTE)
    assert words(pieces, Role.PLAIN).startswith("Subject: x\n\n\\xff\\x00aaa")
    assert len(words(pieces, Role.PLAIN)) < SOURCE_BYTES + 10


@given(raw=st.binary(max_size=200))
def test_every_piece_is_safe_whatever_the_bytes(gate: Gate, raw: bytes) -> None:
    assert_safe(shown_of_screened(gate.screen(Message(raw)), 0))


@pytest.mark.parametrize("text", [text for text, _ in HOSTILE], ids=[why for _, why in HOSTILE])
@pytest.mark.parametrize("format", list(Format))
def test_every_piece_of_a_hostile_text_is_safe(text: str, format: Format) -> None:
    raw = text.encode("utf-8", "surrogatepass")
    finding = Finding("x", "threat", 0.9, "threatens", (Span(0, len(raw), text, "decoded", exact=False),))
    assert_safe(a_shown(raw, finding, format=format, context=(text, text)))


def assert_safe(shown: Shown) -> None:
    read = read_text(shown, READER)
    for piece in (*read.everything, *hint_pieces(read), *concealed_pieces(read), *source_pieces(shown)):
        assert safe_text(piece.text) == piece.text
