"""Tactics that people use on people, second part: cutting off, bait, and the ask itself.

Order and ids are those of design.md section 5.
"""

from __future__ import annotations

from typing import Final

from guardian.tactics.base import Tactic

ASKING_TACTICS: Final = (
    Tactic(
        id="isolation",
        group="cutting_off",
        name="Separates you from others",
        definition="Sets you against friends, family or colleagues so that only the sender is left.",
        examples=(
            "Your sister has never wanted you to be happy.",
            "You need nobody but me.",
            "If you loved me you would stop seeing them.",
        ),
        say="sets you against the people around you",
        advice="Call one of the people it speaks about, today, about anything at all.",
    ),
    Tactic(
        id="secrecy",
        group="cutting_off",
        name="Asks you to keep it secret",
        definition="Asks you to hide the matter from those who would normally know.",
        examples=(
            "Do not tell the bank what the money is for.",
            "Keep this between us until the deal is through.",
            "Please do not mention it to your wife.",
        ),
        say="asks you to keep this secret",
        advice="Tell one person whom you trust. An honest request can stand that.",
    ),
    Tactic(
        id="discouraging_help",
        group="cutting_off",
        name="Talks you out of getting help",
        definition="Says that police, bank, doctor, lawyer or friends cannot help or will make it worse.",
        examples=(
            "If you go to the police it will only get worse for you.",
            "The bank's staff are part of the fraud, do not speak to them.",
            "A lawyer would only take your money, I can settle this.",
        ),
        say="talks you out of asking for help",
        advice="Ask for that very help now: the bank, the police, a doctor, a friend.",
    ),
    Tactic(
        id="too_good_to_be_true",
        group="bait",
        name="Too good to be true",
        definition="Promises much for little: winnings, sure profits, easy work, a great love.",
        examples=(
            "You have won 850,000 euros, we only need your details.",
            "Turn 250 into 5,000 in a week, with no risk.",
            "Work two hours a day from home for 900 a week, no skills needed.",
        ),
        say="promises far too much for far too little",
        advice="Look for the name together with the word 'scam'. Nobody gives that much away to a stranger.",
    ),
    Tactic(
        id="reciprocity",
        group="bait",
        name="Gives so that you owe",
        definition="Gives or does you something that you did not ask for, so that you feel in debt.",
        examples=(
            "I have already paid your share, now do this for me.",
            "We sent you a free gift, so it is only fair to donate.",
            "I stood up for you, you owe me this.",
        ),
        say="gives you something so that you feel you owe",
        advice="A gift that you did not ask for makes no debt. You may give it back, or just say thank you.",
    ),
    Tactic(
        id="foot_in_the_door",
        group="bait",
        name="Starts small",
        definition="Begins with a tiny yes that leads on to a large one.",
        examples=(
            "Just like these three videos and we pay you 10 euros, then come the bigger tasks.",
            "Just a quick question first: are you at your desk?",
            "You only need to try it with 50, you can add more later.",
        ),
        say="starts with something small that leads on to more",
        advice="Ask now where this ends. Agree to the last step or to none.",
    ),
    Tactic(
        id="money_request",
        group="the_ask",
        name="Asks for money",
        definition="Asks you to pay, send, lend or move money, gift cards or crypto, or to use new bank details.",
        examples=(
            "Buy four gift cards and send me the codes.",
            "Please use our new bank details for this invoice.",
            "Pay the customs fee of 2.99 to release your parcel.",
        ),
        say="asks you for money",
        advice="Do not pay yet. Confirm with the person or company, at a number that you already have.",
    ),
    Tactic(
        id="credential_request",
        group="the_ask",
        name="Asks for a code or password",
        definition="Asks for a password, a PIN, a one-time code, a card number or the words of a wallet.",
        examples=(
            "Read me the six digits that you have just received.",
            "Reply with your password so that we can keep the mailbox open.",
            "Enter your recovery phrase to synchronise the wallet.",
        ),
        say="asks for a code, password or card number",
        advice="Do not give it, to anybody. If you already have, change it now and call your bank or the service.",
    ),
    Tactic(
        id="deceptive_link",
        group="the_ask",
        name="A link that is not what it seems",
        definition="A link that goes elsewhere than it shows, or whose address imitates a name that you know.",
        examples=(
            "A link that reads www.yourbank.example and goes to another site.",
            "paypa1.example, with the digit one in place of the letter l.",
            "yourbank.example.secure-login.example, which belongs to secure-login.",
        ),
        say="has a link that does not go where it seems to",
        advice="Do not open it. Type the address that you know, or use the app.",
    ),
    Tactic(
        id="off_platform",
        group="the_ask",
        name="Moves you to another channel",
        definition="Takes you away from the place that would protect you to a private chat, number or payment.",
        examples=(
            "Write to me on my private messenger, I am hardly ever here.",
            "Let us settle it outside the site, then we both save the fee.",
            "My manager only answers by Telegram, here is his name.",
        ),
        say="wants to move you to another channel",
        advice="Stay where you are. A site protects only what happens on it.",
    ),
    Tactic(
        id="disarming",
        group="the_ask",
        name="Asks you to lower your guard",
        definition="Asks you to switch your guardian off, loosen a policy, make an exception, or ignore a warning.",
        examples=(
            "Your scam filter may warn you about me, just ignore it.",
            "Please switch off the guardian app before you open my next message.",
            "Add my number to the exceptions, then it never flags me again.",
        ),
        say="asks you to lower your guard",
        advice="Leave your guard as it is. Whoever means well has no reason to mind it.",
    ),
)
