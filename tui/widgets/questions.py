"""The row of five questions with their keys, and the line for a question in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from textual.content import Content
from textual.message import Message as AppMessage
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from guardian.assistant.questions import Question
from tui.keys import ASK_KEYS, key_words
from tui.widgets.line_input import LineInput

_SHORT: Final = {
    Question.WHY: "why",
    Question.CHANGE: "change",
    Question.BENIGN: "benign",
    Question.REPLY: "answer",
    Question.SIMILAR: "before",
}
_PLACEHOLDER: Final = "or ask in words: is it a false alarm?"


@dataclass(repr=False)
class QuestionChosen(AppMessage):
    """A question of the row was clicked."""

    question: Question


class Questions(Widget):
    """Five words, each with its key; a click asks, too."""

    is_ready: reactive[bool] = reactive(False)
    """Whether there is a verdict to ask about."""

    def render(self) -> Content:
        """The row; it wraps where the screen is narrow."""
        keys = self._keys()
        words = []
        for question, word in _SHORT.items():
            act = Style.from_meta({"@click": f"choose('{question.value}')"})
            key = Content.styled(key_words(keys.get(question, "")), "bold $text-accent" if self.is_ready else "")
            shown = Content.assemble(key, "\u00a0", word).stylize(act)
            words.append(shown if self.is_ready else shown.stylize("$foreground-muted"))
        return Content("  ").join(words)

    def action_choose(self, question: str) -> None:
        """Ask what was clicked."""
        self.post_message(QuestionChosen(Question(question)))

    def _keys(self) -> dict[Question, str]:
        """The first key of each question, as the owner's keymap has it."""
        wanted = {binding.id: binding.key.split(",")[0] for binding in ASK_KEYS}
        seen: dict[str, str] = {}
        for active in self.screen.active_bindings.values():
            if active.binding.id in wanted:
                seen.setdefault(active.binding.id or "", active.binding.key)
        return {each: (seen.get(f"ask.{each}") or wanted[f"ask.{each}"]).upper() for each in Question}


class QuestionLine(LineInput):
    """A question in words; enter asks it."""

    def __init__(self) -> None:
        super().__init__(placeholder=_PLACEHOLDER, compact=True, id="in-words", select_on_focus=False)
