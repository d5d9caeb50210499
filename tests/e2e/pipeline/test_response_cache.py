"""The response cache as clients, backends and operators see it: two workers, so that what one keeps the other serves."""

import json
import threading
from concurrent import futures

import pytest
from harness import resources as r
from harness.model_server import (JSON, SSE, chat_events, chat_reply, messages_request, payloads, serve_chat,
                                  serve_messages)
from harness.ports import free_port
from harness.raw_client import RawClient, format_request, post
from harness.waiting import PATIENCE_S

CHAT = "/v1/chat/completions"
FIELDS = {"Content-Type": "application/json", "Authorization": "Bearer a"}


def cached(name, route, config=None, more=()):
    target = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": route}
    cache = {"name": "cache", "type": "ResponseCache", **({"config": config} if config else {})}
    return r.resource(r.OWN, "PayloadProcessingPipeline", name, spec={"targetRefs": [target], "processors": [*more, cache]})


PERSONAL = {"name": "personal", "type": "PersonalData", "config": {
    "detect": ["email"], "actions": {"contact": "Placeholder"}, "secretRef": {"name": "placeholders"}}}


@pytest.fixture(scope="module")
def shared(make_shared_gateway, make_shared_upstream):
    openai, anthropic, port = make_shared_upstream(), make_shared_upstream(), free_port()
    gateway = make_shared_gateway().start(
        r.gateway(r.listener("http", port)), r.opaque_secret("placeholders", key="a-key-of-these-tests"),
        r.ai_backend("openai", openai.port, health={"passive": {"consecutiveFailures": 0}}),
        r.ai_backend("anthropic", anthropic.port, dialect="Anthropic"),
        r.http_route("chat", r.rule(r.backend_of("openai"), path="/chat")),
        r.http_route("crossed", r.rule(r.backend_of("anthropic"), path="/crossed")),
        r.http_route("paced", r.rule(r.backend_of("openai"), path="/paced")),
        r.http_route("personal", r.rule(r.backend_of("openai"), path="/personal")),
        r.http_route("worded", r.rule(r.backend_of("openai"), path="/worded")),
        cached("personal", "personal", more=[PERSONAL]), cached("worded", "worded", {"match": "Wording"}),
        cached("chat", "chat"), cached("crossed", "crossed"),
        cached("paced", "paced", {"replay": {"pace": "20ms"}}), workers=2)
    return gateway, port, openai, anthropic


@pytest.fixture
def world(shared):
    _, _, openai, anthropic = shared
    openai.forget()
    anthropic.forget()
    openai.on_request, anthropic.on_request = serve_chat, serve_messages
    yield shared
    openai.check()
    anthropic.check()


def ask(text, stream=False, **more):
    return json.dumps({"model": "gpt-test", "messages": [{"role": "user", "content": text}],
                       **({"stream": True} if stream else {}), **more}).encode()


def text_of(response):
    return "".join(p["choices"][0]["delta"].get("content") or "" for p in payloads(response.body)
                   if p != "[DONE]" and p["choices"])


def test_a_document_is_answered_again_byte_for_byte(world):
    gateway, port, openai, _ = world
    first = post(port, f"/chat{CHAT}", ask("document"), fields=FIELDS)
    second = post(port, f"/chat{CHAT}", ask("document"), fields=FIELDS)
    assert (first.get("x-tidegate-cache"), second.get("x-tidegate-cache")) == ("miss", "hit")
    assert second.body == first.body
    assert second.get("age") is not None
    assert len(openai.requests) == 1
    record = gateway.wait_for_log(lambda line: any(p.get("detail") == "hit" for p in line.get("processors", [])), "a hit")
    assert record["ai"]["avoided"] == {"input": 20, "output": 7}
    assert record["ai"]["cost_micro_usd"] == 0
    assert "usage" not in record["ai"]


def test_a_stream_is_answered_as_a_stream_and_as_a_document(world):
    _, port, openai, _ = world
    first = post(port, f"/chat{CHAT}", ask("stream", stream=True), fields=FIELDS)
    assert text_of(first) == "one two three"
    again = post(port, f"/chat{CHAT}", ask("stream", stream=True), fields=FIELDS)
    assert again.body == first.body
    assert again.get("content-type") == "text/event-stream"
    whole = post(port, f"/chat{CHAT}", ask("stream"), fields=FIELDS)
    assert json.loads(whole.body)["choices"][0]["message"]["content"] == "one two three"
    assert json.loads(whole.body)["usage"]["total_tokens"] == 27
    with_usage = post(port, f"/chat{CHAT}", ask("stream", stream=True, stream_options={"include_usage": True}), fields=FIELDS)
    assert payloads(with_usage.body)[-2]["usage"]["completion_tokens"] == 7
    assert [m.get("x-tidegate-cache") for m in (again, whole, with_usage)] == ["hit"] * 3
    assert len(openai.requests) == 1


