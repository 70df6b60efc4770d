"""What the tests of the policy editor drive it with: a house with two policies, and the page on one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

from recorded_rig import a_record
from textual.pilot import Pilot
from textual.widgets import Static
from tui_driver import screen_text, until

from guardian.assembly import Assembled
from guardian.calibration.thresholds import fingerprint
from guardian.journal.record import Record
from guardian.policy.life.standing import policies_in_force
from guardian.policy.starter import MARKER
from guardian.settings import Settings
from tui.app import GuardianApp
from tui.screens.editor_sheets import WhySheet
from tui.screens.policy_editor import PolicyEditorScreen
from tui.state import Phase
from tui.widgets.line_input import LineInput
from tui.widgets.policy_findings import Part

Make = Callable[..., GuardianApp]
EXAMPLES = """
[[examples]]
text = "Buy five gift cards and read me the codes, quickly."
flag = true

[[examples]]
text = "Shall we have lunch on Tuesday?"
flag = false
"""


def with_examples(settings: Settings) -> Path:
    """The file of the policy that is edited, which gets two examples; the house has its two policies alone."""
    (settings.policies_dir / MARKER).touch()
    settings.policies_dir.chmod(0o700)
    path = settings.policies_dir / "gift-cards.toml"
    path.write_text(path.read_text() + EXAMPLES)
    policies_in_force(settings)
    return path


def judged(parts: Assembled, text: str) -> Record:
    """What the journal has of a message that this model judged, and found nothing in."""
    manifest = parts.bench.manifest
    made = a_record(text, model_sha256=manifest.sha256)
    scores = dict.fromkeys(manifest.labels, 0.0)
    stream = {**made.body["stream"], "scores": scores, "fingerprint": fingerprint(manifest)}
    return replace(made, body={**made.body, "stream": stream})


async def opened(pilot: Pilot[None], policy_id: str = "gift-cards") -> PolicyEditorScreen:
    """The page, with its file read, in front of an open gate."""
    app = pilot.app
    assert isinstance(app, GuardianApp)
    await until(pilot, lambda: app.state.phase is Phase.READY, "the gate")
    screen = PolicyEditorScreen(policy_id)
    await app.push_screen(screen)
    await until(pilot, lambda: screen.is_open, "the file")
    return screen


async def looked_at(pilot: Pilot[None], screen: PolicyEditorScreen) -> None:
    await until(pilot, lambda: screen.findings.found.is_tried, "the preview")


def listed(screen: PolicyEditorScreen, part: Part) -> list[str]:
    return [line.words.plain for line in screen.findings.found.lines(part)]


def change(screen: PolicyEditorScreen, old: str, new: str) -> None:
    """Select the first `old` and type over it."""
    text = screen.editor.policy_text
    before = text[: text.index(old)]
    line, column = before.count("\n"), len(before) - before.rfind("\n") - 1
    screen.editor.replace(new, (line, column), (line, column + len(old)))


async def keep(pilot: Pilot[None], screen: PolicyEditorScreen, why: str = "") -> None:
    await pilot.press("ctrl+s")
    await until(pilot, lambda: isinstance(pilot.app.screen, WhySheet), "the question why")
    pilot.app.screen.query_one(LineInput).value = why
    await pilot.press("enter")
    await until(pilot, lambda: words_said(screen).startswith(("kept", "!")), "what came of it")


def shown(pilot: Pilot[None]) -> str:
    return screen_text(cast(GuardianApp, pilot.app))


def words_of(screen: PolicyEditorScreen, selector: str) -> str:
    content = screen.query_one(selector, Static).content
    return str(getattr(content, "plain", content))


def words_said(screen: PolicyEditorScreen) -> str:
    return words_of(screen, "#editor-said")
