"""The official Anthropic Python SDK, unchanged, through the gateway."""

import anthropic
import pytest

MODEL = "sim-claude"
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
