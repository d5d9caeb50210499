"""Routing by the payload's model; the payload itself goes on byte for byte."""

import json

import pytest
from harness.h2_client import H2Client
from harness.model_server import chat_request, messages_request
from harness.raw_client import RawClient, format_request
from harness.upstream import chunk


def _served_by(models):
    return [name for name in ("openai", "local", "anthropic") if getattr(models, name).requests]


@pytest.mark.parametrize("model, upstream", [("gpt-test", "openai"), ("llama", "local")])
def test_model_of_the_payload_chooses_the_backend(models, model, upstream):
    assert models.chat(chat_request(model)).status == 200
    assert _served_by(models) == [upstream]


def test_anthropic_model_goes_to_its_provider(models):
    assert models.messages(messages_request()).status == 200
    assert _served_by(models) == ["anthropic"]


@pytest.mark.parametrize("body", [
    chat_request(),
    b'{"model":"gpt-test","messages":[],"big":123456789012345678901234567890,"tiny":1e-7,"order":{"z":1,"a":2}}',
    b' \n\t{ "messages" : [ ] ,\r\n "model" : "gpt-test" , "unknown" : null }\n ',
    '{"messages":[{"role":"user","content":"\U0001f600 \\ud83d\\ude00 \\/ \\u0041"}],"model":"gpt-test"}'.encode(),
    b'{"messages":[{"model":"llama","content":"nested model is not the model"}],"model":"gpt-test"}',
], ids=["spaced", "numbers", "whitespace", "unicode", "nested"])
def test_bytes_are_forwarded_untouched(models, body):
    assert models.chat(body).status == 200
    assert models.openai.requests[0].body == body


def test_escaped_model_name_is_understood(models):
    assert models.chat(b'{"mod\\u0065l":"ll\\u0061ma","messages":[]}').status == 200
    assert _served_by(models) == ["local"]


def test_client_cannot_spoof_the_model_header(models):
    assert models.chat(chat_request("gpt-test"), X_Gateway_Model_Name="llama").status == 200
    assert _served_by(models) == ["openai"]


def test_spoofed_header_without_a_model_does_not_route(models):
    with RawClient(models.port) as client:
        assert client.request("GET", "/", fields={"X-Gateway-Model-Name": "llama"}).status == 404
    assert _served_by(models) == []


def test_alias_is_sent_as_the_providers_name_and_nothing_else_changes(models):
    body = b'{"messages" : [],  "model" :  "gpt-alias", "n":1.0}'
    assert models.chat(body).status == 200
    assert models.openai.requests[0].body == body.replace(b'"gpt-alias"', b'"gpt-test-2025"')


def test_unknown_model_is_a_404_in_the_callers_dialect(models):
    response = models.chat(chat_request("nobody-knows"))
    assert response.status == 404
    assert json.loads(response.body)["error"]["message"]
    response = models.messages(messages_request("nobody-knows"))
    assert response.status == 404
    assert json.loads(response.body)["type"] == "error"


def test_chunked_request_is_routed(models):
    body = chat_request("llama")
    with RawClient(models.port) as client:
        client.send(format_request("POST", "/v1/chat/completions", "a", {"Transfer-Encoding": "chunked", "Content-Type": "application/json"}))
        for start in range(0, len(body), 7):
            client.send(chunk(body[start:start + 7]))
        client.send(b"0\r\n\r\n")
        assert client.response().status == 200
    assert models.local.requests[0].body == body


def test_large_payload_with_the_model_last_is_routed(models):
    body = json.dumps({"messages": [{"role": "user", "content": "x" * 3_000_000}], "model": "llama"}).encode()
    assert models.chat(body).status == 200
    assert models.local.requests[0].body == body


def test_h2_client_is_routed(models):
    with H2Client(models.port) as client:
        stream = client.request("POST", "/v1/chat/completions", fields={"content-type": "application/json"}, body=chat_request("llama"))
    assert stream.status == 200
    assert _served_by(models) == ["local"]


def test_list_of_models_is_what_routes_offer(models):
    with RawClient(models.port) as client:
        listed = json.loads(client.request("GET", "/v1/models").body)
        one = json.loads(client.request("GET", "/v1/models/llama").body)
        absent = client.request("GET", "/v1/models/nobody-knows")
    assert listed["object"] == "list"
    assert {entry["id"] for entry in listed["data"]} == {"gpt-test", "gpt-alias", "llama", "claude-test"}
    assert (one["id"], one["object"]) == ("llama", "model")
    assert absent.status == 404 and json.loads(absent.body)["error"]["message"]


def test_list_of_models_in_the_anthropic_dialect(models):
    with RawClient(models.port) as client:
        listed = json.loads(client.request("GET", "/v1/models", fields={"anthropic-version": "2023-06-01"}).body)
    assert listed["has_more"] is False
    assert {entry["type"] for entry in listed["data"]} == {"model"}
