"""What the tests of reloading build with: policies that name their edit, ways of saving, a program that follows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from guardian.events import Event, Observer, PoliciesChanged
from guardian.policy.load import PolicySet
from guardian.policy.reload import Reloader
from guardian.policy.starter import MARKER
from guardian.settings import Settings, load_settings

LONGEST_WAIT_S = 30
"""Ends a wait that will never end; measures nothing."""
LONGER_THAN_A_DEBOUNCE_S = 0.5


def text_of(title: str, *, id: str = "mine", examples: int = 3) -> str:
    """A policy whose every part names its title: cut off between two examples it would be a policy still."""
    rows = "".join(f'\n[[examples]]\ntext = "{title} {n} {"x" * 80}"\nflag = true\n' for n in range(examples))
    return (
        f'id = "{id}"\ntitle = "{title}"\nwhy = "{title}"\nsince = 2026-11-21\nchannels = ["incoming"]\n'
        f'severity = "low"\naction = "warn"\nstatus = "active"\n{rows}'
    )


class Following:
    """What a program that follows the policies has seen."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.folder = settings, settings.policies_dir
        self.used: list[PolicySet] = []
        self.events: list[Event] = []
        self.failure: Exception | None = None

    def use(self, policies: PolicySet, _observer: Observer) -> None:
        if self.failure is not None:
            raise self.failure
        self.used.append(policies)

    @property
    def titles(self) -> list[str]:
        return sorted(policy.title for policy in self.used[-1].policies)

    @property
    def problems(self) -> tuple[str, ...]:
        told = [event.problems for event in self.events if isinstance(event, PoliciesChanged)]
        return told[-1] if told else ()

    @contextmanager
    def running(self) -> Iterator[Following]:
        reloader = Reloader(self.settings, self.events.append)
        self.used.append(reloader.read())
        with reloader.following(self.use, lambda: None):
            yield self

    def until(self, is_so: Callable[[], object], what: str) -> None:
        give_up = time.monotonic() + LONGEST_WAIT_S
        while not is_so():
            assert time.monotonic() < give_up, f"never came: {what}; in force: {self.titles}; {self.problems}"
            time.sleep(0.01)

    def until_titles(self, *titles: str) -> None:
        self.until(lambda: self.titles == sorted(titles), f"{titles}")


def a_house(home: Path, **flags: str) -> Settings:
    """A home, or a folder that is named for one run, with one policy and no starter policies."""
    made = load_settings({"GUARDIAN_HOME": str(home)}, dict(flags))
    made.policies_dir.mkdir(parents=True)
    (made.policies_dir / MARKER).touch()
    (made.policies_dir / "mine.toml").write_text(text_of("first"))
    return made


def truncate_and_write(path: Path, text: str) -> None:
    path.write_text(text)


def rename_over(path: Path, text: str) -> None:
    (path.parent / f".{path.name}.new").write_text(text)
    (path.parent / f".{path.name}.new").replace(path)


def backup_and_write(path: Path, text: str) -> None:
    """As vim does: for a moment there is no such file."""
    path.rename(f"{path}~")
    path.write_text(text)
    Path(f"{path}~").unlink()


def in_place(path: Path, text: str) -> None:
    with path.open("r+") as file:
        file.write(text)
        file.truncate()


def slowly(path: Path, text: str) -> None:
    """Held open, half of it written, for longer than the files are waited for to be quiet."""
    with path.open("w") as file:
        file.write(text[: text.index("\n[[examples]]", 300)])
        file.flush()
        time.sleep(LONGER_THAN_A_DEBOUNCE_S)
        file.write(text[text.index("\n[[examples]]", 300) :])


def piece_by_piece(path: Path, text: str) -> None:
    """Opened and closed again for every piece."""
    path.write_text("")
    for start in range(0, len(text), len(text) // 4 + 1):
        time.sleep(0.05)
        with path.open("a") as file:
            file.write(text[start : start + len(text) // 4 + 1])