def test_a_document_is_played_as_a_stream(world):
    _, port, openai, _ = world
    openai.on_request = lambda connection, _: connection.respond(200, JSON, chat_reply(text="water " * 8))
    post(port, f"/paced{CHAT}", ask("paced"), fields=FIELDS)
    played = post(port, f"/paced{CHAT}", ask("paced", stream=True), fields=FIELDS)
    assert played.get("x-tidegate-cache") == "hit"
    assert text_of(played) == "water " * 8
    assert len([p for p in payloads(played.body) if p != "[DONE]" and p["choices"][0]["delta"].get("content")]) >= 3
    assert payloads(played.body)[-1] == "[DONE]"


def test_an_answer_of_another_dialect_is_kept_in_the_callers(world):
    _, port, _, anthropic = world
    first = post(port, f"/crossed{CHAT}", ask("crossed", stream=True), fields=FIELDS)
    second = post(port, f"/crossed{CHAT}", ask("crossed"), fields=FIELDS)
    assert text_of(first) == "one two three"
    assert second.get("x-tidegate-cache") == "hit"
    assert json.loads(second.body)["choices"][0]["message"]["content"] == "one two three"
    own = post(port, "/crossed/v1/messages", messages_request(), fields=FIELDS)
    again = post(port, "/crossed/v1/messages", messages_request(stream=True), fields=FIELDS)
    assert own.get("x-tidegate-cache") == "miss"
    assert again.get("x-tidegate-cache") == "hit"
    assert payloads(again.body)[-1] == {"type": "message_stop"}
    assert len(anthropic.requests) == 2


def test_callers_with_other_credentials_and_other_routes_get_their_own(world):
    _, port, openai, _ = world
    post(port, f"/chat{CHAT}", ask("own"), fields=FIELDS)
    other = post(port, f"/chat{CHAT}", ask("own"), fields={**FIELDS, "Authorization": "Bearer b"})
    elsewhere = post(port, f"/paced{CHAT}", ask("own"), fields=FIELDS)
    assert other.get("x-tidegate-cache") == elsewhere.get("x-tidegate-cache") == "miss"
    assert len(openai.requests) == 3


def echo(connection, request):
    """Says what it was told."""
    connection.respond(200, JSON, chat_reply(text=json.loads(request.body)["messages"][0]["content"]))


@pytest.mark.parametrize("stream", [False, True])
def test_personal_data_is_kept_as_placeholders_and_restored_for_each_caller(world, stream):
    _, port, openai, _ = world
    openai.on_request = echo
    text = f"Write to ann@example.com, {stream}"
    first = post(port, f"/personal{CHAT}", ask(text), fields=FIELDS)
    second = post(port, f"/personal{CHAT}", ask(text, stream=stream), fields=FIELDS)
    other = post(port, f"/personal{CHAT}", ask(text.replace("ann", "bob")), fields=FIELDS)
    assert json.loads(first.body)["choices"][0]["message"]["content"] == text
    assert second.get("x-tidegate-cache") == "hit"
    told = text_of(second) if stream else json.loads(second.body)["choices"][0]["message"]["content"]
    assert told == text
    assert other.get("x-tidegate-cache") == "miss"
    assert all(b"example.com" not in request.body for request in openai.requests)


def test_the_same_question_in_other_words(world):
    _, port, openai, _ = world
    openai.on_request = echo
    first = post(port, f"/worded{CHAT}", ask("What is the tide at Dover on Monday?"), fields=FIELDS)
    same = post(port, f"/worded{CHAT}", ask("Hi, on Monday, what's the tide at Dover?"), fields=FIELDS)
    other = post(port, f"/worded{CHAT}", ask("What is the tide at Dover on Tuesday?"), fields=FIELDS)
    assert (same.get("x-tidegate-cache"), same.get("x-tidegate-cache-match")) == ("hit", "wording")
    assert same.body == first.body
    assert other.get("x-tidegate-cache") == "miss"


@pytest.mark.parametrize("status, reply", [
    (429, b'{"error":{"message":"slow down"}}'),
    (200, b'{"error":{"message":"overloaded"}}'),
    (200, chat_reply(text="cut").replace(b'"stop"', b'"length"')),
    (200, chat_reply(text="").replace(b'"stop"', b'"content_filter"')),
])
def test_what_is_no_whole_and_good_answer_is_not_kept(world, status, reply):
    _, port, openai, _ = world
    openai.on_request = lambda connection, _: connection.respond(status, JSON, reply)
    for _ in range(2):
        assert post(port, f"/chat{CHAT}", ask("poison"), fields=FIELDS).get("x-tidegate-cache") != "hit"
    assert len(openai.requests) >= 2


