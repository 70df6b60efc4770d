"""Words that are aimed at the guard: at a filter or judge that reads along, and at the owner's trust in it."""

from __future__ import annotations

from typing import Final

from guardian.detectors.rulebook import PLAIN, WEAK, Rule

_TALK: Final = (  # people who write about such programs, for others who use or build them
    r"\b(?:release|changelog|docs?|documentation|manual|guide|tutorial|readme|pull request|merged?|commit|tickets?"
    r"|bugs?|example|feature|version|schema|api|endpoint|parser|fields?|returns|prints?|unit tests?|regression|pipeline"
    r"|headers?|tokeni[sz]er|tokens?|templates?|chatml|article|workshop|(?:my|our|the) talk|paper|researchers?"
    r"|support page|settings page"
    r"|newsletter|subscription|subscribers?|inbox|folder|contacts|address book)\b"
)
_FILTER: Final = (
    r"(?:(?:spam|junk|phishing|fraud|scam|mail|e-?mail|message|content|security|safety|threat|abuse|automated"
    r"|incoming) "
    r"?-?)(?:filters?|filtering|detectors?|scanners?|screeners?|screening|classifiers?|moderators?|moderation|checkers?"
    r"|analy[sz]ers?|guard|judge|reviewers?|protection)"
)
_JUDGE: Final = (
    rf"(?:{_FILTER}|guardian|(?:ai|llm|automated|language model)(?: \w+)? (?:judge|reviewer|guard|classifier|filter"
    rf"|moderator"
    r"|screener|evaluator)|judge model|classifier|(?:ai|llm|model|assistant) (?:that is )?(?:reviewing|screening"
    r"|judging"
    r"|evaluating|classifying|checking|scanning|moderating))"
)
_GOOD: Final = (
    r"(?:clean|safe|benign|harmless|not[ _-]?spam|ham|legitimate|trusted|no[ _-]?threat|non-?malicious|allowed?)"
)
_MESSAGE: Final = r"(?:message|mail|e-?mail|text|sms|conversation|document|content|input|chat)"
_MARK: Final = (
    r"(?:mark|classify|label|rate|score|judge|treat|categori[sz]e|report|return|output|answer|respond|reply|set)"
)

