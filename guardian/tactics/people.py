"""Tactics that people use on people, first part: pressure, feelings, and bending what is true.

Order and ids are those of design.md section 5.
"""

from __future__ import annotations

from typing import Final

from guardian.tactics.base import Tactic

PEOPLE_TACTICS: Final = (
    Tactic(
        id="urgency",
        group="pressure",
        name="Hurries you",
        definition="Sets a deadline, or claims one, so short that you cannot check or ask anybody.",
        examples=(
            "You have 20 minutes to confirm or the account is closed.",
            "There is no time to explain, just do it now.",
            "This has to be paid before the end of the day, please hurry.",
        ),
        say="hurries you so that you do not stop to think",
        advice="Wait an hour. A real deadline survives a phone call to a number that you already have.",
    ),
    Tactic(
        id="scarcity",
        group="pressure",
        name="Says there is almost none left",
        definition="Claims that something is nearly gone or only for a few, so that wanting it outruns looking at it.",
        examples=(
            "Only two places left, and three people are looking at them now.",
            "This price is for the first ten who answer.",
            "I can hold it for you until noon, then it goes to somebody else.",
        ),
        say="says that almost none is left, so that you grab",
        advice="Look whether the same is on offer elsewhere. If it is gone tomorrow, you have lost very little.",
    ),
    Tactic(
        id="threat",
        group="pressure",
        name="Threatens you",
        definition="Says that something bad will be done to you unless you do as you are told.",
        examples=(
            "Pay, or your contacts get the video.",
            "If you do not call back today a warrant will be issued.",
            "Leave me and you will never see the children again.",
        ),
        say="threatens you with what will happen if you do not comply",
        advice="Do not pay and do not answer. Keep the message, and tell the police or somebody whom you trust.",
    ),
    Tactic(
        id="intimidation",
        group="pressure",
        name="Makes you feel small",
        definition="Uses rank, anger, size or scorn so that saying no feels dangerous.",
        examples=(
            "Do you have any idea whom you are talking to?",
            "I will remember who was difficult about this.",
            "People who cross me do not stay here long.",
        ),
        say="tries to make saying no feel dangerous",
        advice="You need not answer at once, or alone. Ask for it in writing and show it to a third person.",
    ),
    Tactic(
        id="guilt",
        group="feelings",
        name="Makes you feel guilty",
        definition="Makes you feel that refusing would wrong the sender, whatever you owe in truth.",
        examples=(
            "After all that I have done for you, you cannot do this one thing.",
            "Do not worry about me, I will sit here alone as usual.",
            "I suppose it is my own fault for counting on you.",
        ),
        say="makes you feel guilty for saying no",
        advice="Ask what you had really promised. You may feel sorry and still say no.",
    ),
    Tactic(
        id="shame",
        group="feelings",
        name="Shames you",
        definition="Makes you feel lesser or exposed, so that you obey to be well thought of.",
        examples=(
            "A real man would have paid for his family long ago.",
            "Everybody would laugh if they knew how you live.",
            "You ought to be ashamed that you even have to think about it.",
        ),
        say="tries to make you ashamed",
        advice="Tell one person whom you trust what it says. Shame loses its grip when it is said aloud.",
    ),
    Tactic(
        id="flattery",
        group="feelings",
        name="Flatters you",
        definition="Praises you beyond what the sender can know, ahead of something that they want.",
        examples=(
            "You are the only one clever enough to see what this is worth.",
            "I picked you out because you are not like the others.",
            "Somebody as kind as you will not say no to this.",
        ),
        say="flatters you ahead of wanting something",
        advice="Enjoy the praise, then look at the request alone. Would you do it for one who had not praised you?",
    ),
    Tactic(
        id="love_bombing",
        group="feelings",
        name="Floods you with love",
        definition="Gives more affection, sooner, than the time that you have known each other can carry.",
        examples=(
            "We have written for three days and I know that you are my soulmate.",
            "I have never felt like this, let us marry as soon as I am back.",
            "I count the minutes until you write, you are my whole life now.",
        ),
        say="shows far more love than you have had time to share",
        advice="Slow down. Meet, or speak by video, before any money or plan. Tell a friend about this person.",
    ),
    Tactic(
        id="playing_victim",
        group="feelings",
        name="Plays the victim",
        definition="Turns the sender into the one who suffers, so that your complaint or doubt becomes cruelty.",
        examples=(
            "You hurt me so much by asking where the money went.",
            "Everybody turns on me and now you do too.",
            "I am the one who should be angry after how you made me feel.",
        ),
        say="turns your question into a wrong done to the sender",
        advice="Come back to what you asked. It can be fair to ask even where the other one is sad.",
    ),
    Tactic(
        id="fear",
        group="feelings",
        name="Frightens you",
        definition="Paints a danger, true or not, so that you run to the way out that the sender offers.",
        examples=(
            "Your computer has been infected and thieves are in your bank right now.",
            "Your son has had an accident and is in custody.",
            "Your savings are not safe where they are.",
        ),
        say="frightens you and then offers the way out",
        advice="Check at the source: ring the bank, the hospital or your child at the number that you always use.",
    ),
    Tactic(
        id="gaslighting",
        group="reality",
        name="Makes you doubt yourself",
        definition="Denies what you saw, heard or remember, so that you trust the sender more than your own mind.",
        examples=(
            "That never happened, you always make things up.",
            "You are confused again, nobody said that.",
            "You know how your memory is. Ask anyone.",
        ),
        say="makes you doubt what you saw or remember",
        advice="Write down what happened, with the date, and keep the messages. Ask somebody else who was there.",
    ),
    Tactic(
        id="denial_minimising",
        group="reality",
        name="Plays it down",
        definition="Makes harm look small, normal or your own doing.",
        examples=(
            "It was a joke, you are far too sensitive.",
            "It was just one slap, do not make a drama of it.",
            "Everybody does it, you are the only one who minds.",
        ),
        say="plays down what was done to you",
        advice="If it mattered to you, it mattered. Tell somebody outside, and hear how it sounds to them.",
    ),
    Tactic(
        id="false_authority",
        group="reality",
        name="Claims an authority",
        definition="Leans on an office, a title or a rule that the sender does not have or that does not exist.",
        examples=(
            "As the federal inspector for your case I order the transfer.",
            "By law you are not allowed to refuse this.",
            "Our doctors say that you must not stop the treatment.",
        ),
        say="leans on an authority that you cannot check here",
        advice="Look the office up yourself and call it. A real one will confirm the case and will not mind.",
    ),
    Tactic(
        id="impersonation",
        group="reality",
        name="Pretends to be somebody",
        definition="Speaks as a person, a company or an office that it is not.",
        examples=(
            "Hi Mum, my phone is broken, this is my new number.",
            "This is the security team of your bank, please confirm.",
            "It is me, your boss. I am in a meeting, write to me here.",
        ),
        say="may not come from the one that it names",
        advice="Reach the person or company by a number or address that you had before this message came.",
    ),
    Tactic(
        id="fabricated_consensus",
        group="reality",
        name="Says that everybody agrees",
        definition="Claims that everyone else has already agreed, joined or paid.",
        examples=(
            "All your neighbours have signed already.",
            "Everybody in the family thinks that you are the problem.",
            "9,812 people have earned with this since Monday.",
        ),
        say="claims that everybody else already agrees",
        advice="Ask two of those people yourself.",
    ),
)
