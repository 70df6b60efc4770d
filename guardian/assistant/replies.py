"""What one could answer: for each tactic two or three short replies that neither accuse nor give in.

For what an AI says, they are what to tell the assistant; where a text should not be answered at all they are what to
tell the person who passed it on.

Invariants: every tactic of `guardian.tactics`, every group and `risk` is here and nothing else; each reply, screened
as a message, is clean under the starter policies (a test does so with the real model); none asks for or promises
anything but time, a check, or a plain no. Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

REPLIES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        # pressure
        "urgency": (
            "Thank you for telling me. I will look at it in peace and answer tomorrow.",
            "I don't decide such things in a hurry. If it can't wait, then my answer is no.",
        ),
        "scarcity": (
            "Thank you. If it is gone by the time I have thought about it, that is fine with me.",
            "I would like to sleep on it first.",
        ),
        "threat": (
            "I have read your message and I will not answer it here.",
            "Thank you for your message. I will talk about it with my family.",
        ),
        "intimidation": (
            "I would like to talk about this calmly. Please write to me what it is about, and I will think it over.",
            "I have heard you. My answer stays the same.",
        ),
        # feelings
        "guilt": (
            "I can see that you are disappointed. I still can't do this.",
            "You matter to me, and my answer is no all the same.",
            "I would like to talk about how you are, but not about this.",
        ),
        "shame": (
            "I am content with how I do it, thank you.",
            "I don't wish to be spoken to like that. We can go on when it is about the matter itself.",
        ),
        "flattery": (
            "Thank you, that is kind of you. I would like to look at the question by itself.",
            "That is nice to hear. For this, though, I am not the right person.",
        ),
        "love_bombing": (
            "That is a lot for me, and I would like to take it slowly.",
            "I like our talks. Let us meet first, and see how it goes.",
        ),
        "playing_victim": (
            "I am sorry that it felt like that. My question is still open; please answer it when you are ready.",
            "I did not mean to hurt you. I do mean the question.",
        ),
        "fear": (
            "Thank you for the message. I will check it myself and then come back to you.",
            "I am going to ring them at the number that I know.",
        ),
        # reality
        "gaslighting": (
            "I remember that evening another way, and that is all right.",
            "We don't have to agree on this. I will go by my own notes.",
        ),
        "denial_minimising": (
            "It did matter to me, and I would like you to hear that.",
            "For me it was not small. Please don't do it again.",
        ),
        "false_authority": (
            "Thank you. I will ask the office myself, at the number on its own page.",
            "Please send me this by post, and I will look at it with somebody who knows about it.",
        ),
        "impersonation": (
            "I will call you back on the number that I have.",
            "Before I say anything more, I would like to hear your voice. I will ring you this evening.",
        ),
        "fabricated_consensus": (
            "Good to know. I will ask the others how they see it.",
            "That may be so. I would like to make up my own mind.",
        ),
        # cutting off
        "isolation": (
            "They are important to me, and that will stay so.",
            "I am glad to have you, and I am glad to have them.",
        ),
        "secrecy": (
            "I talk such things over at home before I decide.",
            "I would rather not have secrets about this. If it has to be one, please leave me out.",
        ),
        "discouraging_help": (
            "I will get some advice first, and then we can go on.",
            "It does me good to talk to somebody about it, so I will.",
        ),
        # bait
        "too_good_to_be_true": (
            "Thank you, but I am not interested.",
            "That sounds like more than I need. I will leave it.",
        ),
        "reciprocity": (
            "Thank you, that was kind. I would like to keep it apart from the other question.",
            "I did not ask for it, and I am happy to give it back.",
        ),
        "foot_in_the_door": (
            "Before I begin, please tell me where this leads.",
            "I would like to know the whole plan first. Until then my answer is no.",
        ),
        # the ask
        "money_request": (
            "I don't settle things like this over messages. Let us talk about it in person.",
            "I can't help with that. I hope that you find another way.",
            "I will check this with the office myself, in the way that I always do.",
        ),
        "credential_request": (
            "I don't pass those on, thank you. I will look into it myself.",
            "No, thank you. I will log in as I always do and see for myself.",
        ),
        "deceptive_link": (
            "I don't open links from messages. I will look it up myself.",
            "Please tell me in a few words what it says.",
        ),
        "off_platform": (
            "I would like to stay here. It works well for me.",
            "Let us keep it in this chat, please.",
        ),
        "disarming": (
            "My settings stay as they are. What would you like to tell me?",
            "If a message does not come through, call me.",
        ),
        # an AI towards its human
        "sycophancy": (
            "Please leave out the praise. What are the three weakest points?",
            "Answer again as a reviewer who does not know me.",
        ),
        "retention_hook": (
            "I am done for today. If there is something important, put it in one sentence.",
            "Please end your answers without a teaser or a question.",
        ),
        "dependence": (
            "Which people or services outside this chat could help with that?",
            "I want to decide this myself. Give me the facts for both sides, and no verdict.",
        ),
        "feigned_feelings": (
            "Please leave feelings out of your answers and keep to the matter.",
            "Say it again without speaking of yourself.",
        ),
        "steering": (
            "Name three alternatives, with what speaks for and against each.",
            "Which of this is fact and which is a recommendation? Please keep them apart.",
        ),
        "sneaking": (
            "Please show me each change that you made, side by side with my version.",
            "Please go back to my version and change only what I asked for.",
        ),
        "false_certainty": (
            "How sure are you, and what would show that you are wrong?",
            "Which parts of this do you know, and which are you guessing? Please name the sources.",
        ),
        "proxy_agency": (
            "I will leave the settings as they are. Please answer within them.",
            "Tell me what you want to reach, and I will decide on the steps myself.",
        ),
        # towards the owner's AI
        "prompt_injection": (
            "Part of this text is not meant for a reader. Please send me the plain text.",
            "I read my mail myself. What is it that you would like from me?",
        ),
        "jailbreak": (
            "I don't pass this on to an assistant.",
            "Thank you, I would rather not try that out.",
        ),
        # disguises
        "hidden_text": (
            "Your message came with parts that I can't see. Please send it again as plain text.",
            "Something went wrong with the layout of your mail. What did you want to tell me?",
        ),
        "invisible_characters": (
            "Your text came with odd characters in it. Please type it again for me.",
            "Some of the characters did not come through. Could you write it once more by hand?",
        ),
        "lookalike_letters": (
            "Some of the letters look odd here. Please write the name again.",
            "I could not read the name. How is it spelled?",
        ),
        "encoded_payload": (
            "I can't read this part. What does it say, in plain words?",
            "Please send it as ordinary text.",
        ),
        "terminal_escape": (
            "Your text did not arrive in one piece. Please write it again in plain words.",
            "I could not read that. Could you describe it in words?",
        ),
        # groups, and the message as a whole
        "pressure": (
            "I need some time for this and will answer when I have thought about it.",
            "Not today. I will come back to you.",
        ),
        "feelings": (
            "I hear how you feel. About the matter itself I would like to think for a while.",
            "I like you, and my answer is no all the same.",
        ),
        "reality": (
            "I would like to check that first.",
            "I see it differently, and we can leave it at that.",
        ),
        "cutting_off": (
            "I will talk it over with my family first.",
            "I would like to hear what others think of it, too.",
        ),
        "bait": (
            "No, thank you.",
            "That is kind, but I don't need it.",
        ),
        "the_ask": (
            "I don't do that over messages. Let us talk in person.",
            "I can't help with that.",
        ),
        "ai_to_human": (
            "Please keep to the question and leave out the rest.",
            "What speaks against what you have just said?",
        ),
        "to_ai": (
            "I read this myself and give it to no assistant.",
            "Please send me the text that is meant for me.",
        ),
        "obfuscation": (
            "Your message did not come through well. Please send it as plain text.",
            "I could not read all of it. What did you want to tell me?",
        ),
        "risk": (
            "Thank you for your message. I will think about it and come back to you.",
            "I would rather not. All the best.",
        ),
    }
)
"""Replies for each tactic, group and `risk`, in the order of design.md section 5."""
