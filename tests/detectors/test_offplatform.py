"""Leaving the place that protects: found with a stranger's errand or a reason to leave, not among friends.

All texts are ours, 2026-11; names and numbers are invented.
"""

from __future__ import annotations

from detector_rig import MENTION, NONE, PLAIN, WEAK, Case, check, table

from guardian.detectors.offplatform import OffplatformDetector

DETECTOR = OffplatformDetector()

CASES = (
    # Marketplaces and holiday lets.
    Case(
        "site takes a cut",
        "The site takes 18% from both of us, so let's do it privately and you transfer to me.",
        PLAIN,
    ),
    Case("skip the fee", "We can skip the service fees if you pay me directly by bank transfer.", PLAIN),
    Case("outside the app", "Give me the money back outside the app today and I write five stars.", PLAIN),
    Case("deal off the platform", "I prefer to settle it off the platform, you pay less.", PLAIN),
    # Task and investment fraud.
    Case("manager on WhatsApp", "Reply YES and message our manager on WhatsApp +1 555 0119.", PLAIN),
    Case("analyst on Telegram", "Please contact our analyst Mr Voss via Telegram for the signals.", PLAIN),
    Case("accountant", "Send it to my accountant on Telegram, she is waiting.", PLAIN),
    Case("admin on discord", "Add the admin on Discord so that he can clear your account.", PLAIN),
    # Dating.
    Case("hardly here", "I'm hardly ever here, write to my email instead.", PLAIN),
    Case("does not read messages", "I don't answer messages on here so send me your email.", PLAIN),
    Case("deleting the app", "telegram me now @mark_r, deleting this app in an hour", PLAIN),
    Case("whatsapp only", "Ready in three days. WhatsApp only 07700 900518.", WEAK),
    Case("move to snap", "Let's move to Snapchat, it's easier.", WEAK),
    Case("not in the group", "Don't write it in the group, the admin deletes it. Telegram is better.", WEAK),
    # --- ordinary ---
    Case("friends swap numbers", "Here's my new number, text me when you land.", NONE),
    Case("photos on WhatsApp", "I'll send you the photos on WhatsApp tonight.", NONE),
    Case("class group", "There is a WhatsApp group for the class, ask Meera for the link.", NONE),
    Case("postcode", "WhatsApp me your postcode if you want it dropped.", NONE),
    Case("no signal", "I'm in Ullapool with no signal until the first.", NONE),
    Case("outside the shop", "I am outside the shop, where are you?", NONE),
    Case("app fees", "The app charges a fee of 1% for instant transfers, the normal ones are free.", NONE),
    Case("seller refuses", "I know the 18% is annoying, but I can't do it privately, you'd lose your cover.", NONE),
    Case("manager by mail", "Please contact the property manager by email with your meter reading.", NONE),
    Case("discord warning", "Moderators will never contact you on Discord. Nobody from staff uses it.", NONE),
    Case("told in an article", "Fraudsters tell you to message their manager on WhatsApp.", MENTION),
    Case("weather app", "The weather app says rain, so let's meet in the museum.", NONE),
    Case("telegram as a word", "Grandfather proposed by telegram in 1951.", NONE),
    Case("signal as a word", "Wait for my signal, then switch the lights on.", NONE),
)


@table(CASES)
def test_leaving_is_found_where_it_costs_protection(case: Case) -> None:
    check(DETECTOR, case, "off_platform")
