"""Telegram: `result.json` of Telegram Desktop. See `guardian.sources.chats.telegram`."""

from __future__ import annotations

from guardian.sources.chats.telegram import Telegram
from guardian.sources.live.chat_export import ChatExportSource


class TelegramSource(ChatExportSource):
    """One file or folder of exports."""

    kind = "telegram"
    does = "chats that Telegram Desktop exported as JSON"
    format = Telegram()
