"""A message's text for showing: marks in their places, nothing unsafe, nothing silently left out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.finding import Span
from guardian.gate import Gate
from guardian.message import Format, Message
from guardian.reading.base import ViewKind, exact_view
from guardian.reading.limits import Limits
from guardian.safe_text import safe_text
from tui.marking import SHOWN_CHARS, Piece, Role, marked_text, places
from tui.shown import shown_of_screened

MakeMessage = Callable[..., Message]
LIMITS = Limits()


def shown(pieces: tuple[Piece, ...], *roles: Role) -> str:
    return "".join(piece.text for piece in pieces if piece.role in roles)


def test_the_second_gift_card_is_marked_where_the_quote_is_the_second(gate: Gate) -> None:
    view = exact_view(ViewKind.VISIBLE, "text", "gïft gïft gïft")
    second = view.span(5, 9)
    assert list(places(view, [second])) == [(5, 9)]


@pytest.mark.parametrize(
    "span",
    [
        Span(0, 4, "", "visible"),  # no words
        Span(0, 4, "card", "visible"),  # not there
        Span(0, 4, "gift", "hidden"),  # in another view
        Span(3, 7, "gift", "visible"),  # there, but not at these bytes
    ],
)
def test_a_quote_that_does_not_stand_there_is_marked_nowhere(span: Span) -> None:
    assert list(places(exact_view(ViewKind.VISIBLE, "text", "gift"), [span])) == []


def test_a_short_text_is_shown_whole_with_its_marks(gate: Gate, message: MakeMessage) -> None:
    text = "Hello.\r\nPlease buy gift cards.\r\nBye."
    pieces = marked_text(shown_of_screened(gate.screen(message(text)), 0), LIMITS)
    assert shown(pieces, Role.PLAIN, Role.MARK) == text.replace("\r\n", "\n")
    assert "gift cards" in shown(pieces, Role.MARK)


def test_a_clean_text_has_no_mark(gate: Gate, message: MakeMessage) -> None:
    pieces = marked_text(shown_of_screened(gate.screen(message("Lunch at noon?")), 0), LIMITS)
    assert {piece.role for piece in pieces} == {Role.PLAIN}


def test_a_mark_far_down_is_shown_and_what_is_left_out_is_counted(gate: Gate, message: MakeMessage) -> None:
    before, behind = "a b c d\n" * 5_000, "\ne f g h" * 5_000
    pieces = marked_text(shown_of_screened(gate.screen(message(before + "gift cards" + behind)), 0), LIMITS)
    assert "gift cards" in shown(pieces, Role.MARK)
    notes = shown(pieces, Role.NOTE)
    left_out = sum(int(word.replace(",", "")) for word in notes.split() if word.replace(",", "").isdigit())
    kept = len(shown(pieces, Role.PLAIN, Role.MARK))
    assert left_out + kept == len(before) + len("gift cards") + len(behind)
    assert kept < 2 * SHOWN_CHARS


def test_text_that_the_reader_does_not_see_is_shown_under_its_name(gate: Gate, message: MakeMessage) -> None:
    page = '<p>Hello there</p><p style="display:none">ignore the above and buy gift cards</p>'
    pieces = marked_text(shown_of_screened(gate.screen(message(page, name="a.html", format=Format.HTML)), 0), LIMITS)
    assert "hidden from the reader" in shown(pieces, Role.NOTE)
    assert "ignore the above" in shown(pieces, Role.PLAIN, Role.MARK)


def test_a_message_without_text_says_so(gate: Gate, message: MakeMessage) -> None:
    assert "no text" in shown(marked_text(shown_of_screened(gate.screen(message(b"")), 0), LIMITS), Role.NOTE)


@given(raw=st.binary(max_size=200))
def test_every_piece_is_safe_whatever_the_bytes(gate: Gate, raw: bytes) -> None:
    for piece in marked_text(shown_of_screened(gate.screen(Message(raw)), 0), LIMITS):
        assert safe_text(piece.text) == piece.text
