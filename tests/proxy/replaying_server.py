"""A small real AI server: replays what is in a folder, byte for byte, and writes down what it was asked.

    python replaying_server.py PORT FOLDER

The `model` of a request names what is replayed: `FOLDER/MODEL.json` holds `{"status", "type", "headers", "pieces",
"pause_s", "after"}`; a piece is text, sent as one write. `after` is what comes behind the pieces: `end`, `break` (the
connection is cut), `hang` (nothing, until the client goes). Each request is one line of JSON in `FOLDER/asked.log`, and
so is each client that went away in the middle.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import Receive, Scope, Send


class ReplayingServer:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = bytearray()
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self._write(
            {"method": scope["method"], "path": scope["path"], "headers": headers, "body": body.decode("latin-1")}
        )
        if scope["method"] == "GET":
            await self._replay({"type": "application/json", "pieces": ['{"object":"list","data":[]}']}, receive, send)
            return
        model = str(json.loads(body or b"{}").get("model", "none"))
        recorded = json.loads((self._folder / f"{model}.json").read_text())
        await self._replay(recorded, receive, send)

    async def _replay(self, recorded: dict[str, Any], receive: Receive, send: Send) -> None:
        headers = [(b"content-type", recorded["type"].encode())]
        headers += [(name.encode(), value.encode()) for name, value in recorded.get("headers", [])]
        leaving = asyncio.create_task(self._left(receive))
        await send({"type": "http.response.start", "status": recorded.get("status", 200), "headers": headers})
        for piece in recorded["pieces"]:
            await send({"type": "http.response.body", "body": piece.encode(), "more_body": True})
            if recorded.get("pause_s"):
                await asyncio.sleep(recorded["pause_s"])
        after = recorded.get("after", "end")
        if after == "hang":
            await leaving
            self._write({"left": True})
        elif after == "end":
            leaving.cancel()
            await send({"type": "http.response.body", "body": b""})
        else:
            leaving.cancel()  # and return without an end: uvicorn cuts the connection

    async def _left(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    def _write(self, row: dict[str, Any]) -> None:
        with (self._folder / "asked.log").open("a") as log:
            log.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    uvicorn.run(
        ReplayingServer(Path(sys.argv[2])),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        lifespan="off",
        log_level="critical",
        access_log=False,
    )
