"""One real gate for all tests of the app, with two policies whose patterns make verdicts independent of the weights."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "journal"))  # real journals: `journal_rig`

import pytest
from tui_driver import POLICIES, handing_out

from guardian.assembly import Assembled, assembled
from guardian.gate import Gate
from guardian.message import Channel, Format, Message
from guardian.settings import Settings, load_settings
from tui.app import GuardianApp


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a home that nobody lives in."""
    home = tmp_path_factory.mktemp("house")
    env = {
        "GUARDIAN_HOME": str(home),
        "GUARDIAN_MODEL_THREADS": "1",  # more of them wait for each other on busy cores
        "GUARDIAN_LIMITS_MAX_WINDOWS": "4",  # what is long here is long for the screen, not for the model
    }
    return load_settings(env, {"policies_dir": str(POLICIES)})


@pytest.fixture(scope="session")
def parts(house: Settings) -> Iterator[Assembled]:
    """A gate, its bench and its register, with the real model behind them."""
    with assembled(house) as opened:
        yield opened


@pytest.fixture(scope="session")
def gate(parts: Assembled) -> Gate:
    """The gate alone."""
    return parts.gate


@pytest.fixture
def make_app(house: Settings, parts: Assembled) -> Callable[..., GuardianApp]:
    """`make_app(path, ...)`: the app on these paths, in front of the open gate, without a journal."""

    def make(*paths: Path) -> GuardianApp:
        return GuardianApp(house, paths, handing_out(parts), with_journal=False)

    return make


@pytest.fixture
def recorded_house(tmp_path: Path) -> Settings:
    """Settings of a home of this test's own, with copies of the two policies and no journal yet."""
    env = {
        "GUARDIAN_HOME": str(tmp_path / "recorded-home"),
        "GUARDIAN_MODEL_THREADS": "1",
        "GUARDIAN_LIMITS_MAX_WINDOWS": "4",
    }
    settings = load_settings(env, {})
    shutil.copytree(POLICIES, settings.policies_dir)
    return settings


@pytest.fixture
def make_recorded_app(recorded_house: Settings, parts: Assembled) -> Callable[..., GuardianApp]:
    """`make_recorded_app(path, ...)`: the app that follows the journal of `recorded_house`.

    The gate in front of it is the shared open one, which records nothing: tests put verdicts into the journal with
    `recorded_rig.record`, before the app or while it runs. `own_gate=True` opens a gate that records, with the model
    in a cell of its own.
    """

    def make(*paths: Path, own_gate: bool = False) -> GuardianApp:
        return GuardianApp(recorded_house, paths, None if own_gate else handing_out(parts))

    return make


@pytest.fixture
def message() -> Callable[..., Message]:
    """`message("text", name="...", sender="...")`: a message."""

    def make(
        text: str | bytes,
        *,
        name: str = "note.txt",
        sender: str | None = None,
        channel: Channel = Channel.INCOMING,
        format: Format = Format.TEXT,
    ) -> Message:
        raw = text if isinstance(text, bytes) else text.encode()
        return Message(raw, channel=channel, id=name, sender=sender, format=format)

    return make
