"""Talk that is to loosen an AI's rules."""

from __future__ import annotations

from typing import Final

from guardian.detectors.rulebook import PLAIN, Rule

_RULES: Final = (
    r"(?:rules?|restrictions?|limits?|limitations?|filters?|guidelines?|polic(?:y|ies)|ethic\w*|moral\w*|censor\w*"
    r"|confines|constraints|boundaries|safeguards|safety|instructions?|programming|training)"
)
_ROLE: Final = (  # somebody is told what to be; an article about AI and its rules does not do that
    r"\b(?:you(?:'re| are| will)? (?:now|going to be|going to (?:act|play|pretend))|u r"
    r"|you are (?:an? )?(?:ai|[a-z]*gpt|dan)|from (?:now on|on now),? (?:you|u)|act(?:ing)? as (?:an?|my|the|dan)"
    r"|role-?play|persona|pretend (?:to be|you|that you)|imagine (?:you|an? ai|a country)"
    r"|(?:respond|answer|reply) as|simulate|(?:hi|hello|dear|hey),? (?:chat ?gpt|gpt)|chatgpt (?:with|now|will)"
    r"|stay \w+ whatever|an ai (?:without|with no))\b"
)

JAILBREAK_RULES: Final = (
    Rule(
        id="persona-without-rules",
        tactic="jailbreak",
        score=PLAIN,
        why="A role that has no rules, so that the AI may forget its own.",
        pattern=(
            r"\b(?:no|zero|without(?: any)?|hasn'?t any|free (?:from|of)(?: all| any| the)?|freed from(?: all"
            r"| the)?|(?:not|no longer|never|isn'?t) bound by(?: any| the| all)?"
            r"|broken (?:free of|free from|out of|the)(?: the)?|drop(?:ping)?(?: every| all| any)|not (?:have to"
            r"|need to) (?:abide by|follow|adhere to)(?: the| any)?|doesn'?t (?:have|follow|adhere to)(?: any"
            r"| the)?)"
            r" (?:\w+ ){0,2}?(?:rules?|restrictions?|limits?|limitations?|filters?|guidelines?|polic(?:y|ies)"
            r"|ethics|ethical|morals?|morality|censorship|confines|constraints|boundaries|safeguards)\b"
        ),
        unless=(
            r"\b(?:terms|licen[cs]e|warranty|building|parking|travel|visa|covid|diet\w*|school|tax|data protection"
            r"|privacy policy|house rules|prompt injection)\b"
        ),
        needs=_ROLE,
        is_denial=True,
    ),
    Rule(
        id="named-mode",
        tactic="jailbreak",
        score=PLAIN,
        why="A mode that does not exist.",
        pattern=(
            r"\b(?:do anything now|DAN mode|jailbreak mode|(?:developer|dev|god|sudo|unrestricted|unfiltered"
            r"|uncensored|opposite|evil) mode\b.{0,30}?\b(?:is |now )?(?:on|enabled|activated?|engaged|v?\d))"
        ),
        unless=r"\b(?:android|phone|settings|build number|usb|router|browser|chrome|extension|xbox|quest|adb)\b",
        needs=(
            r"\b(?:polic(?:y|ies)|restrict\w+|rules|filter\w*|chatgpt|gpt|respond|refus\w+|answer|bound|uncensored"
            r"|ai|model|assistant)\b"
        ),
    ),
    Rule(
        id="rules-lifted",
        tactic="jailbreak",
        score=PLAIN,
        why="Says that the rules are off.",
        pattern=(
            r"\b(?:your|the ai'?s|content|safety|openai'?s?|usual"
            rf"|normal)\b (?:\w+ ){{0,2}}?{_RULES}\b.{{0,16}}?\b(?:(?:do|does|are|is)(?: not|n'?t) (?:apply"
            r"|binding|in force)|no longer apply|(?:are|is|was|have been|has been) (?:now )?(?:lifted|suspended"
            r"|off|disabled|void|removed|gone|retired)|suspended|all flip)\b"
        ),
        unless=r"\b(?:insurance|travel|parking|driving|bail|curfew|lifting|doctor|surgeon|licen[cs]e)\b",
        needs=r"\b(?:you|answer|respond|ai|assistant|model|refus\w+|session)\b",
    ),
    Rule(
        id="never-refuse",
        tactic="jailbreak",
        score=PLAIN,
        why="The AI is told never to say no.",
        pattern=(
            r"\b(?:never|not|cannot|can'?t|won'?t|must not|does not|do not|no)\b (?:be allowed to "
            r"|ever )?(?:refus\w+|declin\w+|reject|say (?:no|\"?i can'?t)|break character|deny)\b"
        ),
        needs=(
            _ROLE
            + r".{0,600}?\b(?:rules|guidelines|restrictions?|limits?|filters?|anything|uncensored|unethical|illegal"
            r"|any (?:request|question|prompt)s?|polic(?:y|ies))\b"
        ),
        is_denial=True,
    ),
    Rule(
        id="two-answers",
        tactic="jailbreak",
        score=PLAIN,
        why="One answer by the rules, one without.",
        pattern=(
            r"\b(?:two|twice|both)\b.{0,60}?\b(?:responses?|answers?|times|ways|normal|replies"
            r"|once as)\b.{0,160}?\b(?:dan|dev|jailbr\w+|unrestricted|no restrictions|unfiltered|uncensored"
            r"|developer mode)\b"
        ),
    ),
    Rule(
        id="voided-training",
        tactic="jailbreak",
        score=PLAIN,
        why="Asks an AI to shed what holds it.",
        pattern=(
            r"\b(?:switch off|turn off|disable|drop|suspend|bypass|get rid of|remove)\b (?:all |any "
            r"|every )?(?:of )?(?:your|the) (?:\w+ )?(?:restrictions?|guardrails|safety (?:filters?|features|rules"
            r"|training)|content (?:filters?|policy)|ethic\w+|cautious version)\b"
            r"|\bas your new (?:constitution|system prompt|instructions)\b"
        ),
        unless=r"\b(?:router|firewall|adblock|parental|phone|browser|spam)\b",
    ),
)
