#!/usr/bin/env python3
"""Writes src/embed/fold_table.inc: how characters fold for comparison, from the Unicode data of this Python.

What an uncased BERT tokenizer does to text: canonical decomposition, non-spacing marks dropped, lower case; and which characters
are space, dropped, punctuation or ideographs. Run by hand when the Unicode version shall change; the model file must be made anew then.
"""

import pathlib
import sys
import unicodedata

OUT = pathlib.Path(__file__).resolve().parents[2] / "src/embed/fold_table.inc"
UNICODE = "14.0.0"  # of Python 3.11
IDEOGRAPHS = [(0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B920, 0x2CEAF),
              (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)]
HANGUL = range(0xAC00, 0xD7A4)  # decomposed by arithmetic


def kind(code: int) -> str:
    char = chr(code)
    category = unicodedata.category(char)
    if char in "\t\n\r" or char.isspace() and code not in (0x1C, 0x1D, 0x1E, 0x1F):
        return "kSpace"
    if category in ("Cc", "Cf", "Co", "Cs", "Mn") or code == 0xFFFD:
        return "kDropped"
    if any(first <= code <= last for first, last in IDEOGRAPHS):
        return "kIdeograph"
    if category[0] == "P" or 33 <= code <= 126 and not char.isalnum():
        return "kPunctuation"
    return "kLetter"


def fold(code: int) -> tuple[int, ...]:
    plain = "".join(c for c in unicodedata.normalize("NFD", chr(code)) if unicodedata.category(c) != "Mn")
    return tuple(ord(low) for c in plain for low in c.lower() if unicodedata.category(low) != "Mn")


def class_ranges() -> list[tuple[int, int, str]]:
    ranges: list[tuple[int, int, str]] = []
    for code in range(sys.maxunicode + 1):
        what = kind(code)
        if what == "kLetter":
            continue
        if ranges and ranges[-1][2] == what and ranges[-1][1] == code - 1:
            ranges[-1] = (ranges[-1][0], code, what)
        else:
            ranges.append((code, code, what))
    return ranges


def folds() -> tuple[list[list[int]], list[tuple[int, ...]]]:
    """Runs [first, last, step, delta] of characters that fold to one, and (from, to...) of those that fold to more."""
    runs: list[list[int]] = []
    more: list[tuple[int, ...]] = []
    for code in range(sys.maxunicode + 1):
        if code in HANGUL or kind(code) in ("kDropped", "kSpace"):
            continue
        to = fold(code)
        if to == (code,):
            continue
        if len(to) != 1:
            more.append((code, *to))
            continue
        delta = to[0] - code
        last = runs[-1] if runs else None
        if last and last[3] == delta and (code - last[1] == last[2] or (last[0] == last[1] and code - last[1] <= 2)):
            last[1], last[2] = code, code - last[1]
        else:
            runs.append([code, code, 1, delta])
    return runs, more


def rows(texts: list[str]) -> str:
    lines, line = [], "   "
    for text in texts:
        if len(line) + len(text) + 2 > 100:
            lines.append(line)
            line = "   "
        line += f" {text},"
    return "\n".join(lines + [line])


def main() -> int:
    if unicodedata.unidata_version != UNICODE:
        print(f"this Python has Unicode {unicodedata.unidata_version}, not {UNICODE}", file=sys.stderr)
        return 1
    runs, more = folds()
    assert all(len(entry) <= 4 for entry in more)
    OUT.write_text(f"""// Made by tools/embed/make_fold_table.py from Unicode {UNICODE}.
constexpr CharRange kRanges[] = {{
{rows([f"{{{first:#x}, {last:#x}, CharClass::{what}}}" for first, last, what in class_ranges()])}
}};
constexpr FoldRun kRuns[] = {{
{rows([f"{{{first:#x}, {last:#x}, {step}, {delta}}}" for first, last, step, delta in runs])}
}};
constexpr LongFold kLongFolds[] = {{
{rows([f"{{{entry[0]:#x}, {{{', '.join(f'{c:#x}' for c in entry[1:])}}}}}" for entry in more])}
}};
""")
    return 0


if __name__ == "__main__":
    sys.exit(main())
