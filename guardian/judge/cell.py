"""Opens a model of the owner's in its cell with the settings of the judge.

Invariant: the wall is the one that the settings ask for, and the context no longer than the model was made for.
"""

from __future__ import annotations

from collections.abc import Sequence

from guardian.added_models.shelf import AddedModel
from guardian.events import Observer, ignore
from guardian.inference.generative_cell import GenerativeCell
from guardian.settings import Settings
from guardian.walls.wall import WallLevel


def open_cell(
    model: AddedModel,
    settings: Settings,
    observer: Observer = ignore,
    *,
    worker_command: Sequence[str] | None = None,
) -> GenerativeCell:
    """The cell; whoever opens it closes it. The file is checked, hashed and loaded meanwhile."""
    wall = settings.model.wall
    return GenerativeCell(
        model.path,
        model.sha256,
        model.size_bytes,
        threads=settings.judge.threads,
        context_tokens=min(settings.judge.context_tokens, model.context_tokens),
        wall_limit=WallLevel.NETNS if wall == "auto" else WallLevel(wall),
        observer=observer,
        worker_command=worker_command,
    )
