"""IMAP: a folder of a mailbox on a server. The connection is held by a process of its own (`guardian.imap`).

A mail is known by a hash of its bytes, and before it is fetched by the folder's UIDVALIDITY and its UID: where a server
numbers its mails anew, they are fetched once more and known again.

Invariants: this process has no IP socket; nothing changes on the server, and no mail is marked as seen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

from guardian.errors import InputError
from guardian.imap.passwords import delete_password, entry_of, load_password, read_password_file, save_password
from guardian.imap.process import Fetching, NotGivenError
from guardian.message import Format, Message
from guardian.safe_text import safe_line
from guardian.sources.live.base import Ask, Delivery, IsSeen, Source, SourceReport, SourceTable, Surroundings

_PORTS: Final = {"tls": 993, "starttls": 143, "none": 143}


class ImapTable(SourceTable):
    """Keys of a mailbox in sources.toml."""

    host: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.:-]{0,252}$")]
    """The server's name."""
    login: Annotated[str, Field(min_length=1, max_length=320)]
    """The name that its owner logs in with; the password is in the keyring."""
    folder: Annotated[str, Field(min_length=1, max_length=255)] = "INBOX"
    """The folder to watch."""
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """Where the server listens; by default 993, or 143 for `starttls`."""
    encryption: Literal["tls", "starttls", "none"] = "tls"
    """`none` is for a server on this very machine alone."""
    ca_file: Annotated[str, Field(max_length=4096)] = ""
    """Certificates to trust in place of the system's, for a server with one of its own."""
    password_file: Annotated[str, Field(max_length=4096)] = ""
    """A file with the password that the owner alone can read, where no keyring works."""

    @property
    def entry(self) -> str:
        """The name of the password in the keyring."""
        return entry_of(self.login, self.host, self.port or _PORTS[self.encryption])


class ImapSource(Source):
    """One folder of a mailbox."""

    kind = "imap"
    does = "a mailbox on a server (IMAP)"
    prefix = "mail"
    Table: ClassVar[type[ImapTable]] = ImapTable
    place_key = "host"
    pushes = True

    def __init__(self, table: ImapTable, surroundings: Surroundings) -> None:
        super().__init__(table, surroundings)
        self._table: Final = table
        self._fetching: Final = Fetching(self._account, self.max_bytes, self.say)
        self._fetched: dict[bytes, bytes] = {}
        """Keys of mails that were fetched and have no answer yet, by their stamps."""

    @property
    def place(self) -> str:
        """See `Source`."""
        return f"{self._table.login} at {self._table.host}, {self._table.folder}"

    def prepare(self, ask: Ask) -> None:
        """See `Source`: the password, where the keyring has none yet or the owner types another one."""
        if self._table.password_file:
            return
        has_one = load_password(self._table.entry) is not None
        kept = " (empty: keep the one in the keyring)" if has_one else ""
        password = ask(f"Password for {safe_line(self._table.entry, 200)}{kept}: ")
        if password is not None and password.reveal():
            save_password(self._table.entry, password)
        elif not has_one:
            raise InputError("a mailbox needs its password", hint="run it on a terminal, or set password_file")

    def removed(self, left: Sequence[SourceTable]) -> None:
        """See `Source`: the password, unless another folder of the mailbox is still watched."""
        entries = {table.entry for table in left if isinstance(table, ImapTable) and not table.password_file}
        if not self._table.password_file and self._table.entry not in entries:
            delete_password(self._table.entry)

    def look(self, is_seen: IsSeen) -> Iterator[Delivery]:
        """See `Source`: in the order in which the mails arrived."""
        self.begin_look()
        listing = self._fetching.listing()
        unseen = [uid for uid in listing.uids if not is_seen(_stamp(listing.validity, uid))]
        self.waiting = len(unseen)
        stamps = {_stamp(listing.validity, uid) for uid in unseen}
        self._fetched = {stamp: key for stamp, key in self._fetched.items() if stamp in stamps}
        for uid in unseen:
            stamp = _stamp(listing.validity, uid)
            if stamp in self._fetched and self.rests(self._fetched[stamp]):
                continue
            raw = self._fetch(uid)
            if raw is None:
                continue
            self._fetched[stamp] = b"mail\0" + hashlib.sha256(raw).digest()
            position = f"{self._table.folder}/{uid}"
            message = Message(
                raw,
                channel=self.channel,
                id=position,
                source=self.name,
                format=Format.MAIL,
                cut=len(raw) > self.max_bytes,
            )
            yield Delivery(message, self._fetched[stamp], position, stamp)

    def answered(self, delivery: Delivery) -> None:
        """See `Source`."""
        self._fetched.pop(delivery.stamp, None)

    def present(self) -> Iterator[tuple[bytes, bytes]]:
        """See `Source`; no mail is fetched for it."""
        listing = self._fetching.listing()
        for uid in listing.uids:
            stamp = _stamp(listing.validity, uid)
            yield stamp, stamp

    def _fetch(self, uid: int) -> bytes | None:
        """A mail; None where it is gone, or where the server keeps it to itself, which is said. Raises InputError."""
        try:
            return self._fetching.fetch(uid)
        except NotGivenError:
            self.unread += 1
            self.say(f"the server does not give mail {uid}; it is not screened, and tried again")
            return None

    def wait(self, timeout_s: float) -> bool:
        """See `Source`."""
        return self._fetching.wait(timeout_s)

    def test(self) -> SourceReport:
        """See `Source`."""
        try:
            listing = self._fetching.listing(is_retry=True)
        except InputError as error:
            return SourceReport(False, (error.line(),))
        return SourceReport(True, (f"{len(listing.uids):,} mails in {self._table.folder}",))

    def close(self) -> None:
        """See `Source`."""
        self._fetching.close()

    def _account(self) -> Mapping[str, Any]:
        """What the fetcher is told. Raises InputError where there is no password."""
        table = self._table
        secret = read_password_file(table.password_file) if table.password_file else load_password(table.entry)
        if secret is None:
            raise InputError(
                f"no password for {table.entry} in the keyring", hint="guardian source add imap asks for it"
            )
        return {
            "host": table.host,
            "port": table.port or _PORTS[table.encryption],
            "login": table.login,
            "password": secret.reveal().decode("utf-8", "surrogateescape"),
            "folder": table.folder,
            "encryption": table.encryption,
            "ca_file": table.ca_file,
        }


def _stamp(validity: int, uid: int) -> bytes:
    return f"uid\0{validity}.{uid}".encode()
