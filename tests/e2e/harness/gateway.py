"""The real binary as a child process: start, readiness, access-log lines, metrics, reload, stop."""

import json
import os
import pathlib
import signal
import subprocess
import threading
from typing import Any, Callable

from prometheus_client.parser import text_string_to_metric_families

from . import raw_client
from .ports import free_port
from .resources import ResourceDirectory, flatten
from .waiting import PATIENCE_S, eventually
from .wire import Closed, Message


class LineReader:
    """Collects the lines of a pipe in a thread."""

    def __init__(self, pipe):
        self.lines: list[str] = []
        self._thread = threading.Thread(target=self._read, args=(pipe,), daemon=True)
        self._thread.start()

    def _read(self, pipe) -> None:
        for line in pipe:
            self.lines.append(line.rstrip("\n"))
        pipe.close()

    def finish(self) -> None:
        self._thread.join(PATIENCE_S)

    def text(self) -> str:
        return "\n".join(self.lines)


class Gateway:
    """One `tidegate run`. Its access log goes to stdout; everything it says goes to stderr."""

    def __init__(self, binary: str, directory: pathlib.Path, io: str = "epoll"):
        self.binary = binary
        self.io = io
        self.resources = ResourceDirectory(directory / "resources")
        self.admin_port = free_port()
        self.process: subprocess.Popen | None = None
        self._asked_to_end = False

    def start(self, *parts: Any, workers: int = 1, access_log: str = "-", wait: bool = True,
              options: tuple[str, ...] = ()) -> "Gateway":
        """Writes the resources and starts the process; returns when /readyz says so."""
        if parts:
            self.resources.write(flatten(list(parts)))
        command = [self.binary, "run", "-f", str(self.resources.path), "--workers", str(workers), "--io", self.io]
        command += ["--admin", f"127.0.0.1:{self.admin_port}", "--access-log", access_log, *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env={**os.environ, "NO_COLOR": "1"})
        self.stdout, self.stderr = LineReader(self.process.stdout), LineReader(self.process.stderr)
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self) -> None:
        eventually(self._is_ready, "the gateway is ready")

    def _is_ready(self) -> bool:
        if self.process.poll() is not None:
            self.stderr.finish()
            raise AssertionError(f"the gateway ended with {self.process.returncode}:\n{self.stderr.text()}\n{self.stdout.text()}")
        try:
            return self.admin("/readyz").status == 200
        except (ConnectionError, Closed):
            return False

    # Observation.

    def admin(self, target: str) -> Message:
        return raw_client.get(self.admin_port, target, host="127.0.0.1")

    def metrics(self) -> dict[str, Any]:
        """Metric families by name, as Prometheus's own parser reads them."""
        text = self.admin("/metrics").body.decode()
        return {family.name: family for family in text_string_to_metric_families(text)}

    def log(self) -> list[dict[str, Any]]:
        """Access-log records so far, in order."""
        return [json.loads(line) for line in list(self.stdout.lines) if line.startswith("{")]

    def wait_for_log(self, wanted: Callable[[dict[str, Any]], bool], what: str = "an access-log line") -> dict[str, Any]:
        """The first record that `wanted` accepts."""
        return eventually(lambda: next((r for r in self.log() if wanted(r)), None), what)

    def said(self) -> str:
        """All output other than the access log."""
        return self.stderr.text() + "\n" + "\n".join(l for l in list(self.stdout.lines) if not l.startswith("{"))

    def wait_for_output(self, *texts: str) -> str:
        """Waits until the gateway has said all of `texts`."""
        eventually(lambda: all(text in self.said() for text in texts), f"the gateway says {texts}")
        return self.said()

    # Life cycle.

    def reload(self, *parts: Any) -> None:
        """Replaces the resources. When the change has effect is for the test to observe."""
        self.resources.write(flatten(list(parts)))

    def terminate(self) -> None:
        self._asked_to_end = True
        self.process.send_signal(signal.SIGTERM)

    def wait_exit(self, within_s: float = PATIENCE_S) -> int:
        code = self.process.wait(within_s)
        self.stdout.finish()
        self.stderr.finish()
        return code

    def stop(self) -> None:
        """Ends the process in good order; fails when it does not end or does not end well."""
        if self.process is None or self.process.poll() is not None:
            return
        if not self._asked_to_end:  # a second signal would cut its drain short
            self.terminate()
        try:
            code = self.wait_exit()
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the gateway did not end within {PATIENCE_S} s of SIGTERM\n{self.stderr.text()}") from None
        assert code == 0, f"the gateway ended with {code}:\n{self.stderr.text()}"


def run_command(binary: str, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess:
    """Runs one of the binary's other commands to its end."""
    return subprocess.run([binary, *arguments], input=stdin, capture_output=True, text=True, timeout=30)
