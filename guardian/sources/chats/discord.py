"""Discord: the JSON that DiscordChatExporter writes of a channel or a direct conversation.

Source: github.com/Tyrrrz/DiscordChatExporter, DiscordChatExporter.Core/Exporting/JsonMessageWriter.cs: an object of
`guild`, `channel`, `dateRange`, `exportedAt`, `messages` and `messageCount`; a message has `id`, `type` (`Default`,
`Reply`, or a notice of Discord's own such as `ChannelPinnedMessage`), `timestamp`, `content`, `author` (`id`, `name`,
`discriminator`, `nickname`, `isBot`), `embeds` and, where one was passed on, `forwardedMessage`.

The export does not say who the owner is. `me` is the number of their account (`author.id`) or their user name (`name`,
or `name#1234`), which Discord gives to one account alone; a nickname is whatever somebody calls themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from guardian.sources.chats.base import ChatFormat, Turn, clipped, name_of
from guardian.sources.chats.json_stream import Broken, Path, json_values

_ENTERED: Final = {(), ("channel",), ("messages",)}
_NOTICES: Final = {
    "RecipientAdd",
    "RecipientRemove",
    "Call",
    "ChannelNameChange",
    "ChannelIconChange",
    "ChannelPinnedMessage",
    "GuildMemberJoin",
    "ThreadCreated",
}
"""What Discord says itself (DiscordChatExporter.Core/Discord/Data/MessageKind.cs); a kind that is not known is read."""
_MOST_EMBEDS: Final = 20
_MOST_FIELDS: Final = 25


class Discord(ChatFormat):
    """See the module."""

    name = "discord"
    title = "DiscordChatExporter file (JSON)"
    suffixes = frozenset({".json"})

    def recognises(self, head: bytes) -> bool:
        """The guild and the channel stand before everything else."""
        start = head.partition(b'"messages"')[0]
        return b'"guild"' in start and b'"channel"' in start and head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")

    def turns(self, stream: BinaryIO, *, me: tuple[str, ...] = ()) -> Iterator[Turn]:
        """The turns; notices of Discord's own and messages without text are left out."""
        channel = ""
        for path, value in json_values(stream, _is_entered):
            if isinstance(value, Broken):
                yield Turn("", conversation=channel, fault=f"a message cannot be read: {value.why}")
            elif path == ("channel", "id"):
                channel = name_of(value)
            elif path == ("messages", "*"):
                yield from _turns(value, channel, me)


def _is_entered(path: Path) -> bool:
    return path in _ENTERED


def _turns(message: Any, channel: str, me: tuple[str, ...]) -> list[Turn]:
    author = message.get("author") if isinstance(message, dict) else None
    if not isinstance(author, dict):
        return [Turn("", conversation=channel, fault="a message cannot be read: it is none")]
    text = _text_of(message)
    if name_of(message.get("type")) in _NOTICES or not text.strip():
        return []
    shown, is_cut = clipped(text)
    turn = Turn(
        shown,
        sender=name_of(author.get("nickname")) or name_of(author.get("name")),
        is_owner=_is_owner(author, me),
        conversation=channel,
        id=name_of(message.get("id")),
        at=name_of(message.get("timestamp")),
        cut=is_cut,
    )
    return [turn]


def _is_owner(author: dict[str, Any], me: tuple[str, ...]) -> bool:
    name, number = name_of(author.get("name")), name_of(author.get("discriminator"))
    own = {name_of(author.get("id")), f"{name}#{number}"} | ({name} if number in ("", "0", "0000") else set())
    return bool((own - {"", "#"}) & {each.strip() for each in me})


def _text_of(message: dict[str, Any]) -> str:
    """What a reader sees: the text, what was passed on, and the boxes below it."""
    parts = [message.get("content")]
    forwarded = message.get("forwardedMessage")
    parts += [forwarded.get("content")] if isinstance(forwarded, dict) else []
    embeds = message.get("embeds")
    for embed in embeds[:_MOST_EMBEDS] if isinstance(embeds, list) else []:
        if isinstance(embed, dict):
            parts += _embed_parts(embed)
    return "\n".join(part for part in parts if isinstance(part, str) and part.strip())


def _embed_parts(embed: dict[str, Any]) -> list[Any]:
    """Every text of a box (discord.com/developers/docs/resources/message, embed object)."""
    parts = [embed.get("title"), embed.get("description"), embed.get("url")]
    for key, name in (("author", "name"), ("footer", "text")):
        holder = embed.get(key)
        parts += [holder.get(name)] if isinstance(holder, dict) else []
    fields = embed.get("fields")
    for field in fields[:_MOST_FIELDS] if isinstance(fields, list) else []:
        parts += [field.get("name"), field.get("value")] if isinstance(field, dict) else []
    return parts
