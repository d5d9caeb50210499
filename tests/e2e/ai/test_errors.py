"""Errors of model calls, shaped as the caller's dialect expects."""

import json

import pytest
from harness import resources as r
from harness.model_server import chat_request, messages_request
from harness.ports import free_port
from harness.raw_client import RawClient, post

LIMIT = 32 * 1024 * 1024  # limits::kMaxBufferedBodyBytes


def _openai_error(response):
    error = json.loads(response.body)["error"]
    assert set(error) >= {"message", "type", "param", "code"}
    assert response.get("content-type").startswith("application/json")
    return error


def _anthropic_error(response):
    body = json.loads(response.body)
    assert body["type"] == "error" and set(body["error"]) >= {"type", "message"}
    return body["error"]


@pytest.mark.parametrize("body, where", [
    (b'{"model":"gpt-test",}', "20"),
    (b'{"model":"gpt-test"', "19"),
    (b'{"model" "gpt-test"}', "9"),
    (b"not json", "0"),
    (b'{"model":"gpt-test"} trailing', "21"),
    (b'{"model":"gpt-\xff\xfe"}', ""),
    (b"", ""),
], ids=["comma", "cut", "colon", "text", "trailing", "utf8", "empty"])
def test_bad_json_is_a_400_that_says_where(models, body, where):
    response = models.chat(body, Content_Length=str(len(body)))
    assert response.status == 400
    error = _openai_error(response)
    assert error["type"] == "invalid_request_error"
    assert where in error["message"]
    assert models.openai.requests == []


@pytest.mark.parametrize("body, named", [
    (b'{"messages":[]}', "model"), (b'{"model":7,"messages":[]}', "model"), (b'{"model":null}', "model"), (b"[]", "object"), (b'"text"', "object"),
])
def test_missing_or_odd_model_is_a_400_that_names_it(models, body, named):
    response = models.chat(body)
    assert response.status == 400
    assert named in _openai_error(response)["message"]


def test_bad_json_in_the_anthropic_dialect(models):
    response = models.messages(b"{")
    assert response.status == 400
    assert _anthropic_error(response)["type"] == "invalid_request_error"


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_body_over_the_limit_is_413(models, framing):
    with RawClient(models.port) as client:
        head = "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        if framing == "length":
            client.send(f"{head}Content-Length: {LIMIT + 1}\r\n\r\n")
        else:
            client.send(f"{head}Transfer-Encoding: chunked\r\n\r\n")
            piece = b'100000\r\n' + b" " * 0x100000 + b"\r\n"
            try:
                for _ in range(LIMIT // 0x100000 + 1):
                    client.send(piece)
            except ConnectionError:
                pass  # refused before all was sent: the answer is there all the same
        response = client.response("POST")
    assert response.status == 413
    assert _openai_error(response)["message"]


def test_deeply_nested_payload_is_refused_or_routed_but_crashes_nothing(models):
    body = b'{"model":"gpt-test","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    assert models.chat(body).status in (200, 400)
    assert models.chat(chat_request()).status == 200


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503, 529])
def test_error_of_the_provider_passes_with_its_fields(models, status):
    body = b'{"error":{"message":"from upstream","type":"t","param":null,"code":null}}'
    fields = {"Content-Type": "application/json", "Retry-After": "7", "x-request-id": "req_1"}
    models.openai.on_request = lambda connection, _: connection.respond(status, fields, body)
    response = models.chat(chat_request())
    assert (response.status, response.body) == (status, body)
    assert (response.get("retry-after"), response.get("x-request-id")) == ("7", "req_1")


@pytest.fixture
def dead(make_gateway):
    port = free_port()
    make_gateway().start(
        r.gateway(r.listener("http", port)), r.ai_backend("dead", free_port()),
        r.http_route("all", r.rule(r.backend_of("dead"))))
    return port


def test_unreachable_provider_is_told_in_the_callers_dialect(dead):
    response = post(dead, "/v1/chat/completions", chat_request())
    assert response.status == 502 and _openai_error(response)["type"]
    response = post(dead, "/v1/messages", messages_request(), fields={"anthropic-version": "2023-06-01"})
    assert response.status == 502 and _anthropic_error(response)["type"]


@pytest.mark.parametrize("ending", ["close", "reset"])
def test_provider_that_dies_before_its_head_is_a_502_in_dialect(models, ending):
    models.openai.on_request = lambda connection, _: getattr(connection, ending)()
    response = models.chat(chat_request())
    assert response.status == 502 and _openai_error(response)["message"]


def test_timeout_is_told_in_the_callers_dialect(make_gateway, make_upstream):
    upstream, port = make_upstream(), free_port()
    upstream.on_request = lambda connection, _: connection.wait_for_close()
    make_gateway().start(
        r.gateway(r.listener("http", port)), r.ai_backend("slow", upstream.port),
        r.http_route("all", r.rule(r.backend_of("slow"), timeouts={"request": "150ms"})))
    response = post(port, "/v1/chat/completions", chat_request())
    assert response.status == 504 and _openai_error(response)["message"]


def test_plain_routes_keep_plain_errors(make_gateway):
    """Only where a provider is behind the rule is an error shaped as a dialect's."""
    port = free_port()
    make_gateway().start(r.gateway(r.listener("http", port)), r.service("dead", free_port()), r.http_route("all", r.rule("dead")))
    response = post(port, "/form", b"a=b")
    assert response.status == 502
    assert b"invalid_request_error" not in response.body
