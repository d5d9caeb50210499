"""The second tier of the response cache: two gateways with memories of their own and one real Redis."""

import json
import re

import pytest
from harness import resources as r
from harness.model_server import chat_reply, serve_chat
from harness.ports import free_port
from harness.raw_client import post
from harness.redis_server import RedisServer
from harness.waiting import eventually

CHAT = "/v1/chat/completions"
FIELDS = {"Content-Type": "application/json", "Authorization": "Bearer a"}
STORE = {"group": "tidegate.dev", "kind": "Backend", "name": "redis"}
# Generous, so that only a test that wants it sees a store that is late.
SHARED = {"store": {"type": "Redis", "timeout": "5s"}}


def ask(text):
    return json.dumps({"model": "gpt-test", "messages": [{"role": "user", "content": text}]}).encode()


def resources_of(port, model_port, redis_port, config=None, store=None, more=()):
    target = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "chat"}
    cache = {"name": "cache", "type": "ResponseCache", "failureMode": "Open", "backendRef": STORE, "config": config or SHARED}
    return [r.gateway(r.listener("http", port)), r.ai_backend("models", model_port),
            r.ip_backend("redis", redis_port, protocol="Redis", **(store or {})), *more,
            r.http_route("chat", r.rule(r.backend_of("models"))),
            r.resource(r.OWN, "PayloadProcessingPipeline", "cache", spec={"targetRefs": [target], "processors": [cache]})]


@pytest.fixture
def redis(tmp_path_factory):
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture
def models(make_upstream):
    upstream = make_upstream()
    upstream.on_request = serve_chat
    return upstream


def detail_of(gateway, number):
    """What the cache says of a request, by its place."""
    records = eventually(lambda: gateway.log() if len(gateway.log()) > number else None, "a record")
    return records[number]["processors"][0]["detail"]


def state(port, text, **fields):
    response = post(port, CHAT, ask(text), fields={**FIELDS, **fields})
    assert response.status == 200, response.body
    return response.get("x-tidegate-cache"), response.body


def test_what_one_replica_keeps_another_answers(make_gateway, models, redis):
    ports = free_port(), free_port()
    gateways = [make_gateway().start(*resources_of(port, models.port, redis.port)) for port in ports]
    first = state(ports[0], "tide")
    assert first[0] == "miss"
    eventually(lambda: redis.command("DBSIZE") == "1", "the answer is in Redis")
    assert state(ports[1], "tide") == ("hit", first[1])
    assert detail_of(gateways[1], 0) == "hit-store"
    assert state(ports[1], "tide") == ("hit", first[1])
    assert detail_of(gateways[1], 1) == "hit"
    assert len(models.requests) == 1
    name = redis.command("KEYS", "*")
    assert re.fullmatch(r"tidegate:cache:1:[0-9a-f]{64}", name)
    assert 0 < int(redis.command("PTTL", name)) <= 3600_000
    # Another caller has an answer of its own.
    assert state(ports[1], "tide", Authorization="Bearer b")[0] == "miss"


def test_a_value_that_somebody_else_wrote_is_a_miss(make_gateway, models, redis):
    ports = free_port(), free_port()
    for port in ports:
        make_gateway().start(*resources_of(port, models.port, redis.port))
    state(ports[0], "tide")
    eventually(lambda: redis.command("DBSIZE") == "1", "the answer is in Redis")
    redis.command("SET", redis.command("KEYS", "*"), chat_reply("poison").decode())
    answered = state(ports[1], "tide")
    assert answered[0] == "miss" and b"poison" not in answered[1]


def test_without_its_redis_the_cache_misses_and_then_leaves_it_alone(make_gateway, models, redis):
    port = free_port()
    gateway = make_gateway().start(*resources_of(port, models.port, redis.port))
    redis.stop()
    for number in range(8):
        assert state(port, f"question {number}")[0] == "miss"
    assert detail_of(gateway, 7) == "miss-store-failed"
    assert state(port, "question 1")[0] == "hit"
    circuits = gateway.metrics()["tidegate_upstream_circuits_open"]
    assert any(s.value == 1 and "redis" in str(s.labels) for s in circuits.samples)


def test_a_redis_that_is_late_is_a_miss(make_gateway, models, redis):
    port = free_port()
    config = {"store": {"type": "Redis", "timeout": "20ms"}}
    gateway = make_gateway().start(*resources_of(port, models.port, redis.port, config))
    redis.command("CLIENT", "PAUSE", "60000", "ALL")
    assert state(port, "tide")[0] == "miss"
    assert detail_of(gateway, 0) == "miss-store-failed"


def test_the_login_comes_from_a_secret_and_the_connection_is_tls(make_gateway, models, authority, tmp_path_factory):
    directory = tmp_path_factory.mktemp("redis")
    server = RedisServer(directory, ["user default off", "user gateway on >canary-password ~tidegate:* +get +set +select",
                                     "user admin on >admin-password ~* +@all"],
                         authority.issue("redis.test"), authority.cert_pem)
    try:
        tls = {"mode": "Simple", "sni": "redis.test", "caBundleRef": {"name": "ca"}}
        store = {"ports": [{"number": server.port, "protocol": "Redis", "tls": tls}],
                 "credentials": {"login": {"secretRef": {"name": "redis"}}}}
        more = [r.ca_config_map("ca", authority.cert_pem), r.opaque_secret("redis", username="gateway", password="canary-password")]
        config = {"store": {"type": "Redis", "timeout": "5s", "database": 2}}
        ports = free_port(), free_port()
        gateways = [make_gateway().start(*resources_of(port, models.port, server.port, config, store, more)) for port in ports]
        assert state(ports[0], "tide")[0] == "miss"
        eventually(lambda: server.command("-n", "2", "DBSIZE", user="admin", password="admin-password") == "1", "it is there")
        assert state(ports[1], "tide")[0] == "hit"
        # A wrong password is a miss, and nobody hears of it.
        wrong = make_gateway()
        port = free_port()
        more[1] = r.opaque_secret("redis", username="gateway", password="canary-wrong")
        wrong.start(*resources_of(port, models.port, server.port, config, store, more))
        assert state(port, "tide")[0] == "miss"
        assert detail_of(wrong, 0) == "miss-store-failed"
        for gateway in [*gateways, wrong]:
            assert "canary" not in gateway.said() + json.dumps(gateway.log()) + gateway.admin("/metrics").body.decode()
    finally:
        server.stop()


def test_a_backend_of_http_is_no_store(make_gateway, models):
    port = free_port()
    parts = resources_of(port, models.port, models.port)
    parts[2] = r.ip_backend("redis", models.port)
    gateway = make_gateway().start(*parts)
    assert state(port, "tide")[0] == "miss"
    assert "cannot serve this" in gateway.said()
    assert [request.target for request in models.requests] == [CHAT]
