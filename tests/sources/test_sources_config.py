"""sources.toml: every mistake is told with its place and what mends it; commands change what they mean to, no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from guardian.errors import SourcesError
from guardian.paths import Paths, find_paths
from guardian.sources.config import load_sources, parse_sources, required_sources
from guardian.sources.config_write import add_table, as_value, remove_table

GOOD = """\
# my sources
[[sources]]  # the first
id = "inbox"
kind = "maildir"
path = "~/Mail"   # where mbsync puts it

# what the family writes
[[sources]]
id = "family"
kind = "folder"
path = "/srv/family"
only = ["*.txt"]
channel = "incoming"
"""


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return find_paths({"GUARDIAN_HOME": str(tmp_path)})


def lines(text: str) -> list[str]:
    return [problem.to_line() for problem in parse_sources(text, Path("sources.toml")).problems]


def test_a_good_file_gives_its_sources_in_order() -> None:
    found = parse_sources(GOOD, Path("sources.toml"))
    assert found.problems == ()
    assert [(table.id, table.kind) for table in found.tables] == [("inbox", "maildir"), ("family", "folder")]
    assert parse_sources("", Path("sources.toml")).tables == ()


# Typing mistakes of the kind that the policy files' tests have, and what must be said of them.
MISTAKES = [
    (
        '[[sources]]\nid = "a"\nkind = "maildr"\npath = "/x"\n',
        ['sources.toml:3:8: error: "kind" must be one of {kinds} [bad-value] (did you mean "maildir"?)'],
    ),
    (
        '[[sources]]\nid = "a"\nkind = "maildir"\npth = "/x"\n',
        ['sources.toml:4:1: error: unknown key "pth" in [sources[1]] [unknown-key] (did you mean "path"?)'],
    ),
    (
        '[[source]]\nid = "a"\n',
        ['sources.toml:1:1: error: unknown key "source" [unknown-key] (did you mean "sources"?)'],
    ),
    (
        '[[sources]]\nid = "a"\nkind = "folder"\npath = "Mail"\n',
        [
            'sources.toml:4:8: error: "sources[1].path" must begin with / or ~ [bad-path]'
            " (a path from the root, or from your home)"
        ],
    ),
    (
        '[[sources]]\nid = "Mine"\nkind = "mbox"\npath = 3\n',
        [
            'sources.toml:2:6: error: "sources[1].id" may hold only small letters, digits and hyphens, at most 64'
            " [bad-value]",
            'sources.toml:4:8: error: "sources[1].path" must be a text [bad-value] (put it in quotes)',
        ],
    ),
    (
        '[[sources]]\nid = "a"\nkind = "mbox"\npath = "/a"\n[[sources]]\nid = "a"\nkind = "folder"\npath = "/b"\n',
        [
            'sources.toml:6:6: error: "id" a is taken by an earlier source [duplicate-id]'
            " (give this source an id of its own)"
        ],
    ),
    (
        '[[sources]]\nid = "a"\n',
        ['sources.toml:1:1: error: "kind" is missing in [sources[1]] [missing-key] (one of {kinds})'],
    ),
    ("sources = 3\n", ['sources.toml:1:11: error: "sources" must be a list [bad-value] (put it in square brackets)']),
    ("[[sources]\n", ["sources.toml:1:10: error: expected ']]' at the end of an array declaration [syntax]"]),
]


@pytest.mark.parametrize(("text", "said"), MISTAKES)
def test_a_mistake_is_told_with_its_place_and_what_mends_it(text: str, said: list[str]) -> None:
    from guardian.sources.live.registry import load_kinds

    kinds = ", ".join(load_kinds())
    assert lines(text) == [line.format(kinds=kinds) for line in said]


def test_one_broken_source_keeps_all_from_being_watched(paths: Paths) -> None:
    paths.config.mkdir(parents=True)
    paths.sources_file.write_text(GOOD + '\n[[sources]]\nid = "x"\n')
    assert load_sources(paths.sources_file).tables == ()
    with pytest.raises(SourcesError, match='"kind" is missing'):
        required_sources(paths.sources_file)


def test_ids_are_found_and_a_near_miss_is_named(paths: Paths) -> None:
    paths.config.mkdir(parents=True)
    paths.sources_file.write_text(GOOD)
    assert [table.id for table in required_sources(paths.sources_file, ["family"])] == ["family"]
    with pytest.raises(SourcesError) as caught:
        required_sources(paths.sources_file, ["famly"])
    assert caught.value.hint == 'did you mean "family"?'
    assert required_sources(paths.config / "none.toml") == ()


def test_a_source_is_added_behind_what_its_owner_wrote(paths: Paths) -> None:
    paths.config.mkdir(parents=True)
    paths.sources_file.write_text(GOOD)
    add_table(paths, {"id": "log", "kind": "mbox", "path": '/a "b"\\c'})
    assert paths.sources_file.read_text().startswith(GOOD)
    assert [table.id for table in load_sources(paths.sources_file).tables] == ["inbox", "family", "log"]


def test_a_new_file_is_its_owners_alone_and_says_what_it_is(paths: Paths) -> None:
    add_table(paths, {"id": "log", "kind": "mbox", "path": "/a"})
    assert paths.sources_file.stat().st_mode & 0o777 == 0o600
    assert paths.sources_file.read_text().startswith("# ")


@pytest.mark.parametrize("gone", ["inbox", "family"])
def test_a_source_is_taken_out_and_everything_else_stays(paths: Paths, gone: str) -> None:
    paths.config.mkdir(parents=True)
    paths.sources_file.write_text(GOOD)
    remove_table(paths, gone)
    left = paths.sources_file.read_text()
    assert {table.id for table in load_sources(paths.sources_file).tables} == {"inbox", "family"} - {gone}
    assert "# my sources" in left
    assert "# what the family writes" in left
    kept = [line for line in left.splitlines() if line]
    assert [line for line in GOOD.splitlines() if line in kept] == kept


@pytest.mark.parametrize(
    "text", ['sources = [{id = "a", kind = "mbox", path = "/a"}]\n', '[[sources]]\nid = "a"\nkind = "mbxo"\n']
)
def test_what_a_command_cannot_change_stays_as_it_is(paths: Paths, text: str) -> None:
    paths.config.mkdir(parents=True)
    paths.sources_file.write_text(text)
    with pytest.raises(SourcesError):
        add_table(paths, {"id": "log", "kind": "mbox", "path": "/a"})
    assert paths.sources_file.read_text() == text


@pytest.mark.parametrize(
    ("word", "value"),
    [("true", True), ("3", 3), ('["*.txt"]', ["*.txt"]), ("Anna", "Anna"), ("x\ny = 2", "x\ny = 2"), ("[", "[")],
)
def test_a_word_of_the_command_line_is_toml_where_it_is_toml(word: str, value: object) -> None:
    assert as_value(word) == value
