"""The words of the help: all keys, and what the five outcomes mean."""

from __future__ import annotations

from textual.content import Content

from guardian.verdict import Outcome
from tui.keys import KEY_GROUPS, key_words

MEANINGS = {
    Outcome.FLAGGED: "a policy of yours matched that warns",
    Outcome.NOTICE: "a policy of yours matched that only notes",
    Outcome.UNSURE: "only a part could be judged",
    Outcome.UNSCREENED: "it could not be judged at all; this does not mean that it is harmless",
    Outcome.CLEAN: "fully judged, and none of your policies matched",
}


def help_words() -> Content:
    """The page."""
    lines: list[Content] = [
        Content("Guardian shows and explains; you decide. Nothing leaves this machine."),
        Content(""),
    ]
    for group in KEY_GROUPS:
        lines.append(Content.styled(group.title, "bold $text-primary"))
        for binding in group.bindings:
            words = (f"{binding.description}: ", "bold"), (binding.tooltip, "")
            lines.append(Content.assemble((f"  {key_words(binding):<10}", "$text-accent"), *words))
        lines.append(Content(""))
    lines.append(Content.styled("What the words mean", "bold $text-primary"))
    lines += [Content.assemble((f"  {outcome.value:<12}", "bold"), meaning) for outcome, meaning in MEANINGS.items()]
    lines += [Content(""), Content("ctrl+p opens the command palette, with all of this by name.")]
    return Content("\n").join(lines)
