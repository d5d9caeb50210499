"""Every official client, unchanged, through the gateway to every provider it has a row for (pairs.py)."""

import json

import pytest
from clients import CLIENTS
from clients.model import PIXEL, TOOLS, Ask, Broken, Refused, Reply, Results, User
from event_order import check_anthropic, check_responses
from pairs import (COUNTED_OTHERWISE, COUNTERS, CROSSING, EMBEDDERS, ESTIMATED, HIDE_STREAM_USAGE, HIDE_THINKING, PAIRS, PROVIDERS, RERANK_MODELS,
                   SAME_DIALECT)

BY_NAME = {client.name: client for client in CLIENTS}
HELLO = User("Say hello.")
OUTPUT_TOKENS = 8  # of the simulator's answers in words


def _rows(ability=None, among=PAIRS):
    return [pytest.param(client, provider, id=f"{client}-{provider}") for client, provider in among
            if ability is None or ability in BY_NAME[client].can]


def with_pairs(ability=None, among=PAIRS):
    return pytest.mark.parametrize("client_name, provider", _rows(ability, among))


def tells_stream_usage(client_name, provider):
    hidden = (client_name, provider) in CROSSING and provider in HIDE_STREAM_USAGE
    return "usage_in_stream" in BY_NAME[client_name].can and not hidden


@pytest.fixture
def ask(providers, client_name, provider):
    """ask(turns..., stream=..., tools=..., fields=...) of this pair."""
    def do(*turns, fields=None, **options) -> Reply:
        client = BY_NAME[client_name](providers[provider], fields)
        return client.ask(Ask(turns, **options), PROVIDERS[provider].model)
    return do


@pytest.fixture
def client(providers, client_name, provider):
    return BY_NAME[client_name](providers[provider])


THINKING_PAIRS = SAME_DIALECT + [pair for pair in CROSSING if pair[1] not in HIDE_THINKING]
BOTH_WAYS = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


@with_pairs()
def test_a_stream_says_what_a_whole_reply_says(ask, client_name, provider):
    whole, streamed = ask(HELLO), ask(HELLO, stream=True)
    assert len(whole.text.split()) == OUTPUT_TOKENS
    assert streamed.text == whole.text
    assert streamed.finish == whole.finish
    assert whole.input_tokens > 0 and whole.output_tokens == OUTPUT_TOKENS
    if tells_stream_usage(client_name, provider):
        assert (streamed.input_tokens, streamed.output_tokens) == (whole.input_tokens, whole.output_tokens)


@with_pairs()
@BOTH_WAYS
def test_a_limit_of_tokens_cuts_the_answer(ask, client_name, provider, stream):
    reply = ask(HELLO, stream=stream, max_tokens=3)
    assert len(reply.text.split()) == 3
    if not stream or tells_stream_usage(client_name, provider):
        assert reply.output_tokens == 3
    assert reply.finish.lower().replace("-", "_") in ("length", "max_tokens", "incomplete"), reply.finish


@with_pairs("tools")
@BOTH_WAYS
def test_tools_and_their_results_over_two_turns(ask, stream):
    question = User("What is the weather? Please use the tool.")
    called = ask(question, tools=TOOLS[:1], stream=stream)
    assert [call.name for call in called.calls] == ["get_weather"]
    assert set(called.calls[0].arguments) == {"city"}
    answered = ask(question, called, Results(called, ("22 degrees",)), tools=TOOLS[:1], stream=stream)
    assert len(answered.text.split()) == OUTPUT_TOKENS and not answered.calls


@with_pairs("tools")
@BOTH_WAYS
def test_parallel_tools(ask, stream):
    question = User("Please use the tools.")
    called = ask(question, tools=tuple(TOOLS), stream=stream)
    assert [call.name for call in called.calls] == ["get_weather", "get_time"]
    assert isinstance(called.calls[1].arguments["hours"], int)
    answered = ask(question, called, Results(called, ("22 degrees", "noon")), tools=tuple(TOOLS), stream=stream)
    assert len(answered.text.split()) == OUTPUT_TOKENS


@with_pairs("tools")
def test_a_tool_is_forced(ask):
    assert not ask(HELLO, tools=TOOLS[:1]).calls
    assert [call.name for call in ask(HELLO, tools=TOOLS[:1], must_call=True).calls] == ["get_weather"]


