"""Streams of model calls: no added delay, a failure is an error event in the caller's dialect and never a clean end."""

import json
import threading

import pytest
from harness import resources as r
from harness.h2_client import H2Client
from harness.model_server import SSE, chat_events, chat_request, messages_events, messages_request, payloads
from harness.ports import free_port
from harness.raw_client import RawClient, format_request, post
from harness.upstream import wait_closed
from harness.waiting import PATIENCE_S


def _send(client, path, body):
    client.send(format_request("POST", path, "a", {"Content-Type": "application/json", "anthropic-version": "2023-06-01"}, body))


def test_each_event_arrives_before_the_next_is_sent(models):
    """Causal: the usage accounting on the way holds nothing back."""
    events, confirmed = chat_events(["one ", "two ", "three"], True), threading.Semaphore(1)

    def lockstep(connection, _):
        connection.start_chunked(fields=SSE)
        for event in events[:-2]:
            assert confirmed.acquire(timeout=PATIENCE_S)
            connection.send_chunk(event)
        connection.send_chunk(b"".join(events[-2:]))
        connection.end_chunks()

    models.openai.on_request = lockstep
    received = b""
    with RawClient(models.port) as client:
        _send(client, "/v1/chat/completions", chat_request(stream=True))
        client.reader.read_head()
        for n in range(len(events) - 2):
            while received.count(b"\n\n") <= n:
                received += client.reader.read_chunk()[0]
            confirmed.release()


DYING = ["close", "reset", "clean end without a terminator", "broken chunk", "less than its length", "its length without a terminator"]


def _die_after(events, how):
    def script(connection, _):
        if "length" in how:
            body = b"".join(events)
            promised = len(body) + (1000 if how.startswith("less") else 0)
            connection.respond(200, {**SSE, "Content-Length": str(promised)}, body)
            connection.close()
            return
        connection.start_chunked(fields=SSE)
        connection.send_chunk(b"".join(events))
        if how == "close":
            connection.close()
        elif how == "reset":
            connection.reset()
        elif how == "broken chunk":
            connection.send(b"not a size\r\n")
            connection.wait_for_close()
        else:
            connection.end_chunks()
    return script


@pytest.mark.parametrize("how", DYING)
def test_openai_stream_that_dies_ends_with_an_error_event(models, how):
    models.openai.on_request = _die_after(chat_events(["one "], True)[:2], how)
    response = models.chat(chat_request(stream=True))
    seen = payloads(response.body)
    assert "[DONE]" not in seen
    assert seen[-1]["error"]["message"] and seen[-1]["error"]["type"]
    assert [chunk["choices"][0]["finish_reason"] for chunk in seen[:-1]] == [None, None]


@pytest.mark.parametrize("how", DYING)
def test_anthropic_stream_that_dies_ends_with_an_error_event(models, how):
    models.anthropic.on_request = _die_after(messages_events(["one "])[:4], how)
    response = models.messages(messages_request(stream=True))
    assert b"event: error\n" in response.body
    last = payloads(response.body)[-1]
    assert last["type"] == "error" and last["error"]["type"] and last["error"]["message"]
    assert b"message_stop" not in response.body


@pytest.fixture(scope="module")
def hurried(make_shared_gateway, make_shared_upstream):
    """A route whose requests may take a second, to an upstream that begins a stream of either dialect and then says nothing."""
    upstream, port = make_shared_upstream(), free_port()

    def begin_and_stall(connection, request):
        connection.start_chunked(fields=SSE)
        anthropic = request.target == "/v1/messages"
        connection.send_chunk(b"".join(messages_events(["one "])[:4] if anthropic else chat_events(["one "], True)[:2]))
        connection.wait_for_close()

    upstream.on_request = begin_and_stall
    make_shared_gateway().start(
        r.gateway(r.listener("http", port)), r.ai_backend("models", upstream.port),
        r.http_route("all", r.rule(r.backend_of("models"), timeouts={"request": "1s"})))
    return port, upstream


@pytest.mark.parametrize("path, body", [("/v1/chat/completions", chat_request(stream=True)), ("/v1/messages", messages_request(stream=True))])
def test_stream_that_stalls_ends_with_an_error_event(hurried, path, body):
    port, upstream = hurried
    response = post(port, path, body, fields={"Content-Type": "application/json", "anthropic-version": "2023-06-01"})
    assert response.status == 200
    assert payloads(response.body)[-1]["error"]["message"] == "the upstream did not answer in time"
    assert b"[DONE]" not in response.body and b"message_stop" not in response.body
    wait_closed(upstream.requests[-1].connection, "the stalled stream is cancelled")


def test_death_within_an_event_does_not_leave_it_open(models):
    """The half event is closed before the error event, so that a parser reads the latter."""
    events = chat_events(["one "], True)
    models.openai.on_request = _die_after([events[0], events[1][:20]], "close")
    response = models.chat(chat_request(stream=True))
    blocks = [block for block in response.body.split(b"\n\n") if block]
    assert json.loads(blocks[-1].split(b"data:", 1)[1])["error"]["message"]


def test_stream_that_dies_is_told_to_h2_clients_the_same_way(models):
    models.openai.on_request = _die_after(chat_events(["one "], True)[:2], "reset")
    with H2Client(models.port) as client:
        stream = client.request("POST", "/v1/chat/completions", fields={"content-type": "application/json"}, body=chat_request(stream=True))
    assert payloads(stream.body)[-1]["error"]["message"]


def test_error_event_of_the_provider_passes(models):
    error = b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n'
    models.anthropic.on_request = _die_after([messages_events([])[0], error], "close")
    response = models.messages(messages_request(stream=True))
    errors = [p for p in payloads(response.body) if p["type"] == "error"]
    assert errors[0]["error"]["type"] == "overloaded_error"
    assert len(errors) == 1


def test_client_that_leaves_a_stream_cancels_it(models, record_property):
    def forever(connection, _):
        connection.start_chunked(fields=SSE)
        connection.send_chunk(chat_events(["one "], True)[0])
        connection.wait_for_close()

    models.openai.on_request = forever
    with RawClient(models.port) as client:
        _send(client, "/v1/chat/completions", chat_request(stream=True))
        client.reader.take_until(b"\n\n")
        connection = models.openai.requests[0].connection
        client.leave()
    closed_at = wait_closed(connection, "the upstream stream is cancelled")
    record_property("cancelled_after_ms", round((closed_at - client.left_at) * 1000, 3))


def test_reply_that_is_no_stream_passes_as_it_is(models):
    """Asked for a stream, the provider answers with an error document."""
    error = b'{"error":{"message":"no","type":"invalid_request_error","param":null,"code":null}}'
    models.openai.on_request = lambda connection, _: connection.respond(400, {"Content-Type": "application/json"}, error)
    response = models.chat(chat_request(stream=True))
    assert (response.status, response.body) == (400, error)
