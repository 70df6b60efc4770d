"""One connection to a mailbox, for reading alone. Runs in the fetcher.

The mailbox is opened with EXAMINE (RFC 3501, 6.3.2: nothing changes, not even `\\Recent`) and mails are fetched by
BODY.PEEK, which sets no `\\Seen`. A mail is named by UIDVALIDITY and UID (2.3.1.1).

Invariants: no password goes over a connection that is not encrypted, but to this very machine; every wait has an end.
"""

from __future__ import annotations

import imaplib
import ipaddress
import select
import ssl
from dataclasses import dataclass
from io import BufferedReader
from typing import Final, Literal, cast

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError

TIMEOUT_S: Final = 60.0
"""For an answer of the server."""
RENEW_S: Final = 9 * 60.0
"""After this an IDLE is begun anew: servers may end it after 30 minutes (RFC 2177), and routers much sooner."""
POLL_S: Final = 60.0
"""How often a server without IDLE is asked."""

Encryption = Literal["tls", "starttls", "none"]


class MailboxError(Exception):
    """The mailbox cannot be used now. One lower-case line of our own words."""


class RefusedError(MailboxError):
    """It will not be usable until its owner mends something."""


@dataclass(frozen=True, slots=True, repr=False)
class Account:
    """Where a mailbox is, and how to get in."""

    host: str
    port: int
    login: str
    password: str
    folder: str
    encryption: Encryption
    ca_file: str


class NotGivenError(Exception):
    """The server refuses one mail."""


class Mailbox:
    """An open mailbox. Raises MailboxError from every method once the connection is of no more use."""

    def __init__(self, account: Account) -> None:
        """Connect, log in and open the folder."""
        self._account = account
        try:
            self._box = _connected(account)
            _log_in(self._box, account)
            self._open()
        except MailboxLoginError:
            raise RefusedError("the server refused the login: check the name and the password") from None
        except MailboxFolderSelectError:
            raise RefusedError("there is no such folder on the server, or it cannot be opened") from None
        except ssl.SSLCertVerificationError as error:
            raise RefusedError(f"the server's certificate is not good: {error.verify_message.lower()}") from None
        except _FAILURES as error:
            raise _failed(error) from None

    def listing(self) -> tuple[int, list[int]]:
        """UIDVALIDITY and every UID, in ascending order."""
        try:
            validity = self._open()
            self._has_news()  # told of by the opening; what the search may not have seen is told of behind it
            uids = sorted({int(uid) for uid in self._box.uids("ALL", charset=None) if uid.isdigit()})
        except _FAILURES as error:
            raise _failed(error) from None
        return validity, uids

    def fetch(self, uid: int, most_bytes: int) -> bytes | None:
        """A mail's first bytes; None where it is there no more. Raises NotGivenError where the server has it and does
        not give it, which says nothing of the others."""
        try:
            status, found = self._box.client.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{most_bytes}>)")
        except _FAILURES as error:
            raise _failed(error) from None
        if status != "OK":
            raise NotGivenError
        raw = next((part[1] for part in found if isinstance(part, tuple) and len(part) == 2), None)
        return raw[:most_bytes] if isinstance(raw, bytes) else None

    def wait(self, interrupt: int) -> bool:
        """Wait until something is new, or the descriptor `interrupt` can be read. Whether something is new."""
        try:
            if self._has_news():
                return True
            if "IDLE" not in self._box.client.capabilities:
                return self._ask_now_and_then(interrupt)
            with self._box.idle:
                self._wait_for(interrupt, RENEW_S)
            return self._has_news()
        except _FAILURES as error:
            raise _failed(error) from None

    def close(self) -> None:
        """End the connection; a server that does not answer is not waited for."""
        try:
            self._box.client.shutdown()
        except OSError:
            return

    def _open(self) -> int:
        self._box.folder.set(self._account.folder, readonly=True)
        validity = (self._box.client.untagged_responses.get("UIDVALIDITY") or [b""])[-1]
        if not isinstance(validity, bytes) or not validity.isdigit():
            raise MailboxError("the server does not number its mails")
        return int(validity)

    def _has_news(self) -> bool:
        """Whether the server told of a mail, beside the answer to something else."""
        return self._box.client.untagged_responses.pop("EXISTS", None) is not None

    def _ask_now_and_then(self, interrupt: int) -> bool:
        self._wait_for(interrupt, POLL_S)
        self._box.client.noop()
        return self._has_news()

    def _wait_for(self, interrupt: int, timeout_s: float) -> None:
        """Until the server says something, or the descriptor can be read; no longer than `timeout_s`."""
        if not self._is_buffered():
            select.select([self._box.client.sock.fileno(), interrupt], [], [], timeout_s)

    def _is_buffered(self) -> bool:
        """Whether something of the server's came already, together with what was read last: no `select` tells of it."""
        sock = self._box.client.sock
        sock.settimeout(0)
        try:
            return bool(cast(BufferedReader, self._box.client.file).peek(1))
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        finally:
            sock.settimeout(TIMEOUT_S)


_FAILURES: Final = (ImapToolsError, imaplib.IMAP4.error, OSError, ValueError, LookupError, MemoryError, UnicodeError)
"""What imaplib and imap-tools raise for what a server sends, and for a broken connection."""


def _connected(account: Account) -> BaseMailBox:
    if account.encryption == "none":
        box = MailBoxUnencrypted(account.host, account.port, timeout=TIMEOUT_S)
        if not is_loopback(str(box.client.sock.getpeername()[0])):
            box.client.shutdown()
            raise RefusedError("a connection without encryption is only made to this machine itself")
        return box
    context = ssl.create_default_context(cafile=account.ca_file or None)
    kind = MailBox if account.encryption == "tls" else MailBoxStartTls
    return kind(account.host, account.port, timeout=TIMEOUT_S, ssl_context=context)


def is_loopback(address: str) -> bool:
    """Whether an IP address is this machine's own; one of IPv4 may be written as one of IPv6."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return (mapped or parsed).is_loopback


def _log_in(box: BaseMailBox, account: Account) -> None:
    if (account.login + account.password).isascii():
        box.login(account.login, account.password, initial_folder=None)
    else:
        box.login_utf8(account.login, account.password, initial_folder=None)


def _failed(error: BaseException) -> MailboxError:
    """What went wrong, without a word of the server's."""
    if isinstance(error, TimeoutError):
        return MailboxError("the server did not answer")
    if isinstance(error, MemoryError):
        return MailboxError("the server sent more than may be")
    if isinstance(error, OSError) and error.strerror:
        return MailboxError(f"the connection failed: {error.strerror.lower()}")
    return MailboxError("the connection failed")
