"""A gateway in front of the built-in simulator in both dialects, and of an upstream whose answers a test scripts."""

from dataclasses import dataclass

import pytest
from harness import resources as r
from harness.gateway import Gateway
from harness.ports import free_port
from harness.upstream import Upstream

CHAT_MODEL, EMBEDDING_MODEL, CLAUDE_MODEL, SCRIPTED_MODEL = "sim-chat", "sim-embed", "sim-claude", "scripted"


@dataclass
class Served:
    """Where SDKs point their base URL, and the upstream behind model `scripted` (both dialects)."""

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
        r.http_route("models",
                     r.rule(r.backend_of("openai"), matches=[_of(CHAT_MODEL), _of(EMBEDDING_MODEL)]),
                     r.rule(r.backend_of("anthropic"), matches=[_of(CLAUDE_MODEL)]),
                     r.rule(r.backend_of("scripted"), matches=[_of(SCRIPTED_MODEL)])))
    yield Served(port, upstream)
    gateway.stop()
    upstream.close()


@pytest.fixture
def served(served_once):
    served_once.upstream.forget()
    yield served_once
    served_once.upstream.check()
