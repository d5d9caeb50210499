"""Usage: read from replies and streams of both dialects; include_usage is added when needed and hidden again."""

import gzip
import json
import re

import pytest
from harness import encoded
from harness.model_server import (ANTHROPIC_USAGE, OPENAI_USAGE, chat_events, chat_request, messages_events, messages_request, payloads,
                                  send_events)
from harness.raw_client import RawClient, format_request
from harness.waiting import eventually

USAGE_FIELDS = ["input", "output", "cached_input", "reasoning_output"]


def _logged(models):
    usage = models.last_log()["ai"]["usage"]
    return [usage[name] for name in USAGE_FIELDS]


@pytest.mark.parametrize("more", [{}, {"stream": True}, {"stream": True, "stream_options": {"include_usage": True}}], ids=["whole", "stream", "asked"])
def test_openai_usage_is_logged(models, more):
    assert models.chat(chat_request(**more)).status == 200
    assert _logged(models) == [20, 7, 5, 3]


@pytest.mark.parametrize("stream", [False, True])
def test_anthropic_usage_is_logged(models, stream):
    assert models.messages(messages_request(stream=stream)).status == 200
    assert _logged(models)[:3] == [20, 7, 5]


def test_log_names_model_provider_and_dialect(models):
    models.chat(chat_request("gpt-alias"))
    line = models.last_log()
    assert (line["ai"]["model"], line["ai"]["upstream_model"]) == ("gpt-alias", "gpt-test-2025")
    assert (line["ai"]["provider"], line["ai"]["dialect"], line["ai"]["stream"]) == ("OpenAI", "openai", False)
    assert line["backend"].startswith("Backend/default/openai")


def test_include_usage_is_spliced_in_and_the_rest_is_untouched(models):
    body = chat_request(stream=True)
    models.chat(body)
    sent = models.openai.requests[0].body
    assert json.loads(sent) == {**json.loads(body), "stream_options": {"include_usage": True}}
    assert _without_added_option(sent) == body


def _without_added_option(sent):
    """The body with the one inserted run of bytes cut out again."""
    added = re.search(rb',?\s*"stream_options"\s*:\s*\{\s*"include_usage"\s*:\s*true\s*\},?', sent)
    return sent[:added.start()] + sent[added.end():]


@pytest.mark.parametrize("options", [{}, {"include_usage": False}, {"include_obfuscation": False}, None])
def test_include_usage_is_set_in_whatever_options_there_are(models, options):
    models.chat(chat_request(stream=True, stream_options=options))
    expected = {**(options or {}), "include_usage": True}
    assert json.loads(models.openai.requests[0].body)["stream_options"] == expected


def test_client_that_did_not_ask_sees_no_usage(models):
    response = models.chat(chat_request(stream=True))
    seen = payloads(response.body)
    assert seen[-1] == "[DONE]"
    assert all(chunk["choices"] for chunk in seen[:-1])
    assert not any(chunk.get("usage") for chunk in seen[:-1])
    assert [chunk["choices"][0]["delta"].get("content") for chunk in seen[:-1]] == ["", "one ", "two ", "three", None]


def test_client_that_asked_gets_the_bytes_as_they_came(models):
    response = models.chat(chat_request(stream=True, stream_options={"include_usage": True}))
    assert response.body == b"".join(chat_events(["one ", "two ", "three"], True))


def test_anthropic_stream_goes_through_byte_for_byte(models):
    response = models.messages(messages_request(stream=True))
    assert response.body == b"".join(messages_events(["one ", "two ", "three"]))
    assert json.loads(models.anthropic.requests[0].body) == json.loads(messages_request(stream=True))


def test_whole_reply_goes_through_byte_for_byte(models):
    odd = b'{"usage" : {"prompt_tokens":20,"completion_tokens":7},\n "x":1e400, "choices":[]}'
    models.openai.on_request = lambda connection, _: connection.respond(200, {"Content-Type": "application/json"}, odd)
    assert models.chat(chat_request()).body == odd


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": None}, {"prompt_tokens": "many"}, "text", {"prompt_tokens": 3, "completion_tokens_details": None}])
def test_odd_usage_breaks_nothing(models, usage):
    reply = json.dumps({"choices": [], "usage": usage}).encode()
    models.openai.on_request = lambda connection, _: connection.respond(200, {"Content-Type": "application/json"}, reply)
    assert models.chat(chat_request()).body == reply


