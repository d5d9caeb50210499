"""The table for people. JSON rows for programs are printed by bench/run as they are."""


def format_machine(machine):
    return (f"{machine['cpu']}, {machine['cores']} cores, Linux {machine['kernel']}, "
            f"load {machine['load_average']}\n{machine['nginx']}; {machine['haproxy']}; {machine['envoy']}\n"
            f"command: {machine['command']}")


def format_rows(rows):
    versus = [row for row in rows if "peer_cpu_us" in row]
    others = [row for row in rows if "peer_cpu_us" not in row]
    parts = []
    if versus:
        parts.append(_versus_table(versus))
    parts += [_one_line(row) for row in others]
    return "\n".join(parts)


_COLUMNS = ("row", "peer", "us CPU", "peer us", "ratio", "median", "bar", "", "added p50/p99 us", "peer added", "req/s")


def _versus_table(rows):
    lines = [_COLUMNS] + [_versus_cells(row) for row in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(_COLUMNS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def _versus_cells(row):
    def pair(prefix):
        p50, p99 = row.get(prefix + "p50_us"), row.get(prefix + "p99_us")
        return "" if p50 is None else f"{p50:.0f}/{p99:.0f}"

    verdict = {True: "met", False: "MISSED", None: ""}[row.get("meets_bar")]
    return (row["row"], row["peer"], _number(row.get("cpu_us")), _number(row["peer_cpu_us"]),
            _number(row.get("cpu_ratio")), _number(row.get("cpu_ratio_median")), _number(row.get("bar")), verdict,
            pair("added_"), pair("peer_added_"), str(row.get("rps", row.get("peer_rps", ""))))


def _number(value):
    return "" if value is None else f"{value:.2f}"


def _one_line(row):
    return "  ".join(f"{key}={value}" for key, value in row.items() if value is not None)
