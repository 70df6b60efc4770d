"""Discord: the JSON files of DiscordChatExporter. See `guardian.sources.chats.discord`."""

from __future__ import annotations

from guardian.sources.chats.discord import Discord
from guardian.sources.live.chat_export import ChatExportSource


class DiscordSource(ChatExportSource):
    """One file or folder of exports."""

    kind = "discord"
    does = "channels that DiscordChatExporter wrote as JSON"
    format = Discord()
