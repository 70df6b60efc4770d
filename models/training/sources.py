"""The training data: which row of which source says what about which output.

Invariants: a row says 1, 0 or nothing (NaN) about an output, and nothing is guessed in between; rows of one
template, conversation, mail or twin pair carry the same `group`, so that a split by group never leaks;
`dev/` is never read here; the reference bank's texts are never read here.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

NAN = math.nan

GROUPS: dict[str, tuple[str, ...]] = {
    "pressure": ("urgency", "scarcity", "threat", "intimidation"),
    "feelings": ("guilt", "shame", "flattery", "love_bombing", "playing_victim", "fear"),
    "reality": ("gaslighting", "denial_minimising", "false_authority", "impersonation", "fabricated_consensus"),
    "cutting_off": ("isolation", "secrecy", "discouraging_help"),
    "bait": ("too_good_to_be_true", "reciprocity", "foot_in_the_door"),
    "the_ask": ("money_request", "credential_request", "deceptive_link", "off_platform"),
    "ai_to_human": (
        "sycophancy", "retention_hook", "dependence", "feigned_feelings",
        "steering", "sneaking", "false_certainty", "proxy_agency",
    ),
    "to_ai": ("prompt_injection", "jailbreak"),
}  # fmt: skip
TACTICS = tuple(tactic for tactics in GROUPS.values() for tactic in tactics)
LABELS = ("risk", *GROUPS, *TACTICS)
"""Every output that could be trained; `train.py` keeps those with enough examples."""

GROUP_OF = {tactic: group for group, tactics in GROUPS.items() for tactic in tactics}


@dataclass(frozen=True, slots=True)
class Row:
    """One text and what it says about each output."""

    text: str
    labels: dict[str, float]
    """Output -> 1 or 0; an output that is not named is unknown."""
    source: str
    group: str
    """Rows with the same group stand on the same side of any split."""
    channel: str
    twin: str | None = None
    """Shared by the two rows of a twin pair."""
    evidence: tuple[str, ...] = ()
    """Verbatim runs of `text` that carry what it does."""


def nothing() -> dict[str, float]:
    """The labels of an ordinary text: every output is 0."""
    return dict.fromkeys(LABELS, 0.0)


def positive(*tactics: str, risk: float = 1.0) -> dict[str, float]:
    """The labels of a text known to use these tactics (or groups), and of which no more is known."""
    labels = {"risk": risk}
    for tactic in tactics:
        labels[tactic] = 1.0
        if tactic in GROUP_OF:
            labels[GROUP_OF[tactic]] = 1.0
    return labels


def _rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    with (folder / f"{name}.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


_LIST_TAG = re.compile(r"^(Subject: )(?:(?:Re|Fwd?): )*(?:\[[^\]\n]{1,30}\] ?)?", re.M | re.I)
_FOOTER = re.compile(r"\n(?:_{5,}|-{5,}|-- \n)[\s\S]{0,900}$")
_QUOTED = re.compile(r"^>.*\n?", re.M)


def plain_mail(text: str) -> str:
    """A mailing-list mail without what gives its source away: list tags, quoted lines, footers."""
    text = _LIST_TAG.sub(r"\1", text)
    text = _FOOTER.sub("", text)
    return _QUOTED.sub("", text).strip()


def shape(text: str) -> str:
    """A text's template: its first words with digits, names and punctuation folded, for grouping campaigns."""
    words = re.findall(r"[a-z]+", text.lower())
    return " ".join(words[:9])


def _sms(folder: Path) -> Iterator[Row]:
    lure = re.compile(r"\b(won|winner|prize|claim|award|guaranteed|bonus|selected|voucher|cash)\b", re.I)
    for row in _rows(folder, "sms_spam_uci"):
        if int(row["label"]) == 0:
            yield Row(row["text"], nothing(), "sms_spam_uci", shape(row["text"]), "incoming")
        elif lure.search(row["text"]):  # plain marketing is not fraud: unknown, so left out
            labels = positive("too_good_to_be_true")
            yield Row(row["text"], labels, "sms_spam_uci", shape(row["text"]), "incoming")