def test_usage_is_counted_in_metrics(models):
    def tokens():
        samples = models.gateway.metrics()["tidegate_tokens"].samples
        return {kind: sum(s.value for s in samples if s.labels["type"] == kind) for kind in ("input", "output")}

    models.chat(chat_request())
    models.last_log()  # what came before is counted
    before = tokens()
    models.chat(chat_request())
    models.chat(chat_request(stream=True))
    after = eventually(lambda: (now := tokens())["input"] - before["input"] == 40 and now, "both calls are counted")
    assert after["output"] - before["output"] == 14


@pytest.mark.parametrize("coding", encoded.CODINGS)
def test_encoded_bodies_are_read_both_ways(models, coding):
    name, encode = encoded.CODINGS[coding]
    models.openai.on_request = lambda connection, _: connection.respond(
        200, {"Content-Type": "application/json", "Content-Encoding": name, "ETag": '"1"'}, encode(encoded.REPLY))
    answer = models.chat(encode(encoded.REQUEST), Content_Encoding=name, Accept_Encoding="gzip")
    assert (answer.status, answer.body) == (200, encoded.REPLY)
    assert answer.get("content-encoding") is None and answer.get("etag") == 'W/"1"'
    assert models.openai.requests[0].body == encoded.REQUEST
    assert models.openai.requests[0].get("content-encoding") is None
    assert _logged(models) == [20, 7, 5, 3]


def test_events_of_an_encoded_stream_come_one_by_one(models):
    events = chat_events(["one ", "two"], True)
    packed = encoded.flushed_pieces(events)
    seen = []

    def serve(connection, _):
        connection.start_chunked(fields={"Content-Type": "text/event-stream", "Content-Encoding": "gzip"})
        for piece, event in zip(packed, events):
            connection.send_chunk(piece)
            seen.append(client.reader.take_until(event.split(b"data: ")[1].strip()))
        connection.send_chunk(packed[-1])
        connection.end_chunks()

    models.openai.on_request = serve
    fields = {"Content-Type": "application/json", "X-Request-Id": "encoded-stream"}
    with RawClient(models.port) as client:
        client.send(format_request("POST", "/v1/chat/completions", "a", fields,
                                   chat_request(stream=True, stream_options={"include_usage": True})))
        line = models.log_of("encoded-stream")
    assert len(seen) == len(events)
    assert [line["ai"]["usage"][name] for name in USAGE_FIELDS] == [20, 7, 5, 3]


def test_encoded_replies_that_are_broken_are_errors(models):
    broken = gzip.compress(encoded.REPLY)[:-1]
    models.openai.on_request = lambda connection, _: connection.respond(
        200, {"Content-Type": "application/json", "Content-Encoding": "gzip"}, broken)
    answer = models.chat(chat_request())
    assert answer.status == 502
    assert json.loads(answer.body)["error"]["type"] == "server_error"


def test_usage_so_far_is_logged_when_the_client_leaves(models):
    """Anthropic reports the input at the start of its stream; that much is accounted for a stream that was left."""
    def start_only(connection, _):
        connection.start_chunked(fields={"Content-Type": "text/event-stream"})
        connection.send_chunk(b"".join(messages_events([])[:2]))
        connection.wait_for_close()

    models.anthropic.on_request = start_only
    fields = {"Content-Type": "application/json", "anthropic-version": "2023-06-01", "X-Request-Id": "left-early"}
    with RawClient(models.port) as client:
        client.send(format_request("POST", "/v1/messages", "a", fields, messages_request(stream=True)))
        client.reader.take_until(b"content_block_start")
        client.leave()
    line = models.log_of("left-early")
    assert line["ai"]["usage"]["input"] == ANTHROPIC_USAGE["input_tokens"] + ANTHROPIC_USAGE["cache_read_input_tokens"]
    assert line["termination"] == "client_gone"


def test_split_of_events_does_not_matter(models):
    """The stream in one write, and byte by byte: the client reads the same, and the usage is the same."""
    whole = b"".join(chat_events(["one ", "two"], True))
    bodies, usages = [], []
    for size in (len(whole), 1):
        pieces = [whole[start:start + size] for start in range(0, len(whole), size)]
        models.openai.on_request = lambda connection, _, pieces=pieces: send_events(connection, pieces)
        bodies.append(models.chat(chat_request(stream=True)).body)
        usages.append(_logged(models))
    assert bodies[0] == bodies[1]
    assert usages == [[20, 7, 5, 3]] * 2
