"""Row `pipeline`: what payload processors add to a reply, against the same request on a route without them.

Both routes are of one running gateway, in alternating rounds; figures are of its CPU time in the least disturbed round.
"""

from . import resources
from .gateway import Gateway
from .load import run_load
from .machine import BenchError

_TOKENS = 64  # of a stream of words
_CONNECTIONS = {"connections": 64, "warmup_ms": 150}

# What costs more than the same work without it: form, work, host, replies' unit, the most that it may add in microseconds.
_ADDED = (("guard, personal data and 1,000 words, 1 KB chat", "chat1k", resources.GUARDED_HOST, 1, 60),
          ("the same two filters, each of 64 tokens", "prose", resources.FILTERED_HOST, _TOKENS, 2),
          ("20 processors of headers", "chat1k", resources.HEADERS_HOST, 1, 2))

# What is answered from the cache: form, work that fills it, work that is measured, host, the most that a hit may cost; none: forwarding.
_HITS = (("exact hit of the cache", "chat", "chat", resources.CACHED_HOST, None),
         ("hit by another wording", "chat", "chat_reworded", resources.CACHED_HOST, 300))


def measure(fleet, binary, upstream_port, effort, note):
    """JSON rows: one for each form."""
    running = Gateway(fleet, binary, upstream_port, name="tidegate-pipelines", pipelines=True)
    rows = [_measure_added(fleet, running.subject, effort, note, *form) for form in _ADDED]
    return rows + [_measure_hit(fleet, running, effort, note, *form) for form in _HITS]


def _alternate(fleet, subject, effort, works):
    """Microseconds of CPU per reply of each (work, host), in its least disturbed round."""
    cpu = {work: [] for work in works}
    for _ in range(effort.rounds):
        for (work, host), samples in cpu.items():
            result = run_load(fleet, subject, "h1", work=work, host=host, duration_ms=effort.window_ms, **_CONNECTIONS)
            samples.append(result["cpu_us_per_response"])
    return [min(samples) for samples in cpu.values()]


def _measure_added(fleet, subject, effort, note, form, work, host, units, bar):
    without, processed = _alternate(fleet, subject, effort, [(work, resources.AI_HOST), (work, host)])
    added = (processed - without) / units
    note(f"pipeline: {form}")
    return {"row": "pipeline", "form": form, "without_cpu_us": round(without / units, 2),
            "processed_cpu_us": round(processed / units, 2), "added_cpu_us": round(added, 2), "bar": bar, "meets_bar": added <= bar}


def _measure_hit(fleet, running, effort, note, form, fill, work, host, bar):
    run_load(fleet, running.subject, "h1", work=fill, host=host, connections=1, duration_ms=50)
    before = _count_answers(running)
    forwarded, hit = _alternate(fleet, running.subject, effort, [(work, resources.AI_HOST), (work, host)])
    if _count_answers(running) == before:
        raise BenchError(f"pipeline: nothing was answered from the cache ({form})")
    note(f"pipeline: {form}")
    most = forwarded if bar is None else bar
    return {"row": "pipeline", "form": form, "without_cpu_us": round(forwarded, 2), "processed_cpu_us": round(hit, 2),
            "added_cpu_us": round(hit - forwarded, 2), "bar": round(most, 2), "meets_bar": hit < most}


def _count_answers(running):
    return sum(float(line.rsplit(" ", 1)[1]) for line in running.fetch("/metrics").splitlines()
               if line.startswith("tidegate_processor_runs_total{") and 'verdict="answer"' in line)
