"""External processors that somebody else wrote for Envoy, unchanged."""

import os
import pathlib
import socket
import subprocess
import sys

import pytest
from harness import resources as r
from harness.model_server import chat_request, payloads, serve_chat
from harness.ports import free_port
from harness.raw_client import post
from harness.waiting import eventually

HERE = pathlib.Path(__file__).resolve().parent
CHAT = "/v1/chat/completions"
JSON = {"Content-Type": "application/json"}
PICKED = "10.0.0.7:9000"


def listens(process, port):
    if process.poll() is not None:
        raise AssertionError(f"the processor ended with {process.returncode}")
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def run(command, port, **more):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)
    eventually(lambda: listens(process, port), "the processor listens")
    return process


@pytest.fixture(scope="module")
def istio(tmp_path_factory):
    """The port of Istio's endpoint picker, built from the pinned module; Go's own cache makes the second time quick."""
    made, port = tmp_path_factory.mktemp("istio") / "server", free_port()
    subprocess.run(["go", "build", "-mod=readonly", "-o", str(made), "istio.io/istio/pkg/test/echo/cmd/server"],
                   cwd=HERE, check=True, timeout=900)
    process = run([str(made), "--endpoint-picker", str(port), "--port", "0", "--grpc", "0", "--tcp", "0"], port)
    yield port
    process.kill()
    process.wait()


@pytest.fixture(scope="module")
def sdk(tmp_path_factory):
    """The port of envoy-extproc-sdk's plain service, in an environment of its own."""
    made, port = tmp_path_factory.mktemp("sdk"), free_port()
    subprocess.run([sys.executable, "-m", "venv", str(made)], check=True)
    subprocess.run([str(made / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", "-r", str(HERE / "requirements.txt")],
                   check=True, timeout=900)
    process = run([str(made / "bin" / "python"), "-m", "envoy_extproc_sdk", "--port", str(port)], port,
                  env={**os.environ, "PYTHONPATH": str(HERE / "aliases"), "DD_TRACE_ENABLED": "false"})
    yield port
    process.kill()
    process.wait()


def start(make_shared_gateway, make_shared_upstream, processor, **modes):
    upstreams, port = {"model": make_shared_upstream(), "echo": make_shared_upstream()}, free_port()
    upstreams["model"].on_request = serve_chat
    target = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "gw"}
    one = {"name": "one", "type": "ExtProc", "backendRef": r.backend_of("processor"), "failureMode": "Closed",
           "config": {"processingMode": modes, "messageTimeout": "10s",
                      "metadataOptions": {"forwardingNamespaces": {"untyped": ["envoy.lb"]},
                                          "receivingNamespaces": {"untyped": ["envoy.lb"]}}}}
    make_shared_gateway().start(
        r.gateway(r.listener("http", port)),
        r.http_route("model", r.rule(r.backend_of("model"), path="/v1")), r.http_route("echo", r.rule(r.backend_of("echo"))),
        r.resource(r.OWN, "PayloadProcessingPipeline", "one", spec={"targetRefs": [target], "processors": [one]}),
        r.ai_backend("model", upstreams["model"].port), r.ip_backend("echo", upstreams["echo"].port),
        r.ip_backend("processor", processor, "HTTP2"))
    return port, upstreams


@pytest.fixture(scope="module")
def picked(make_shared_gateway, make_shared_upstream, istio):
    duplex = "FULL_DUPLEX_STREAMED"
    return start(make_shared_gateway, make_shared_upstream, istio, requestBodyMode=duplex, responseBodyMode=duplex,
                 requestTrailerMode="SEND", responseTrailerMode="SEND")


@pytest.fixture(scope="module")
def served(make_shared_gateway, make_shared_upstream, sdk):
    return start(make_shared_gateway, make_shared_upstream, sdk, requestBodyMode="BUFFERED", responseBodyMode="BUFFERED")


def test_istios_picker_passes_large_bodies_in_full_duplex(picked):
    port, upstreams = picked
    upstreams["echo"].forget()
    body = bytes(range(256)) * 2_000
    response = post(port, "/upload", body, fields={"X-Endpoint": PICKED, "X-Other": "1"})
    assert response.status == 200
    sent = upstreams["echo"].requests[0]
    assert sent.body == body and sent.get("x-endpoint") is None and sent.get("x-other") == "1"


def test_istios_picker_passes_replies_and_streams(picked):
    port, _ = picked
    assert post(port, CHAT, chat_request(), fields={**JSON, "X-Endpoint": PICKED}).status == 200
    stream = post(port, CHAT, chat_request(stream=True), fields={**JSON, "X-Endpoint": PICKED})
    assert payloads(stream.body)[-1] == "[DONE]" and b"three" in stream.body


def test_the_sdk_sets_its_field_and_passes_bodies(served):
    port, upstreams = served
    upstreams["echo"].forget()
    response = post(port, "/upload", b"body" * 1_000, fields={"X-Other": "1"})
    assert response.status == 200 and response.get("x-ext-procs-applied") == "BaseExtProcService"
    assert upstreams["echo"].requests[0].body == b"body" * 1_000


def test_the_sdk_passes_model_calls(served):
    port, _ = served
    response = post(port, CHAT, chat_request(), fields=JSON)
    assert response.status == 200 and response.get("x-ext-procs-applied") == "BaseExtProcService"
