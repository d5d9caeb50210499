"""A second opinion on the providers: the same clients, with an upstream that somebody else wrote (node/aimock.mjs)."""

import subprocess

import node_packages
import pytest
from clients import CLIENTS
from clients.model import TOOLS, Ask, Results, User
from harness import resources as r
from harness.gateway import Gateway
from harness.ports import free_port
from pairs import MOCK_STREAMS, MOCK_WHOLE, PROVIDERS

BY_NAME = {client.name: client for client in CLIENTS}
HELLO = "Hello from the mock: grüße, 世界!"


def _rows(pairs, *more, ability=None):
    return [pytest.param(*pair, *more, id="-".join([*pair, *("stream" if part else "whole" for part in more)]))
            for pair in pairs if ability is None or ability in BY_NAME[pair[0]].can]


def both_ways(ability=None):
    rows = _rows(MOCK_WHOLE, False, ability=ability) + _rows(MOCK_STREAMS, True, ability=ability)
    return pytest.mark.parametrize("client_name, provider, stream", rows)


@pytest.fixture(scope="session")
def mock_port():
    mock = subprocess.Popen([node_packages.node(), "aimock.mjs"], cwd=node_packages.install(), stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    yield int(mock.stdout.readline().rsplit(":", 1)[1])
    mock.stdin.close()
    assert mock.wait(30) == 0


@pytest.fixture(scope="session")
def urls(binary, tmp_path_factory, gateway_io, mock_port):
    ports = {name: free_port() for name in PROVIDERS}
    backends = [r.resource(r.OWN, "Backend", name, spec={
        "destination": {"type": "Ip", "ip": {"addresses": ["127.0.0.1"]}}, "ports": [{"number": mock_port, "protocol": "HTTP"}],
        "ai": provider.ai}) for name, provider in PROVIDERS.items()]
    gateway = Gateway(binary, tmp_path_factory.mktemp("mock"), gateway_io).start(
        r.gateway(*(r.listener(name, port) for name, port in ports.items())), backends,
        [r.http_route(name, r.rule(r.backend_of(name)), section=name) for name in PROVIDERS])
    yield {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    gateway.stop()


@pytest.fixture
def ask(urls, client_name, provider):
    client = BY_NAME[client_name](urls[provider])
    return lambda *turns, **options: client.ask(Ask(turns, **options), PROVIDERS[provider].model)


@both_ways()
def test_words(ask, stream):
    reply = ask(User("Say hello."), stream=stream)
    assert reply.text == HELLO and reply.finish and not reply.calls


@both_ways("tools")
def test_tools_and_their_results(ask, stream):
    question = User("Please use the tools.")
    called = ask(question, tools=tuple(TOOLS), stream=stream)
    assert [(call.name, call.arguments) for call in called.calls] == [
        ("get_weather", {"city": "Lübeck"}), ("get_time", {"zone": "UTC", "hours": 12})]
    answered = ask(question, called, Results(called, ("22 degrees", "noon")), tools=tuple(TOOLS), stream=stream)
    assert answered.text == "Both are known now."


@pytest.mark.parametrize("client_name, provider", _rows(MOCK_WHOLE, ability="embed"))
def test_embeddings(urls, client_name, provider):
    vectors = BY_NAME[client_name](urls[provider]).embed(["red fish"], PROVIDERS[provider].embedding_model)
    assert vectors[0] == pytest.approx([0.25, -0.5, 0.75])
