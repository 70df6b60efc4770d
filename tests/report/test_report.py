"""Promises of a whole report: the same bytes, limits first, and hostile names that stay names."""

from __future__ import annotations

import datetime
import json
import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from report_rig import answer, report, row

from guardian.report.answers import Answer
from guardian.report.canonical import VOLATILE, canonical_json
from guardian.report.card import Extras, Rival
from guardian.report.page import report_page
from guardian.report.rows import LabelledRow
from guardian.report.tables import sections
from guardian.report.words import MOST_LINES, report_markdown, report_words
from guardian.verdict import Outcome

HOSTILE = "</td><script>alert(1)</script>\"'><img src=x onerror=y>\x1b[2J\u202e|`*_[a](javascript:b)\ud800"


def small(name: str = "set") -> tuple[list[LabelledRow], list[Answer]]:
    """600 ordinary rows below 0.3 and 40 violating ones, half of them found."""
    rows = [row(f"o{i}", False, source=name, kind=name, language="en") for i in range(600)]
    answers = [answer(i / 2000) for i in range(600)]
    for i in range(40):
        rows.append(row(f"v{i}", True, source=name, family=name, tactics=("guilt",), voice=name, language="de"))
        answers.append(answer(0.9 if i % 2 else 0.0, Outcome.FLAGGED if i % 2 else Outcome.CLEAN))
    return rows, answers


def test_the_same_answers_give_the_same_bytes_but_for_date_and_timings() -> None:
    rows, answers = small()
    slower = [answer(each.risk, each.outcome, elapsed_ms=77.7) for each in answers]
    first = json.loads(canonical_json(report(rows, answers)))
    second = json.loads(canonical_json(report(rows, slower, day=datetime.date(2027, 1, 1))))
    assert first != second
    for key in VOLATILE:
        assert first.pop(key) != second.pop(key)
    assert first == second
    assert canonical_json(report(rows, answers)) == canonical_json(report(rows, answers))


def test_canonical_json_is_sorted_rounded_ascii() -> None:
    text = canonical_json({"b": 0.123456, "a": [-0.00001, 1 / 3], "\x7f\u202e": None})
    assert text == '{\n "a": [\n  0.0,\n  0.3333\n ],\n "b": 0.1235,\n "\\u007f\\u202e": null\n}\n'
    for wrong in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="finite"):
            canonical_json({"a": wrong})


def test_a_report_has_a_place_for_its_signature_and_says_what_it_rests_on() -> None:
    made = report(*small(), Extras(seeds={"training": 7}))
    assert made["signature"] is None
    assert made["data"] == [{"name": "rows.ndjson", "sha256": "ef" * 32, "size_bytes": 10, "rows": 4}]
    assert made["model"]["sha256"] == "ab" * 32
    assert made["seeds"] == {"training": 7}
    assert {"guardian", "python", "llama-cpp-python"} <= set(made["versions"])


def test_what_it_cant_do_comes_first_in_every_face() -> None:
    made = report(*small("people"), Extras(notes=("The plain fine-tune was not measured.",)))
    says = [line.cells[0] for line in sections(made)[0].lines]
    assert "At 1 % false alarms it finds 50 % (35 to 65) as a mean over families; the mark is 60 %." in says
    assert any(say.startswith("Language de: too few rows of both sorts") for say in says)
    assert says[-1] == "The plain fine-tune was not measured."
    assert report_words(made).startswith("What it can't do\n")
    assert report_markdown(made).startswith("## What it can't do\n")
    page = report_page(made)
    assert page.index("What it can&#x27;t do") < page.index("How much it finds")


# What is measured -> the sentence about it; marks are those of the table.
def test_every_measure_under_its_mark_is_said() -> None:
    rows = [row(f"o{i}", False, kind="bank notice", twin=f"t{i}") for i in range(20)]
    rows += [row(f"v{i}", True, twin=f"t{i}", tactics=("guilt",), family="people") for i in range(20)]
    answers = [answer(0.5, Outcome.FLAGGED) for _ in range(20)] + [answer(0.1) for _ in range(20)]
    says = " ".join(line.cells[0] for line in sections(report(rows, answers))[0].lines)
    assert "Recall at 1 % false alarms can't be stated: 20 ordinary rows, 100 needed." in says
    assert "the violating text scores higher in 0 %" in says
    assert "Twins of guilt: 0 %" in says
    assert "It flags 100.0 % (83.9 to 100.0) of bank notice; the mark is at most 3 %." in says


