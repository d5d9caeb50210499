#!/usr/bin/env python3
"""Fails on a file that uses what the precompiled headers (cmake/Precompiled.cmake) bring, and neither includes it nor
gets it from a header of ours: the compiler would not notice, but a build without precompiled headers would.

    tools/check_includes.py
"""

import functools
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ("src", "bench", "fuzz", "tests")
INCLUDE_ROOTS = (ROOT / "src", ROOT / "tests", ROOT)

# Header -> what shows that it is needed. Names after std:: unless they say otherwise.
NEEDS = {
    "algorithm": r"(?:ranges::)?(?:(?:stable_)?sort|find(?:_if)?|(?:any|all|none)_of|clamp|copy(?:_n)?|equal|count(?:_if)?|"
                 r"remove(?:_if)?|reverse|unique|(?:lower|upper)_bound|(?:max|min)(?:_element)?|transform|for_each|"
                 r"fill(?:_n)?|search|mismatch)\(",
    "array": r"array<",
    "atomic": r"atomic\b",
    "bit": r"(?:bit_cast|bit_width|bit_ceil|has_single_bit|popcount|count[lr]_zero)\b",
    "charconv": r"(?:from|to)_chars\b",
    "chrono": r"chrono::",
    "coroutine": r"(?:coroutine_handle|suspend_always|suspend_never|noop_coroutine)\b",
    "cstddef": r"(?:size_t|byte|ptrdiff_t)\b",
    "cstdint": r"u?int(?:8|16|32|64)_t",
    "cstring": r"(?:mem(?:cpy|move|set|cmp|chr)|str(?:len|cmp|error))\(",
    "deque": r"deque<",
    "exception": r"(?:exception_ptr|current_exception|exception|terminate)\b",
    "expected": r"(?:un)?expected\b",
    "fstream": r"[io]?fstream\b",
    "functional": r"(?:move_only_)?function<",
    "initializer_list": r"initializer_list<",
    "iterator": r"(?:back_inserter|istreambuf_iterator|make_move_iterator|next|prev|distance)\b",
    "limits": r"numeric_limits\b",
    "map": r"(?:multi)?map<",
    "memory": r"(?:(?:unique|shared|weak)_ptr<|make_(?:unique|shared)|enable_shared_from_this)",
    "new": r"(?:launder|nothrow|bad_alloc)\b",
    "optional": r"(?:optional<|nullopt)",
    "set": r"(?:multi)?set<",
    "span": r"span\b",
    "string": r"(?:string\b|to_string\()",
    "string_view": r"string_view\b",
    "thread": r"(?:this_thread|j?thread)\b",
    "tuple": r"(?:tuple<|tie\(|make_tuple)",
    "type_traits": r"(?:is_[a-z_]+(?:_v)?<|decay_t|remove_[a-z]+_t)",
    "unordered_map": r"unordered_map<",
    "unordered_set": r"unordered_set<",
    "utility": r"(?:move|forward|exchange|swap|pair|as_const|to_underlying)\b",
    "variant": r"(?:variant<|visit\(|get_if<|holds_alternative)",
    "vector": r"vector<",
}
PATTERNS = {header: re.compile(r"\bstd::" + names) for header, names in NEEDS.items()} | {
    "fmt/format.h": re.compile(r"\bfmt::(?:format|print|format_to|format_int|memory_buffer|to_string|join)\b"),
    "gtest/gtest.h": re.compile(r"^TEST(?:_F|_P)?\(|\b(?:EXPECT|ASSERT)_(?:EQ|NE|TRUE|FALSE|LT|GT)\(", re.MULTILINE),
    "gmock/gmock.h": re.compile(r"\b(?:EXPECT|ASSERT)_THAT\("),
}
# What a header is promised, or known everywhere, to bring along.
BRINGS = {
    "algorithm": {"utility"},
    "fmt/ranges.h": {"fmt/format.h"},
    "gmock/gmock.h": {"gtest/gtest.h"},
    "map": {"tuple", "utility"},
    "memory": {"exception", "new", "utility"},
    "string": {"cstddef", "cstdint", "initializer_list", "iterator", "string_view"},
    "string_view": {"cstddef"},
    "unordered_map": {"tuple", "utility"},
    "vector": {"cstddef", "initializer_list", "iterator"},
}
NOT_CODE = re.compile(r'//[^\n]*|"(?:\\.|[^"\\\n])*"')


@functools.cache
def read(file: pathlib.Path) -> tuple[str, frozenset[str], tuple[str, ...]]:
    """The code without comments and texts, the <headers> and the "headers" it includes."""
    text = file.read_text()
    system = frozenset(re.findall(r"^#include <([^>]+)>", text, re.MULTILINE))
    return NOT_CODE.sub("", text), system, tuple(re.findall(r'^#include "([^"]+)"', text, re.MULTILINE))


def list_headers(file: pathlib.Path, seen: set[pathlib.Path]) -> set[str]:
    """Every <header> that a file includes, itself or by headers of ours."""
    if file in seen:
        return set()
    seen.add(file)
    _, system, own = read(file)
    found = set(system)
    for name in own:
        for folder in (*INCLUDE_ROOTS, file.parent):
            if (folder / name).is_file():
                found |= list_headers(folder / name, seen)
                break
    return found


def check(file: pathlib.Path) -> list[str]:
    included = list_headers(file, set())
    included |= {brought for header in included for brought in BRINGS.get(header, ())}
    code = read(file)[0]
    return [f"{file.relative_to(ROOT)}: uses what <{header}> declares, and does not include it"
            for header, pattern in PATTERNS.items() if header not in included and pattern.search(code)]


def list_files() -> list[pathlib.Path]:
    """What is ours: packages that tests install bring headers too."""
    patterns = [f"{folder}/*{ending}" for folder in FOLDERS for ending in (".h", ".cc")]
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "--", *patterns], cwd=ROOT, capture_output=True,
                           text=True, check=True)
    return sorted(file for file in (ROOT / name for name in names.stdout.splitlines()) if file.is_file())


def main() -> int:
    files = list_files()
    problems = [problem for file in files for problem in check(file)]
    print("\n".join(problems) if problems else f"{len(files)} files include what they use")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
