"""The speaking process: it alone holds a connection to the server that talks (`guardian.talking.process` starts it).

Invariants: it ends when its standard input does; before it says a word to the server it has given up every socket but
Unix ones and TCP, every port but the server's, and every file but its own program (what this kernel can't enforce is
told); it starts no process, holds no key, and has a bound on its memory; a question that is stopped ends the server's
work at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from guardian.service.frames import Frame, FrameError, FrameReader
from guardian.service.pipes import CHUNK_BYTES, receive, send
from guardian.talking.server import CutShort, Server, ServerProblem
from guardian.talking.wire import MOST_PIECE_CHARACTERS, Request
from guardian.walls import seccomp
from guardian.walls.landlock import confine_files, program_folders
from guardian.walls.local_only import stay_on_ports
from guardian.walls.wall import cap_resources

MEMORY_BYTES: Final = 1 << 30
DESCRIPTORS: Final = 32
_INPUT, _OUTPUT = 0, 1


def confine(port: int) -> dict[str, bool]:
    """Raise what walls this kernel has, for good: which of them stand. Must be called while there is one thread."""
    ports = bool(stay_on_ports(listen_ports=(), connect_ports=(port,), needs_names=False))
    files = ports and bool(confine_files(program_folders(), connect_ports=(port,)))
    return {"ports": ports, "files": files, "processes": seccomp.refuse_forks()}


class Speaking:
    """Serves one parent."""

    def __init__(self, server: Server, reader: FrameReader) -> None:
        self._server, self._reader = server, reader
        self._answers: dict[int, asyncio.Task[None]] = {}
        self._ended = asyncio.Event()

    async def run(self) -> None:
        """Until the parent is gone."""
        loop = asyncio.get_running_loop()
        loop.add_reader(_INPUT, self._read)
        await self._ended.wait()

    def _read(self) -> None:
        try:
            data = os.read(_INPUT, min(CHUNK_BYTES, self._reader.missing_bytes))
            self._reader.feed(data)
            while frame := self._reader.take():
                self._take(frame)
        except (OSError, FrameError):
            data = b""
        if not data:
            self._ended.set()

    def _take(self, frame: Frame) -> None:
        asked = frame.header
        if "stop" in asked:
            task = self._answers.get(asked["stop"])
            if task is not None:
                task.cancel()
            return
        number = asked["number"]
        task = asyncio.get_running_loop().create_task(self._answer(number, asked))
        self._answers[number] = task
        task.add_done_callback(lambda _: self._answers.pop(number, None))

    async def _answer(self, number: int, asked: Mapping[str, Any]) -> None:
        try:
            end = await (self._say(number, asked["say"]) if "say" in asked else self._list())
        except CutShort:
            end = {"end": "cut"}
        except ServerProblem as problem:
            end = {"problem": problem.code, "say": problem.say}
        except asyncio.CancelledError:
            end = {"end": "cut"}
        except Exception:  # a parser's surprise at what a stranger sent: the process goes on, nothing of it is told
            end = {"problem": "model-refused", "say": "the server's answer can't be read"}
        with contextlib.suppress(OSError):
            send(_OUTPUT, {"answer": number, **end})

    async def _say(self, number: int, row: Mapping[str, Any]) -> dict[str, Any]:
        async with contextlib.aclosing(self._server.say(Request.from_json(row))) as pieces:
            async for piece in pieces:
                for start in range(0, len(piece), MOST_PIECE_CHARACTERS):
                    send(_OUTPUT, {"answer": number, "piece": piece[start : start + MOST_PIECE_CHARACTERS]})
        return {"end": "whole"}

    async def _list(self) -> dict[str, Any]:
        return {"models": await self._server.models()}


async def _serve(url: str, reader: FrameReader) -> None:
    await Speaking(Server(url), reader).run()


def main() -> None:
    """Read the server from standard input, then serve until it ends."""
    cap_resources(memory_bytes=MEMORY_BYTES, descriptors=DESCRIPTORS)
    reader = FrameReader(body_limit_bytes=0)
    with contextlib.suppress(FrameError, OSError):
        first = receive(_INPUT, reader)
        if first is not None:
            url = str(first.header["server"])
            send(_OUTPUT, {"walls": confine(urlsplit(url).port or 80)})
            asyncio.run(_serve(url, reader))
    os._exit(0)  # no clean-up may wait for a server


if __name__ == "__main__":
    main()