@with_pairs("image")
def test_an_image_reaches_the_model(ask):
    plain, seen = ask(User("What is this?")), ask(User("What is this?", image=PIXEL))
    assert seen.input_tokens - plain.input_tokens >= 256, "the simulator counts 256 tokens for an image"
    assert seen.text != plain.text


@with_pairs("schema")
@BOTH_WAYS
def test_structured_output(ask, stream):
    reply = ask(HELLO, schema=TOOLS[1].schema, stream=stream)
    assert set(json.loads(reply.text)) == {"zone", "hours"}


@with_pairs("thinking", THINKING_PAIRS)
@BOTH_WAYS
def test_thinking_comes_back_as_it_was_signed(ask, stream):
    question = User("Please use the tool.")
    called = ask(question, thinking=True, tools=TOOLS[:1], stream=stream)
    assert len(called.thinking.split()) == 8
    assert [call.name for call in called.calls] == ["get_weather"]
    # The simulator refuses a signature that changed on the way.
    answered = ask(question, called, Results(called, ("sunny",)), thinking=True, tools=TOOLS[:1], stream=stream)
    assert len(answered.text.split()) == OUTPUT_TOKENS


@with_pairs("thinking", THINKING_PAIRS)
def test_thinking_counts_as_output(ask):
    assert ask(HELLO, thinking=True).output_tokens == OUTPUT_TOKENS + 8


@with_pairs()
@BOTH_WAYS
@pytest.mark.parametrize("status", [401, 429, 500])
def test_errors_are_the_clients_own_exceptions(ask, status, stream):
    with pytest.raises(Refused) as raised:
        ask(HELLO, stream=stream, fields={"x-simulator-error-status": str(status), "x-simulator-retry-after": "7"})
    assert raised.value.status == status
    assert raised.value.retry_after == "7"
    assert "A simulated error." in str(raised.value.told)


@with_pairs()
def test_a_provider_that_dies_mid_stream_is_no_good_end(ask):
    with pytest.raises(Broken) as raised:
        ask(HELLO, stream=True, fields={"x-simulator-itl-ms": "1", "x-simulator-cut-after-tokens": "3"})
    assert len(raised.value.seen.split()) <= 3


@with_pairs()
def test_a_providers_own_error_mid_stream_is_no_good_end(ask):
    with pytest.raises(Broken) as raised:
        ask(HELLO, stream=True, fields={"x-simulator-itl-ms": "1", "x-simulator-stream-error-after-tokens": "3"})
    assert len(raised.value.seen.split()) <= 3


ORDERED = [pair for pair in PAIRS if pair[0] in ("anthropic", "bedrock-invoke", "openai-responses")]


@with_pairs(among=ORDERED)
@pytest.mark.parametrize("options", [{}, {"tools": tuple(TOOLS)}, {"thinking": True}, {"thinking": True, "tools": tuple(TOOLS)}],
                         ids=["words", "tools", "thinking", "thinking-tools"])
def test_events_come_in_the_order_of_the_protocol(ask, client_name, options):
    reply = ask(User("Please use the tools."), stream=True, **options)
    (check_responses if client_name == "openai-responses" else check_anthropic)(reply.events)


@with_pairs("embed", sorted({*EMBEDDERS, *SAME_DIALECT}))
def test_embeddings(client, provider):
    vectors = client.embed(["red fish", "blue fish", "red fish"], PROVIDERS[provider].embedding_model)
    assert vectors[0] == pytest.approx(vectors[2]) and vectors[0] != pytest.approx(vectors[1])
    assert sum(value * value for value in vectors[0]) == pytest.approx(1, abs=1e-3)


@with_pairs("count", [pair for pair in COUNTERS if pair not in COUNTED_OTHERWISE])
def test_counting_tokens(client, ask, provider):
    assert client.count((HELLO,), PROVIDERS[provider].model) == ask(HELLO).input_tokens


@with_pairs("count", COUNTED_OTHERWISE + ESTIMATED)
def test_counts_grow_with_the_text_whoever_made_them(client, provider):
    more = User("Say hello to each of them, one after another, in alphabetical order.")
    few, many = (client.count((turn,), PROVIDERS[provider].model) for turn in (HELLO, more))
    assert 0 < few < many < 100


@with_pairs("models")
def test_models(client, provider):
    assert PROVIDERS[provider].model in client.models()


@with_pairs("rerank", [("cohere", provider) for provider in RERANK_MODELS])
def test_rerank(client, provider):
    assert client.rerank("blue fish", ["a red stone", "a blue fish", "the fish"], RERANK_MODELS[provider]) == [1, 2, 0]
