"""Packs: policies of others that are installed here, and the keys that the owner trusts for them.

Invariants: a pack from a file is shown whole (who signed it, how its golden cases did here, every difference) before
the yes without which nothing changes; what cannot be read is said.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, partial
from typing import ClassVar, Final

from textual import on
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from guardian.packs.installed import Installed
from guardian.packs.keys import TrustedKey
from guardian.packs.offer_words import counted
from guardian.packs.trusting import trust_words
from guardian.safe_text import safe_line
from tui.copying import copy
from tui.keys import PACK_KEYS
from tui.messages import WorkFailed
from tui.pack_desk import KeyRead, PackDesk, PackOffered, PacksRead, RemovalPlanned, installed_words, key_words
from tui.policy_desk import Changed
from tui.screens.base import GuardianScreen, app_of
from tui.screens.pack_sheets import KeySheet, PackSheet, WantedKey, WantedPack
from tui.screens.policy_sheets import AgreeSheet
from tui.widgets.line_list import Line, LineList
from tui.widgets.scroll import KeyScroll

NOTHING: Final = (
    "No pack is installed, and no key is trusted.\n\n"
    "A pack is a set of policies that somebody else wrote, in one file.\n"
    "i looks at one, and changes nothing before you say yes.\n"
    "t trusts the key of somebody whose packs you want."
)


class PacksScreen(GuardianScreen):
    """Packs and keys on the left, the chosen one on the right."""

    CSS_PATH = "policies.tcss"
    BINDINGS: ClassVar[list[BindingType]] = list(PACK_KEYS)

    def __init__(self) -> None:
        super().__init__()
        self._packs: dict[str, Installed] = {}
        self._keys: dict[str, TrustedKey] = {}

    @cached_property
    def works(self) -> PackDesk:
        """What is done at the desk."""
        return PackDesk(app_of(self))

    def body(self) -> Iterable[Widget]:
        """The list, and the chosen one."""
        yield Static(
            Content.styled("Packs, and the keys that you trust for them", "bold"), markup=False, id="packs-title"
        )
        with Horizontal(id="packs-pane"):
            with Vertical(id="packs-left"):
                yield LineList(id="packs-list")
                yield Static("reading …", markup=False, id="packs-empty")
            with Vertical(id="packs-right"):
                yield KeyScroll(Static("", markup=False, id="packs-words"), id="packs-text")

    def main(self) -> Widget:
        """The list."""
        return self.query_one("#packs-list")

    def on_mount(self) -> None:
        """Read them."""
        super().on_mount()
        self._read()

    def _read(self) -> None:
        app_of(self).desk.do("packs", self.works.read, self)

    @on(PacksRead)
    def _show(self, message: PacksRead) -> None:
        message.stop()
        self._packs = {f"pack:{name}": each for name, each in message.packs.items()}
        self._keys = {f"key:{each.line}": each for each in message.keys}
        lines = [Line(key, partial(_pack_row, each)) for key, each in self._packs.items()]
        lines += [Line(key, partial(_key_row, each)) for key, each in self._keys.items()]
        listing, empty = self.query_one("#packs-list", LineList), self.query_one("#packs-empty", Static)
        listing.show(lines)
        listing.display = bool(lines)
        empty.display = bool(message.trouble) or not lines
        empty.update(Content.styled(message.trouble, "$text-error") if message.trouble else Content(NOTHING))
        self.query_one("#packs-right").display = bool(lines)
        self._show_chosen()

    @on(LineList.Moved)
    def _show_chosen(self) -> None:
        self.query_one("#packs-text", KeyScroll).scroll_home(animate=False)
        self.query_one("#packs-words", Static).update(self._words())

    def _words(self) -> Content:
        chosen = self.query_one("#packs-list", LineList).chosen
        if chosen in self._packs:
            return installed_words(self._packs[chosen])
        return key_words(self._keys[chosen]) if chosen in self._keys else Content("")

    @on(WorkFailed)
    def _failed(self, message: WorkFailed) -> None:
        message.stop()
        self.app.notify(message.line, severity="error", markup=False, timeout=10)

    @on(Changed)
    def _changed(self, message: Changed) -> None:
        message.stop()
        self.app.notify(message.line, markup=False, timeout=10)
        self._read()

    # Taking in

    def action_install(self) -> None:
        """Look at a pack in a file."""

        def wanted(found: WantedPack | None) -> None:
            if found is not None:
                self.app.notify("reading the pack, and trying its golden cases …", markup=False)
                app_of(self).desk.do("offer", self.works.look_at(found.path, unsigned=found.unsigned), self)

        self.app.push_screen(PackSheet(), wanted)

    @on(PackOffered)
    def _offered(self, message: PackOffered) -> None:
        message.stop()
        found = message.offer
        if found.is_here_already:
            self.app.notify("nothing to do: all of it is here already", markup=False)
            return

        def agreed(yes: bool | None) -> None:
            if yes:
                app_of(self).desk.do("take", self.works.take(found), self)

        question = f"{safe_line(counted(found.plan))}: change your policies as shown?"
        self.app.push_screen(AgreeSheet(safe_line(found.pack.name), message.words, question), agreed)

    def action_remove(self) -> None:
        """Show what removing the chosen pack would do."""
        chosen = self._packs.get(self.query_one("#packs-list", LineList).chosen)
        if chosen is None:
            self.app.notify("choose a pack first; a key is ended by deleting its line in trusted-keys", markup=False)
        else:
            app_of(self).desk.do("offer", self.works.plan_removal(chosen.name), self)

    @on(RemovalPlanned)
    def _planned(self, message: RemovalPlanned) -> None:
        message.stop()
        plan = message.plan

        def agreed(yes: bool | None) -> None:
            if yes:
                app_of(self).desk.do("take", self.works.remove(plan), self)

        question = f"remove {len(plan.changes)} of its {len(plan.files)} policies, as shown?"
        self.app.push_screen(AgreeSheet(safe_line(plan.record.name), message.words, question), agreed)

    # Trust

    def action_trust(self) -> None:
        """Name a key in a file."""

        def wanted(found: WantedKey | None) -> None:
            if found is not None:
                app_of(self).desk.do("key", self.works.read_key(found.path, found.name), self)

        self.app.push_screen(KeySheet(), wanted)

    @on(KeyRead)
    def _key_read(self, message: KeyRead) -> None:
        message.stop()
        key, name = message.key, message.name

        def agreed(yes: bool | None) -> None:
            if yes:
                app_of(self).desk.do("trust", self.works.trust(key, name), self)

        words = Content(safe_line(f"{key.fingerprint}, as {name}: packs that it signs may {trust_words(name)}."))
        self.app.push_screen(
            AgreeSheet("Trust a key", words, "Is that its fingerprint, as its owner told you?"), agreed
        )

    def action_copy(self) -> None:
        """Copy the words about the chosen one."""
        copy(app_of(self), self._words().plain, "what is shown of it")

    def action_leave(self) -> None:
        """Back to the policies."""
        self.dismiss()


def _pack_row(each: Installed, _width: int) -> Content:
    brought = f"{len(each.policies)} policies" if len(each.policies) != 1 else "1 policy"
    name = safe_line(f"{each.name} {each.version}")
    return Content.assemble(("pack  ", "$foreground-muted"), (name, "bold"), f"  {each.tier.value}  {brought}")


def _key_row(each: TrustedKey, _width: int) -> Content:
    name, fingerprint = safe_line(each.name), safe_line(each.key.fingerprint)
    return Content.assemble(("key   ", "$foreground-muted"), (name, "bold"), f"  {fingerprint}")
