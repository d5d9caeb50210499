"""PromptTools: prompts by name and structured output, as clients and backends see them."""

import json

import pytest
from harness import resources as r
from harness.model_server import JSON, chat_events, chat_reply, messages_events, messages_reply, payloads, send_events
from harness.ports import free_port
from harness.raw_client import post

CHAT = "/v1/chat/completions"
FIELDS = {"Content-Type": "application/json"}
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}
FORMAT = {"type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA}}
WRONG, RIGHT = '{"n": "3"}', '{"n": 3}'
KEPT = {"health": {"passive": {"consecutiveFailures": 0}}}


def tools(route, config, **more):
    target = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": route}
    return r.resource(r.OWN, "PayloadProcessingPipeline", route, spec={
        "targetRefs": [target], "processors": [{"name": "tools", "type": "PromptTools", "config": config, **more}]})


REPAIR = {"structuredOutput": {"schema": SCHEMA, "repair": {"model": "fixer", "timeout": "2s"}}}


@pytest.fixture(scope="module")
def shared(make_shared_gateway, make_shared_upstream):
    model, claude, fixer, port = make_shared_upstream(), make_shared_upstream(), make_shared_upstream(), free_port()
    template = {"name": "greeting", "variables": [{"name": "team", "header": "x-team", "default": "nobody"}],
                "messages": [{"role": "system", "content": "For {{team}}."}, {"role": "user", "content": "Greet {{who}}."}]}
    routes = ["templates", "strict", "repaired", "open"]
    make_shared_gateway().start(
        r.gateway(r.listener("http", port)), r.ai_backend("model", model.port, **KEPT), r.ip_backend("fixer", fixer.port, **KEPT),
        r.ai_backend("claude", claude.port, "Anthropic", **KEPT),
        *[r.http_route(name, r.rule(r.backend_of("model"), path=f"/{name}")) for name in routes],
        r.http_route("crossed", r.rule(r.backend_of("claude"), path="/crossed")),
        tools("templates", {"templates": [template]}),
        tools("strict", {"structuredOutput": {}}), tools("crossed", {"structuredOutput": {"schema": SCHEMA}}),
        tools("repaired", REPAIR, backendRef=r.backend_of("fixer")),
        tools("open", REPAIR, backendRef=r.backend_of("fixer"), failureMode="Open"))
    return port, model, claude, fixer


@pytest.fixture
def world(shared):
    port, *upstreams = shared
    for upstream in upstreams:
        upstream.forget()
    yield shared
    for upstream in upstreams:
        upstream.check()


def says(text):
    """An upstream of either dialect that answers so, in pieces where a stream is asked for."""
    def script(connection, request):
        asked = json.loads(request.body)
        is_chat = request.target.endswith("/chat/completions")
        if not asked.get("stream"):
            return connection.respond(200, JSON, (chat_reply if is_chat else messages_reply)(asked["model"], text))
        pieces = [text[:3], text[3:]]
        with_usage = (asked.get("stream_options") or {}).get("include_usage", False)
        return send_events(connection, chat_events(pieces, with_usage) if is_chat else messages_events(pieces))
    return script


def ask(port, route, *, path=CHAT, fields=None, **body):
    request = {"model": "gpt-test", "messages": [{"role": "user", "content": "hi"}], **body}
    return post(port, f"/{route}{path}", json.dumps(request).encode(), fields={**FIELDS, **(fields or {})})


def text_of(stream):
    chunks = [payload for payload in payloads(stream) if payload != "[DONE]"]
    return "".join(choice["delta"].get("content") or "" for chunk in chunks for choice in chunk["choices"])


def test_a_prompt_by_name_becomes_messages(world):
    port, model, *_ = world
    model.on_request = says("hello")
    body = {"model": "gpt-test", "prompt": {"id": "greeting", "variables": {"who": "{{team}}\"}"}}}
    answer = post(port, f"/templates{CHAT}", json.dumps(body).encode(), fields={**FIELDS, "x-team": "lab"})
    assert answer.status == 200
    assert json.loads(model.requests[0].body) == {"model": "gpt-test", "messages": [
        {"role": "system", "content": "For lab."}, {"role": "user", "content": 'Greet {{team}}"}.'}]}


def test_a_missing_variable_is_told(world):
    port, model, *_ = world
    answer = ask(port, "templates", prompt={"id": "greeting"})
    assert answer.status == 400
    assert json.loads(answer.body)["error"]["code"] == "missing_variable"
    assert '"who"' in json.loads(answer.body)["error"]["message"]
    assert not model.requests


def test_an_answer_that_fits_its_schema_passes_as_it_came(world):
    port, model, *_ = world
    model.on_request = says(RIGHT)
    answer = ask(port, "strict", response_format=FORMAT)
    assert (answer.status, answer.body) == (200, chat_reply("gpt-test", RIGHT))
    stream = ask(port, "strict", response_format=FORMAT, stream=True)
    assert stream.status == 200
    assert text_of(stream.body) == RIGHT
    assert payloads(stream.body)[-1] == "[DONE]"


def test_an_answer_that_does_not_fit_is_refused(world):
    port, model, *_ = world
    model.on_request = says(WRONG)
    answer = ask(port, "strict", response_format=FORMAT)
    assert answer.status == 502
    error = json.loads(answer.body)["error"]
    assert error["code"] == "invalid_output"
    assert "/n must be integer, and is a string" in error["message"]
    stream = ask(port, "strict", response_format=FORMAT, stream=True)
    assert WRONG[:3] not in text_of(stream.body)
    assert "invalid_output" in stream.body.decode()


def test_what_nobody_asked_for_is_not_looked_at(world):
    port, model, *_ = world
    model.on_request = says(WRONG)
    assert ask(port, "strict").status == 200


def test_a_schema_that_cannot_be_honoured_is_refused_before_the_model_is_asked(world):
    port, model, *_ = world
    schema = {"type": "json_schema", "json_schema": {"name": "a", "schema": {"$ref": "https://example.com/schema"}}}
    answer = ask(port, "strict", response_format=schema)
    assert answer.status == 400
    assert json.loads(answer.body)["error"]["code"] == "invalid_schema"
    assert not model.requests


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_of_another_provider_is_checked_as_the_caller_sees_it(world, stream):
    port, _, claude, _ = world
    claude.on_request = says(WRONG)
    answer = ask(port, "crossed", stream=stream)
    if stream:
        told = payloads(answer.body)
        assert "[DONE]" not in told and told[-1]["error"]["code"] == "invalid_output"
    else:
        assert (answer.status, json.loads(answer.body)["error"]["code"]) == (502, "invalid_output")
    claude.on_request = says(RIGHT)
    answer = ask(port, "crossed", stream=stream)
    assert answer.status == 200
    got = text_of(answer.body) if stream else json.loads(answer.body)["choices"][0]["message"]["content"]
    assert got == RIGHT


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_is_put_right_once(world, stream):
    port, model, _, fixer = world
    model.on_request, fixer.on_request = says(WRONG), says(f"```json\n{RIGHT}\n```")
    answer = ask(port, "repaired", stream=stream)
    assert answer.status == 200
    got = text_of(answer.body) if stream else json.loads(answer.body)["choices"][0]["message"]["content"]
    assert got == RIGHT
    asked = json.loads(fixer.requests[0].body)
    assert asked["model"] == "fixer"
    assert WRONG in asked["messages"][1]["content"] and "/n must be integer" in asked["messages"][1]["content"]


@pytest.mark.parametrize("stream", [False, True])
def test_the_failure_mode_decides_where_the_repair_fails(world, stream):
    port, model, _, fixer = world
    model.on_request, fixer.on_request = says(WRONG), says("no")
    answer = ask(port, "repaired", stream=stream)
    assert WRONG not in answer.body.decode() and "error" in answer.body.decode()
    answer = ask(port, "open", stream=stream)
    assert answer.status == 200
    got = text_of(answer.body) if stream else json.loads(answer.body)["choices"][0]["message"]["content"]
    assert got == WRONG
    assert len(fixer.requests) == 2