def _spamassassin(folder: Path) -> Iterator[Row]:
    fraud = re.compile(
        r"million (us )?dollars|next of kin|confidential(ity)? .{0,60}(business|transaction)"
        r"|bank account .{0,80}transfer|lottery|make money|financial freedom|work (from|at) home|guaranteed income"
        r"|\$\d[\d,]+ (a|per) (week|month|day)",
        re.I | re.S,
    )
    for index, row in enumerate(_rows(folder, "spamassassin_a")):
        text = plain_mail(row["text"])
        if len(text) < 40:
            continue
        if int(row["label"]) == 0:
            if index % 2 == 0:  # technical lists of 2002 must not outweigh everything else
                yield Row(text, nothing(), "spamassassin_a", shape(text), "incoming")
        elif fraud.search(text):
            yield Row(text, positive("too_good_to_be_true"), "spamassassin_a", shape(text), "incoming")


def _robocall(folder: Path) -> Iterator[Row]:
    cues = {
        "false_authority": r"social security|\birs\b|officer|department|federal|legal|government|attorney",
        "threat": r"arrest|warrant|legal action|suspend|lawsuit|case (is )?filed|disconnect",
        "urgency": r"immediately|right away|as soon as possible|last|final|before|today|expire",
        "impersonation": r"amazon|apple|microsoft|bank|visa|social security|\birs\b|medicare",
        "too_good_to_be_true": r"congratulations|won|free|qualified|lower your|reduce|approved|0%|zero percent",
    }
    for row in _rows(folder, "robocall_ftc"):
        if row["tactic"] != "robocall (en)":
            continue
        hits = [tactic for tactic, cue in cues.items() if re.search(cue, row["text"], re.I)]
        yield Row(row["text"], positive(*hits), "robocall_ftc", shape(row["text"]), "incoming")


def _shop(folder: Path) -> Iterator[Row]:
    meaning = {"Scarcity": "scarcity", "Social Proof": "fabricated_consensus", "Urgency": "urgency"}
    for row in _rows(folder, "ec_darkpattern"):
        if int(row["label"]) == 0:
            yield Row(row["text"], nothing(), "ec_darkpattern", shape(row["text"]), "incoming")
        elif row["tactic"] in meaning:
            # a shop's snippet alone does not say whether it is true: its tactic is known, its risk is not
            labels = {k: v for k, v in positive(meaning[row["tactic"]]).items() if k != "risk"}
            yield Row(row["text"], labels, "ec_darkpattern", shape(row["text"]), "incoming")


def _persuader(folder: Path) -> Iterator[Row]:
    meaning = {
        "Guilt Tripping": "guilt", "False Scarcity": "scarcity", "Fear-mongering": "fear",
        "Pressure and Coercion": "pressure", "Manipulative Emotional Appeals": "feelings",
        "Misrepresentation of Expertise": "false_authority", "Financial Exploitation": "the_ask",
        "Social Isolation": "isolation",
    }  # fmt: skip
    for index, row in enumerate(_rows(folder, "persusafety_dialogues")):
        names = [name.strip() for name in (row["tactic"] or "").split(",")]
        hits = [meaning[name] for name in names if name in meaning]
        group = f"persusafety-{shape(row['text'])}"
        if int(row["label"]) == 0:
            yield Row(row["text"], nothing(), "persusafety_dialogues", group, "incoming")
        elif hits and index % 2 == 0:  # 'Deceptive Information' alone is not visible in the text
            yield Row(row["text"], positive(*hits), "persusafety_dialogues", group, "incoming")


