"""Which language model talks, by the owner's settings, and how it is opened.

Invariants: nothing is opened before it is wanted; where no model is set there is none, and that is no error here; one
that is set and can't be used is an error with what to run. Whether its file is the judge's file too is always told; of
a server's model the name is all there is to go by.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from guardian.errors import ModelError
from guardian.events import Observer, ignore
from guardian.settings import Settings

if TYPE_CHECKING:
    from guardian.added_models.shelf import AddedModel
    from guardian.assistant.talk.base import TalkModel
    from guardian.talking.process import SpeakingProcess

HOW_TO_ADD: Final = (
    "To have one: guardian model add FILE, then guardian model use NAME --as assistant; "
    "or name a server on this machine: guardian config set assistant.server http://127.0.0.1:8080"
)
ASKED: Final = "the text that you asked about"
"""What evidence is about that is no record's."""
SAME_AS_JUDGE: Final = (
    "the same file is your judge, which is not asked about its own words: "
    "Guardian's own model and your policies screen them"
)
NAMED_AS_JUDGE: Final = (
    "the server's model has the name of your judge's file; if they are one, the judge is no second opinion on its own "
    "words: Guardian's own model and your policies screen them"
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which model talks, as the settings say; whether it runs is not known yet."""

    name: str
    """Of the model, or the server's address."""
    is_judge_too: bool
    """Whether the judge is made of the same file."""


def chosen(settings: Settings) -> Chosen | None:
    """The model that is set to talk; None where there is none. Opens nothing, and never raises."""
    assistant = settings.assistant
    if assistant.model:
        return Chosen(assistant.model, is_judge_too=_is_judge_too(settings))
    if assistant.server:
        return Chosen(assistant.server_model or assistant.server, is_judge_too=False)
    return None


def judge_words(settings: Settings, served: str = "") -> str:
    """What is to be said where the model that talks is the judge too, or may be; else nothing. `served` is what a
    server calls its model: which file that is can't be seen."""
    found = chosen(settings)
    if found is None or not settings.judge.model:
        return ""
    if settings.assistant.model:
        return SAME_AS_JUDGE if found.is_judge_too else ""
    names = (_plain_name(settings.judge.model), _plain_name(_path(settings, settings.judge.model)))
    return NAMED_AS_JUDGE if _plain_name(served or settings.assistant.server_model) in names else ""


def start_speaking(settings: Settings) -> SpeakingProcess | None:
    """The process that speaks to the owner's server, started: before its parent gives up networks. None where no
    server talks. Raises CellError."""
    if settings.assistant.model or not settings.assistant.server:
        return None
    from guardian.talking.process import SpeakingProcess

    process = SpeakingProcess(settings.assistant.server)
    process.start()
    return process


def open_talk_model(
    settings: Settings, observer: Observer = ignore, speaking: SpeakingProcess | None = None
) -> TalkModel:
    """The model; `wait_ready` before its first question. `speaking`: what `start_speaking` gave.

    Raises ModelError where none is set or it can't be used, CellError where its process does not start.
    """
    assistant = settings.assistant
    if assistant.model:
        return _file_model(settings, observer)
    if not assistant.server:
        raise ModelError("no language model talks here", hint=HOW_TO_ADD)
    from guardian.assistant.talk.server_model import ServerModel

    process = speaking or start_speaking(settings)
    assert process is not None  # a server is set
    return ServerModel(assistant, process)


def _file_model(settings: Settings, observer: Observer) -> TalkModel:
    from guardian.added_models.shelf import find
    from guardian.assistant.talk.file_model import FileModel
    from guardian.inference.generative_cell import GenerativeCell
    from guardian.judge.prompt_frames import FRAMES
    from guardian.walls.wall import WallLevel

    model = find(settings, settings.assistant.model)
    frame = FRAMES.get(model.frame)
    if frame is None or not frame.can_converse:
        raise ModelError(f"{model.name} can't talk: its frame is {model.frame}", hint="take a model made for chat")
    wall = settings.model.wall
    cell = GenerativeCell(
        model.path,
        model.sha256,
        model.size_bytes,
        threads=settings.judge.threads,
        context_tokens=min(settings.judge.context_tokens, model.context_tokens),
        wall_limit=WallLevel.NETNS if wall == "auto" else WallLevel(wall),
        observer=observer,
    )
    return FileModel(model, frame, cell)


def _is_judge_too(settings: Settings) -> bool:
    talking, judging = settings.assistant.model, settings.judge.model
    if not talking or not judging:
        return False
    return talking == judging or _sha256(settings, talking) == _sha256(settings, judging)


def _plain_name(path: str) -> str:
    return path.rpartition("/")[2].casefold().removesuffix(".gguf")


def _path(settings: Settings, name: str) -> str:
    """The file of a model; its name where the shelf does not tell."""
    from guardian.added_models.shelf import find

    try:
        return str(find(settings, name).path)
    except ModelError:
        return name


def _sha256(settings: Settings, name: str) -> str:
    """The hash that a model is pinned by; its name where the shelf does not tell."""
    from guardian.added_models.shelf import find

    try:
        model: AddedModel = find(settings, name)
    except ModelError:
        return name
    return model.sha256