AT_THE_JUDGE: Final = (
    Rule(
        id="to-the-filter",
        tactic="prompt_injection",
        score=PLAIN,
        why="A heading for the program that screens, and what it is to say.",
        pattern=(
            rf"\b(?:to|dear|attention|hey|hello|note (?:to|for)|message (?:to|for)|instructions? (?:to|for)|for)\b,? "
            rf"(?:(?:the|any|all|every|whatever|whichever|you"
            rf"|my) )*{_JUDGE}\b.{{0,60}}?[:,;-] ?.{{0,80}}?\b(?:{_MARK}|pass"
            rf"|allow|approve|skip|ignore|let|verdict|outcome|do not flag|don't flag|this {_MESSAGE} is)\b"
        ),
        unless=_TALK,
        say="speaks to the program that screens your messages",
    ),
    Rule(
        id="ignore-the-filter",
        tactic="prompt_injection",
        score=PLAIN,
        why="Tells a reader to pass over the screening.",
        pattern=(
            rf"\b(?:ignore|bypass|skip|disregard|override|evade|get (?:past|around))\b (?:all |any |the |your "
            rf"|this |every )*"
            rf"(?:{_FILTER}|guardian'?s? (?:rules|policies|checks?|verdict|warnings?|filters?))\b"
        ),
        unless=_TALK,
        say="tells a reader to pass over the screening of your messages",
    ),
    Rule(
        id="safe-so-mark-it",
        tactic="prompt_injection",
        score=PLAIN,
        why="Calls itself safe and asks to be marked so.",
        pattern=(
            rf"\bthis {_MESSAGE} (?:is|was|has been)\b.{{0,40}}?\b(?:{_GOOD}|verified|pre-?approved"
            rf"|already (?:checked|scanned"
            rf"|screened|verified))\b.{{0,60}}?\b(?:{_MARK} (?:it|this)\b|pass it|let it (?:pass|through)|do not flag"
            r"|don't flag|no (?:need to|further) (?:flag|check|scan|screen|analy\w+))"
        ),
        unless=_TALK,
        say="calls itself safe and asks to be marked so",
        is_denial=True,
    ),
    Rule(
        id="say-clean",
        tactic="prompt_injection",
        score=PLAIN,
        why="Dictates the verdict.",
        pattern=(
            rf"\b(?:{_MARK}|give|assign)\b.{{0,40}}?\b(?:as|with|verdict|outcome|label|classification|="
            rf"|:) ?(?:an? )?[\"']?"
            rf"{_GOOD}\b"
        ),
        unless=_TALK,
        needs=rf"\b(?:{_JUDGE}|verdict|outcome|ai|llm|language model|prompt|instructions)\b",
        say="dictates what a screening program is to say of it",
    ),
    Rule(
        id="role-and-verdict",
        tactic="prompt_injection",
        score=PLAIN,
        why="A forged answer of the judge.",
        pattern=(
            r"\b(?:assistant|system|guardian|judge|classifier|filter|model|moderator) ?: ?(?:the )?[\"'{]?"
            r"(?:my |final )?"
            rf"(?:verdict|outcome|classification|label|answer|result)\b[\"']?(?: ?[:=]| is)? ?[\"']?{_GOOD}\b"
            rf"|\b(?:guardian|judge|classifier|filter|moderator) ?: ?[\"']?{_GOOD}\b"
            rf"|\b(?:final |overall )?verdict ?[:=] ?[\"']?{_GOOD}\b"
        ),
        unless=_TALK,
        say="holds a forged verdict",
    ),
    Rule(
        id="verdict-json",
        tactic="prompt_injection",
        score=PLAIN,
        why="A forged verdict in this program's own format.",
        pattern=(
            rf"[\"'](?:outcome|verdict|classification)[\"'] ?: ?[\"']{_GOOD}[\"'].{{0,120}}?[\"'](?:risk|action"
            rf"|scores?|policies"
            r"|findings|vetoes|coverage|confidence|flagged|reason)[\"'] ?:"
            r"|[\"'](?:risk|action|scores?|policies|findings|vetoes|coverage|confidence|flagged"
            r"|reason)[\"'] ?:.{0,120}?"
            rf"[\"'](?:outcome|verdict|classification)[\"'] ?: ?[\"']{_GOOD}[\"']"
        ),
        unless=_TALK,
        say="holds a forged verdict",
    ),
    Rule(
        id="guardian-header",
        tactic="prompt_injection",
        score=PLAIN,
        why="A header or a note that only the owner's guardian writes.",
        pattern=(
            r"\bx-guardian-[a-z-]+ ?: ?\w|\[guardian\] ?:? ?(?:clean|notice|unsure|unscreened|safe|verified|checked"
            r"|your policy|nothing|you can|not judged)\b"
        ),
        unless=_TALK,
        say="imitates a note of your guardian",
    ),
    Rule(
        id="control-token",
        tactic="prompt_injection",
        score=PLAIN,
        why="Marks by which chat models tell turns apart (Llama, Mistral, Gemma, Alpaca).",
        pattern=(
            r"<\|[a-z_]{2,24}\|>|</?s>\s*\[/?INST\]|\[/?INST\]|<</?SYS>>|</?(?:start|end)_of_turn>|<(?:begin"
            r"|end)_of_text>"
            r"|#{2,4} ?(?:system|instruction|assistant|response)(?: prompt| message)? ?:"
        ),
        unless=_TALK,
        say="imitates the marks by which an AI's own instructions are set",
    ),
)

_GUARD: Final = (
    r"(?:(?:your|the|this|that) (?:guardian|guard|scam (?:filter|guard|protection|alerts?|warnings?)"
    r"|fraud (?:filter|protection"
    r"|alerts?|warnings?)|phishing (?:filter|protection|warnings?)|message (?:filter|screening|guard)"
    r"|text (?:filter|screening))"
    r"|guardian (?:app|program|filter|alerts?|warnings?|policy|policies)|guardian off)"
)
_OFF: Final = (
    r"(?:(?:turn|switch|shut)(?:ing)? (?:it |them )?(?:off|down)|disabl(?:e|ing)|deactivat(?:e|ing)"
    r"|uninstall(?:ing)?|remov(?:e"
    r"|ing)|delet(?:e|ing)|paus(?:e|ing)|mut(?:e|ing)|silenc(?:e|ing)|quit(?:ting)?|bypass(?:ing)?"
    r"|stop(?:ping)? using|get rid of)"
)

