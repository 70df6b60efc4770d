"""iMessage: the text files of imessage-exporter. See `guardian.sources.chats.imessage`."""

from __future__ import annotations

from guardian.sources.chats.imessage import IMessage
from guardian.sources.live.chat_export import ChatExportSource


class IMessageSource(ChatExportSource):
    """One file or folder of exports."""

    kind = "imessage"
    does = "chats that imessage-exporter wrote as text"
    format = IMessage()