def test_a_language_that_is_answered_as_unsure_is_said_to_be_unjudged() -> None:
    rows = [row(f"{i}", i % 2 == 0, language="tr") for i in range(40)]
    made = report(rows, [answer(0.1, Outcome.UNSURE) for _ in rows])
    assert "It does not judge tr: 100 % (91 to 100) are answered as unsure." in report_words(made)


def test_rivals_stand_beside_the_product_with_the_gain() -> None:
    rows, answers = small()
    perfect = np.array([1.0 if each.violating else 0.0 for each in rows])
    made = report(rows, answers, Extras((Rival("oracle", perfect, tuple(each.violating for each in rows)),)))
    names = [each["name"] for each in made["beside"]]
    assert names == ["guardian", "always flag", "rules only", "oracle"]
    always, oracle = made["beside"][1], made["beside"][3]
    assert always["says_of_ordinary"]["share"] == 1.0
    assert always["recall"]["1 %"]["all"]["hits"] == 0
    assert always["gain"]["1 %"] == {"by": 0.5, "apart": True}
    assert oracle["gain"]["1 %"] == {"by": -0.5, "apart": False}


class _Reader(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs


def test_hostile_names_stay_names_on_the_page() -> None:
    page = report_page(report(*small(HOSTILE)))
    reader = _Reader()
    reader.feed(page)
    assert reader.tags & {"script", "img", "link", "iframe", "object", "a", "base", "form"} == set()
    names = {name for name, _ in reader.attributes}
    assert not any(name.startswith("on") or name in {"src", "href", "style", "action"} for name in names)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", page)
    page.encode("utf-8")
    assert "Content-Security-Policy" in page
    assert "http" not in page.replace("http-equiv", "")


@pytest.mark.parametrize("face", [report_words, report_markdown, canonical_json])
def test_hostile_names_reach_no_terminal_raw(face: Any) -> None:
    text = face(report(*small(HOSTILE)))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", text)


def test_hostile_names_break_no_markdown_table() -> None:
    rows = [line for line in report_markdown(report(*small(HOSTILE))).splitlines() if line.startswith("|")]
    assert all("<" not in line.replace("\\<", "") for line in rows)
    table = [line for line in rows if "alert" in line]
    assert table
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in table} <= {5, 6}


def test_a_set_of_a_thousand_sources_stays_readable() -> None:
    rows = [row(f"v{i}", True, source=f"source {i}") for i in range(1000)] + [row("o", False)]
    words = report_words(report(rows, [answer(0.5) for _ in rows]))
    assert f"and {1000 - MOST_LINES} more, which stand in the JSON" in words


@pytest.mark.parametrize("face", [report_words, report_markdown])
def test_what_it_cant_do_says_how_much_of_it_is_not_shown(face: Any) -> None:
    made = report(*small(), Extras(notes=tuple(f"Note {i}." for i in range(MOST_LINES + 50))))
    left_out = len(made["cannot"]) + 50
    assert f"and {left_out} more, which stand in the JSON" in face(made)


@pytest.mark.parametrize("violating", [True, False])
def test_one_class_alone_makes_a_report_that_says_so(violating: bool) -> None:
    made = report([row("a", violating)], [answer(0.4)])
    words = report_words(made)
    assert "Recall at 1 % false alarms can't be stated" in words
    assert "nan" not in words.lower()
    report_page(made)
    canonical_json(made)


def test_the_owners_policies_are_shown_where_they_were_measured() -> None:
    part = {"mean": 0.8312, "low": 0.8, "high": 0.86, "worst": 0.61, "below_0_65": ["diets"]}
    made = report(*small(), Extras(custom_policies={"3 + 3": part, "policies": 60}))
    words = report_words(made)
    assert re.search(r"3 \+ 3 +0\.83 \(0\.80 to 0\.86\) +0\.61", words)
    assert "no training run read: 60 policies." in words
    assert "The worst one from 3 + 3 examples reaches an AUC of 0.61; mark 0.65." in words
    assert "The mean policy" not in words
    assert "The owner's own policies" not in report_words(report(*small()))
