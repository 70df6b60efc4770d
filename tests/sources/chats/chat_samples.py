"""Small exports as the real programs write them, with what a reader has to find in them.

Provenance: made up for these tests after the sources that each parser names in its docstring; no real person's words.
"""

# ruff: noqa: E501  # the lines of an export are as long as its program writes them

from __future__ import annotations

from dataclasses import dataclass

from guardian.sources.chats.base import ChatFormat, Turn
from guardian.sources.chats.discord import Discord
from guardian.sources.chats.imessage import IMessage
from guardian.sources.chats.sms_xml import SmsBackup
from guardian.sources.chats.telegram import Telegram
from guardian.sources.chats.whatsapp import WhatsApp


@dataclass(frozen=True)
class Sample:
    """One export."""

    format: ChatFormat
    file_name: str
    raw: bytes
    me: tuple[str, ...]
    said: tuple[tuple[str, bool, str], ...]
    """Sender, whether it is the owner, text."""


def said(turns: list[Turn]) -> tuple[tuple[str, bool, str], ...]:
    """What a reader sees of some turns."""
    return tuple((turn.sender, turn.is_owner, turn.text) for turn in turns)


WHATSAPP_ANDROID = """\
31/12/2024, 21:40 - Messages and calls are end-to-end encrypted. No one outside of this chat can read them.
31/12/2024, 21:41 - Ada: Are you coming?
Bring the cake.

And the candles.
31/12/2024, 21:42 - Owner Name: Yes: at nine
31/12/2024, 21:43 - Ada: <Media omitted>
01/01/2025, 00:00 - Ada: Happy new year 🎉
"""
WHATSAPP_IPHONE = (
    "[12/31/24, 9:41:05\u202fPM] Ada: \u200eMessages and calls are end-to-end encrypted.\r\n"
    "[12/31/24, 9:41:06\u202fPM] Ada: Are you coming?\r\n"
    "[12/31/24, 9:42:00\u202fPM] Owner Name: Yes\r\n"
    "\u200e[12/31/24, 9:43:00\u202fPM] Ada: \u200e<attached: 00000004-PHOTO-2024-12-31.jpg>\r\n"
    "[1/1/25, 12:00:00\u202fAM] ~\u202fBob: hi all\r\n"
)
TELEGRAM_CHAT = """\
{
 "name": "Ada",
 "type": "personal_chat",
 "id": 4242,
 "messages": [
  {"id": 1, "type": "service", "date": "2024-12-31T21:40:00", "date_unixtime": "1735677600", "actor": "Ada",
   "actor_id": "user4242", "action": "phone_call", "text": "", "text_entities": []},
  {"id": 2, "type": "message", "date": "2024-12-31T21:41:00", "date_unixtime": "1735677660", "from": "Ada",
   "from_id": "user4242", "text": ["Look at ", {"type": "text_link", "text": "my shop", "href": "https://x.example/a"},
   ", please"], "text_entities": []},
  {"id": 3, "type": "message", "date": "2024-12-31T21:42:00", "date_unixtime": "1735677720", "from": "Owner",
   "from_id": "user1", "text": "No\\x0Bthanks", "text_entities": []},
  {"id": 4, "type": "message", "date": "2024-12-31T21:43:00", "date_unixtime": "1735677780", "from": null,
   "from_id": "user4242", "photo": "(File not included. Change data exporting settings to download.)", "text": ""},
  {"id": 5, "type": "unsupported"}
 ]
}
"""
TELEGRAM_ACCOUNT = """\
{
 "about": "Here is the data you requested.",
 "personal_information": {"user_id": 1, "first_name": "Owner", "last_name": "Name", "phone_number": "+49"},
 "contacts": {"about": "", "list": [{"user_id": 4242, "messages": [{"type": "message", "text": "no chat"}]}]},
 "chats": {"about": "", "list": [
  {"name": "Family", "type": "private_group", "id": 77, "messages": [
   {"id": 9, "type": "message", "date": "2024-12-31T21:41:00", "from": "Owner", "from_id": "user5", "text": "not me"},
   {"id": 10, "type": "message", "date": "2024-12-31T21:42:00", "from": "Owner", "from_id": "user1", "text": "me"}]},
  {"type": "saved_messages", "id": 1, "messages": [
   {"id": 9, "type": "message", "date": "2024-12-31T21:41:00", "from": "Shop", "from_id": "user6", "text": "kept"}]}
 ]},
 "left_chats": {"about": "", "list": [
  {"name": "Deals", "type": "public_channel", "id": 78, "messages": [
   {"id": 1, "type": "message", "date": "2024-12-31T21:41:00", "from": "Deals", "from_id": "channel78", "text": "Buy"}]}
 ]}
}
"""
DISCORD = """\
{
  "guild": {"id": "0", "name": "Direct Messages", "iconUrl": "https://cdn.example/0.png"},
  "channel": {"id": "99", "type": "DirectTextChat", "categoryId": null, "category": null, "name": "ada", "topic": null},
  "dateRange": {"after": null, "before": null},
  "exportedAt": "2024-12-31T22:00:00+00:00",
  "messages": [
    {"id": "1", "type": "Default", "timestamp": "2024-12-31T21:41:00+00:00", "isPinned": false, "content": "Free nitro?",
     "author": {"id": "5", "name": "ada", "discriminator": "0000", "nickname": "owner.name", "isBot": false},
     "attachments": [], "embeds": [{"title": "Claim it", "url": "https://x.example", "description": "Now", "fields": []}],
     "stickers": [], "reactions": [], "mentions": []},
    {"id": "2", "type": "Reply", "timestamp": "2024-12-31T21:42:00+00:00", "isPinned": false, "content": "No",
     "author": {"id": "6", "name": "owner.name", "discriminator": "0000", "nickname": "O", "isBot": false}},
    {"id": "3", "type": "ChannelPinnedMessage", "timestamp": "2024-12-31T21:43:00+00:00", "content": "Pinned a message.",
     "author": {"id": "5", "name": "ada", "discriminator": "0000", "nickname": "Ada", "isBot": false}}
  ],
  "messageCount": 3
}
"""
SMS = """\
<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>
<!--File Created By SMS Backup & Restore v10 on 31/12/2024: it's "fine" <really> -->
<?xml-stylesheet type="text/xsl" href="sms.xsl"?>
<smses count="5" backup_set="x" backup_date="1735682400000" type="full">
  <sms protocol="0" address="+4915100000" date="1735681200000" type="1" subject="null" body="Your parcel waits &#55357;&#56834;&#10;pay 1 &lt; 2" read="1" status="-1" contact_name="(Unknown)" />
  <sms protocol="0" address="+4915100000" date="1735681260000" type="2" subject="null" body="Who's that?" read="1" status="-1" contact_name="(Unknown)" />
  <sms protocol="0" address="+4916000000" date="1735681270000" type="1" subject="null" body="Lunch?" read="1" status="-1" contact_name="Ada" />
  <mms date="1735681300000" msg_box="1" address="+4916000000~+4917000000" m_type="132" contact_name="Ada, Bob" >
    <parts>
      <part seq="-1" ct="application/smil" name="null" text='&lt;smil&gt;' />
      <part seq="0" ct="text/plain" name="null" chset="106" text="Group words" />
      <part seq="0" ct="image/jpeg" name="a.jpg" text="null" data="/9j/4AAQ" />
    </parts>
    <addrs>
      <addr address="+4917000000" type="137" charset="106" />
      <addr address="+4918000000" type="151" charset="106" />
    </addrs>
  </mms>
  <mms date="1735681400000" msg_box="2" address="+4916000000" m_type="128" contact_name="Ada">
    <parts><part seq="0" ct="text/plain" text="mine" /></parts>
    <addrs><addr address="insert-address-token" type="137" charset="106" /></addrs>
  </mms>
</smses>
"""
IMESSAGE = """\
May 17, 2022  5:29:42 PM
+15558675309
Are we still on?

Bring the cake.

May 17, 2022  5:30:42 PM (Read by them after 1 hour, 49 seconds)
Me
Yes
"""

