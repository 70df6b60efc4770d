"""One layer over watchdog: what a folder's events are passed on as, and what happens where there are none."""

from __future__ import annotations

import os
import queue
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from watchdog.events import DirCreatedEvent, FileCreatedEvent, FileMovedEvent

from guardian import folder_events
from guardian.folder_events import FolderEvents, steps_of

LONGEST_WAIT_S = 30.0


class Heard:
    """What was passed on, and the events that it came from."""

    def __init__(self) -> None:
        self._said: queue.SimpleQueue[tuple[str, list[str]]] = queue.SimpleQueue()
        self.events: FolderEvents[str] = FolderEvents(self._note, [FileCreatedEvent, FileMovedEvent, DirCreatedEvent])

    def _note(self, interest: str, paths: Sequence[str]) -> None:
        self._said.put((interest, list(paths)))

    def next(self) -> tuple[str, list[str]]:
        return self._said.get(timeout=LONGEST_WAIT_S)

    @property
    def is_silent(self) -> bool:
        return self._said.empty()


@contextmanager
def listening() -> Iterator[Heard]:
    heard = Heard()
    with closing(heard.events):
        yield heard


def test_an_event_comes_with_the_interest_in_its_folder_and_the_paths_that_it_names(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    with listening() as heard:
        assert heard.events.follow({str(tmp_path / "a"): "first", str(tmp_path / "b"): "second"}) == ""
        (tmp_path / "b" / "new").touch()
        assert heard.next() == ("second", [str(tmp_path / "b" / "new")])
        (tmp_path / "a" / "x").touch()
        assert heard.next() == ("first", [str(tmp_path / "a" / "x")])
        (tmp_path / "a" / "x").rename(tmp_path / "a" / "y")
        assert heard.next() == ("first", [str(tmp_path / "a" / "x"), str(tmp_path / "a" / "y")])


def test_what_is_followed_no_more_is_not_heard_and_a_new_interest_takes_the_place_of_the_old(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    with listening() as heard:
        heard.events.follow({str(tmp_path / "a"): "first", str(tmp_path / "b"): "second"})
        heard.events.follow({str(tmp_path / "b"): "third"})
        (tmp_path / "a" / "unheard").touch()
        (tmp_path / "b" / "new").touch()
        assert heard.next() == ("third", [str(tmp_path / "b" / "new")])
        assert heard.is_silent


def test_a_folder_that_was_made_anew_is_watched_anew(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with listening() as heard:
        heard.events.follow({str(folder): "it"})
        folder.rename(tmp_path / "aside")
        folder.mkdir()
        heard.events.follow({str(folder): "it"})
        (folder / "new").touch()
        assert heard.next() == ("it", [str(folder / "new")])


def test_a_folder_that_is_not_there_is_left_out_and_watched_once_it_is(tmp_path: Path) -> None:
    later = tmp_path / "later"
    with listening() as heard:
        assert heard.events.follow({str(later): "later", str(tmp_path): "now"}) == ""
        later.mkdir()
        assert heard.next() == ("now", [str(later)])
        heard.events.follow({str(later): "later"})
        (later / "new").touch()
        assert heard.next() == ("later", [str(later / "new")])


@pytest.mark.parametrize("fails", ["start", "schedule"])
def test_where_the_system_gives_no_events_it_is_said_once_and_not_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    refusals = []

    class Refusing:
        def start(self) -> None:
            if fails == "start":
                self.refuse()

        def schedule(self, *_: object, **__: object) -> None:
            self.refuse()

        def is_alive(self) -> bool:
            return False

        def refuse(self) -> None:
            refusals.append(fails)
            raise OSError(28, "No space left on device")  # what inotify_add_watch(2) says at its limit

    monkeypatch.setattr(folder_events, "Observer", Refusing)
    with listening() as heard:
        assert heard.events.follow({str(tmp_path): "it"}) == "the system gives no events (no space left on device)"
        assert heard.events.has_given_up
        assert heard.events.follow({str(tmp_path): "it"}) == ""
    assert refusals == [fails]


def test_a_path_is_turned_where_its_links_stand(tmp_path: Path) -> None:
    for name in ("real", "dotfiles", "home"):
        (tmp_path / name).mkdir()
    (tmp_path / "dotfiles" / "mail").symlink_to("../real")
    (tmp_path / "home" / "Mail").symlink_to(tmp_path / "dotfiles" / "mail")
    assert list(steps_of(str(tmp_path / "home" / "Mail"))) == [
        (str(tmp_path / "home"), "Mail"),
        (str(tmp_path / "dotfiles"), "mail"),
        (str(tmp_path), "real"),
    ]


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert {name for _, name in steps_of(os.path.join(tmp_path, "a"))} == {"a", "b"}
