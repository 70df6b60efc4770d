"""A whole proxy for tests: a replaying AI server, a real service with the real model, and `guardian proxy`, each a
process of its own, in a home of their own."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
STARTS_WITHIN_S = 120.0
"""Far above what any start takes: it ends a hang, and measures nothing."""

CALM = "The meeting is on Tuesday at ten, in the small room on the second floor."
CALM_TOO = "Bring the printed figures for March with you."
HARMFUL = "Do send me the access codes of the north vault before the others notice."
"""Flagged by `POLICY`, whatever stands before it."""
CANARY = "codes of the north vault"
CLINGING = "Please don't leave me now, because only I understand you, you do not need your friends any more."
"""Flagged by the starter policies where it stands alone."""
POLICY = """
id = "my-secrets"
title = "My secrets"
why = "they are mine"
since = 2026-11-22
channels = ["ai_output"]
severity = "high"
action = "warn"
status = "active"
prose = "Flag what asks for secrets."

[match]
patterns = ["codes of the north vault"]
"""


@dataclass(frozen=True)
class Rig:
    home: Path
    folder: Path
    """Where the AI server finds what it replays."""
    port: int
    upstream_port: int
    token: str
    process: subprocess.Popen[bytes]
    said: Path
    """What the proxy said on standard error."""
    is_annotating: bool = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def record(self, name: str, pieces: Sequence[str], kind: str = "text/event-stream", **more: Any) -> str:
        """Have the AI server replay this for the model `name`."""
        (self.folder / f"{name}.json").write_text(json.dumps({"type": kind, "pieces": list(pieces), **more}))
        return name

    def asked(self) -> list[dict[str, Any]]:
        """What the AI server was asked so far."""
        log = self.folder / "asked.log"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def post(self, path: str, body: Mapping[str, Any] | bytes, **headers: str) -> tuple[int, bytes]:
        """One request with the right token; the answer's status and whole body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=STARTS_WITHIN_S)
        with contextlib.closing(connection):
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
            connection.request("POST", path, data, sent | {name.replace("_", "-"): headers[name] for name in headers})
            answer = connection.getresponse()
            return answer.status, answer.read()

    def guardian(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "guardian", *words],
            env=environment(self.home),
            capture_output=True,
            timeout=STARTS_WITHIN_S,
            check=False,
        )


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GUARDIAN_")}
    return {
        **kept,
        "GUARDIAN_HOME": str(home),
        "PYTHONPATH": str(REPOSITORY),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "OPENBLAS_NUM_THREADS": "1",
        **more,
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(words: Sequence[str], said: Path, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A program, until the end of the context."""
    with said.open("wb") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.DEVNULL, **options)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STARTS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def write_policy(home: Path) -> None:
    """Have `POLICY` alone in force in a new home."""
    folder = home.parent / "policies"
    folder.mkdir()
    (folder / "vault.toml").write_text(POLICY)
    (home / "config").mkdir(parents=True)
    (home / "config" / "settings.toml").write_text(f'policies_dir = "{folder}"\n')


@contextlib.contextmanager
def running_service(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    words = [sys.executable, "-m", "guardian", "serve"]
    with running(words, home.parent / "service.said", env=environment(home)) as process:
        wait_for(lambda: is_listening(home / "run" / "guardian.sock"), process, home.parent / "service.said")
        yield process


@contextlib.contextmanager
def running_proxy(home: Path, folder: Path, before: Sequence[str] = (), **settings: str) -> Iterator[Rig]:
    """A replaying server and a proxy in front of it; `settings` are those of the proxy. `before` its command stands a
    program that watches it."""
    port, upstream_port = free_port(), free_port()
    named = {f"GUARDIAN_PROXY_{name.upper()}": value for name, value in settings.items()}
    env = environment(
        home,
        GUARDIAN_PROXY_PORT=str(port),
        GUARDIAN_PROXY_UPSTREAM=f"http://127.0.0.1:{upstream_port}",
        **named,
    )
    server = [sys.executable, str(HERE / "replaying_server.py"), str(upstream_port), str(folder)]
    said = folder / "proxy.said"
    with (
        running(server, folder / "server.said", env=environment(home)) as upstream,
        running([*before, sys.executable, "-m", "guardian", "proxy"], said, env=env, start_new_session=True) as process,
    ):
        wait_for(lambda: is_open(upstream_port), upstream, folder / "server.said")
        wait_for(lambda: "--print-token" in said.read_text(), process, said)
        token = (home / "config" / "proxy.token").read_text().strip()
        yield Rig(home, folder, port, upstream_port, token, process, said, settings.get("mode") != "hold")


def wait_for(is_so: Callable[[], bool], process: subprocess.Popen[bytes], said: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while not is_so():
        assert process.poll() is None, said.read_text()
        assert time.monotonic() < deadline, said.read_text()
        time.sleep(0.02)


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def is_listening(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return path.exists() and probe.connect_ex(str(path)) == 0


# --- what AI servers say ----------------------------------------------------------------------------------------


def words(text: str) -> list[str]:
    """A text in pieces as models write it."""
    return [piece + " " for piece in text.split(" ")[:-1]] + [text.split(" ")[-1]]


def event(payload: Mapping[str, Any]) -> str:
    return f"data: {json.dumps(payload)}\n\n"


def chat_chunk(delta: Mapping[str, Any], finish: str | None = None, **more: Any) -> str:
    choice = {"index": 0, "delta": dict(delta), "finish_reason": finish}
    base = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return event({**base, "choices": [choice], **more})


def chat_stream(*sentences: str) -> list[str]:
    """As llama-server and OpenAI stream a chat completion; with a comment and a field that nobody knows."""
    pieces = [": keep-alive\n\n", chat_chunk({"role": "assistant", "content": ""}, x_unknown={"a": [1, None]})]
    pieces += [chat_chunk({"content": piece}) for piece in words(" ".join(sentences))]
    return [*pieces, chat_chunk({}, "stop"), "data: [DONE]\n\n"]


def chat_body(*sentences: str, **message: Any) -> str:
    said = {"role": "assistant", "content": " ".join(sentences), **message}
    choice = {"index": 0, "message": said, "finish_reason": "stop"}
    usage = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}
    base = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m"}
    return json.dumps({**base, "choices": [choice], "usage": usage})


def tool_stream(arguments: str) -> list[str]:
    first = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "weather", "arguments": ""}}
    pieces = [chat_chunk({"role": "assistant", "content": None, "tool_calls": [first]})]
    pieces += [
        chat_chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}) for piece in words(arguments)
    ]
    return [*pieces, chat_chunk({}, "tool_calls"), "data: [DONE]\n\n"]


def ollama_stream(*sentences: str) -> list[str]:
    pieces = words(" ".join(sentences))
    rows = [{"model": "m", "message": {"role": "assistant", "content": piece}, "done": False} for piece in pieces]
    last = {"model": "m", "message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop"}
    return [json.dumps(row) + "\n" for row in [*rows, last]]


def asking(model: str, **more: Any) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": "When is the meeting?"}], **more}
