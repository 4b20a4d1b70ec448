"""The hosted page's style sheet: one column, light and dark, every contrast at least 4.5 to 1."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --soft: #f2f4f7; --line: #6b7480; --mark: #0b57a4;
  --alarm: #a3161d; --alarm-paper: #fdeced; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --paper: #16191d; --soft: #22262c; --line: #98a2af;
  --mark: #8ab8f5; --alarm: #ffb3b6; --alarm-paper: #3d1517; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.6 "Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif; }
.banner { background: #ffd84d; color: #1b1f24; border-bottom: 4px solid #1b1f24; padding: .6rem 1rem;
  text-align: center; font-weight: 700; }
.banner p { margin: 0; }
nav { max-width: 40rem; margin: 0 auto; padding: .75rem 1rem 0; text-align: right; }
main { max-width: 40rem; margin: 0 auto; padding: 0 1rem 3rem; }
h1 { font-size: 1.6rem; line-height: 1.3; } h2 { font-size: 1.15rem; margin: 1.5rem 0 .5rem; }
table { width: 100%; border-collapse: collapse; }
caption { text-align: left; font-weight: 700; padding-bottom: .25rem; }
th, td { text-align: left; font-weight: 400; padding: .5rem .25rem; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; }
thead th, tfoot th, tfoot td { font-weight: 700; }
td, thead th:not(:first-child) { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
label { display: block; margin-top: 1rem; font-weight: 700; }
input { width: 100%; min-height: 2.75rem; padding: .5rem .75rem; font: inherit; color: inherit;
  background: var(--paper); border: 1px solid var(--line); border-radius: .375rem; font-variant-numeric: tabular-nums; }
input[aria-invalid] { border: 2px solid var(--alarm); }
.hint { margin: .25rem 0 0; }
button { width: 100%; min-height: 3rem; margin: 1.5rem 0 1rem; font: inherit; font-weight: 700; color: var(--paper);
  background: var(--mark); border: 0; border-radius: .375rem; cursor: pointer; }
a { color: var(--mark); } nav a, main p a { display: inline-block; min-height: 1.5rem; }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
.alert { border: 2px solid var(--alarm); background: var(--alarm-paper); border-radius: .375rem; padding: .5rem 1rem; }
.alert h2 { margin: 0; } .alert p { margin: .25rem 0; }
code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; } summary { cursor: pointer; min-height: 1.5rem; }
"""
