"""A gateway in front of two OpenAI-dialect providers and an Anthropic one."""

import itertools
from dataclasses import dataclass

import pytest
from harness import model_server
from harness import resources as r
from harness.gateway import Gateway
from harness.ports import free_port
from harness.raw_client import post
from harness.upstream import Upstream
from harness.wire import Message

CANARY = "sk-canary-7c41b9f2e0"
_ids = itertools.count(1)


def _model_header(model):
    return [{"headers": [{"name": "X-Gateway-Model-Name", "value": model}]}]


@dataclass
class Models:
    """gpt-* goes to `openai`, llama to `local`, claude-* to `anthropic`; anything else has no route."""

    gateway: Gateway
    port: int
    openai: Upstream
    local: Upstream
    anthropic: Upstream
    last_id: str = ""

    def chat(self, body: bytes, path: str = "/v1/chat/completions", **fields: str) -> Message:
        self.last_id = next_request_id()
        fields = {"Content-Type": "application/json", "X-Request-Id": self.last_id, **_dashed(fields)}
        return post(self.port, path, body, fields=fields)

    def messages(self, body: bytes, **fields: str) -> Message:
        fields = {"anthropic_version": "2023-06-01", **fields}
        return self.chat(body, "/v1/messages", **fields)

    def log_of(self, request_id: str) -> dict:
        """The access-log record of a request; lines of others may come before it and behind."""
        return self.gateway.wait_for_log(lambda record: record["request_id"] == request_id, f"the line of {request_id}")

    def last_log(self) -> dict:
        """The record of the last chat() or messages()."""
        return self.log_of(self.last_id)


def next_request_id() -> str:
    return f"request-of-a-test-{next(_ids)}"


def _dashed(fields):
    return {name.replace("_", "-"): value for name, value in fields.items()}


@pytest.fixture(scope="module")
def _shared_models(make_shared_gateway, make_shared_upstream):
    upstreams = {name: make_shared_upstream(name) for name in ("openai", "local", "anthropic")}
    port = free_port()
    gateway = make_shared_gateway().start(
        r.gateway(r.listener("http", port)),
        r.opaque_secret("openai-key", **{"api-key": CANARY}),
        r.opaque_secret("anthropic-key", **{"api-key": CANARY}),
        r.ai_backend("openai", upstreams["openai"].port, secret="openai-key",
                     models=[{"name": "gpt-test"}, {"name": "gpt-alias", "upstreamName": "gpt-test-2025"}]),
        r.ai_backend("local", upstreams["local"].port, models=[{"name": "llama"}]),
        r.ai_backend("anthropic", upstreams["anthropic"].port, "Anthropic", secret="anthropic-key", models=[{"name": "claude-test"}]),
        r.http_route("models",
                     r.rule(r.backend_of("openai"), matches=_model_header("gpt-test") + _model_header("gpt-alias")),
                     r.rule(r.backend_of("local"), matches=_model_header("llama")),
                     r.rule(r.backend_of("anthropic"), matches=_model_header("claude-test"))),
    )
    return Models(gateway, port, **upstreams)


@pytest.fixture
def models(_shared_models) -> Models:
    shared = _shared_models
    for upstream in (shared.openai, shared.local, shared.anthropic):
        upstream.forget()
    shared.openai.on_request = shared.local.on_request = model_server.serve_chat
    shared.anthropic.on_request = model_server.serve_messages
    yield shared
    for upstream in (shared.openai, shared.local, shared.anthropic):
        upstream.check()
