"""Packs in the app: shown whole before a yes, on trial after it, taken out again; and whom the owner trusts."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "packs"))  # real packs: `pack_rig`

from pack_rig import a_key, pack_of, signed, write_folder
from policies_rig import at_policies, listed, own_policies_only, said
from textual.pilot import Pilot
from textual.widgets import Input
from tui_driver import drive, screen_text, until

from guardian.packs.keys import read_trusted_keys
from guardian.policy.base import Status
from guardian.policy.load import load_policy_file
from guardian.settings import Settings
from tui.app import GuardianApp
from tui.screens.pack_sheets import KeySheet, PackSheet
from tui.screens.packs import PacksScreen
from tui.screens.policy_sheets import AgreeSheet
from tui.widgets.toggles import Tick

Make = Callable[..., GuardianApp]


@pytest.fixture
def own_house(recorded_house: Settings) -> Settings:
    """A house without starter policies."""
    return own_policies_only(recorded_house)


async def at_packs(pilot: Pilot[None], app: GuardianApp) -> None:
    await at_policies(pilot, app)
    await pilot.press("P")
    await until(pilot, lambda: isinstance(app.screen, PacksScreen), "the packs")


async def look_at(pilot: Pilot[None], app: GuardianApp, pack: Path, *, unsigned: bool = False) -> None:
    await pilot.press("i")
    await until(pilot, lambda: isinstance(app.screen, PackSheet), "the sheet")
    app.screen.query_one("#pack-path", Input).value = str(pack)
    app.screen.query_one("#pack-unsigned", Tick).value = unsigned
    await pilot.press("enter")


@pytest.mark.long
def test_a_pack_is_shown_whole_and_nothing_is_in_force_without_a_yes(
    own_house: Settings, make_recorded_app: Make, tmp_path: Path
) -> None:
    pack = write_folder(tmp_path / "pack", signed(pack_of(), a_key(tmp_path)))
    put = own_house.policies_dir / "street-scams--rush.toml"
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await at_packs(pilot, app)
        await until(pilot, lambda: "No pack is installed" in screen_text(app), "that there is none")
        for answer in ("escape", "y"):
            await look_at(pilot, app, pack)
            await until(pilot, lambda: isinstance(app.screen, AgreeSheet), "the offer")
            shown = screen_text(app)
            assert "signed by somebody (SHA256:" in shown
            assert "rush: matches 1 of 1 that it must" in shown
            assert "street-scams--rush.toml: new" in shown
            assert not put.exists()
            await pilot.press(answer)
        await until(pilot, lambda: listed(app, "#packs-list"), "the pack in the list")
        assert "street-scams 1.0.0  imported  1 policy" in listed(app, "#packs-list")[0]
        policy = load_policy_file(put).policy
        assert policy is not None
        assert policy.status is Status.TEST
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, AgreeSheet), "the plan of the removal")
        assert put.exists()
        await pilot.press("y")
        await until(pilot, lambda: not put.exists(), "the end of the pack")

    drive(app, story, size=(120, 48))


@pytest.mark.long
def test_an_unsigned_pack_needs_that_said_and_a_lost_one_is_told(
    own_house: Settings, make_recorded_app: Make, tmp_path: Path
) -> None:
    pack = write_folder(tmp_path / "pack", pack_of())
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await at_packs(pilot, app)
        await look_at(pilot, app, pack)
        await until(pilot, lambda: "signed by nobody" in screen_text(app), "the refusal")
        assert isinstance(app.screen, PacksScreen)
        await look_at(pilot, app, pack, unsigned=True)
        await until(pilot, lambda: isinstance(app.screen, AgreeSheet), "the offer")
        assert "signed by nobody: no key that you trust" in screen_text(app)
        await pilot.press("escape")
        await look_at(pilot, app, tmp_path / "[/bold]gone")
        await until(pilot, lambda: "[/bold]gone" in screen_text(app), "that it is not there")

    drive(app, story, size=(120, 48))
    assert not list(own_house.policies_dir.glob("street-scams*"))


def test_a_key_is_trusted_after_its_fingerprint_was_shown(
    own_house: Settings, make_recorded_app: Make, tmp_path: Path
) -> None:
    public = a_key(tmp_path).with_suffix(".pub")
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await at_packs(pilot, app)
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, KeySheet), "the sheet")
        app.screen.query_one("#key-path", Input).value = str(public)
        await pilot.press("enter")
        assert isinstance(app.screen, KeySheet)  # its name is missing
        app.screen.query_one("#key-name", Input).value = "ada"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, AgreeSheet), "the question")
        assert "SHA256:" in screen_text(app)
        assert not read_trusted_keys(own_house.paths.config)
        await pilot.press("y")
        await until(pilot, lambda: listed(app, "#packs-list"), "the key in the list")
        assert "may warn, never hold" in said(app, "#packs-words")

    drive(app, story, size=(120, 36))
    assert [key.name for key in read_trusted_keys(own_house.paths.config)] == ["ada"]
