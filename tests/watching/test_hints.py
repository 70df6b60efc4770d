"""Who is hinted at: a source whose folder changes, and one whose folder is another one now."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from guardian.watching.hints import Hints

LONGEST_WAIT_S = 30.0


@contextmanager
def hinting() -> Iterator[Hints]:
    hints = Hints(print)
    with closing(hints):
        yield hints


def hinted(hints: Hints) -> set[str]:
    return hints.wait(LONGEST_WAIT_S, threading.Event())


def test_a_change_hints_at_the_sources_of_its_folder(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    with hinting() as hints:
        hints.follow({str(tmp_path / "a"): frozenset({"one", "two"}), str(tmp_path / "b"): frozenset({"three"})})
        (tmp_path / "a" / "new").touch()
        assert hinted(hints) == {"one", "two"}


def test_a_folder_behind_a_link_is_watched_and_so_is_the_link(tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    link = tmp_path / "links" / "mail"
    link.parent.mkdir()
    link.symlink_to(tmp_path / "old")
    folders = {str(link): frozenset({"mail"})}
    with hinting() as hints:
        hints.follow(folders)
        (tmp_path / "old" / "1").touch()
        assert hinted(hints) == {"mail"}
        (link.parent / "other").symlink_to(tmp_path / "new")
        (link.parent / "other").replace(link)
        assert hinted(hints) == {"mail"}
        hints.follow(folders)
        (tmp_path / "new" / "2").touch()
        assert hinted(hints) == {"mail"}


def test_folders_in_a_folder_behind_a_link_hint_too(tmp_path: Path) -> None:
    (tmp_path / "real" / "deep" / "deeper").mkdir(parents=True)
    root = tmp_path / "root"
    root.symlink_to(tmp_path / "real")
    with hinting() as hints:
        hints.follow({str(each): frozenset({"it"}) for each in (root, root / "deep", root / "deep" / "deeper")})
        for place in ("", "deep", "deep/deeper"):
            (tmp_path / "real" / place / "new").touch()
            assert hinted(hints) == {"it"}


def test_a_folder_that_comes_back_hints_at_its_source(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    with hinting() as hints:
        hints.follow({str(folder): frozenset({"mail"})})
        (tmp_path / "something else").mkdir()
        folder.mkdir()
        assert hinted(hints) == {"mail"}


def test_two_names_of_one_folder_are_both_hinted_at(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.mkdir()
    link.symlink_to(real)
    with hinting() as hints:
        hints.follow({str(real): frozenset({"one"}), str(link): frozenset({"two"})})
        (real / "new").touch()
        assert hinted(hints) == {"one", "two"}
