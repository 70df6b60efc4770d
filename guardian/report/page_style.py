"""The page's style sheet: one column, system fonts, light and dark by the reader's own choice."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root { color-scheme: light dark; --ink: #1d2327; --soft: #5c666d; --paper: #fbfbf9; --rule: #dddfdc; --track: #e9ebe8;
  --fill: #4a7c94; --mark: #b3541e; --clean: #9db8a5; --notice: #d8c27a; --flagged: #c26a4a; --unsure: #8f93b8;
  --unscreened: #6f7377; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e6e3; --soft: #9aa3a8; --paper: #16191b; --rule: #33393d;
  --track: #2a3034; --fill: #6fa5bf; --mark: #e08a52; --clean: #55775f; --notice: #a08c48; --flagged: #b8603f;
  --unsure: #686d99; --unscreened: #8a8f93; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 68rem; padding: 2.5rem 1.25rem 5rem; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, sans-serif; }
h1 { font-size: 1.7rem; font-weight: 600; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; font-weight: 600; margin: 2.75rem 0 .5rem; }
p { margin: .25rem 0 .75rem; max-width: 46rem; }
.soft, caption, .tick { color: var(--soft); fill: var(--soft); }
section.cannot { border-left: 3px solid var(--mark); margin-top: 2rem; padding: .25rem 0 .25rem 1.25rem; }
section.cannot h2 { margin-top: 0; }
section.cannot ul { margin: .5rem 0; padding-left: 1.1rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th { color: var(--soft); font-weight: 500; text-align: left; }
th, td { border-bottom: 1px solid var(--rule); padding: .3rem 1.25rem .3rem 0; vertical-align: middle; }
td { overflow-wrap: anywhere; }
td.chart { min-width: 170px; padding-right: 0; }
svg { display: block; max-width: 100%; }
.track { fill: var(--track); } .fill { fill: var(--fill); opacity: .75; }
.whisker, .axis, .curve, .mark, .diagonal { fill: none; stroke: var(--ink); stroke-width: 1; }
.mark { stroke: var(--mark); stroke-width: 2; } .axis, .diagonal { stroke: var(--rule); }
.diagonal { stroke-dasharray: 4 4; stroke: var(--soft); } .curve { stroke: var(--fill); stroke-width: 2; }
.dot { fill: var(--fill); } .tick { font-size: 11px; }
.clean { fill: var(--clean); background: var(--clean); } .notice { fill: var(--notice); background: var(--notice); }
.flagged { fill: var(--flagged); background: var(--flagged); }
.unsure { fill: var(--unsure); background: var(--unsure); }
.unscreened { fill: var(--unscreened); background: var(--unscreened); }
.legend { display: flex; flex-wrap: wrap; gap: 1.25rem; list-style: none; margin: .5rem 0 1rem; padding: 0;
  font-size: .85rem; color: var(--soft); }
.key { display: inline-block; width: .8rem; height: .8rem; margin-right: .4rem; border-radius: 2px; }
"""
