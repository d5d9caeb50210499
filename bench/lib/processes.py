"""Processes of a benchmark: pinned to a core, with a scratch folder, ended by their pids whatever happens."""

import ctypes
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from . import machine
from .machine import BenchError

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


def _leave(signal_number, _):
    """A terminated run must take the way out through Fleet.__exit__ too."""
    raise SystemExit(128 + signal_number)


class Fleet:
    """Everything that one run starts. Use as a context manager; leaving it ends every process."""

    def __enter__(self):
        machine.SCRATCH.mkdir(parents=True, exist_ok=True)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="run-", dir=machine.SCRATCH))
        self._processes = []
        signal.signal(signal.SIGTERM, _leave)
        return self

    def __exit__(self, kind, *_):
        for process in reversed(self._processes):
            stop(process)
        if kind is None:
            shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, name, command, core, stdout=None):
        """Starts a command pinned to `core`. Its output goes to NAME.log in the scratch folder."""

        def prepare():
            os.sched_setaffinity(0, {core})
            _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

        log = open(self.folder / f"{name}.log", "ab")
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=stdout or log,
            stderr=log,
            cwd=self.folder,
            preexec_fn=prepare,
        )
        log.close()
        process.bench_name = name
        self._processes.append(process)
        return process

    def wait_for_port(self, process, port, seconds=20):
        """Until something accepts on the port. A process that ended instead is an error with its log."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            self.check_alive(process)
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise BenchError(f"{process.bench_name} does not accept on port {port}:\n{self.log_of(process)}")

    def check_alive(self, process):
        if process.poll() is not None:
            raise BenchError(
                f"{process.bench_name} ended with status {process.returncode}:\n{self.log_of(process)}"
            )

    def log_of(self, process):
        text = (self.folder / f"{process.bench_name}.log").read_text(errors="replace")
        return text[-3000:]


def stop(process, seconds=5):
    """SIGTERM, then SIGKILL to the process and to the children that it left behind."""
    if process.poll() is not None:
        return
    children = children_of(process.pid)
    process.terminate()
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        for pid in children:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


def children_of(pid):
    text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(word) for word in text.split()]


def resident_kib(pids):
    """Resident memory of the processes together, in KiB."""
    total = 0
    for pid in pids:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                total += int(line.split()[1])
    return total
