"""Reads a source in a thread, so that whoever screens can tell 'nothing there yet' from 'the end'.

Invariant: items keep their order; a None says that the source has nothing ready now; an error of the source is raised
where the item would have stood.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")

DEPTH = 64
"""Items that are read before somebody takes them."""


class _End:
    """Stands behind the last item."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def read_ahead(items: Iterable[Item]) -> Iterator[Item | None]:
    """The items, with a None before each wait. Re-raises what `items` raises."""
    waiting: queue.Queue[Item | _End] = queue.Queue(DEPTH)

    def pump() -> None:
        error: BaseException | None = None
        try:
            for item in items:
                waiting.put(item)
        except Exception as raised:
            error = raised
        waiting.put(_End(error))

    threading.Thread(target=pump, name="guardian-read-ahead", daemon=True).start()
    while True:
        try:
            item = waiting.get_nowait()
        except queue.Empty:
            yield None
            item = waiting.get()
        if isinstance(item, _End):
            if item.error is not None:
                raise item.error
            return
        yield item
