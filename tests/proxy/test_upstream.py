"""Promises about the server behind the proxy: which may be asked, and what it is told."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from guardian.errors import SettingsError
from guardian.proxy.errors import RefusedRequestError
from guardian.proxy.upstream import answer_headers, check_answer, checked_upstream, open_client, request_headers
from guardian.settings_live import ProxySettings


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:11434", "http://localhost:1234", "http://[::1]:8080", "http://127.8.8.8:1", "https://localhost"],
)
def test_a_server_on_this_machine_may_be_asked(url: str) -> None:
    assert not checked_upstream(ProxySettings(upstream=url)).is_remote


REFUSED = [
    ("https://api.example.com", "", "another machine"),
    ("https://api.example.com", "api.example.org", "another machine"),
    ("https://127.0.0.1.example.com", "", "another machine"),
    ("http://10.0.0.5:11434", "", "another machine"),
    ("http://0.0.0.0:11434", "", "another machine"),
    ("http://169.254.169.254", "", "another machine"),
    ("http://gpu.example.com:11434", "gpu.example.com", "plain http"),
    ("http://127.0.0.1:8791", "", "the proxy itself"),
    ("http://localhost:8791", "", "the proxy itself"),
]


@pytest.mark.parametrize(("url", "allowed", "said"), REFUSED)
def test_any_other_server_is_refused_with_the_way_to_allow_it(url: str, allowed: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as refused:
        checked_upstream(ProxySettings(upstream=url, allow_remote_upstream=allowed))
    assert refused.value.hint


def test_a_server_elsewhere_may_be_asked_where_its_owner_names_it_twice() -> None:
    found = checked_upstream(
        ProxySettings(upstream="https://AI.example.com/api", allow_remote_upstream="x.example ai.example.com")
    )
    assert found.is_remote


def test_the_clients_token_stays_here_and_the_owners_key_goes_along() -> None:
    headers = [
        (b"Host", b"127.0.0.1:8791"),
        (b"Authorization", b"Bearer guardian-token"),
        (b"X-Api-Key", b"guardian-token"),
        (b"Cookie", b"a=b"),
        (b"Connection", b"keep-alive, X-Private"),
        (b"X-Private", b"1"),
        (b"X-Guardian-Session", b"mine"),
        (b"Accept-Encoding", b"gzip"),
        (b"X-Stainless-Lang", b"python"),
        (b"Content-Type", b"application/json"),
    ]
    assert request_headers(headers, "") == [
        (b"x-stainless-lang", b"python"),
        (b"content-type", b"application/json"),
        (b"accept-encoding", b"identity"),
    ]
    assert (b"authorization", b"Bearer sk-own") in request_headers(headers, "sk-own")


def test_an_answer_keeps_its_headers_but_those_for_browsers_and_connections() -> None:
    headers = [
        (b"Content-Type", b"text/event-stream"),
        (b"Transfer-Encoding", b"chunked"),
        (b"Access-Control-Allow-Origin", b"*"),
        (b"Set-Cookie", b"a=b"),
        (b"Location", b"https://elsewhere.example"),
        (b"X-Request-Id", b"7"),
    ]
    assert answer_headers(headers) == [(b"content-type", b"text/event-stream"), (b"x-request-id", b"7")]


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(302, headers={"location": "https://elsewhere.example"}),
        httpx.Response(200, headers={"content-encoding": "br"}),
    ],
)
def test_an_answer_that_leads_elsewhere_or_cannot_be_read_is_refused(response: httpx.Response) -> None:
    with pytest.raises(RefusedRequestError):
        check_answer(response)


# --- over a wire ------------------------------------------------------------------------------------------------


def self_signed(folder: Path) -> ssl.SSLContext:
    """What a server shows that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    async def ask() -> None:
        server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        settings = ProxySettings(upstream=f"https://localhost:{port}")
        async with server, open_client(checked_upstream(settings), settings) as client:
            with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
                await client.get(f"https://localhost:{port}/v1/models")

    context = self_signed(tmp_path)
    asyncio.run(ask())


def test_proxies_that_the_environment_names_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async def ask() -> bytes:
        heard: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            heard.set_result(await reader.readuntil(b"\r\n\r\n"))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        settings = ProxySettings(upstream=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        async with server, open_client(checked_upstream(settings), settings) as client:
            await client.get(settings.upstream + "/v1/models")
        return await heard

    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    head = asyncio.run(ask())
    assert head.startswith(b"GET /v1/models HTTP/1.1\r\n")
    assert b"python-httpx" not in head
