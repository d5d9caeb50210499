"""The machine under the benchmark: where things are, which core does what, and what it is called."""

import contextlib
import os
import pathlib
import platform
import resource
import shutil
import socket
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "release"
SCRATCH = ROOT / "build" / "bench"
LOAD = BUILD / "bench" / "load" / "tidegate_bench_load"
GATEWAY = BUILD / "src" / "app" / "tidegate"
ENVOY = SCRATCH / "envoy" / "bin" / "envoy"

_CORES = sorted(os.sched_getaffinity(0))
PROXY_CORE = _CORES[0]
LOAD_CORE = _CORES[-1]


class BenchError(Exception):
    """The benchmark cannot be run, or its result would not be true."""


def find_program(name):
    """Path of an installed program, or None. Debian keeps daemons out of a user's PATH."""
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def run_quietly(command, what):
    """Runs a command whose output matters only when it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise BenchError(f"{what} failed:\n{done.stdout[-4000:]}")


def build_release(*targets):
    """Builds targets of the release preset; does little when they are up to date."""
    if not (BUILD / "build.ninja").exists():
        run_quietly(["cmake", "--preset", "release", "-S", str(ROOT)], "cmake --preset release")
    run_quietly(["ninja", "-C", str(BUILD), *targets], "ninja " + " ".join(targets))


def raise_file_limit():
    """10,000 idle connections need as many descriptors on both sides; children inherit the limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def raise_priority():
    """Before background work of the machine, where that is permitted; children inherit it."""
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, -15)


def file_limit():
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def pick_ports(count):
    """Free loopback ports, all different. They are held open together while they are picked."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


def _first_line(command):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    except OSError:
        return "not installed"
    return done.stdout.strip().splitlines()[0] if done.stdout.strip() else "unknown"


def _envoy_version():
    # ".../envoy  version: <commit>/1.40.0/Clean/RELEASE/BoringSSL"
    words = _first_line([str(ENVOY), "--version"]).split("/")
    return "Envoy " + words[-4] if len(words) > 4 else "Envoy not installed"


def describe():
    """What a published figure must name: CPU, kernel, versions, how busy the machine is, the command."""
    cpu = "unknown CPU"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.split(":", 1)[1].strip()
            break
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "proxy_core": PROXY_CORE,
        "load_core": LOAD_CORE,
        "kernel": platform.release(),
        "load_average": round(os.getloadavg()[0], 2),
        "nginx": _first_line([find_program("nginx") or "nginx", "-v"]),
        "haproxy": _first_line([find_program("haproxy") or "haproxy", "-v"]),
        "envoy": _envoy_version(),
        "command": " ".join([os.path.relpath(sys.argv[0], ROOT), *sys.argv[1:]]),
    }


def check_cores():
    if len(_CORES) < 2:
        raise BenchError("needs two cores: one for the proxy, one for the load and the upstream")
