#!/usr/bin/env python3
"""Fails on an include against the direction of src/README.md, and on a concrete processor or dialect named outside its
own folder and app/. Prints each as file:line: message.

    tools/check_layers.py            checks the tree
    tools/check_layers.py --edges    prints the includes between folders that there are
"""

import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
ROW = re.compile(r"^\| `(?P<folder>[a-z0-9_]+)` \| [^|]+ \|(?P<includes>[^|]*)\|$")
INCLUDE = re.compile(r'^#include "(?P<path>(?P<folder>[a-z0-9_]+)/[^"]+)"')
# Only the folder itself may look inside, and app/, which wires.
CONCRETE = {"processors/": "processors", "llm/dialect/": "llm"}


def read_table() -> dict[str, set[str]]:
    rows = (ROW.match(line) for line in (SOURCE / "README.md").read_text().splitlines())
    return {row["folder"]: set(row["includes"].split()) for row in rows if row}


def list_includes():
    """(file, line number, folder of the file, included path, its folder) of each include of our own."""
    for file in sorted(SOURCE.rglob("*")):
        if file.suffix not in (".h", ".cc"):
            continue
        folder = file.relative_to(SOURCE).parts[0]
        for number, line in enumerate(file.read_text().splitlines(), 1):
            if found := INCLUDE.match(line):
                yield file, number, folder, found["path"], found["folder"]


def check(table: dict[str, set[str]]) -> list[str]:
    problems = [f"src/README.md: no row for src/{folder.name}" for folder in SOURCE.iterdir()
                if folder.is_dir() and folder.name not in table]
    for file, number, folder, path, included in list_includes():
        where = f"{file.relative_to(ROOT)}:{number}"
        allowed = table.get(folder, set())
        is_test = included == "support" and file.stem.endswith(("_test", "_fixture"))
        if included != folder and included not in allowed and "*" not in allowed and not is_test:
            problems.append(f"{where}: {folder} may not include {included}")
        for prefix, owner in CONCRETE.items():
            if path.startswith(prefix) and folder not in (owner, "app"):
                problems.append(f"{where}: only {owner} and app may name {path}")
    return problems


def print_edges() -> None:
    edges = collections.defaultdict(set)
    for _, _, folder, _, included in list_includes():
        if included != folder:
            edges[folder].add(included)
    for folder, included in sorted(edges.items()):
        print(folder, "<-", " ".join(sorted(included)))


def main() -> int:
    if sys.argv[1:] == ["--edges"]:
        print_edges()
        return 0
    table = read_table()
    problems = check(table)
    print("\n".join(problems) if problems else f"{len(table)} folders, no include against the direction")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
