"""Row `throughput`: the highest open-loop rate at which p99, counted from the scheduled instant, stays in a bound."""

from .load import run_load

BOUND_US = 5000
_TRIES = 4  # at one rate: the machine's own pauses of some milliseconds are not the subject's
_SHARES = (0.5, 0.65, 0.8, 0.9, 0.95, 1.0)  # of the subject's own closed-loop rate


def measure(fleet, row, subjects, effort, note):
    """Returns JSON rows, one per subject: requests per second at p99 <= 5 ms, one worker."""
    rows = []
    for subject in subjects:
        best = _search(fleet, row, subject, effort)
        note(f"throughput {subject.name}: {best:.0f}/s")
        rows.append({"row": "throughput", "peer": subject.name, "p99_bound_us": BOUND_US, "rps": round(best)})
    return rows


def _search(fleet, row, subject, effort):
    options = {"work": row.work, "host": row.host, "connections": row.connections, "warmup_ms": 200}
    saturated = run_load(fleet, subject, row.service, **options, duration_ms=effort.window_ms)["rps"]
    best = 0.0
    for share in _SHARES:
        rate = saturated * share
        for _ in range(_TRIES):
            result = run_load(fleet, subject, row.service, **options, rate=round(rate, 1), duration_ms=effort.window_ms)
            if result["latency_us"]["p99"] <= BOUND_US and result["rps"] >= 0.98 * rate:
                best = max(best, result["rps"])
                break
    return best
