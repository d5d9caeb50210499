"""Gateway against peers on one row: alternating rounds, then medians, bests and ratios."""

import dataclasses
import statistics

from .load import run_load


@dataclasses.dataclass(frozen=True)
class Effort:
    """How long to measure. Many short rounds rather than few long ones: rounds alternate over the subjects, so a
    disturbed moment hits all of them, and the least disturbed round is the one that tells."""

    rounds: int
    window_ms: int
    stream_rounds: int
    stream_window_ms: int
    latency_rounds: int
    latency_ms: int

    def with_rounds(self, rounds):
        return dataclasses.replace(self, rounds=rounds, stream_rounds=rounds, latency_rounds=rounds)


QUICK = Effort(rounds=5, window_ms=400, stream_rounds=2, stream_window_ms=1200, latency_rounds=2, latency_ms=300)
FULL = Effort(rounds=15, window_ms=600, stream_rounds=7, stream_window_ms=2000, latency_rounds=7, latency_ms=400)

_WARMUP_MS = 150
_STREAM_WARMUP_MS = 1300  # as long as one paced stream lasts, so that starts are spread evenly


@dataclasses.dataclass
class Samples:
    """One subject's figures, a value per round."""

    cpu_us: list = dataclasses.field(default_factory=list)
    rps: list = dataclasses.field(default_factory=list)
    p50_us: list = dataclasses.field(default_factory=list)
    p99_us: list = dataclasses.field(default_factory=list)

    def best(self):
        """The least disturbed round: noise can only add CPU time. HAProxy is bimodal, so this is also its fairest."""
        return min(self.cpu_us)


def measure(fleet, row, subjects, effort, note=lambda text: None):
    """Runs all rounds of a row. `subjects` may hold `direct`, which only gets latency. Returns name -> Samples."""
    samples = {subject.name: Samples() for subject in subjects}
    proxies = [subject for subject in subjects if subject.pids]
    streams = row.unit == "token"
    rounds = effort.stream_rounds if streams else effort.rounds
    for turn in range(rounds):
        for subject in proxies:
            (_measure_streams if streams else _measure_requests)(fleet, row, subject, effort, samples[subject.name])
        note(f"{row.name} round {turn + 1}/{rounds}")
    for _ in range(1 if streams else effort.latency_rounds):
        for subject in subjects:
            if not streams:
                _measure_latency(fleet, row, subject, effort, samples[subject.name])
            elif not subject.pids:
                _measure_streams(fleet, row, subject, effort, samples[subject.name])
    return samples


def _measure_requests(fleet, row, subject, effort, samples):
    result = run_load(fleet, subject, row.service, **row.load_options(),
                      warmup_ms=_WARMUP_MS, duration_ms=effort.window_ms)
    samples.rps.append(result["rps"])
    samples.cpu_us.append(result["cpu_us_per_response"])


def _measure_streams(fleet, row, subject, effort, samples):
    result = run_load(fleet, subject, row.service, **row.load_options(),
                      warmup_ms=_STREAM_WARMUP_MS, duration_ms=effort.stream_window_ms)
    samples.rps.append(result["rps"])
    samples.cpu_us.append(result["cpu_us_per_token"])
    samples.p50_us.append(result["token_latency_us"]["p50"])
    samples.p99_us.append(result["token_latency_us"]["p99"])


def _measure_latency(fleet, row, subject, effort, samples):
    service = row.service if row.service in subject.ports else "h1"
    result = run_load(fleet, subject, service, **row.one_connection_options(),
                      warmup_ms=50, duration_ms=effort.latency_ms)
    samples.p50_us.append(result["latency_us"]["p50"])
    samples.p99_us.append(result["latency_us"]["p99"])


def compare(row, gateway, peer, direct):
    """One JSON row: the gateway's samples against one peer's. `gateway` None: the peer alone."""

    def added(samples, quantile):
        return round(min(getattr(samples, quantile)) - min(getattr(direct, quantile)), 1)

    result = {
        "row": row.name,
        "peer": peer[0],
        "unit": row.unit,
        "peer_cpu_us": round(peer[1].best(), 2),
        "peer_cpu_us_median": round(statistics.median(peer[1].cpu_us), 2),
        "peer_added_p50_us": added(peer[1], "p50_us"),
        "peer_added_p99_us": added(peer[1], "p99_us"),
        "peer_rps": round(max(peer[1].rps)),
    }
    if gateway is None:
        return result
    ratio = gateway.best() / peer[1].best()
    bar = row.bars.get(peer[0])
    return result | {
        "cpu_us": round(gateway.best(), 2),
        "cpu_us_median": round(statistics.median(gateway.cpu_us), 2),
        "cpu_ratio": round(ratio, 3),
        "cpu_ratio_median": round(statistics.median(g / p for g, p in zip(gateway.cpu_us, peer[1].cpu_us)), 3),
        "bar": bar,
        "meets_bar": None if bar is None else ratio <= bar,
        "added_p50_us": added(gateway, "p50_us"),
        "added_p99_us": added(gateway, "p99_us"),
        "rps": round(max(gateway.rps)),
    }
