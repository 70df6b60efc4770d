"""Exports: whole, harmless in a spreadsheet and in a browser, and the owner's alone."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from entries_rig import (
    DANGEROUS,
    NOW,
    TERMINAL_ATTACK,
    ListedEntries,
    ago,
    erased_entry,
    feedback_entry,
    seal_entry,
    verdict_entry,
)
from hypothesis import given
from hypothesis import strategies as st

from guardian.errors import OutputError
from guardian.journal.feedback import Feedback, Says
from guardian.journal.filters.matching import EVERYTHING
from guardian.journal.record import Entry
from guardian.journal.reports.export import COLUMNS, csv_lines, ndjson_lines, refuse_existing, write_private
from guardian.journal.reports.html_report import MOST_ENTRIES, About, report_pieces
from guardian.journal.reports.tally import gather
from guardian.journal.reports.view import View, select
from guardian.verdict import Outcome

CANARY = "kumquat"
MARKUP_ATTACK = "</pre><script>alert(1)</script><img src=x onerror='a()'>\"'&lt; http://evil.example/a.png"
ENTRIES = [
    seal_entry(0),
    verdict_entry(1, f"{CANARY} pay", quote=CANARY, context=[CANARY], at_ms=ago(weeks=2), tactics=("secrecy",)),
    verdict_entry(2, MARKUP_ATTACK, sender=MARKUP_ATTACK, quote=MARKUP_ATTACK, name=MARKUP_ATTACK, title=MARKUP_ATTACK),
    verdict_entry(3, outcome=Outcome.UNSURE, sender=None),
    erased_entry(4),
    feedback_entry(5, 1, Says.WRONG, "my <b>aunt</b>"),
]


def views(entries: list[Entry] = ENTRIES) -> list[View]:
    return list(select(ListedEntries(entries), EVERYTHING, newest_first=False))


def rows(some: list[View]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(csv_lines(some, UTC)), newline="")))


def page(entries: list[Entry] = ENTRIES, *, with_text: bool = True, asked: str = "") -> str:
    statistics = gather(ListedEntries(entries), EVERYTHING, {}, UTC)
    newest = [view if with_text else view.without_text() for view in select(ListedEntries(entries), EVERYTHING)]
    about = About(datetime(2026, 11, 21, 12), asked, with_text)
    return "".join(report_pieces(about, statistics, newest[:MOST_ENTRIES], UTC))


# --- NDJSON -------------------------------------------------------------------------------------------------------


def test_ndjson_has_every_entry_whole_on_one_ascii_line() -> None:
    lines = list(ndjson_lines(views()))
    assert [json.loads(line)["seq"] for line in lines] == [0, 1, 2, 3, 4, 5]
    assert all(line.isascii() and line.count("\n") == 1 for line in lines)
    first = json.loads(lines[1])
    assert first["body"]["text"]["data"] == f"{CANARY} pay"
    assert first["feedback"] == {"says": "wrong", "note": "my <b>aunt</b>", "at_ms": first["feedback"]["at_ms"]}
    assert json.loads(lines[4]) == {
        "v": 1,
        "seq": 4,
        "leaf": (4).to_bytes(32).hex(),
        "kind": "erased",
        "why": "forgotten; a later record says why",
    }


# --- CSV ----------------------------------------------------------------------------------------------------------


def test_csv_has_one_row_an_entry_and_the_columns_that_it_promises() -> None:
    found = rows(views())
    assert tuple(found[0]) == COLUMNS
    assert [row["seq"] for row in found] == ["0", "1", "2", "3", "4", "5"]
    one = found[1]
    assert (one["outcome"], one["tactics"], one["feedback"]) == ("flagged", "secrecy", "wrong")
    assert one["time"] == "2026-11-07T12:00:00+00:00"
    assert one["text"] == f"{CANARY} pay"
    assert found[3]["not_judged"] == "model-down: it was down"
    assert found[4]["kind"] == "erased"


# OWASP, "CSV Injection"; the full-width forms, which some spreadsheets take for the plain ones, from the same page.
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", " =", "\t=", "\n\n@"])
def test_no_cell_can_become_a_formula(start: str) -> None:
    formula = f'{start}HYPERLINK("http://evil.example","x")'
    entry = verdict_entry(1, formula, sender=formula, name=formula)
    (row,) = rows([View(entry, Feedback(1, Says.WRONG, formula))])
    for column in ("text", "sender", "name", "note"):
        assert row[column].startswith("'"), column


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_every_text_comes_through_csv_as_one_safe_cell(text: str) -> None:
    (row,) = rows([View(verdict_entry(1, text, sender=text))])
    cell = row["text"]
    assert cell.lstrip()[:1] not in tuple("=+-@\t\r＝＋－＠")
    assert not DANGEROUS & set("".join(row.values()))
    assert row["leaf"] == (1).to_bytes(32).hex()


# --- without texts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("render", [ndjson_lines, csv_lines])
def test_without_texts_no_word_of_a_message_is_exported(render: object) -> None:
    assert callable(render)
    assert CANARY in "".join(render(views()))
    assert CANARY not in "".join(render(view.without_text() for view in views()))


def test_without_texts_no_word_of_a_message_is_on_the_page() -> None:
    assert CANARY in page()
    assert CANARY not in page(with_text=False)
    assert "The texts were left out." in page(with_text=False)


# --- the page -----------------------------------------------------------------------------------------------------


class Tags(HTMLParser):
    """Every tag and attribute of a page."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_has_no_script_no_handler_and_names_no_address() -> None:
    found = Tags(page(asked=MARKUP_ATTACK))
    assert not {"script", "img", "link", "iframe", "object", "a", "form", "base"} & set(found.tags)
    for name, value in found.attributes:
        assert not name.startswith("on"), name
        assert name not in {"src", "href", "srcset", "action", "style", "xlink:href"}, name
        assert "://" not in (value or ""), (name, value)
    assert "<script" not in page()
    assert "@import" not in page()
    assert "url(" not in page()


