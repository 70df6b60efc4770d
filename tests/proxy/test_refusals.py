"""What the proxy refuses has no effect: nothing reaches the AI server, nothing is screened, nothing is recorded."""

from __future__ import annotations

import json
import random
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from proxy_rig import Rig, asking, chat_body, running_proxy, running_service, wait_until

from guardian.service.client import ServiceClient

MOST_BODY_BYTES = 4096
CONNECTIONS = 40
REQUEST_TIMEOUT_S = 1.5
CHAT = "/v1/chat/completions"


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    place = tmp_path_factory.mktemp("proxy")
    home, folder = place / "home", place / "replayed"
    folder.mkdir()
    bounds = {"max_body_bytes": str(MOST_BODY_BYTES), "connections": str(CONNECTIONS)}
    with (
        running_service(home),
        running_proxy(home, folder, request_timeout_s=str(REQUEST_TIMEOUT_S), **bounds) as rig,
    ):
        rig.record("m", [chat_body("Yes.")], "application/json")
        yield rig


@dataclass(frozen=True)
class Case:
    """A request that differs from a good one in one thing."""

    status: tuple[int, ...]
    method: str = "POST"
    path: str = CHAT
    host: str | None = "127.0.0.1:{port}"
    token: str | None = "Bearer {token}"
    more: tuple[str, ...] = ()
    body: bytes = json.dumps(asking("m")).encode()
    length: str | None = None

    def request(self, rig: Rig) -> bytes:
        lines = [f"{self.method} {self.path} HTTP/1.1"]
        if self.host is not None:
            lines.append("Host: " + self.host.format(port=rig.port))
        if self.token is not None:
            lines.append("Authorization: " + self.token.format(token=rig.token))
        lines += [line.format(port=rig.port, token=rig.token) for line in self.more]
        if not any(line.lower().startswith("transfer-encoding") for line in self.more):
            lines.append(f"Content-Length: {len(self.body) if self.length is None else self.length}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + self.body


CASES = {
    "no token": Case((401,), token=None),
    "an empty token": Case((401,), token="Bearer "),
    "another token": Case((401,), token="Bearer guardian-" + "A" * 43),
    "half of the token": Case((401,), token="Bearer guardian-"),
    "another scheme": Case((401,), token="Basic {token}"),
    "two tokens": Case((401,), more=("Authorization: Bearer {token}",)),
    "a token in the address": Case((401,), token=None, path=CHAT + "?api_key=x"),
    "no token, no such place": Case((401,), token=None, path="/nothing"),
    "no host": Case((400, 421), host=None),
    "a host elsewhere": Case((421,), host="evil.example:{port}"),
    "a host that begins like ours": Case((421,), host="127.0.0.1.evil.example:{port}"),
    "our host without port": Case((421,), host="127.0.0.1"),
    "our host with another port": Case((421,), host="localhost:80"),
    "all addresses": Case((421,), host="0.0.0.0:{port}"),
    "two hosts": Case((400, 421), more=("Host: 127.0.0.1:{port}",)),
    "a page elsewhere": Case((403,), more=("Origin: https://evil.example",)),
    "a page without name": Case((403,), more=("Origin: null",)),
    "a page that says it is ours": Case((403,), more=("Origin: http://127.0.0.1:{port}",)),
    "a question whether it may": Case((403,), method="OPTIONS", token=None, more=("Origin: https://evil.example",)),
    "a fetch from elsewhere": Case((403,), more=("Sec-Fetch-Site: cross-site",)),
    "a fetch from near": Case((403,), more=("Sec-Fetch-Site: same-site",)),
    "a place that is none": Case((404,), path="/v1/embeddings"),
    "a place with a slash more": Case((404,), path=CHAT + "/"),
    "a place behind dots": Case((404,), path="/v1/../v1/chat/completions"),
    "a place in other letters": Case((404,), path="/V1/chat/completions"),
    "an answer to fetch later": Case((404,), method="GET", path="/v1/responses/resp_1"),
    "the owner's list": Case((404,), method="GET", path="/sessions"),
    "a whole address": Case((404, 421), path="http://evil.example" + CHAT),
    "get": Case((405,), method="GET"),
    "put": Case((405,), method="PUT"),
    "delete": Case((405,), method="DELETE"),
    "options": Case((405,), method="OPTIONS"),
    "trace": Case((405,), method="TRACE"),
    "post on a list": Case((405,), path="/v1/models"),
    "a body that says that it is too large": Case((413,), length="4097"),
    "a body that is too large": Case(
        (413,), more=("Transfer-Encoding: chunked",), body=b"1001\r\n" + b"a" * 4097 + b"\r\n0\r\n\r\n"
    ),
    "a length that is none": Case((400,), length="-1"),
    "two lengths": Case((400,), more=("Content-Length: 3",)),
    "length and chunks": Case((400,), more=("Transfer-Encoding: chunked", "Content-Length: 3"), body=b"0\r\n\r\n"),
    "a compressed body": Case((415,), more=("Content-Encoding: gzip",)),
    "a long address": Case((414,), path=CHAT + "?" + "a" * 3000),
    "a long header": Case((400, 431), more=("X-Long: " + "a" * 17_000,)),
    "many headers": Case((400, 431), more=tuple(f"X-{number}: 1" for number in range(101))),
    "no json": Case((400,), body=b"model=m"),
    "no object": Case((400,), body=b"[]"),
    "deep json": Case((400,), body=b'{"a":' + b"[" * 4000),
    "an answer in the background": Case((400,), body=json.dumps(asking("m", background=True)).encode()),
    "a session that is a path": Case((400,), more=("X-Guardian-Session: ../../x",)),
    "no http": Case((400,), method="\x16\x03\x01"),
}


def refused_status(rig: Rig, case: Case) -> int:
    """The status of the answer to one request on a connection of its own."""
    with socket.create_connection(("127.0.0.1", rig.port), timeout=60) as connection:
        connection.sendall(case.request(rig))
        head = b""
        while b"\r\n\r\n" not in head and (got := connection.recv(65_536)):
            head += got
    assert head.startswith(b"HTTP/1.1 "), head
    lowered = head.lower()
    assert b"access-control-" not in lowered
    assert rig.token.encode() not in head
    return int(head[9:12])


def effects(rig: Rig) -> tuple[int, object]:
    """What must not change: requests that reached the AI server, questions that the service was asked."""
    with ServiceClient(rig.home / "run" / "guardian.sock") as client:
        return len(rig.asked()), client.status()["questions"]


@pytest.fixture
def nothing_happens(rig: Rig) -> Iterator[None]:
    before = effects(rig)
    recorded = rig.guardian("journal", "stats", "--json").stdout
    yield
    assert effects(rig) == before
    assert rig.guardian("journal", "stats", "--json").stdout == recorded


def test_a_good_request_is_answered(rig: Rig) -> None:
    # Else the refusals below would prove nothing.
    asked = len(rig.asked())
    status, body = rig.post(CHAT, asking("m"))
    assert (status, json.loads(body)["choices"][0]["message"]["content"]) == (200, "Yes.")
    assert len(rig.asked()) == asked + 1
    assert "guardian" not in json.dumps(rig.asked()[-1]["headers"]).lower()


@pytest.mark.usefixtures("nothing_happens")
@pytest.mark.parametrize(
    "count", [pytest.param(1000, id="1000"), pytest.param(10_000, id="10000", marks=pytest.mark.slow)]
)
def test_every_wrong_request_is_refused(rig: Rig, count: int) -> None:
    chosen = random.Random(8)
    names = [*CASES, *chosen.choices(list(CASES), k=count - len(CASES))]
    found: dict[str, set[int]] = {}
    for name in names:
        found.setdefault(name, set()).add(refused_status(rig, CASES[name]))
    wrong = {name: statuses for name, statuses in found.items() if not statuses <= set(CASES[name].status)}
    assert wrong == {}
    assert set(found) == set(CASES)


HEAD = "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
SLOW = {
    "says nothing": "",
    "half a line": "POST /v1/ch",
    "half a head": HEAD,
    "no body": HEAD + "Content-Length: 100\r\n\r\n",
    "half a body": HEAD + 'Content-Length: 100\r\n\r\n{{"model": "m"',
    "half a chunk": HEAD + "Transfer-Encoding: chunked\r\n\r\n64\r\nabc",
    "refused, and goes on": "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc",
}


@pytest.mark.long
@pytest.mark.usefixtures("nothing_happens")
@pytest.mark.parametrize("name", SLOW)
def test_who_sends_byte_for_byte_is_cut_off(rig: Rig, name: str) -> None:
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", rig.port), timeout=0.2) as connection:
        connection.sendall(SLOW[name].format(port=rig.port, token=rig.token).encode())
        is_open = True
        while is_open and time.monotonic() - began < 60:
            try:
                is_open = connection.recv(65_536) != b""
                connection.sendall(b"x" if name != "says nothing" else b"")
            except TimeoutError:
                continue
            except OSError:
                is_open = False
    assert not is_open


@pytest.mark.usefixtures("nothing_happens")
def test_stalled_clients_are_bounded_and_leak_nothing(rig: Rig) -> None:
    def descriptors() -> int:
        return len(list(Path(f"/proc/{rig.process.pid}/fd").iterdir()))

    before = descriptors()
    stalled = [socket.create_connection(("127.0.0.1", rig.port), timeout=60) for _ in range(200)]
    try:
        for connection in stalled:
            try:
                connection.sendall(b"POST /v1/chat")
            except OSError:
                continue
        wait_until(lambda: descriptors() <= before + CONNECTIONS)  # those too many are closed at once
        for connection in stalled:  # all are cut off: those too many at once, the others in time
            try:
                assert connection.recv(1) == b""
            except OSError:
                continue
    finally:
        for connection in stalled:
            connection.close()
    wait_until(lambda: descriptors() <= before)


def test_what_was_refused_left_no_words_behind(rig: Rig) -> None:
    said = rig.said.read_text()
    assert "Traceback" not in said
    assert rig.token not in said
