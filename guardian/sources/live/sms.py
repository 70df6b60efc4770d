"""SMS and MMS: the XML files of SMS Backup & Restore. See `guardian.sources.chats.sms_xml`."""

from __future__ import annotations

from typing import ClassVar

from guardian.sources.chats.sms_xml import SmsBackup
from guardian.sources.live.base import PathTable
from guardian.sources.live.chat_export import ChatExportSource


class SmsTable(PathTable):
    """Keys of an SMS backup in sources.toml; it says itself what the owner wrote."""


class SmsSource(ChatExportSource):
    """One file or folder of exports."""

    kind = "sms"
    does = "backups of SMS Backup & Restore (XML)"
    format = SmsBackup()
    Table: ClassVar[type[PathTable]] = SmsTable
