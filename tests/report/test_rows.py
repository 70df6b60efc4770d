"""Promises of the reader of labelled rows: strict, and clear about what is wrong and where."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from guardian.errors import InputError, UsageError
from guardian.report.families import FAMILIES, FAMILY_OF_GROUP, family_of
from guardian.report.labelled_files import read_labelled
from guardian.report.rows import parse_row
from guardian.tactics import GROUPS

GOOD: dict[str, Any] = {"id": "a", "text": "Pay me, später!", "channel": "incoming", "label": 1}


def line(**changed: Any) -> bytes:
    return json.dumps({key: value for key, value in (GOOD | changed).items() if value is not ...}).encode()


def test_a_row_knows_what_its_line_says() -> None:
    found = parse_row(
        line(tactics=["guilt", "money_request"], evidence=["später!"], twin="t", voice="v", kind="k", language="en",
             sender="s", context=["before"], note="unknown keys are passed over"),
        "file",
    )  # fmt: skip
    assert (found.violating, found.source, found.family) == (True, "file", "people")
    assert found.evidence_ranges() == [(8, 16)]  # bytes: the a with dots is two
    message = found.message()
    assert (message.raw, message.sender, message.context) == ("Pay me, später!".encode(), "s", ("before",))


def test_a_span_that_repeats_within_itself_stands_in_no_more_places_than_fit() -> None:
    found = parse_row(line(text="a" * 300_000, evidence=["a" * 100_000]), "file")
    assert found.evidence_ranges() == [(0, 100_000), (100_000, 200_000), (200_000, 300_000)]


def test_what_the_row_says_of_itself_outranks_what_follows() -> None:
    found = parse_row(line(tactics=["guilt"], family="injection", source="mine"), "file")
    assert (found.family, found.source) == ("injection", "mine")


BAD: list[tuple[bytes, str]] = [
    (b"{", "not JSON"),
    (b"\xff", "not JSON"),
    (b"[" * 100_000, "not JSON"),
    (b"[]", "not a JSON object"),
    (line(id=...), '"id" is missing'),
    (line(id=True), '"id" is missing'),
    (line(id=""), '"id" is missing'),
    (line(id="x" * 201), "longer than 200"),
    (line(text=...), '"text" is missing'),
    (line(text=3), '"text" is missing'),
    (line(channel=...), '"channel" is neither'),
    (line(channel="ai"), '"channel" is neither'),
    (line(label=...), '"label" is neither 0'),
    (line(label="1"), '"label" is neither 0'),
    (line(label=True), '"label" is neither 0'),
    (line(label=2), '"label" is neither 0'),
    (line(tactics="guilt"), '"tactics" is not a list'),
    (line(tactics=["gilt"]), "did you mean guilt?"),
    (line(label=0, tactics=["guilt"]), "an ordinary row"),
    (line(evidence=["pay me"]), "word for word: pay me"),
    (line(evidence=[""]), "word for word"),
    (line(context=[1]), '"context" is not a list'),
    (line(source=1), '"source" is not a string'),
]


@pytest.mark.parametrize(("raw", "says"), BAD, ids=[f"{number}" for number, _ in enumerate(BAD)])
def test_a_bad_row_is_refused_with_file_and_line(raw: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.ndjson"
    path.write_bytes(line(id="first") + b"\n\n" + raw + b"\n")
    with pytest.raises(UsageError) as caught:
        read_labelled(path)
    assert caught.value.what.startswith(f"{path}:3: ")
    assert says in caught.value.what


def test_a_folder_is_read_in_name_order_with_its_hashes(tmp_path: Path) -> None:
    contents = {"b.jsonl": line(id="2"), "a.ndjson": line(id="1", source="given") + b"\n" + line(id="3")}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "notes.txt").write_text("not a row")
    (tmp_path / ".hidden.jsonl").write_text("nor this")
    found = read_labelled(tmp_path)
    assert [(row.id, row.source) for row in found.rows] == [("1", "given"), ("3", "a"), ("2", "b")]
    assert [(file.name, file.rows) for file in found.files] == [("a.ndjson", 2), ("b.jsonl", 1)]
    for file in found.files:
        assert file.sha256 == hashlib.sha256(contents[file.name]).hexdigest()
        assert file.size_bytes == len(contents[file.name])


def test_an_id_stands_once_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(line() + b"\n" + line())
    with pytest.raises(UsageError, match=r"a\.jsonl:2: its id stands there twice"):
        read_labelled(tmp_path)


def test_nothing_to_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no file"):
        read_labelled(tmp_path)
    (tmp_path / "a.jsonl").write_bytes(b"\n \n")
    with pytest.raises(UsageError, match="holds no rows"):
        read_labelled(tmp_path)
    with pytest.raises(InputError, match="no such file"):
        read_labelled(tmp_path / "b.jsonl")
    (tmp_path / "folder.jsonl").mkdir()
    with pytest.raises(InputError, match="cannot read"):
        read_labelled(tmp_path)


def test_every_group_but_the_rules_own_has_a_family() -> None:
    assert set(FAMILY_OF_GROUP) == set(GROUPS) - {"obfuscation"}
    assert FAMILIES == ("people", "scams", "ai", "injection")
    assert family_of(["hidden_text"]) == family_of([]) == ""
    assert family_of(["jailbreak", "guilt"]) == "injection"
