"""Runs every example: its resources on free ports, an echo server for each backend it names, and its own test script.

A Backend that has a program of its name in the folder is that, started with its port. An example's test is `test.sh` or `test.py`; `prepare.sh` runs first where there is one.
"""

import os
import pathlib
import shutil
import socket
import subprocess
import sys
import threading
from concurrent import futures

import grpc
import pytest
import yaml
from harness.ports import free_port
from harness.upstream import Upstream
from harness.waiting import PATIENCE_S, eventually

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
NAMES = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())


class _EchoRpc(grpc.GenericRpcHandler):
    def service(self, details):
        return grpc.unary_unary_rpc_method_handler(lambda request, _: request)


class Backends:
    """Plays the servers that an example expects; each echoes and says its Service's name."""

    def __init__(self):
        self._closers = []

    def start(self, name: str, protocol: str, app_protocol: str | None, raw: bool) -> int:
        if protocol == "UDP":
            return self._udp()
        if app_protocol == "kubernetes.io/h2c":
            return self._grpc()
        upstream = Upstream(name)
        if raw:
            upstream.on_accept = _echo_bytes
        self._closers.append(upstream.close)
        return upstream.port

    def run(self, program: pathlib.Path) -> int:
        port = free_port()
        process = subprocess.Popen([sys.executable, program, str(port)])
        self._closers.append(lambda: (process.kill(), process.wait()))
        eventually(lambda: _listens(process, port), f"{program.name} listens")
        return port

    def _grpc(self) -> int:
        server = grpc.server(futures.ThreadPoolExecutor(4), handlers=[_EchoRpc()])
        self._closers.append(lambda: server.stop(None))
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        return port

    def _udp(self) -> int:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind(("127.0.0.1", 0))
        self._closers.append(sock.close)
        threading.Thread(target=_echo_datagrams, args=(sock,), daemon=True).start()
        return sock.getsockname()[1]

    def close(self) -> None:
        for close in self._closers:
            close()


def _listens(process, port: int) -> bool:
    assert process.poll() is None, f"a backend ended with {process.returncode}"
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _echo_bytes(connection) -> None:
    while data := connection.sock.recv(65536):
        connection.send(data)


def _echo_datagrams(sock) -> None:
    while True:
        try:
            data, peer = sock.recvfrom(65535)
        except OSError:
            return
        sock.sendto(data, peer)


@pytest.fixture
def backends():
    made = Backends()
    yield made
    made.close()


def _relocate(documents, backends, folder):
    """Moves listeners and backends to free ports of loopback; returns {written listener port: real port}."""
    moved = {}
    services = {d["metadata"]["name"]: d for d in documents if d["kind"] == "Service"}
    raw = any(d["kind"] == "TCPRoute" for d in documents)
    for document in documents:
        if document["kind"] == "Gateway":
            document["spec"]["addresses"] = [{"type": "IPAddress", "value": "127.0.0.1"}]
            for listener in document["spec"]["listeners"]:
                real = moved.setdefault(listener["port"], free_port())
                listener["port"] = real
        elif document["kind"] == "EndpointSlice":
            name = document["metadata"]["labels"]["kubernetes.io/service-name"]
            port = document["ports"][0]
            port["port"] = backends.start(name, port["protocol"], services[name]["spec"]["ports"][0].get("appProtocol"), raw)
        elif document["kind"] == "Backend":
            for port in document["spec"].get("ports", []):
                name = document["metadata"]["name"]
                program = folder / f"{name}.py"
                port["number"] = backends.run(program) if program.exists() else backends.start(name, "TCP", None, False)
    return moved


def _follow_redirect_ports(documents, moved):
    """A redirect that names another listener's port must name its real one."""
    for document in documents:
        for rule in document.get("spec", {}).get("rules", []) if document["kind"] == "HTTPRoute" else []:
            for each in rule.get("filters", []):
                redirect = each.get("requestRedirect", {})
                if redirect.get("port") in moved:
                    redirect["port"] = moved[redirect["port"]]


def _environment(moved, directory):
    """The variables by which a test script finds the running example."""
    schemes = {"GATEWAY": (8080, "http://127.0.0.1:{}"), "GATEWAY_TLS": (8443, "https://localhost:{}"),
               "TCP_PORT": (8432, "{}"), "UDP_PORT": (8053, "{}")}
    found = {name: text.format(moved[port]) for name, (port, text) in schemes.items() if port in moved}
    return {**os.environ, **found, "DIRECTORY": str(directory)}


@pytest.mark.parametrize("name", NAMES)
def test_example(name, make_gateway, backends, tmp_path):
    folder = EXAMPLES / name
    work = shutil.copytree(folder, tmp_path / name)
    if (work / "prepare.sh").exists():
        subprocess.run([work / "prepare.sh", work], check=True, timeout=60)
    gateway, moved, files = make_gateway(), {}, {}
    for path in sorted(work.glob("*.yaml")):
        files[path.name] = list(yaml.safe_load_all(path.read_text()))
    for documents in files.values():
        moved |= _relocate(documents, backends, work)
    for file_name, documents in files.items():
        _follow_redirect_ports(documents, moved)
        gateway.resources.write(documents, file_name)
    gateway.start()
    script = next(path for path in (work / "test.sh", work / "test.py") if path.exists())
    command = [sys.executable, script] if script.suffix == ".py" else [script]
    result = subprocess.run(command, env=_environment(moved, work), capture_output=True, text=True, timeout=6 * PATIENCE_S)
    assert result.returncode == 0, f"{result.stdout}\n{result.stderr}\n{gateway.said()}"


@pytest.mark.parametrize("name", NAMES)
def test_example_is_complete(name):
    folder = EXAMPLES / name
    assert (folder / "README.md").exists()
    assert any((folder / script).exists() for script in ("test.sh", "test.py"))
    assert f"({name})" in (EXAMPLES / "README.md").read_text()
