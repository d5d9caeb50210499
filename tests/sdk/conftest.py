"""Gateways in front of the built-in simulator, and of an upstream whose answers a test scripts."""

import pathlib
import sys
from dataclasses import dataclass

import pytest
from harness import resources as r
from harness.gateway import Gateway
from harness.ports import free_port
from harness.upstream import Upstream

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))  # clients, pairs, event_order, node_packages

from pairs import PROVIDERS  # noqa: E402

CHAT_MODEL, EMBEDDING_MODEL, CLAUDE_MODEL = "sim-chat", "sim-embed", "sim-claude"
SCRIPTED_MODEL, SCRIPTED_CLAUDE_MODEL = "scripted", "scripted-claude"


@dataclass
class Served:
    """Where SDKs point their base URL, and the upstream behind the models `scripted` (OpenAI) and `scripted-claude` (Anthropic)."""

    port: int
    upstream: Upstream

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def _simulator(name, dialect, *models):
    return r.resource(r.OWN, "Backend", name, spec={
        "destination": {"type": "Simulator", "simulator": {"outputTokens": 8}},
        "ai": {"provider": dialect, "dialect": dialect, "models": [{"name": model} for model in models]}})


def _of(model):
    return {"headers": [{"name": "X-Gateway-Model-Name", "value": model}]}


@pytest.fixture(scope="session")
def served_once(binary, tmp_path_factory, gateway_io):
    upstream, port = Upstream("scripted"), free_port()
    gateway = Gateway(binary, tmp_path_factory.mktemp("sdk"), gateway_io).start(
        r.gateway(r.listener("http", port)),
        _simulator("openai", "OpenAI", CHAT_MODEL, EMBEDDING_MODEL),
        _simulator("anthropic", "Anthropic", CLAUDE_MODEL),
        r.ai_backend("scripted", upstream.port, models=[{"name": SCRIPTED_MODEL}]),
        r.ai_backend("scripted-claude", upstream.port, "Anthropic", models=[{"name": SCRIPTED_CLAUDE_MODEL}]),
        r.http_route("models",
                     r.rule(r.backend_of("openai"), matches=[_of(CHAT_MODEL), _of(EMBEDDING_MODEL)]),
                     r.rule(r.backend_of("anthropic"), matches=[_of(CLAUDE_MODEL)]),
                     r.rule(r.backend_of("scripted"), matches=[_of(SCRIPTED_MODEL)]),
                     r.rule(r.backend_of("scripted-claude"), matches=[_of(SCRIPTED_CLAUDE_MODEL)])))
    yield Served(port, upstream)
    gateway.stop()
    upstream.close()


@pytest.fixture
def served(served_once):
    served_once.upstream.forget()
    yield served_once
    served_once.upstream.check()


def _provider_backend(name, provider):
    models = [{"name": model} for model in (provider.model, provider.embedding_model)]
    return r.resource(r.OWN, "Backend", name, spec={
        "destination": {"type": "Simulator", "simulator": {"outputTokens": 8}}, "ai": {**provider.ai, "models": models}})


@pytest.fixture(scope="session")
def providers(binary, tmp_path_factory, gateway_io):
    """The base URL of each provider of pairs.py: a listener that leads to it alone."""
    ports = {name: free_port() for name in PROVIDERS}
    gateway = Gateway(binary, tmp_path_factory.mktemp("matrix"), gateway_io).start(
        r.gateway(*(r.listener(name, port) for name, port in ports.items())),
        [_provider_backend(name, provider) for name, provider in PROVIDERS.items()],
        [r.http_route(name, r.rule(r.backend_of(name)), section=name) for name in PROVIDERS])
    yield {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    gateway.stop()
