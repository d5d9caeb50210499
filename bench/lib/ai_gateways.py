"""Row `openai_chat`: the gateway against other gateways of model providers, on the same chat requests.

These peers are an order of magnitude away, so the figures are the closed-loop rate over 64 connections and what one request
adds over one connection. Replies are written anew by them, and checked for their text instead of their length.
"""

import statistics

from . import resources
from .load import run_load

ROUNDS = 3
BARS = {"portkey": 10, "litellm": 20}  # the gateway's rate over the peer's
ADDED_P99_BAR_US = 100
_OPTIONS = {"work": "chat_rewritten", "host": resources.AI_HOST}


def measure(fleet, ours, peers, direct, effort, note):
    """JSON rows, one per peer. `ours` None: the peers alone."""
    subjects = [*([ours] if ours else []), *peers]
    rates = {subject.name: [] for subject in subjects}
    p99 = {subject.name: [] for subject in [direct, *subjects]}
    for turn in range(ROUNDS):
        for subject in subjects:
            result = run_load(fleet, subject, "h1", **_OPTIONS, connections=64, warmup_ms=1000,
                              duration_ms=2 * effort.window_ms)
            rates[subject.name].append(result["rps"])
        for subject in [direct, *subjects]:
            result = run_load(fleet, subject, "h1", **_OPTIONS, connections=1, warmup_ms=100, duration_ms=2 * effort.latency_ms)
            p99[subject.name].append(result["latency_us"]["p99"])
        note(f"openai_chat round {turn + 1}/{ROUNDS}")
    return [_compare(peer.name, ours.name if ours else None, rates, p99) for peer in peers]


def _compare(peer, ours, rates, p99):
    def added(name):
        return round(min(p99[name]) - min(p99["direct"]), 1)

    row = {"row": "openai_chat", "peer": peer, "peer_rps": round(max(rates[peer])), "peer_added_p99_us": added(peer)}
    if ours is None:
        return row
    ratio = statistics.median(own / other for own, other in zip(rates[ours], rates[peer]))
    return row | {
        "rps": round(max(rates[ours])), "rate_ratio": round(ratio, 1), "bar": BARS[peer], "meets_bar": ratio >= BARS[peer],
        "added_p99_us": added(ours), "added_p99_bar_us": ADDED_P99_BAR_US, "meets_added_bar": added(ours) <= ADDED_P99_BAR_US,
    }
