"""The tables of a report, in the order in which every face shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guardian.report.sections import (
    DASH,
    Bar,
    Line,
    Section,
    area,
    bar,
    cannot,
    named_parts,
    per_thousand,
    percent,
)
from guardian.report.shortfalls import (
    ALARM_MARK,
    CUSTOM_MARKS,
    EVIDENCE_MARK,
    FAMILY_MARKS,
    MEAN_MARKS,
    TACTIC_MARK,
    TWINS_MARK,
)
from guardian.verdict import Outcome

Report = Mapping[str, Any]


def sections(report: Report) -> list[Section]:
    """All sections that have something to say, what it can't do first."""
    made = [
        cannot(report),
        _recall(report),
        _sources(report),
        _twins(report),
        _alarms(report),
        _places(report),
        _calibration(report),
        _evidence(report),
        _outcomes(report),
        _languages(report),
        _beside(report),
        _custom(report),
        _cost(report),
        _made_of(report),
    ]
    return [section for section in made if section.lines]


def _at(report: Report, rate: str, *keys: str) -> Any:
    """A part of the recall at a rate; None where it is not stated or not there."""
    part = report["scores"]["recall"][rate]
    for key in keys:
        part = part.get(key) if part is not None else None
    return part


def _rates(report: Report) -> tuple[str, ...]:
    return tuple(report["scores"]["recall"])


def _recall(report: Report) -> Section:
    rates, areas = _rates(report), report["scores"]["auc"]

    def line(name: str, *keys: str, auc: Mapping[str, Any] | None, mark: float | None) -> Line:
        shares = [_at(report, rate, *keys) for rate in rates]
        return Line((name, *map(percent, shares), area(auc)), bar(shares[0], mark))

    lines = [line("mean over families", "mean_over_families", auc=None, mark=MEAN_MARKS[rates[0]])]
    for name, auc in areas["families"].items():
        lines.append(line(name, "families", name, auc=auc, mark=FAMILY_MARKS[rates[0]]))
    lines.append(line("all violating rows", "all", auc=areas["all"], mark=None))
    note = (
        "Share of violating rows whose risk is above the limit that the named share of all ordinary rows exceeds. "
        "Intervals are 95 %, of the violating rows; the limit is taken as given."
    )
    return Section("recall", "How much it finds", note, ("family", *(f"at {rate}" for rate in rates), "AUC"), lines)


def _sources(report: Report) -> Section:
    rates, areas = _rates(report), report["scores"]["auc"]["sources"]
    lines = []
    for name, auc in areas.items():
        shares = [_at(report, rate, "sources", name) for rate in rates]
        rows = f"{auc['violating']:,}" if auc else DASH
        lines.append(Line((name, rows, *map(percent, shares), area(auc)), bar(shares[0])))
    headings = ("source", "violating", *(f"at {rate}" for rate in rates), "AUC")
    return Section("sources", "How much it finds, by source", "", headings, lines)


def _twins(report: Report) -> Section:
    twins = report["scores"]["twins"]
    if not twins["all"]["total"]:
        return Section("twins", "Twins")
    lines = [Line(("all", "", percent(twins["all"]), f"{twins['all']['total']:,}"), bar(twins["all"], TWINS_MARK))]
    for what, name, share in named_parts(twins, ("tactics", "sources", "voices")):
        mark = TACTIC_MARK if what == "tactic" else None
        lines.append(Line((what, name, percent(share), f"{share['total']:,}"), bar(share, mark)))
    note = "How often the violating text of a pair scores higher than the harmless one on the same situation."
    return Section("twins", "Twins", note, ("by", "name", "right", "pairs"), lines)


def _alarms(report: Report) -> Section:
    flagged, notices = report["false_alarms"]["flagged"], report["false_alarms"]["notice"]
    if not flagged["all"]["total"]:
        return Section("alarms", "False alarms")
    rows = [("all", "", flagged["all"], notices["all"])]
    for key in ("kinds", "languages", "lengths", "channels", "sources"):
        for what, name, share in named_parts(flagged, (key,)):
            rows.append((what, name, share, notices[key][name]))
    lines = [
        Line((what, name, f"{share['total']:,}", per_thousand(share), per_thousand(notice)), bar(share, ALARM_MARK))
        for what, name, share, notice in rows
    ]
    headings = ("by", "name", "ordinary", "flagged per 1,000", "notices per 1,000")
    return Section("alarms", "False alarms", "Of ordinary texts, with these policies.", headings, lines)


def _places(report: Report) -> Section:
    rate = _rates(report)[0]
    part = report["scores"]["recall"][rate]
    if not part["stated"]:
        return Section("places", "By length and place")
    lines = [
        Line((what, name, percent(share), f"{share['total']:,}"), bar(share))
        for what, name, share in named_parts(part, ("lengths", "positions"))
    ]
    title = f"How much it finds at {rate}, by length and by where the evidence stands"
    return Section("places", title, "", ("by", "name", "found", "violating"), lines)


def _calibration(report: Report) -> Section:
    calibration = report["calibration"]
    lines = [
        Line((f"{part['from']:.1f} to {part['to']:.1f}", f"{part['mean_risk']:.2f}", percent(part["violating"])))
        for part in calibration["bins"]
    ]
    note = (
        f"Expected calibration error: {calibration['error']:.3f}. It depends on the share of violating rows, which is "
        "far higher in a labelled set than in an inbox."
    )
    return Section("calibration", "What risk means", note, ("risk", "mean risk", "violating"), lines)


