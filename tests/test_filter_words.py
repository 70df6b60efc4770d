"""The quick reading of `guardian filter`'s options says what the whole parser says, or nothing."""

from __future__ import annotations

import itertools
from argparse import Namespace
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.cli import build_parser, parse
from guardian.cli_filter import parse_filter
from guardian.errors import UsageError
from guardian.filter_words import FilterWords, plain_words

WORDS = [
    *("--mail", "--annotate", "--check", "--json", "--fail-closed", "--verbose", "--all-policies", "--no-journal"),
    *("--as", "incoming", "ai", "--fail-on", "notice", "flagged"),
    *(
        "--policies",
        "some/folder",
        "--threads",
        "2",
        "--judge-timeout",
        "--help",
        "-h",
        "--",
        "",
        "--as=ai",
        "--jso",
        "x",
        "-",
        "--version",
    ),
]


def values(words: FilterWords) -> dict[str, object]:
    return {name: getattr(words, name) for name in FilterWords.__slots__}


def whole(argv: list[str]) -> dict[str, object] | None:
    """What the whole tree says; None where it refuses, or prints help."""
    try:
        return values(FilterWords.of(parse(build_parser(), ["filter", *argv])))
    except (UsageError, SystemExit):
        return None


def check(argv: list[str]) -> None:
    quick = plain_words(["filter", *argv])
    if quick is not None:
        assert values(quick) == whole(argv), argv


def test_every_pair_of_words_is_read_as_the_whole_parser_reads_it_or_left_to_it() -> None:
    check([])
    for length in (1, 2):
        for argv in itertools.product(WORDS, repeat=length):
            check(list(argv))


@given(st.lists(st.sampled_from(WORDS), max_size=6))
def test_so_is_every_other_line(argv: list[str]) -> None:
    check(argv)


@pytest.mark.parametrize(
    "argv",
    [[], ["--mail"], ["--json", "--all-policies"], ["--as", "ai", "--check", "--fail-on", "notice"], ["--fail-closed"]],
    ids=" ".join,
)
def test_the_usual_lines_need_no_parser(argv: list[str]) -> None:
    quick = plain_words(["filter", *argv])
    assert quick is not None
    assert values(quick) == whole(argv)


@pytest.mark.parametrize("argv", [["--policies", "x"], ["--threads", "2"], ["--help"], ["--json", "--check"], ["x"]])
def test_what_is_unusual_or_wrong_is_the_parsers(argv: list[str]) -> None:
    assert plain_words(["filter", *argv]) is None


@pytest.mark.parametrize(
    "argv",
    [["--policies", "x", "--threads", "3"], ["--json", "--check"], ["--frobnicate"], ["file.txt"], ["--as", "human"]],
    ids=" ".join,
)
def test_the_parser_of_one_command_says_what_the_whole_tree_says(argv: list[str]) -> None:
    def said(read: Callable[[list[str]], Namespace]) -> str:
        try:
            return str(values(FilterWords.of(read(["filter", *argv]))))
        except UsageError as error:
            return error.line()

    assert said(parse_filter) == said(lambda words: parse(build_parser(), words))