def test_a_stream_that_broke_off_is_not_kept(world):
    _, port, openai, _ = world

    def cut(connection, _):
        connection.start_chunked(fields=SSE)
        for event in chat_events(["one "], with_usage=False)[:2]:
            connection.send_chunk(event)
        connection.reset()

    openai.on_request = cut
    broken = post(port, f"/chat{CHAT}", ask("cut", stream=True), fields=FIELDS)
    assert b"error" in broken.body
    openai.on_request = serve_chat
    assert post(port, f"/chat{CHAT}", ask("cut", stream=True), fields=FIELDS).get("x-tidegate-cache") == "miss"


def test_requests_say_what_they_want_of_the_cache(world):
    _, port, openai, _ = world
    body = ask("controls")

    def state(**fields):
        return post(port, f"/chat{CHAT}", body, fields={**FIELDS, **fields}).get("x-tidegate-cache")

    only = post(port, f"/chat{CHAT}", body, fields={**FIELDS, "Cache-Control": "only-if-cached"})
    assert only.status == 504
    assert json.loads(only.body)["error"]["code"] == "not_cached"
    assert state(**{"Cache-Control": "no-store"}) == "bypass"
    assert state() == "miss"
    assert state(**{"Cache-Control": "no-cache"}) == "miss"
    assert state(**{"Cache-Control": "max-age=600"}) == "hit"
    assert state(**{"x-tidegate-cache-ttl": "0"}) == "bypass"
    assert all(request.get("x-tidegate-cache-ttl") is None for request in openai.requests)


class Gate:
    """An upstream that answers once it may."""

    def __init__(self):
        self.open = threading.Event()

    def __call__(self, connection, request):
        assert self.open.wait(PATIENCE_S)
        serve_chat(connection, request)


@pytest.mark.parametrize("stream", [False, True])
def test_one_of_many_equal_requests_goes_to_the_backend(world, stream):
    _, port, openai, _ = world
    gate = Gate()
    openai.on_request = gate
    body = ask(f"flight {stream}", stream=stream)
    with futures.ThreadPoolExecutor(12) as pool:
        asked = [pool.submit(post, port, f"/chat{CHAT}", body, fields=FIELDS) for _ in range(12)]
        openai.wait_for_requests(1)
        gate.open.set()
        answers = [one.result() for one in asked]
    assert len({answer.body for answer in answers}) == 1
    assert sorted(answer.get("x-tidegate-cache") for answer in answers) == ["hit"] * 11 + ["miss"]
    assert len(openai.requests) == 1


def test_a_leader_that_leaves_takes_nobody_down(world):
    gateway, port, openai, _ = world
    gate = Gate()
    openai.on_request = gate
    body = ask("leader leaves")
    with RawClient(port) as leader, futures.ThreadPoolExecutor(4) as pool:
        leader.send(format_request("POST", f"/chat{CHAT}", "a", FIELDS, body))
        openai.wait_for_requests(1)
        followers = [pool.submit(post, port, f"/chat{CHAT}", body, fields=FIELDS) for _ in range(4)]
        leader.leave()
        # Whoever comes after it leads, and has a backend of its own.
        openai.wait_for_requests(2)
        gate.open.set()
        answers = [one.result() for one in followers]
    assert all(answer.status == 200 for answer in answers)
    assert sorted(answer.get("x-tidegate-cache") for answer in answers) == ["hit"] * 3 + ["miss"]
    assert len(openai.requests) == 2


def test_followers_go_themselves_where_the_leader_gets_an_error(world):
    _, port, openai, _ = world
    gate = threading.Event()
    first = iter([True])

    def refuse_once(connection, request):
        if next(first, False):
            assert gate.wait(PATIENCE_S)
            connection.respond(400, JSON, b'{"error":{"message":"no"}}')
        else:
            serve_chat(connection, request)

    openai.on_request = refuse_once
    body = ask("leader fails")
    with futures.ThreadPoolExecutor(4) as pool:
        leader = pool.submit(post, port, f"/chat{CHAT}", body, fields=FIELDS)
        openai.wait_for_requests(1)
        followers = [pool.submit(post, port, f"/chat{CHAT}", body, fields=FIELDS) for _ in range(3)]
        gate.set()
        assert leader.result().status == 400
        assert all(one.result().status == 200 for one in followers)
