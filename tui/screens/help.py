"""The words of the help: the keys that work where the focus is, then all others, and what the five outcomes mean."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content
from textual.screen import Screen

from guardian.verdict import Outcome
from tui.keys import KEY_GROUPS, KeyGroup, key_words

MEANINGS = {
    Outcome.FLAGGED: "a policy of yours matched that warns",
    Outcome.NOTICE: "a policy of yours matched that only notes",
    Outcome.UNSURE: "only a part could be judged",
    Outcome.UNSCREENED: "it could not be judged at all; this does not mean that it is harmless",
    Outcome.CLEAN: "fully judged, and none of your policies matched",
}


def help_words(screen: Screen[object]) -> Content:
    """The page for a screen as its focus stands now."""
    keys: dict[str, list[str]] = {}
    for active in screen.active_bindings.values():
        keys.setdefault(active.binding.id or "", []).append(active.binding.key)
    lines = [Content("Guardian shows and explains; you decide. Nothing leaves this machine."), Content("")]
    for group in KEY_GROUPS:
        lines += _group_lines(group, {name: ",".join(found) for name, found in keys.items()})
    lines.append(Content.styled("What the words mean", "bold $text-primary"))
    lines += [Content.assemble((f"  {outcome.value:<12}", "bold"), meaning) for outcome, meaning in MEANINGS.items()]
    lines += [Content(""), Content("ctrl+p opens the command palette, with every action by name.")]
    return Content("\n").join(lines)


def _group_lines(group: KeyGroup, here: dict[str, str]) -> Iterator[Content]:
    """Those of a group's keys that work here; nothing where none does."""
    working = [binding for binding in group.bindings if binding.id in here]
    if not working:
        return
    yield Content.styled(group.title, "bold $text-primary")
    for binding in working:
        words = (f"{binding.description}: ", "bold"), (binding.tooltip, "")
        yield Content.assemble((f"  {key_words(here[binding.id or '']):<12}", "$text-accent"), *words)
    yield Content("")
