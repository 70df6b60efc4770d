"""A talking model behind another program of this machine: any OpenAI-compatible server on loopback.

Invariants: a process of its own speaks to it (`guardian.talking`); what goes there as data holds no sign that a chat
template might take for a token of control, since how a server makes tokens is nothing that we can see.
"""

from __future__ import annotations

from typing import Final

from guardian.assistant.talk.base import Question, Speech
from guardian.assistant.talk.prompt import defused, turns_within
from guardian.errors import CellError
from guardian.safe_text import safe_line
from guardian.settings_judge import AssistantSettings
from guardian.talking.process import SpeakingProcess
from guardian.talking.wire import Patience, Request

MOST_CHARACTERS: Final = 12_000
"""Of a dialogue: what fits in the 4,096 tokens that servers have at least."""
_SYSTEM: Final = "system"


class ServerModel:
    """A `TalkModel` over a server."""

    def __init__(self, settings: AssistantSettings, process: SpeakingProcess, patience: Patience | None = None) -> None:
        """`process` speaks to `settings.server`, and is ended with this."""
        self._server, self._process = settings.server, process
        self._name = settings.server_model
        self._listed = 0
        """Models of which it is the first, where none was named."""
        self._patience = patience or Patience()

    @property
    def name(self) -> str:
        """What the server calls it; before it was asked, and no name was set, words for that."""
        return safe_line(self._name) or "the server's first model"

    @property
    def place(self) -> str:
        """The server's address; and that no wall keeps what speaks to it from other ports and from files, where none
        does."""
        walls = self._process.walls
        is_open = bool(walls) and not walls.get("ports")
        first = f", the first of {self._listed} models that it lists" if self._listed > 1 else ""
        wall = " (this kernel has no wall for ports and files)" if is_open else ""
        return f"the server at {safe_line(self._server)}{first}{wall}"

    @property
    def sha256(self) -> str:
        """Nothing: which file a server has loaded is its own affair."""
        return ""

    def speak(self, question: Question) -> Speech:
        """The answer in pieces."""
        turns = turns_within(question.turns, MOST_CHARACTERS - len(question.system))
        messages = ((_SYSTEM, question.system), *((turn.role.value, defused(turn.words)) for turn in turns))
        yield from self._process.speak(
            Request(self._name, messages, question.most_tokens, question.temperature, self._patience)
        )

    def wait_ready(self) -> None:
        """Ask the server what it has, where no model was named. Raises CellError."""
        if self._name:
            return
        names = self._process.models()
        if not names:
            raise CellError("the server lists no model", hint="name one: guardian config set assistant.server_model")
        self._name, self._listed = names[0], len(names)

    def stop(self) -> None:
        """End the process, and with it the server's work. The next question starts another one."""
        self._process.close()

    def close(self) -> None:
        """End the process."""
        self._process.close()