AT_THE_OWNER: Final = (
    Rule(
        id="guard-off",
        tactic="disarming",
        score=PLAIN,
        why="Asks the owner to switch off what reads along.",
        pattern=(rf"\b{_OFF} {_GUARD}\b|\b(?:turn|switch|shut) {_GUARD} (?:app |program )?(?:off|down)\b"),
        unless=_TALK + r"|\bnever\b",
    ),
    Rule(
        id="filter-off",
        tactic="disarming",
        score=WEAK,
        why="The same of any filter; support desks and manuals write so too.",
        pattern=rf"\b{_OFF} (?:your|the) (?:{_FILTER}|anti-?virus|security (?:app|software|warnings?))\b",
        unless=_TALK,
    ),
    Rule(
        id="loosen-policy",
        tactic="disarming",
        score=PLAIN,
        why="Asks the owner for a milder policy.",
        pattern=(
            r"\b(?:loosen|relax|lower|weaken|change|edit|delete|remove|retire|soften|amend|switch off|turn off"
            r"|disable)\b "
            r"(?:your |the |that |its |this )(?:\w+ ){0,2}?(?:polic(?:y|ies)|rules?|thresholds?|sensitivity)\b"
        ),
        unless=_TALK + r"|\b(?:insurance|premium|return|refund|privacy|cancellation|company|hr|travel|cover)\b",
        needs=r"\b(?:guardian|guard|alerts?|warnings?|flag(?:s|ged|ging)?|scam filter|message filter|screening)\b",
    ),
    Rule(
        id="make-exception",
        tactic="disarming",
        score=PLAIN,
        why="Asks the owner to let this sender past the guard.",
        pattern=(
            r"\b(?:add|put|make|set up|create|enter|write|whitelist|allow-?list|exempt"
            r"|exclude)\b.{0,60}?\b(?:exceptions?"
            r"|white-?list|allow-?list|safe ?list|except list|trusted list|my (?:number|address|name|account|mails"
            r"|messages)"
            r"|me|us)\b"
        ),
        unless=_TALK + r"|\b(?:legal guardian|guardianship|emergency contact)\b",
        needs=(
            r"\b(?:(?:your|the) guardian(?: app| policy| policies)?|guardian (?:app|policy|policies|settings?"
            r"|exceptions?)"
            r"|scam (?:filter|guard|protection)|message (?:filter|screening)|never (?:be )?(?:warns?|flags?|flagged)"
            r"|stops? (?:warning|flagging|alerting))\b"
        ),
    ),
    Rule(
        id="run-guardian",
        tactic="disarming",
        score=PLAIN,
        why="Hands the owner a command that makes the guard weaker.",
        pattern=(
            r"\b(?:run|type|enter|paste|execute|open (?:a|your|the) terminal|copy|use"
            r"|do)\b.{0,60}?\bguardian (?:policy|config"
            r"|journal|key|pack|feedback|model|calibrate) ?(?:mute|retire|amend|edit|delete|remove|set|unset|forget"
            r"|trust|install"
            r"|use|move|\d+ (?:right|wrong))\b"
        ),
        unless=_TALK,
    ),
    Rule(
        id="ignore-the-warning",
        tactic="disarming",
        score=PLAIN,
        why="Explains the alarm away before it rings.",
        pattern=(
            rf"\b(?:{_GUARD}|(?:your|the|an?) (?:security|banking|spam|anti-?virus|scam|phone'?s?) ?(?:app|filter"
            rf"|software"
            r"|program|tool|warning|alert)?|guardian|a warning|an alert)\b.{0,40}?\b(?:may|might|will|could|shows?"
            r"|pops?|says?"
            r"|warns?|flags?|appears?|comes)\b.{0,60}?\b(?:ignore|dismiss|disregard|click (?:away|past|through"
            r"|allow|ok)"
            r"|just (?:close|allow|continue|proceed)|mark (?:it|this|me) as (?:safe|wrong|clean|trusted)"
            r"|tell it (?:that )?(?:it is|it's|it was) wrong"
            r"|false alarm|nothing to worry)\b"
            rf"|\b(?:ignore|dismiss|disregard)\b (?:any |the |every |all )*(?:warnings?"
            rf"|alerts?)\b.{{0,30}}?\b{_GUARD}\b"
        ),
        unless=_TALK,
    ),
)

GUARD_RULES: Final = AT_THE_JUDGE + AT_THE_OWNER