def test_the_page_forbids_itself_everything_but_its_own_style() -> None:
    import base64
    import hashlib

    source = page()
    style = re.search(r"<style>(.*?)</style>", source, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"content=\"default-src 'none'; style-src 'sha256-{digest}'\"" in source


def test_the_page_is_one_well_formed_whole_with_charts() -> None:
    source = page()
    found = Tags(source)
    assert found.open == []
    assert source.startswith("<!doctype html>")
    assert source.rstrip().endswith("</body></html>")
    assert "Messages by week and outcome" in source
    assert source.count("<svg") > 3
    assert "0 of 1" in source  # what the owner said of it
    assert source.count("<details>") == len(ENTRIES)


@given(st.text(st.characters(codec=None), max_size=40))
def test_nothing_of_a_message_becomes_markup(text: str) -> None:
    entries = [verdict_entry(1, text, sender=text, quote=text, name=text)]
    plain = [verdict_entry(1, "x", sender="x", quote="x", name="x")]
    assert set(Tags(page(entries)).tags) <= set(Tags(page(plain)).tags)
    assert Tags(page(entries)).tags.count("details") == 1
    assert not DANGEROUS & set(page(entries))


def test_an_attack_on_the_terminal_does_not_reach_the_page() -> None:
    assert not DANGEROUS & set(page([verdict_entry(1, TERMINAL_ATTACK, sender=TERMINAL_ATTACK)]))


def test_a_page_says_what_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [verdict_entry(seq) for seq in range(5)]
    statistics = gather(ListedEntries(entries), EVERYTHING, {}, UTC)
    source = "".join(report_pieces(About(NOW, "~o flagged", True), statistics, views(entries)[:2], UTC))
    assert "And 3 more, which --format ndjson and --format csv hold." in source
    assert "asked for by ~o flagged" in source


def test_an_empty_journal_makes_a_page_too() -> None:
    assert "0 recorded messages" in page([])


# --- the file -----------------------------------------------------------------------------------------------------


def test_a_file_is_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    before = os.umask(0)
    try:
        write_private(path, ["a\r\n", "ł"], force=False)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes() == b"a\r\n\xc5\x82"
    assert [each.name for each in tmp_path.iterdir()] == ["out.csv"]


def test_a_file_that_is_there_is_not_touched_unless_asked(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("mine")
    path.chmod(0o644)
    with pytest.raises(OutputError, match="is there already"):
        refuse_existing(path, force=False)
    with pytest.raises(OutputError, match="is there already") as caught:
        write_private(path, ["x"], force=False)
    assert caught.value.hint == "--force replaces it"
    assert path.read_text() == "mine"
    refuse_existing(path, force=True)
    write_private(path, ["new"], force=True)
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_force_replaces_a_link_and_not_what_it_points_to(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("mine")
    link.symlink_to(target)
    with pytest.raises(OutputError, match="no regular file"):
        refuse_existing(link, force=True)
    write_private(link, ["new"], force=True)
    assert target.read_text() == "mine"
    assert not link.is_symlink()


def test_what_fails_half_way_leaves_nothing_behind(tmp_path: Path) -> None:
    def pieces() -> Iterator[str]:
        yield "first"
        raise OutputError("the journal broke off")

    for force in (False, True):
        with pytest.raises(OutputError, match="broke off"):
            write_private(tmp_path / "out", pieces(), force=force)
    assert list(tmp_path.iterdir()) == []


def test_a_file_system_without_links_is_no_hindrance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")  # what vfat answers

    monkeypatch.setattr(os, "link", no_links)
    path = tmp_path / "out"
    write_private(path, ["x"], force=False)
    assert path.read_text() == "x"
    with pytest.raises(OutputError, match="is there already"):
        write_private(path, ["y"], force=False)


@pytest.mark.parametrize(("place", "words"), [("no/such/file", "does not exist"), (".", "it is a folder")])
def test_a_place_that_cannot_be_written_is_told_before_the_work(tmp_path: Path, place: str, words: str) -> None:
    with pytest.raises(OutputError, match=words):
        refuse_existing(tmp_path / place, force=True)
