"""Broken model calls and broken answers of providers, from every dialect to every other one: a clear error in the caller's words, or
the repair that is documented; the gateway is well afterwards."""

import json

import pytest
from harness import resources as r
from harness.model_server import JSON, SSE, chat_events, chat_reply, messages_events, messages_reply
from harness.ports import free_port
from harness.raw_client import post

TEXT = "Hi"
# Path and body of each dialect's callers; {0} is the text, {1} what else stands in the body.
CALLERS = {
    "chat": ("/v1/chat/completions", '{{"model":"m","messages":[{{"role":"user","content":"{0}"}}]{1}}}'),
    "responses": ("/v1/responses", '{{"model":"m","input":"{0}"{1}}}'),
    "messages": ("/v1/messages", '{{"model":"m","max_tokens":9,"messages":[{{"role":"user","content":"{0}"}}]{1}}}'),
    "gemini": ("/v1beta/models/m:generateContent", '{{"contents":[{{"role":"user","parts":[{{"text":"{0}"}}]}}]{1}}}'),
    "converse": ("/model/m/converse", '{{"messages":[{{"role":"user","content":[{{"text":"{0}"}}]}}]{1}}}'),
}
PROVIDERS = {"chat": "OpenAI", "messages": "Anthropic", "gemini": "Gemini", "converse": "Bedrock"}
PAIRS = [(caller, provider) for caller in CALLERS for provider in PROVIDERS
         if caller != provider and (caller, provider) != ("responses", "chat")]
HUGE = {"chat": ',"max_completion_tokens":1e400', "responses": ',"max_output_tokens":1e400', "messages": ',"thinking":{"type":7}',
        "gemini": ',"generationConfig":{"maxOutputTokens":1e400}', "converse": ',"inferenceConfig":{"maxTokens":1e400}'}


@pytest.fixture(scope="module")
def shared(make_shared_gateway, make_shared_upstream):
    upstream = make_shared_upstream()
    ports = {name: free_port() for name in PROVIDERS}
    gateway = make_shared_gateway().start(
        r.gateway(*(r.listener(name, port) for name, port in ports.items())),
        [r.ai_backend(name, upstream.port, dialect, models=[{"name": "m"}]) for name, dialect in PROVIDERS.items()],
        [r.http_route(name, r.rule(r.backend_of(name)), section=name) for name in PROVIDERS])
    return gateway, upstream, ports


@pytest.fixture
def ask(shared):
    """ask(caller, provider, body=None, text=TEXT, more=""): the answer, or that to a body as it is given."""
    gateway, upstream, ports = shared
    upstream.forget()

    def do(caller, provider, body=None, text=TEXT, more=""):
        path, template = CALLERS[caller]
        return post(ports[provider], path, template.format(text, more).encode() if body is None else body)
    do.upstream = upstream
    yield do
    upstream.on_request = lambda connection, _: connection.respond(200, JSON, chat_reply("m", "well"))
    assert b"well" in do("messages", "chat").body, "the gateway answers afterwards"
    upstream.check()


def _message(caller, response):
    """The message of an error, which must have the caller's shape."""
    body = json.loads(response.body)
    if caller == "converse":
        assert response.get("x-amzn-errortype")
        return body["message"]
    if caller == "messages":
        assert body["type"] == "error" and body["error"]["type"]
    if caller == "gemini":
        assert body["error"]["code"] == response.status and body["error"]["status"]
    return body["error"]["message"]


def _bad_bodies(caller):
    good = CALLERS[caller][1].format(TEXT, "").encode()
    return {
        "a list": b"[" + good + b"]",
        "cut off": good[:-3],
        "no JSON": b"hello",
        "no UTF-8": CALLERS[caller][1].format("\xff", "").encode("latin-1"),
        "an unknown role": None if caller == "responses" else good.replace(b'"user"', b'"wizard"'),
        "a number for a text": good.replace(b'"Hi"', b"7"),
        "beyond all numbers": CALLERS[caller][1].format(TEXT, HUGE[caller]).encode(),
    }


@pytest.mark.parametrize("caller, provider", PAIRS)
def test_bad_requests_are_refused_in_the_callers_words(ask, caller, provider):
    for what, body in _bad_bodies(caller).items():
        if body is None:
            continue
        response = ask(caller, provider, body)
        assert response.status == 400, what
        assert _message(caller, response), what
    assert ask.upstream.requests == []


PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><h1>nginx</h1></body></html>"
BAD_REPLIES = [
    (502, {"Content-Type": "text/html"}, PAGE), (200, {"Content-Type": "text/html"}, PAGE), (200, JSON, b""), (200, JSON, b"null"),
    (200, JSON, b"{\"id\":"), (200, JSON, b"[7]"), (200, JSON, b"{\"hello\":\"world\"}"), (200, SSE, b"data: {\"id\"\n\n"),
    (200, SSE, b": nothing\n\n"), (200, {"Content-Type": "application/vnd.amazon.eventstream"}, b"\x00\x00\x00\x10" + b"\xff" * 60),
    (200, JSON, b"{\"content\":\"\xff\",\"choices\":\"\xff\"}"),
]


@pytest.mark.parametrize("caller, provider", PAIRS)
def test_bad_replies_are_errors_in_the_callers_words(ask, caller, provider):
    for status, fields, body in BAD_REPLIES:
        ask.upstream.on_request = lambda connection, _, answer=(status, fields, body): connection.respond(*answer)
        response = ask(caller, provider)
        assert response.status == 502, (status, body, response.body)
        message = _message(caller, response)
        assert message and "<" not in message, (body, message)


@pytest.mark.parametrize("caller", [caller for caller in CALLERS if caller not in ("messages",)])
def test_a_stream_in_place_of_a_document_is_made_one(ask, caller):
    ask.upstream.on_request = lambda connection, _: connection.respond(200, SSE, b"".join(messages_events(["one ", "two"])))
    response = ask(caller, "messages")
    assert response.status == 200
    assert b"one two" in response.body
    assert response.get("content-type") == "application/json"


@pytest.mark.parametrize("caller, ending", [("chat", b"data: [DONE]\n\n"), ("responses", b"response.completed")])
def test_a_document_in_place_of_a_stream_is_made_one(ask, caller, ending):
    ask.upstream.on_request = lambda connection, _: connection.respond(200, JSON, messages_reply("m", "one two"))
    response = ask(caller, "messages", more=',"stream":true')
    assert response.get("content-type") == "text/event-stream"
    assert b"one two" in response.body and ending in response.body


def test_null_usage_and_a_second_finish_are_nothing_new(ask):
    events = chat_events(["one ", "two"], with_usage=True)
    events[-2:-2] = [events[-3]]  # the finish reason again
    body = b"".join(events).replace(b'"id": "chatcmpl-1", ', b"")
    ask.upstream.on_request = lambda connection, _: connection.respond(200, SSE, body)
    response = ask("messages", "chat", more=',"stream":true')
    assert response.body.count(b"event: message_stop") == 1
    assert response.body.count(b"event: message_delta") == 1
    assert b'"output_tokens":7' in response.body
