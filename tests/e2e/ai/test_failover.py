"""Groups of backends, regions and sessions, seen by a client: which member answers, and what is told about the others."""

import json

import pytest
from harness import resources as r
from harness.model_server import JSON, SSE, chat_request, messages_request, serve_chat
from harness.ports import free_port
from harness.raw_client import post

CHAT = "/v1/chat/completions"
MANY = {"budget": {"minPerSecond": 100}}  # tests fail over more often than a second's share allows


def _member(name, priority=0, **more):
    return {"backendRef": {"name": name}, "priority": priority, **more}


def _group(name, *members, **more):
    return r.resource("tidegate.dev/v1alpha1", "Backend", name,
                      spec={"destination": {"type": "Group", "group": {"members": list(members), **more}}})


def _policy(name, kind, target, *regions):
    ref = {"group": "gateway.networking.k8s.io", "kind": kind, "name": target}
    return r.resource("tidegate.dev/v1alpha1", "AccessPolicy", name, spec={"targetRefs": [ref], "regions": {"allow": list(regions)}})


@pytest.fixture(scope="module")
def shared(make_shared_gateway, make_shared_upstream):
    us, eu, port = make_shared_upstream(), make_shared_upstream(), free_port()
    gateway = make_shared_gateway().start(
        r.gateway(r.listener("http", port)),
        r.ai_backend("us", us.port, region="us", health={"passive": {"consecutiveFailures": 0}}),
        r.ai_backend("eu", eu.port, region="eu", models=[{"name": "gpt-test", "upstreamName": "gpt-eu"}],
                     health={"passive": {"consecutiveFailures": 0}}),
        r.ai_backend("dead", free_port(), health={"passive": {"consecutiveFailures": 0}}),
        r.resource("tidegate.dev/v1alpha1", "Backend", "limited", spec={
            "destination": {"type": "Simulator", "simulator": {"errorStatus": 429, "errorRatio": 1}},
            "ai": {"provider": "Simulator"}, "health": {"passive": {"consecutiveFailures": 0}}}),
        r.ai_backend("claude", us.port, "Anthropic", health={"passive": {"consecutiveFailures": 0}}),
        r.ai_backend("google", us.port, "Gemini", health={"passive": {"consecutiveFailures": 0}}),
        _group("pair", _member("us"), _member("eu", 1), retry=MANY),
        _group("claude-first", _member("claude"), _member("eu", 1), retry=MANY),
        _group("google-first", _member("google"), _member("eu", 1), retry=MANY),
        _group("after-dead", _member("dead"), _member("eu", 1)),
        _group("after-limited", _member("limited"), _member("eu", 1)),
        _group("quick", _member("us"), _member("eu", 1), failover={"firstTokenTimeout": "200ms"}),
        r.http_route("claude", r.rule(r.backend_of("claude-first"), path="/claude")),
        r.http_route("google", r.rule(r.backend_of("google-first"), path="/google")),
        r.http_route("pair", r.rule(r.backend_of("pair"), path="/pair")),
        r.http_route("dead", r.rule(r.backend_of("after-dead"), path="/dead")),
        r.http_route("limited", r.rule(r.backend_of("after-limited"), path="/limited")),
        r.http_route("quick", r.rule(r.backend_of("quick"), path="/quick")),
        r.http_route("locked", r.rule(r.backend_of("pair"), path="/locked")),
        r.http_route("shut", r.rule(r.backend_of("pair"), path="/shut")),
        _policy("us-only", "HTTPRoute", "locked", "us"),
        _policy("asia-only", "HTTPRoute", "shut", "asia"))
    return gateway, port, us, eu


@pytest.fixture
def members(shared):
    _, _, us, eu = shared
    us.forget()
    eu.forget()
    us.on_request = eu.on_request = serve_chat
    yield shared
    us.check()
    eu.check()


def _refuse(status, body=b"{}", **fields):
    return lambda connection, _: connection.respond(status, {**JSON, **fields}, body)


@pytest.mark.parametrize("status", [429, 500, 503, 529])
def test_the_next_member_answers_with_one_more_round_trip(members, status):
    _, port, us, eu = members
    us.on_request = _refuse(status)
    response = post(port, f"/pair{CHAT}", chat_request())
    assert response.status == 200
    assert response.get("x-tidegate-attempts") == f"us;{status}, eu;200"
    assert (len(us.requests), len(eu.requests)) == (1, 1)
    assert json.loads(us.requests[0].body)["model"] == "gpt-test"
    assert json.loads(eu.requests[0].body)["model"] == "gpt-eu"


def test_a_clients_own_error_is_final(members):
    _, port, us, eu = members
    us.on_request = _refuse(422, b'{"error":{"message":"odd tool"}}')
    response = post(port, f"/pair{CHAT}", chat_request())
    assert (response.status, b"odd tool" in response.body, eu.requests) == (422, True, [])