SAMPLES = {
    "whatsapp-android": Sample(
        WhatsApp(),
        "WhatsApp Chat with Ada.txt",
        WHATSAPP_ANDROID.encode(),
        ("owner  name",),
        (
            (
                "",
                False,
                "Messages and calls are end-to-end encrypted. No one outside of this chat can read them.",
            ),
            ("Ada", False, "Are you coming?\nBring the cake.\n\nAnd the candles."),
            ("Owner Name", True, "Yes: at nine"),
            ("Ada", False, "Happy new year 🎉"),
        ),
    ),
    "whatsapp-iphone": Sample(
        WhatsApp(),
        "_chat.txt",
        WHATSAPP_IPHONE.encode(),
        ("Owner Name",),
        (
            ("Ada", False, "\u200eMessages and calls are end-to-end encrypted."),
            ("Ada", False, "Are you coming?"),
            ("Owner Name", True, "Yes"),
            ("~ Bob", False, "hi all"),
        ),
    ),
    "telegram-chat": Sample(
        Telegram(),
        "result.json",
        TELEGRAM_CHAT.encode(),
        (),
        (
            ("Ada", False, "Look at my shop (https://x.example/a), please"),
            ("Owner", True, "No\x0bthanks"),
        ),
    ),
    "telegram-account": Sample(
        Telegram(),
        "result.json",
        TELEGRAM_ACCOUNT.encode(),
        (),
        (("Owner", False, "not me"), ("Owner", True, "me"), ("Shop", False, "kept"), ("Deals", False, "Buy")),
    ),
    "discord": Sample(
        Discord(),
        "Direct Messages - ada [99].json",
        DISCORD.encode(),
        ("owner.name",),
        (("owner.name", False, "Free nitro?\nClaim it\nNow\nhttps://x.example"), ("O", True, "No")),
    ),
    "sms": Sample(
        SmsBackup(),
        "sms-20241231.xml",
        SMS.encode(),
        (),
        (
            ("+4915100000", False, "Your parcel waits 😂\npay 1 < 2"),
            ("+4915100000", True, "Who's that?"),
            ("Ada <+4916000000>", False, "Lunch?"),
            ("+4917000000", False, "Group words"),
            ("Ada <+4916000000>", True, "mine"),
        ),
    ),
    "imessage": Sample(
        IMessage(),
        "+15558675309.txt",
        IMESSAGE.encode(),
        (),
        (("+15558675309", False, "Are we still on?\n\nBring the cake."), ("Me", True, "Yes")),
    ),
}