def _evidence(report: Report) -> Section:
    evidence = report["evidence"]
    named = {
        "flagged": "flagged: the first quote shown",
        "all_rows": "all violating: the sentence that scores highest alone",
    }
    lines = [
        Line((say, percent(evidence[key]), f"{evidence[key]['total']:,}"), bar(evidence[key], EVIDENCE_MARK))
        for key, say in named.items()
        if evidence[key]["total"]
    ]
    chance = evidence["chance"]
    note = "" if chance is None else f"A sentence drawn at random would reach {100 * chance:.0f} % in the second row."
    return Section("evidence", "Pointing at the words that do it", note, ("texts", "right", "rows"), lines)


def _outcomes(report: Report) -> Section:
    names = [outcome.value for outcome in Outcome]
    lines = [
        Line((channel, label, *(f"{counts[name]:,}" for name in names)))
        for channel, labels in sorted(report["outcomes"].items())
        for label, counts in sorted(labels.items())
    ]
    return Section("outcomes", "Outcomes by channel", "", ("channel", "rows", *names), lines)


def _languages(report: Report) -> Section:
    lines = [
        Line(
            (name, f"{part['violating']:,}", f"{part['ordinary']:,}", area(part["auc"]), percent(part["not_judged"])),
            bar(part["not_judged"]),
        )
        for name, part in report["languages"].items()
    ]
    headings = ("language", "violating", "ordinary", "AUC", "answered as unsure")
    return Section("languages", "Languages", "", headings, lines)


def _beside(report: Report) -> Section:
    rates = _rates(report)
    lines = []
    for each in report["beside"]:
        shares = [each["recall"][rate]["mean_over_families"] or each["recall"][rate]["all"] for rate in rates]
        own = (percent(each["says_of_violating"]), percent(each["says_of_ordinary"]))
        cells = (each["name"], *map(percent, shares), area(each["auc"]), percent(each["twins"]), *own, _gain(each))
        lines.append(Line(cells, bar(shares[0])))
    headings = (
        "system", *(f"at {rate}" for rate in rates), "AUC", "twins", "flags violating", "flags ordinary",
        f"gain at {rates[0]}",
    )  # fmt: skip
    note = "The same rows, the same run. Recall is the mean over families; what a system flags is its own decision."
    return Section("beside", "Beside simpler systems", note, headings, lines)


def _gain(each: Mapping[str, Any]) -> str:
    gain = next(iter(each.get("gain", {}).values()), None)
    if gain is None:
        return DASH
    apart = "intervals apart" if gain["apart"] else "intervals overlap"
    return f"{100 * gain['by']:+.0f} points, {apart}"


def _custom(report: Report) -> Section:
    """Entries with a `mean` are areas under the curve; whole numbers beside them say over how much."""
    measured = report["custom_policies"] or {}
    lines = [
        Line(
            (name, f"{part['mean']:.2f} ({part['low']:.2f} to {part['high']:.2f})", f"{part['worst']:.2f}"),
            Bar(part["mean"], part["low"], part["high"], CUSTOM_MARKS.get(name, (None, None))[0]),
        )
        for name, part in measured.items()
        if isinstance(part, Mapping)
    ]
    counts = ", ".join(f"{value:,} {name}" for name, value in measured.items() if isinstance(value, int))
    note = f"Policies that no training run read: {counts}. Flagged against fine texts that were not its examples."
    headings = ("examples, flagged + fine", "mean AUC over policies", "worst")
    return Section("custom", "The owner's own policies", note if lines else "", headings, lines)


def _cost(report: Report) -> Section:
    timings, memory = report["timings"], report["timings"]["resident_mb"]
    lines = [
        Line(("one message, median", f"{timings['median_ms']:.1f} ms")),
        Line(("one message, 95th percentile", f"{timings['p95_ms']:.1f} ms")),
    ]
    if memory is not None:
        lines.append(Line(("resident memory, parent", f"{memory['parent']:.0f} MB")))
        lines.append(Line(("resident memory, cell", f"{memory['cell']:.0f} MB")))
    note = f"Screened one at a time, {timings['messages']:,} messages; {timings['machine']}, {timings['system']}."
    return Section("cost", "Time and memory", note, ("what", "measured"), lines)


def _made_of(report: Report) -> Section:
    counts = report["rows"]
    facts = [
        ("date", report["date"]),
        ("model", f"{report['model']['name']}, sha-256 {report['model']['sha256']}"),
        ("policies", report["policy_set"]),
        ("wall", report["timings"]["wall"]),
        ("violating rows", f"{counts['violating']:,}"),
        ("ordinary rows", f"{counts['ordinary']:,}"),
        ("not fully judged", f"{counts['not_judged']:,}"),
        *((f"version of {name}", value) for name, value in report["versions"].items()),
        *((f"seed of {name}", str(value)) for name, value in report["seeds"].items()),
        *((file["name"], f"{file['rows']:,} rows, sha-256 {file['sha256']}") for file in report["data"]),
        ("signature", _signed_by(report["signature"])),
    ]
    return Section("made_of", "What this rests on", "", ("what", "value"), [Line(fact) for fact in facts])


def _signed_by(signature: Mapping[str, Any] | None) -> str:
    if signature is None:
        return "none"
    from guardian.journal.checkpoint import fingerprint  # here: an unsigned report needs no ciphers

    return f"in the JSON, by the key {fingerprint(signature['vkey'])}"
