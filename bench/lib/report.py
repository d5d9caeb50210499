"""The tables for people, as text and as docs/benchmarks.md. JSON rows for programs are printed as they are."""

import itertools


def format_machine(machine):
    return (f"{machine['cpu']}, {machine['cores']} cores, Linux {machine['kernel']}, "
            f"load {machine['load_average']}\n{machine['nginx']}; {machine['haproxy']}; {machine['envoy']}\n"
            f"command: {machine['command']}")


def format_rows(rows):
    versus, others = _split(rows)
    parts = [_align(_table(versus))] if versus else []
    parts += ["  ".join(f"{key}={value}" for key, value in row.items() if value is not None) for row in others]
    return "\n".join(parts)


def format_markdown(machine, rows):
    """The whole of docs/benchmarks.md."""
    versus, others = _split(rows)
    parts = [_PREFACE, "```\n" + format_machine(machine) + "\n```"]
    if versus:
        parts += ["## CPU and latency against peers", _pipe_table(_table(versus))]
    for name, group in itertools.groupby(others, key=lambda row: row["row"]):
        parts += [f"## {name}", _pipe_table(_plain_table(list(group)))]
    return "\n\n".join(parts) + "\n"


_PREFACE = """# Benchmarks

Written by `bench/run --markdown docs/benchmarks.md`; what each figure means is in `bench/README.md`. One worker each,
pinned to one core; load and model server on the other; alternating rounds. `us CPU` is per reply (`sse`: per token) in
the least disturbed round; `ratio` below 1 means that the gateway is cheaper. The peers neither parse the body, nor
route by model, nor count tokens, nor write an access log."""

_COLUMNS = ("row", "peer", "us CPU", "peer us", "ratio", "median", "bar", "", "added p50/p99 us", "peer added", "req/s")


def _split(rows):
    versus = [row for row in rows if "peer_cpu_us" in row]
    return versus, [row for row in rows if "peer_cpu_us" not in row]


def _table(rows):
    return [_COLUMNS] + [_cells(row) for row in rows]


def _cells(row):
    def pair(prefix):
        p50, p99 = row.get(prefix + "p50_us"), row.get(prefix + "p99_us")
        return "" if p50 is None else f"{p50:.0f}/{p99:.0f}"

    verdict = {True: "met", False: "MISSED", None: ""}[row.get("meets_bar")]
    return (row["row"], row["peer"], _number(row.get("cpu_us")), _number(row["peer_cpu_us"]),
            _number(row.get("cpu_ratio")), _number(row.get("cpu_ratio_median")), _number(row.get("bar")), verdict,
            pair("added_"), pair("peer_added_"), str(row.get("rps", row.get("peer_rps", ""))))


def _plain_table(rows):
    """Rows of another shape: a column per key that any of them has."""
    keys = [key for key in dict.fromkeys(key for row in rows for key in row) if key != "row"]
    return [tuple(keys)] + [tuple("" if row.get(key) is None else str(row[key]) for key in keys) for row in rows]


def _align(lines):
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def _pipe_table(lines):
    rows = ["| " + " | ".join(line) + " |" for line in lines]
    return "\n".join([rows[0], "|" + "---|" * len(lines[0])] + rows[1:])


def _number(value):
    return "" if value is None else f"{value:.2f}"
