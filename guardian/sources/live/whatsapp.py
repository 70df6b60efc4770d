"""WhatsApp: the text files of "Export chat". See `guardian.sources.chats.whatsapp`."""

from __future__ import annotations

from guardian.sources.chats.whatsapp import WhatsApp
from guardian.sources.live.chat_export import ChatExportSource


class WhatsAppSource(ChatExportSource):
    """One file or folder of exports."""

    kind = "whatsapp"
    does = "chats that WhatsApp exported as text"
    format = WhatsApp()
