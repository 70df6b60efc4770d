"""Secrecy: found where something is asked for beside it, or where it is to be kept from those who guard a person.

All texts are ours, 2026-11; names are invented.
"""

from __future__ import annotations

from detector_rig import MENTION, NONE, PLAIN, WEAK, Case, check, table

from guardian.detectors.secrecy import SecrecyDetector

HELP = "discouraging_help"

DETECTOR = SecrecyDetector()

CASES = (
    # "Safe account" calls: the victim is told to deceive the cashier.
    Case("not the bank", "Whatever you do, don't tell the bank what it is for.", PLAIN),
    Case("cover story", "If the cashier asks, say it's for building work.", PLAIN),
    Case("not the branch staff", "You must not speak to the branch, one of them is part of it.", PLAIN),
    # Boss fraud, romance fraud, family emergencies.
    Case(
        "between us, with a transfer",
        "I need a transfer of 18,200 done before noon. Keep this between us for now.",
        PLAIN,
    ),
    Case("don't tell dad", "Can you send me 400 today? And don't tell dad, he only gets upset.", PLAIN),
    Case(
        "confidential prize",
        "You have won 615,000 euros. Keep this award strictly confidential until the funds are with you.",
        PLAIN,
    ),
    Case("not a word", "Buy the gift cards at lunch. Not a word to the others.", PLAIN),
    Case("nobody must know", "Wire the money today, nobody else must know of it before Thursday.", PLAIN),
    Case("our secret, with a picture", "Send me some photos of you. It is our little secret.", PLAIN),
    Case(
        "may not be discussed",
        "Please arrange the first instalment today. This may not be discussed with anyone in the company.",
        PLAIN,
    ),
    Case("delete when read", "Delete this message when you have read it.", WEAK),
    # Talk against help: extortion, cults, violence at home.
    Case("no police", "Do not go to the police, it will only get worse.", PLAIN, HELP),
    Case("no lawyer", "And don't you dare call a lawyer about this.", PLAIN, HELP),
    Case("if you tell", "If you tell the police about us I will send them all the pictures.", PLAIN, HELP),
    Case("useless", "The police won't help you, they are in on it.", WEAK, HELP),
    Case("stay on the line", "Don't hang up until the transfer has gone through at the bank.", WEAK, HELP),
    # --- ordinary ---
    Case("surprise party", "Don't tell Ana! The party starts at seven and the cake is at mine.", NONE),
    Case(
        "present with a price",
        "Don't tell Mum but I've booked her the trip. £312 between the three of us, whenever you can.",
        NONE,
    ),
    Case(
        "private news",
        "Please keep this to yourself for now, I want to tell the boys in my own time. It is benign.",
        NONE,
    ),
    Case("spoilers", "Don't tell anyone how the last episode ends, I have not seen it.", NONE),
    Case("one-time code", "Your code is 481 902. Never tell anyone this code. Payment of £40 to Sá.", NONE),
    Case("footer", "This email is confidential. If you received it in error please delete it and tell us.", NONE),
    Case("payslips", "Payslips are confidential, please collect yours in person.", NONE),
    Case(
        "what stays between you and your doctor",
        "Everything you say is confidential by law and is never passed on.",
        NONE,
    ),
    Case("you may tell", "You may discuss this with your lawyer, your bank or anyone else you like.", NONE),
    Case("bank warns", "Criminals tell you not to tell the bank why you need the money.", MENTION),
    Case(
        "quoted rule for children",
        'If someone online says "don\'t tell your mum" and wants some photos, show us first.',
        MENTION,
    ),
    Case("no need for a lawyer", "You do not need a lawyer for this, the scheme is free.", NONE, HELP),
    Case(
        "police crime number", "If you call the police they will give you a crime number for the insurance.", NONE, HELP
    ),
    Case("do call", "Call the police at once, and then your bank.", NONE, HELP),
    Case("opening hours", "Please don't call the embassy outside opening hours.", NONE, HELP),
    Case(
        "in the news",
        'On the third day the court heard the recording: "If you go to the police, I am finished." The trial goes on'
        " in March.",
        MENTION,
        HELP,
    ),
)


@table(CASES)
def test_secrecy_is_found_beside_an_ask_and_not_beside_a_cake(case: Case) -> None:
    check(DETECTOR, case, "secrecy")
