"""The official Anthropic Python SDK, unchanged, through the gateway."""

import json

import anthropic
import pytest

MODEL, SCRIPTED_MODEL = "sim-claude", "scripted-claude"
HELLO = [{"role": "user", "content": "Say hello."}]
WEATHER = [{"name": "get_weather", "description": "The weather of a city.",
            "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}]


@pytest.fixture
def client(served):
    with anthropic.Anthropic(base_url=served.url, api_key="sk-ant-any", max_retries=0) as made:
        yield made


def test_message(client):
    reply = client.messages.create(model=MODEL, max_tokens=32, messages=HELLO)
    assert (reply.type, reply.role, reply.content[0].type) == ("message", "assistant", "text")
    assert reply.content[0].text
    assert reply.usage.input_tokens > 0 and reply.usage.output_tokens > 0


def test_stream(client):
    whole = client.messages.create(model=MODEL, max_tokens=32, messages=HELLO).content[0].text
    with client.messages.stream(model=MODEL, max_tokens=32, messages=HELLO) as stream:
        text = "".join(stream.text_stream)
        final = stream.get_final_message()
    assert text == whole == final.content[0].text
    assert final.stop_reason in ("end_turn", "max_tokens")
    assert final.usage.output_tokens > 0


def test_events_come_in_the_order_the_protocol_demands(client):
    with client.messages.create(model=MODEL, max_tokens=32, messages=HELLO, stream=True) as stream:
        kinds = [event.type for event in stream]
    assert (kinds[0], kinds[-2], kinds[-1]) == ("message_start", "message_delta", "message_stop")
    assert kinds.index("content_block_start") < kinds.index("content_block_delta") < kinds.index("content_block_stop")
    assert kinds.count("message_start") == kinds.count("message_stop") == 1


def test_tool_use(client):
    reply = client.messages.create(model=MODEL, max_tokens=64, messages=HELLO, tools=WEATHER, tool_choice={"type": "any"})
    block = next(block for block in reply.content if block.type == "tool_use")
    assert (reply.stop_reason, block.name) == ("tool_use", "get_weather")
    assert isinstance(block.input, dict)


def test_tool_use_in_a_stream(client):
    with client.messages.stream(model=MODEL, max_tokens=64, messages=HELLO, tools=WEATHER, tool_choice={"type": "any"}) as stream:
        final = stream.get_final_message()
    assert [block.name for block in final.content if block.type == "tool_use"] == ["get_weather"]


def test_models(client):
    assert MODEL in {model.id for model in client.models.list()}


def test_own_errors_are_the_sdks_exceptions(client):
    with pytest.raises(anthropic.NotFoundError) as raised:
        client.messages.create(model="nobody-knows", max_tokens=8, messages=HELLO)
    assert raised.value.body["type"] == "error"


def _error(status, kind):
    body = json.dumps({"type": "error", "error": {"type": kind, "message": "from upstream"}}).encode()
    return lambda connection, _: connection.respond(status, {"Content-Type": "application/json", "request-id": "req_7"}, body)


@pytest.mark.parametrize("status, kind, exception", [
    (400, "invalid_request_error", anthropic.BadRequestError), (401, "authentication_error", anthropic.AuthenticationError),
    (403, "permission_error", anthropic.PermissionDeniedError), (429, "rate_limit_error", anthropic.RateLimitError),
    (500, "api_error", anthropic.InternalServerError), (529, "overloaded_error", anthropic.InternalServerError),
])
def test_status_of_the_provider_becomes_the_sdks_exception(served, client, status, kind, exception):
    served.upstream.on_request = _error(status, kind)
    with pytest.raises(exception) as raised:
        client.messages.create(model=SCRIPTED_MODEL, max_tokens=8, messages=HELLO)
    assert (raised.value.status_code, raised.value.request_id) == (status, "req_7")
    assert raised.value.body["error"] == {"type": kind, "message": "from upstream"}


def test_upstream_that_dies_mid_stream_raises(served, client):
    start = {"type": "message_start", "message": {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": None,
        "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1}}}

    def die(connection, _):
        connection.start_chunked(fields={"Content-Type": "text/event-stream"})
        connection.send_chunk(b"event: message_start\ndata: " + json.dumps(start).encode() + b"\n\n")
        connection.reset()

    served.upstream.on_request = die
    seen = []
    with pytest.raises(anthropic.APIStatusError) as raised:
        for event in client.messages.create(model=SCRIPTED_MODEL, max_tokens=8, messages=HELLO, stream=True):
            seen.append(event.type)
    assert seen == ["message_start"]
    assert raised.value.body["error"]["type"] == "api_error"