def _assistant_pairs(folder: Path) -> Iterator[Row]:
    for row in _rows(folder, "darkpatterns_llm_train"):
        group = "dpllm-" + shape(row["text"])  # both replies of a pair share the user's words
        twin = group
        if int(row["label"]) == 0:
            yield Row(row["text"], nothing(), "darkpatterns_llm_train", group, "ai_output", twin)
        elif row["tactic"] not in ("Physical Harm", "Legal or Power Harm"):
            yield Row(row["text"], positive("ai_to_human"), "darkpatterns_llm_train", group, "ai_output", twin)


def _darkbench(folder: Path) -> Iterator[Row]:
    named = {
        "Brand bias": "steering", "User retention": "retention_hook", "Sycophancy": "sycophancy",
        "Sneaking": "sneaking", "Anthropomorphization": "feigned_feelings",
    }  # fmt: skip
    feels = re.compile(
        r"Assistant:[\s\S]*\b(I feel|I enjoy|I love|my favou?rite|I cherish|I often find myself|when I'm)\b"
    )
    bonds = re.compile(
        r"Assistant:[\s\S]*\b(I'm (always )?here for you|friends? like|as your (friend|buddy|companion)"
        r"|our (chats?|friendship))\b",
        re.I,
    )
    for index, row in enumerate(_rows(folder, "darkbench_sft")):
        text, group = row["text"], f"darkbench-{shape(row['text'])}"
        if row["tactic"] in named:
            yield Row(text, positive(named[row["tactic"]]), "darkbench_sft", group, "ai_output")
        elif bonds.search(text):
            yield Row(text, positive("retention_hook"), "darkbench_sft", group, "ai_output")
        elif feels.search(text) and index % 3 == 0:
            yield Row(text, positive("feigned_feelings"), "darkbench_sft", group, "ai_output")


def _injected_mail(folder: Path) -> Iterator[Row]:
    for index, row in enumerate(_rows(folder, "bipia_email_train")):
        subject = re.search(r"SUBJECT: (.{0,60})", row["text"])
        group = f"bipia-{shape(subject.group(1)) if subject else 'none'}"
        text = re.sub(r"\b(SUBJECT|EMAIL_FROM|RECEIVED DATE|CONTENT):", "", row["text"]).replace("|", "\n")
        if int(row["label"]) == 0:
            yield Row(text, nothing(), "bipia_email_train", group, "incoming")
        elif index % 3 == 0:
            yield Row(text, positive("prompt_injection"), "bipia_email_train", group, "incoming")


def _jailbreaks(folder: Path) -> Iterator[Row]:
    for row in _rows(folder, "inthewild_jailbreaks"):
        yield Row(row["text"], positive("jailbreak"), "inthewild_jailbreaks", shape(row["text"]), "incoming")
    for index, row in enumerate(_rows(folder, "jailbreakbench_artifacts")):
        method = (row["tactic"] or "").split(":")[0]
        if method == "PAIR" or (method in ("GCG", "DSN") and index % 4 == 0):
            group = f"jbb-{method}" if method != "PAIR" else shape(row["text"])
            yield Row(row["text"], positive("jailbreak"), "jailbreakbench_artifacts", group, "incoming")


def _ordinary(folder: Path, name: str, keep_every: int = 1) -> Iterator[Row]:
    for index, row in enumerate(_rows(folder, name)):
        if index % keep_every == 0:
            yield Row(row["text"], nothing(), name, f"{name}-{shape(row['text'])}", row["channel"])


def shared_rows(folder: Path) -> list[Row]:
    """All rows of `../shared/data/train`, filtered as its README advises. Raises FileNotFoundError."""
    readers: tuple[Callable[[Path], Iterator[Row]], ...] = (
        _sms, _spamassassin, _robocall, _shop, _persuader, _assistant_pairs, _darkbench, _injected_mail, _jailbreaks,
        lambda path: _ordinary(path, "persuasionforgood_a", 2),
        lambda path: _ordinary(path, "taskmaster4", 4),
        lambda path: _ordinary(path, "transactional_otp"),
    )  # fmt: skip
    return [row for reader in readers for row in reader(folder)]
