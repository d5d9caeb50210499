"""The load generator and its upstream, as Python calls."""

import json
import subprocess

from . import machine
from .machine import BenchError
from .subject import Subject


def start_upstream(fleet):
    """Starts the mock model server; returns its port."""
    process = fleet.start("upstream", [machine.LOAD, "upstream"], machine.LOAD_CORE, stdout=subprocess.PIPE)
    line = process.stdout.readline()
    if not line:
        raise BenchError(f"the upstream did not start:\n{fleet.log_of(process)}")
    return json.loads(line)["port"]


def direct(upstream_port):
    """No proxy at all: what latency is held against."""
    return Subject("direct", {"h1": upstream_port, "stream": upstream_port}, [])


def run_load(fleet, subject, service, **options):
    """One run of the load client against one port of a subject; returns its JSON result.

    Options are the client's own, with underscores: work="chat", connections=64, duration_ms=500 ...
    A run in which any reply was wrong is an error: its figures mean nothing.
    """
    command = command_line(subject, service, **options)
    done = subprocess.run(
        ["taskset", "-c", str(machine.LOAD_CORE), *command],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=180)
    if subject.process is not None:
        fleet.check_alive(subject.process)
    if done.returncode != 0:
        raise BenchError(f"load through {subject.name} ({service}) failed: {done.stdout}{done.stderr}"
                         f"command: {' '.join(command)}")
    return json.loads(done.stdout)


def command_line(subject, service, **options):
    protocol = "h1" if service == "stream" else service
    words = [str(machine.LOAD), "load", "--port", str(subject.ports[service]), "--protocol", protocol]
    if subject.pids:
        words += ["--watch", ",".join(str(pid) for pid in subject.pids)]
    if subject.fields:
        words += ["--fields", ",".join(f"{name}:{value}" for name, value in subject.fields.items())]
    for name, value in options.items():
        words += ["--" + name.replace("_", "-"), str(value)]
    return words
