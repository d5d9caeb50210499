"""The official OpenAI Python SDK, unchanged, through the gateway."""

import asyncio
import json

import openai
import pytest
from harness.upstream import wait_closed

CHAT_MODEL, EMBEDDING_MODEL, SCRIPTED_MODEL = "sim-chat", "sim-embed", "scripted"
HELLO = [{"role": "user", "content": "Say hello."}]
WEATHER = [{"type": "function", "function": {
    "name": "get_weather", "description": "The weather of a city.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}]


@pytest.fixture
def client(served):
    with openai.OpenAI(base_url=f"{served.url}/v1", api_key="sk-any", max_retries=0) as made:
        yield made


def test_chat(client):
    reply = client.chat.completions.create(model=CHAT_MODEL, messages=HELLO)
    assert reply.choices[0].message.content
    assert reply.choices[0].finish_reason in ("stop", "length")
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens


def test_stream(client):
    whole = client.chat.completions.create(model=CHAT_MODEL, messages=HELLO).choices[0].message.content
    with client.chat.completions.create(model=CHAT_MODEL, messages=HELLO, stream=True) as stream:
        chunks = list(stream)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == whole
    assert chunks[-1].choices[0].finish_reason in ("stop", "length")
    assert all(chunk.usage is None for chunk in chunks)


def test_stream_with_usage(client):
    options = {"include_usage": True}
    with client.chat.completions.create(model=CHAT_MODEL, messages=HELLO, stream=True, stream_options=options) as stream:
        chunks = list(stream)
    assert chunks[-1].choices == []
    assert chunks[-1].usage.total_tokens > 0


def test_stream_that_is_left_early(client):
    with client.chat.completions.create(model=CHAT_MODEL, messages=HELLO, stream=True) as stream:
        next(iter(stream))
    assert client.chat.completions.create(model=CHAT_MODEL, messages=HELLO).choices


def test_tool_call(client):
    reply = client.chat.completions.create(model=CHAT_MODEL, messages=HELLO, tools=WEATHER, tool_choice="required")
    call = reply.choices[0].message.tool_calls[0]
    assert (reply.choices[0].finish_reason, call.type, call.function.name) == ("tool_calls", "function", "get_weather")
    assert isinstance(json.loads(call.function.arguments), dict)
    answered = HELLO + [reply.choices[0].message.to_dict(), {"role": "tool", "tool_call_id": call.id, "content": "sunny"}]
    assert client.chat.completions.create(model=CHAT_MODEL, messages=answered, tools=WEATHER).choices


def test_tool_call_in_a_stream(client):
    with client.chat.completions.create(model=CHAT_MODEL, messages=HELLO, tools=WEATHER, tool_choice="required", stream=True) as stream:
        deltas = [call for chunk in stream for call in chunk.choices[0].delta.tool_calls or []]
    assert deltas[0].id and deltas[0].function.name == "get_weather"
    assert isinstance(json.loads("".join(delta.function.arguments or "" for delta in deltas)), dict)


def test_completions(client):
    assert client.completions.create(model=CHAT_MODEL, prompt="Once upon").choices[0].text


def test_embeddings(client):
    reply = client.embeddings.create(model=EMBEDDING_MODEL, input=["one", "two"])
    assert [entry.index for entry in reply.data] == [0, 1]
    assert len(reply.data[0].embedding) == len(reply.data[1].embedding) > 0
    assert reply.usage.total_tokens > 0


def test_embeddings_as_floats(client):
    packed = client.embeddings.create(model=EMBEDDING_MODEL, input="one").data[0].embedding
    floats = client.embeddings.create(model=EMBEDDING_MODEL, input="one", encoding_format="float").data[0].embedding
    assert floats == pytest.approx(packed, abs=1e-6)


def test_models(client):
    assert {CHAT_MODEL, EMBEDDING_MODEL, SCRIPTED_MODEL} <= {model.id for model in client.models.list()}
    assert client.models.retrieve(CHAT_MODEL).id == CHAT_MODEL


def test_async_client_runs_many_streams_at_once(served):
    async def words(client):
        stream = await client.chat.completions.create(model=CHAT_MODEL, messages=HELLO, stream=True)
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

    async def main():
        async with openai.AsyncOpenAI(base_url=f"{served.url}/v1", api_key="sk-any", max_retries=0) as client:
            return await asyncio.gather(*(words(client) for _ in range(20)))

    texts = asyncio.run(main())
    assert texts[0] and set(texts) == {texts[0]}


def _error(status):
    body = json.dumps({"error": {"message": "from upstream", "type": "some_type", "param": "p", "code": "c"}}).encode()
    return lambda connection, _: connection.respond(status, {"Content-Type": "application/json", "x-request-id": "req_7"}, body)


@pytest.mark.parametrize("status, exception", [
    (400, openai.BadRequestError), (401, openai.AuthenticationError), (403, openai.PermissionDeniedError),
    (404, openai.NotFoundError), (409, openai.ConflictError), (422, openai.UnprocessableEntityError),
    (429, openai.RateLimitError), (500, openai.InternalServerError), (503, openai.InternalServerError),
])
def test_status_of_the_provider_becomes_the_sdks_exception(served, client, status, exception):
    served.upstream.on_request = _error(status)
    with pytest.raises(exception) as raised:
        client.chat.completions.create(model=SCRIPTED_MODEL, messages=HELLO)
    assert (raised.value.status_code, raised.value.code, raised.value.request_id) == (status, "c", "req_7")
    assert "from upstream" in raised.value.message


def test_own_errors_are_the_sdks_exceptions_too(client):
    with pytest.raises(openai.NotFoundError) as raised:
        client.chat.completions.create(model="nobody-knows", messages=HELLO)
    assert raised.value.type == "invalid_request_error"


def test_upstream_that_dies_mid_stream_raises(served, client):
    def die(connection, _):
        connection.start_chunked(fields={"Content-Type": "text/event-stream"})
        connection.send_chunk(b'data: {"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"one"}}]}\n\n')
        connection.reset()

    served.upstream.on_request = die
    seen = []
    with pytest.raises(openai.APIError):
        for chunk in client.chat.completions.create(model=SCRIPTED_MODEL, messages=HELLO, stream=True):
            seen.append(chunk.choices[0].delta.content)
    assert seen == ["one"]


def test_timeout_of_the_sdk_cancels_upstream(served, client):
    served.upstream.on_request = lambda connection, _: connection.wait_for_close()
    with pytest.raises(openai.APITimeoutError):
        client.with_options(timeout=1).chat.completions.create(model=SCRIPTED_MODEL, messages=HELLO)
    wait_closed(served.upstream.requests[-1].connection, "the upstream request is cancelled")


def test_retries_of_the_sdk_work(served, client):
    def fail_once(connection, request):
        if len(served.upstream.requests) == 1:
            connection.respond(429, {"Retry-After-Ms": "1"}, b"{}")
        else:
            connection.respond(200, {"Content-Type": "application/json"},
                               b'{"id":"x","object":"chat.completion","created":1,"model":"m","choices":[]}')

    served.upstream.on_request = fail_once
    reply = client.with_options(max_retries=1).chat.completions.create(model=SCRIPTED_MODEL, messages=HELLO)
    assert reply.id == "x" and len(served.upstream.requests) == 2