def _say(content_type, *pieces):
    """Answers 200 with these pieces of a body, and a clean end."""
    def answer(connection, _):
        connection.start_chunked(fields=content_type)
        for piece in pieces:
            connection.send_chunk(piece)
        connection.end_chunks()
    return answer


MESSAGES_ERROR = b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"overloaded"}}\n\n'
MESSAGE_START = (b'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant",'
                 b'"content":[],"model":"m","stop_reason":null,"usage":{"input_tokens":1,"output_tokens":1}}}\n\n')
GOOGLE_ERROR = b'{\n  "error": {\n    "code": 503,\n    "message": "overloaded",\n    "status": "UNAVAILABLE"\n  }\n}\n'
PAGE = {"Content-Type": "text/html"}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("member, answer", [
    ("us", _say(SSE, b'data: {"error":{"message":"overloaded"}}\n\n')),
    ("us", _say(JSON, b'{"error":{"message":"overloaded"}}')),
    ("us", _say(PAGE, b"<html>overloaded</html>")),
    ("claude", _say(SSE, MESSAGE_START, MESSAGES_ERROR)),
    ("claude", _say(SSE, MESSAGES_ERROR[:20], MESSAGES_ERROR[20:])),
    ("claude", _say(SSE, MESSAGE_START)),
    ("claude", _say(JSON, b'{"type":"error","error":{"type":"api_error","message":"overloaded"}}')),
    ("claude", _say(JSON, b'{"id":"msg_1","content":[')),
    ("claude", _say(PAGE, b"<html>overloaded</html>")),
    ("google", _say(SSE, b"data: " + GOOGLE_ERROR.replace(b"\n", b"") + b"\n\n")),
    ("google", _say(JSON, GOOGLE_ERROR)),
    ("google", _say(SSE, GOOGLE_ERROR)),
], ids=["chat-event", "chat", "chat-page", "messages-event", "messages-cut", "messages-end", "messages", "messages-broken",
        "messages-page", "gemini-event", "gemini", "gemini-document"])
def test_a_failure_inside_a_200_is_not_the_clients(members, member, answer, stream):
    _, port, us, eu = members
    us.on_request = answer
    path = "pair" if member == "us" else member
    response = post(port, f"/{path}{CHAT}", chat_request(stream=stream))
    assert response.status == 200
    assert response.get("x-tidegate-attempts") == f"{member};stream-error, eu;200"
    assert b"overloaded" not in response.body
    assert b"three" in response.body if stream else b"hello" in response.body


@pytest.mark.parametrize("path, outcome", [("/dead", "dead;connect"), ("/limited", "limited;429")])
def test_members_that_fail_are_told(members, path, outcome):
    gateway, port, _, _ = members
    response = post(port, path + CHAT, chat_request())
    assert response.status == 200
    assert response.get("x-tidegate-attempts") == f"{outcome}, eu;200"
    record = gateway.wait_for_log(lambda line: line["path"] == path + CHAT)
    assert [one["outcome"] for one in record["tries"]] == [outcome.split(";")[1], "200"]
    assert record["tries"][1]["region"] == "eu"


def test_a_member_that_says_nothing_is_passed_over(members):
    _, port, us, _ = members
    us.on_request = lambda connection, _: connection.start_chunked(fields={"Content-Type": "text/event-stream"})
    response = post(port, f"/quick{CHAT}", chat_request(stream=True))
    assert response.get("x-tidegate-attempts") == "us;first-token-timeout, eu;200"
    assert response.body.endswith(b"data: [DONE]\n\n")


def test_a_locked_request_stays_in_its_regions(members):
    gateway, port, us, eu = members
    us.on_request = _refuse(503)
    assert post(port, f"/locked{CHAT}", chat_request()).status == 503
    assert eu.requests == []
    record = gateway.wait_for_log(lambda line: line["path"] == f"/locked{CHAT}")
    assert record["regions"] == "us"
    assert [one["region"] for one in record["tries"]] == ["us"]


@pytest.mark.parametrize("path, body, kind", [
    (CHAT, chat_request(), lambda error: error["error"]["type"]),
    ("/v1/messages", messages_request(), lambda error: error["error"]["type"])])
def test_a_locked_request_without_a_member_is_refused_in_its_dialect(members, path, body, kind):
    _, port, us, eu = members
    response = post(port, f"/shut{path}", body)
    assert response.status == 403
    assert kind(json.loads(response.body))
    assert us.requests == eu.requests == []


def test_metrics_count_tries_by_outcome(members):
    gateway, port, us, _ = members
    us.on_request = _refuse(503)
    post(port, f"/pair{CHAT}", chat_request())
    text = gateway.admin("/metrics").body.decode()
    assert 'tidegate_upstream_tries_total{backend="Backend/default/us:' in text
    assert 'outcome="status"' in text and 'outcome="success"' in text
