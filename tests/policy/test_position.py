"""Every key, value and mistake of a TOML text has its line and column."""

from __future__ import annotations

import contextlib
import math
import tomllib
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st
from policy_builders import steady

from guardian.policy.position import Lines, Place, Positions, ShapeError, check_shape, syntax_error_place

TEXT = """\
id = "a"  # [not] = a table
"quoted.key" = 1
dotted . inner = [1.5, [2, 3], { deep = 'x' }]
long = '''
[[examples]]
text = "not a key"
'''

[match]
tactics = "urgency and threat"
escaped = "a\\tb"

[[examples]]
text = "first"

[[examples]]
  text = \"\"\"second ""quoted""\"\"\"
  [examples.more]
  flag = true
"""


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("id",), (1, 1), (1, 6)),
        (("quoted.key",), (2, 1), (2, 16)),
        (("dotted", "inner"), (3, 1), (3, 18)),
        (("dotted", "inner", 0), (3, 19), (3, 19)),
        (("dotted", "inner", 1, 1), (3, 28), (3, 28)),
        (("dotted", "inner", 2, "deep"), (3, 34), (3, 41)),
        (("long",), (4, 1), (4, 8)),
        (("match", "tactics"), (10, 1), (10, 11)),
        (("examples", 0, "text"), (14, 1), (14, 8)),
        (("examples", 1), (16, 1), (16, 1)),
        (("examples", 1, "text"), (17, 3), (17, 10)),
        (("examples", 1, "more", "flag"), (19, 3), (19, 10)),
        (("examples", 1, "missing"), (16, 1), (16, 1)),
        (("missing",), (1, 1), (1, 1)),
    ],
)
def test_keys_and_values_stand_where_they_stand(
    path: tuple[str | int, ...], key: tuple[int, int], value: tuple[int, int]
) -> None:
    positions = Positions(TEXT)
    # A dotted key stands where its last part does.
    expected = (3, 10) if path == ("dotted", "inner") else key
    assert positions.key(path) == Place(*expected)
    assert positions.value(path) == Place(*value)


def test_a_place_inside_a_string_is_exact_unless_escapes_hide_it() -> None:
    positions = Positions(TEXT)
    assert positions.inside_string(("match", "tactics"), 12) == Place(10, 24)
    assert positions.inside_string(("match", "escaped"), 2) == Place(11, 11)


_keys = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=6)
_scalars = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc"], include_characters="\n\t"), max_size=12),
    st.sampled_from(['"', "'''", '"""', "\\", "[[x]]", "# no", "a = 1", "{", "],"]),
    st.integers(-(10**12), 10**12),
    st.booleans(),
    st.floats(allow_nan=False),
    st.dates(min_value=date(1000, 1, 1)),
)
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=3),
    max_leaves=12,
)


@settings(steady, max_examples=150)
@given(st.dictionaries(_keys, _values, max_size=5))
def test_every_scalar_of_any_document_is_found_at_its_own_text(data: dict[str, Any]) -> None:
    text = tomlkit.dumps(data)
    parsed = tomllib.loads(text)
    positions, lines = Positions(text), text.split("\n")
    for path, value in _scalars_of(parsed):
        place = positions.value(path)
        rest = "\n".join([lines[place.line - 1][place.column - 1 :], *lines[place.line :]])
        assert _first_value(rest) == value, (path, text)


def _scalars_of(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _scalars_of(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _scalars_of(value, (*path, index))
    else:
        yield path, node


def _first_value(text: str) -> Any:
    """The TOML value at the beginning of a text, by `tomllib` itself: it skips what it accepts as one."""
    for end in range(1, len(text) + 1):
        following = text[end : end + 1]
        if following not in ("", "\n", ",", "]", "}", " "):
            continue
        with contextlib.suppress(tomllib.TOMLDecodeError):
            return tomllib.loads(f"x = {text[:end]}")["x"]
    return math.nan


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a = 1\nb = tru", (2, 5)),
        ("a = [1,\n 2", (1, 5)),  # tomllib says: end of document
        ("a = '''x\n\n", (1, 5)),
        ('a = 1\nb = "x', (2, 5)),
        ("a = 1\na = 2\n", (2, 6)),
        ("[a]\n[a]", (2, 3)),
        ("é = 1", (1, 1)),
        ('a = "é" b = 1', (1, 9)),
    ],
)
def test_a_syntax_error_stands_where_it_can_be_mended(text: str, place: tuple[int, int]) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as caught:
        tomllib.loads(text)
    words, found = syntax_error_place(caught.value, text)
    assert found == Place(*place)
    assert "(at " not in words


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a = " + "[" * 17, (1, 21)),
        ("\na = " + "[" * 100_000, (2, 21)),
        ("a = " + "{ b = " * 17, (1, 101)),
        (".".join("a" * 20) + " = 1", (1, 32)),
        ("[" + ".".join("a" * 100_000) + "]", (1, 33)),
        ("a = " + "9" * 5_000, (1, 5)),
    ],
)
def test_what_tomllib_cannot_take_is_refused_before_it(text: str, place: tuple[int, int]) -> None:
    with pytest.raises(ShapeError) as caught:
        check_shape(text)
    assert caught.value.place == Place(*place)


@pytest.mark.parametrize("text", ['a = "' + "[" * 100 + '"', "# " + "[" * 100, "a = '''" + "a." * 100 + "'''", TEXT])
def test_brackets_in_texts_and_comments_are_not_depth(text: str) -> None:
    check_shape(text)


@pytest.mark.parametrize("opening", ["'''", '"""'])
def test_many_openings_without_an_end_cost_no_more_than_one(opening: str) -> None:
    # 200 kB: a scan from each opening to the end of the text would take hours.
    check_shape(f"a = {opening}" + (opening[:2] + "\\" + opening[:1]) * 50_000)


@steady
@given(st.text(max_size=80), st.integers(0, 100))
def test_a_place_leads_back_to_its_character(text: str, offset: int) -> None:
    place = Lines(text).place(offset)
    lines = text.split("\n")
    assert sum(len(line) + 1 for line in lines[: place.line - 1]) + place.column - 1 == min(offset, len(text))


@steady
@given(st.text(alphabet="[]{}=.,\"'#ab1 \n\\", max_size=60))
def test_no_text_makes_the_walk_fail_or_hang(text: str) -> None:
    with contextlib.suppress(ShapeError, tomllib.TOMLDecodeError):
        check_shape(text)
        Positions(text)
