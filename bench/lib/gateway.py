"""Starts tidegate as the thing to measure: one worker, AI path, access log and metrics on."""

import os
import time
import urllib.error
import urllib.request

from . import machine, resources
from .certificate import make_certificate
from .machine import BenchError
from .subject import SERVICES, Subject

_READY_SECONDS = 60


def command_line(binary, folder, config, admin_port, io, name):
    return [binary, "run", "-f", config, "--workers", "1", "--io", io,
            "--admin", f"127.0.0.1:{admin_port}", "--access-log", folder / f"{name}.access.log"]


class Gateway:
    """A running gateway: `subject` to send load through, `config` to change, `admin` to ask."""

    def __init__(self, fleet, binary, upstream_port, *, name="tidegate", io="epoll", extra_routes=0, pipelines=False, wrapper=()):
        *listen, self.admin_port = machine.pick_ports(len(SERVICES) + 1)
        ports = dict(zip(SERVICES, listen))
        ports["stream"] = ports["h1"]  # one listener does both: the gateway never holds a byte back
        chain, key, _ = make_certificate(fleet.folder)
        self.config = fleet.folder / f"{name}.config"
        resources.write_resources(
            self.config, {s: p for s, p in ports.items() if s != "stream"}, upstream_port, (chain, key), extra_routes,
            pipelines)
        command = command_line(binary, fleet.folder, self.config, self.admin_port, io, name)
        process = fleet.start(name, [*wrapper, *command], machine.PROXY_CORE)
        self._fleet = fleet
        self.access_log = fleet.folder / f"{name}.access.log"
        self.subject = Subject(name, ports, [process.pid], process)
        self._wait_until_ready()

    def fetch(self, path):
        """Body of an admin page."""
        url = f"http://127.0.0.1:{self.admin_port}{path}"
        with urllib.request.urlopen(url, timeout=10) as reply:
            return reply.read().decode()

    def check_metered(self):
        """That AI work was what was measured: tokens were counted and exchanges logged."""
        counted = [line for line in self.fetch("/metrics").splitlines()
                   if line.startswith("tidegate_tokens_total{") and not line.endswith(" 0")]
        if not counted or self.access_log.stat().st_size == 0:
            raise BenchError(f"{self.subject.name} did not meter or log what it served")

    def _wait_until_ready(self):
        limit = time.monotonic() + _READY_SECONDS
        while time.monotonic() < limit:
            self._fleet.check_alive(self.subject.process)
            try:
                self.fetch("/readyz")
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.02)
        raise BenchError(f"{self.subject.name} is not ready:\n{self._fleet.log_of(self.subject.process)}")


def find_binary(wanted):
    """The gateway to measure: the one named, or the release build of this tree."""
    if wanted is not None:
        if not os.access(wanted, os.X_OK):
            raise BenchError(f"no gateway at {wanted}")
        return os.path.abspath(wanted)
    machine.build_release("tidegate", "tidegate_bench_load")
    return str(machine.GATEWAY)
