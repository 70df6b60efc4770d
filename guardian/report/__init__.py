"""The report card: how well the product judges labelled rows, as plain numbers, canonical JSON and one page.

Invariants: measures are pure functions of rows and answers; no text of a row stands in a report; ids and names from
files are untrusted and pass `safe_line` and escaping before anybody sees them.
"""
