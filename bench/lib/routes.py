"""Row `routes`: CPU per request with 5,000 routes against 50, all but one of them for other hosts."""

import dataclasses
import statistics

from . import versus
from .gateway import Gateway
from .resources import extra_host
from .rows import find_row

FEW, MANY = 50, 5000


def measure(fleet, binary, upstream_port, effort, note):
    """Returns one JSON row; the ratio should be 1 within noise."""
    few = Gateway(fleet, binary, upstream_port, name="routes-50", extra_routes=FEW).subject
    many = Gateway(fleet, binary, upstream_port, name="routes-5000", extra_routes=MANY).subject
    row = dataclasses.replace(find_row("plain"), name="routes", host=extra_host(FEW // 2))
    only_cpu = dataclasses.replace(effort, latency_rounds=0)
    samples = versus.measure(fleet, row, [few, many], only_cpu, note)
    few_us, many_us = samples["routes-50"], samples["routes-5000"]
    return [{"row": "routes", "peer": "tidegate with 50 routes", "unit": "response",
             "cpu_us": round(many_us.best(), 2), "peer_cpu_us": round(few_us.best(), 2),
             "cpu_ratio": round(many_us.best() / few_us.best(), 3),
             "cpu_ratio_median": round(statistics.median(m / f for m, f in zip(many_us.cpu_us, few_us.cpu_us)), 3),
             "rps": round(max(many_us.rps))}]
