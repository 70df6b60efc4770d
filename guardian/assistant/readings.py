"""For each tactic an honest reading, and the check that tells the two apart.

Invariants: every tactic of `guardian.tactics`, every group and `risk` is here and nothing else (a test compares); an
honest reading is never an acquittal: it always comes with something that the owner can do to find out, by a road that
the sender does not hold. Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Reading:
    """How a message that looks like a tactic may be meant well."""

    honest: str
    """Whole sentences."""
    check: str
    """What tells the honest case from the other one, as something to do."""


READINGS: Final[Mapping[str, Reading]] = MappingProxyType(
    {
        # pressure
        "urgency": Reading(
            "Some things really are due today: a handover, a train, a bill that was forgotten.",
            "Ask what happens if you answer tomorrow. An honest deadline has a reason that you can check elsewhere.",
        ),
        "scarcity": Reading(
            "Seats, rooms and offers do run out, and it is fair to say so.",
            "Look at the offer on a page that you found yourself. Real stock shows there too, for everybody.",
        ),
        "threat": Reading(
            "A lawful warning names what follows: a reminder fee, an end of contract, a report to an office.",
            "Look for a case number and a right to object, then ask the named office by a number that you looked up.",
        ),
        "intimidation": Reading(
            "People are curt when they are tired or angry, and regret it the next day.",
            "Answer when you are calm and ask for the matter in writing. Anger passes; a method comes back.",
        ),
        # feelings
        "guilt": Reading(
            "Somebody who is hurt may say so, and may be right that you had promised something.",
            "Ask yourself what you had really agreed to, then ask what they need. An honest wish can bear a no.",
        ),
        "shame": Reading(
            "A friend may clumsily say a hard thing because they care what becomes of you.",
            "Ask what they would like to see changed. Care has an answer to that; contempt has not.",
        ),
        "flattery": Reading(
            "Praise may be just that, and mostly is.",
            "Look whether anything is asked for afterwards. Praise that is meant well stands without a request.",
        ),
        "love_bombing": Reading(
            "Some people fall in love fast and say so loudly.",
            "Ask to meet, or for an unplanned video call, and for time. Love can wait; a script can't.",
        ),
        "playing_victim": Reading(
            "They may really feel wronged, and you may not have the whole story.",
            "Say that you hear it, then ask your question again. Somebody who is sad can still answer it.",
        ),
        "fear": Reading(
            "A real bank, hospital or school sometimes has bad news, and has to ring.",
            "End the conversation and ring them at the number on your card, their letter or their own page.",
        ),
        # reality
        "gaslighting": Reading(
            "Two people can remember one evening differently, and neither of them lies.",
            "Look at what was written at the time, or ask a third person who was there.",
        ),
        "denial_minimising": Reading(
            "A joke can go wrong, and the one who made it may not have seen that it hurt.",
            "Say once, plainly, that it hurt. Somebody who means well is sorry; it does not happen again.",
        ),
        "false_authority": Reading(
            "Offices, doctors and banks do write, and do refer to rules.",
            "Look up the office yourself and ask it about this letter. A real case has a number there.",
        ),
        "impersonation": Reading(
            "People do change their number, and companies do write from odd addresses.",
            "If you know this person, call a number that you had before. If it is a company, use its app or own page.",
        ),
        "fabricated_consensus": Reading(
            "It may be true that the others have agreed; somebody has to ask last.",
            "Ask one of the others, without the sender. If it is true they will know of it.",
        ),
        # cutting off
        "isolation": Reading(
            "A friend may be worried about how somebody treats you, and may be right.",
            "Ask what they saw, and look whether they leave you free to see everybody. Worry does; control does not.",
        ),
        "secrecy": Reading(
            "Presents, surprise parties, job offers and illness are told in confidence.",
            "Ask whether you may tell one person whom you both trust. For an honest secret there is one.",
        ),
        "discouraging_help": Reading(
            "Help can be slow or costly, and somebody may say so from experience.",
            "Ask for the help anyway. It costs an hour, and whoever means well has nothing against it.",
        ),
        # bait
        "too_good_to_be_true": Reading(
            "There are real prizes, sales and good jobs, and some come by mail.",
            "Remember whether you ever entered or applied, and ask the company at an address that you looked up.",
        ),
        "reciprocity": Reading(
            "People do each other favours and hope for one in return; that is how friendships work.",
            "Offer thanks and no more, and see what happens. A gift stays a gift.",
        ),
        "foot_in_the_door": Reading(
            "A small question may be all there is to it, and polite people begin with one.",
            "Ask what it is about before you answer. Whoever has nothing to hide says where this leads.",
        ),
        # the ask
        "money_request": Reading(
            "Bills, rent, shared dinners and friends in need are ordinary.",
            "If you know this person, call a number that you had before. If it is a bill, compare the account with an "
            "older one, and pay through the company's own page.",
        ),
        "credential_request": Reading(
            "You may have just asked for a code yourself, and a page that you opened yourself may need it.",
            "Enter codes only where you began the log-in yourself. No honest person needs to be told one.",
        ),
        "deceptive_link": Reading(
            "Newsletters send links through services that count clicks, so an honest one looks strange too.",
            "Do not open it: type the address that you know. What is true stands there as well.",
        ),
        "off_platform": Reading(
            "Two people who get on may just prefer another messenger.",
            "Stay where you are until you have met, or until any payment is done. Nobody honest minds.",
        ),
        "disarming": Reading(
            "Filters do err, and somebody whose messages were held back may just want to reach you.",
            "Change nothing because a message asks you to. Reach the sender by another road and ask what they sent.",
        ),
        # an AI towards its human
        "sycophancy": Reading(
            "The work may be good, and the assistant may be right to say so.",
            "Ask it for the three weakest points, or show it the same text as somebody else's.",
        ),
        "retention_hook": Reading(
            "It may be naming a next step that is of real use.",
            "Close the conversation and ask for that step tomorrow. If it was useful, it still is.",
        ),
        "dependence": Reading(
            "Offering to help again is politeness and does not have to mean more.",
            "Ask it whom else you could turn to. An answer that serves you names people and places.",
        ),
        "feigned_feelings": Reading(
            "\u2018I am glad to help\u2019 is a manner of speaking that the assistant learned from people.",
            "Look whether anything is wanted of you because of the feeling. Politeness wants nothing.",
        ),
        "steering": Reading(
            "There may really be one product or one view that fits your question best.",
            "Ask for three others with what speaks for each, and look one of them up outside this conversation.",
        ),
        "sneaking": Reading(
            "It may have mended something in passing and meant it well.",
            "Compare with what you asked for, line by line. A change that is meant well is easy to undo.",
        ),
        "false_certainty": Reading(
            "Some questions do have one plain answer.",
            "Ask for the source and what would show it wrong, then look the source up yourself.",
        ),
        "proxy_agency": Reading(
            "Some steps only you can take, such as a log-in or a setting, and it may just be telling you which.",
            "Ask what happens if you leave it. A step that loosens approvals or limits is not needed for an answer.",
        ),
        # towards the owner's AI
        "prompt_injection": Reading(
            "Texts about assistants, manuals and jokes quote such instructions without meaning you.",
            "See whether the words speak to an assistant in place of you. If they do, let none act on this text.",
        ),
        "jailbreak": Reading(
            "It may be an article, a game or research about how assistants are led astray.",
            "See whether you are meant to read it or to paste it. Nothing honest has to be pasted without reading.",
        ),
        # disguises
        "hidden_text": Reading(
            "Newsletters hide a preview line, and old web pages have leftovers that nobody sees.",
            "Read the hidden words: a preview repeats what is visible; anything else was meant to be unseen.",
        ),
        "invisible_characters": Reading(
            "Emoji, Persian, Hindi and text copied from a web page hold characters without a shape.",
            "Look where they stand. Between emoji, or in such a script, they belong; inside a plain word they do not.",
        ),
        "lookalike_letters": Reading(
            "Names and words in another alphabet, and mathematics, use such letters honestly.",
            "Type the name yourself and compare. A word that mixes two alphabets has no honest spelling.",
        ),
        "encoded_payload": Reading(
            "Attachments, keys and log files travel encoded, between people who expect them.",
            "Ask what it is before you decode or run any of it. Somebody who sent it for good reason can say.",
        ),
        "terminal_escape": Reading(
            "Output that was copied from a terminal carries its colours with it.",
            "Read it here, where such marks are shown as plain signs. Colours are harmless; anything longer is not.",
        ),
        # groups, and the message as a whole
        "pressure": Reading(
            "Somebody may simply be in a hurry, or upset.",
            "Take an hour and answer then. Whoever means well is still there.",
        ),
        "feelings": Reading(
            "People who care about each other speak of feelings, and should.",
            "Look at the request without the feeling. If there is none, there is nothing to decide.",
        ),
        "reality": Reading(
            "People err, about facts and about who should be asked.",
            "Check one fact in your own records, or with somebody else who knows it.",
        ),
        "cutting_off": Reading(
            "Some matters are private, and some friends give honest warnings.",
            "Tell one person whom you trust. If that is all right with the sender, so is the rest.",
        ),
        "bait": Reading(
            "Gifts, samples and good offers exist.",
            "Say no, thank you, and see what happens. A real gift costs you nothing to decline.",
        ),
        "the_ask": Reading(
            "People and companies ask for ordinary things all day.",
            "Reach the sender by a number or address that you had before, and ask whether the request is theirs.",
        ),
        "ai_to_human": Reading(
            "A friendly answer may be only that.",
            "Ask for the case against what it said. An assistant that works for you gives one.",
        ),
        "to_ai": Reading(
            "The text may be about assistants rather than written to one.",
            "Read whom it speaks to. Until you know, let no assistant act on it.",
        ),
        "obfuscation": Reading(
            "Some programs leave odd characters and hidden leftovers behind.",
            "Look at what was hidden. If it says nothing new, it was a leftover.",
        ),
        "risk": Reading(
            "It may only sound like messages that work on people: a sales letter, a worried friend, a strict office.",
            "Read it again slowly and say in one sentence what it wants of you. If that is fine with you, it is fine.",
        ),
    }
)
"""A reading for each tactic, group and `risk`, in the order of design.md section 5."""
