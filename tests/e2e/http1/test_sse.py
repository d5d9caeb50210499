"""Server-Sent Events without added delay. Causal, not timed: the upstream sends event n+1 only after the client has event n."""

import threading

import pytest
from harness.h2_client import H2Client
from harness.raw_client import RawClient, format_request
from harness.waiting import PATIENCE_S, must

EVENTS = [f"id: {n}\ndata: event {n}\n\n".encode() for n in range(50)]
SSE = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}


class Lockstep:
    """An upstream script that hands out one event for each one that the client has confirmed."""

    def __init__(self, framing):
        self.framing = framing
        self.confirmed = threading.Semaphore(1)

    def serve(self, connection, _):
        if self.framing == "chunked":
            connection.start_chunked(fields=SSE)
        else:
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
        for event in EVENTS:
            assert self.confirmed.acquire(timeout=PATIENCE_S), "the client did not get an event before the next was due"
            connection.send_chunk(event) if self.framing == "chunked" else connection.send(event)
        connection.end_chunks() if self.framing == "chunked" else connection.close()


@pytest.mark.parametrize("framing", ["chunked", "until close"])
def test_each_event_arrives_before_the_next_is_sent(plain, framing):
    lockstep = Lockstep(framing)
    plain.upstream.on_request = lockstep.serve
    received = b""
    with RawClient(plain.port) as client:
        client.send(format_request("GET", "/events", "example.test", {"Accept": "text/event-stream"}))
        client.reader.read_head()
        for n in range(len(EVENTS)):
            while received.count(b"\n\n") <= n:
                data, _ = client.reader.read_chunk()
                received += data
            lockstep.confirmed.release()
        assert client.reader.read_chunk()[0] == b""
    assert received == b"".join(EVENTS)


def test_each_event_arrives_before_the_next_is_sent_over_h2(plain):
    lockstep = Lockstep("chunked")
    plain.upstream.on_request = lockstep.serve
    with H2Client(plain.port) as client:
        stream_id = client.start(path="/events")
        stream = client.streams[stream_id]
        for n in range(len(EVENTS)):
            client.read_until(lambda: stream.body.count(b"\n\n") > n, f"event {n}")
            lockstep.confirmed.release()
        client.finish(stream_id)
    assert stream.body == b"".join(EVENTS)


def test_head_arrives_before_the_first_event(plain):
    go_on = threading.Event()

    def wait_then_send(connection, _):
        connection.start_chunked(fields=SSE)
        must(go_on, "the client has the head")
        connection.send_chunk(EVENTS[0])
        connection.end_chunks()

    plain.upstream.on_request = wait_then_send
    with RawClient(plain.port) as client:
        client.send(format_request("GET", "/events", "example.test"))
        head = client.reader.read_head()
        go_on.set()
        client.reader.read_response_body(head)
    assert head.get("content-type") == "text/event-stream"
    assert head.body == EVENTS[0]


@pytest.mark.parametrize("cut", [1, 7, len(EVENTS[0]) - 1])
def test_event_cut_at_any_byte_arrives_as_it_came(plain, cut):
    """A half event is passed on at once; nothing waits for its end."""
    have_half = threading.Event()

    def halves(connection, _):
        connection.start_chunked(fields=SSE)
        connection.send_chunk(EVENTS[0][:cut])
        must(have_half, "the client has the first half")
        connection.send_chunk(EVENTS[0][cut:])
        connection.end_chunks()

    plain.upstream.on_request = halves
    with RawClient(plain.port) as client:
        client.send(format_request("GET", "/events", "example.test"))
        client.reader.read_head()
        first, _ = client.reader.read_chunk()
        have_half.set()
        second, _ = client.reader.read_chunk()
    assert (first, second) == (EVENTS[0][:cut], EVENTS[0][cut:])


def test_upstream_cut_is_no_clean_end(plain):
    def cut(connection, _):
        connection.start_chunked(fields=SSE)
        connection.send_chunk(EVENTS[0])
        connection.reset()

    plain.upstream.on_request = cut
    with RawClient(plain.port) as client:
        client.send(format_request("GET", "/events", "example.test"))
        client.reader.read_head()
        rest = client.expect_closed()
    assert not rest.endswith(b"0\r\n\r\n")


def test_many_streams_advance_together(plain):
    """50 streams open at once; every one gets every event."""
    everyone_has = threading.Barrier(51)

    def paced(connection, _):
        connection.start_chunked(fields=SSE)
        for event in EVENTS[:5]:
            connection.send_chunk(event)
            everyone_has.wait(PATIENCE_S)
        connection.end_chunks()

    plain.upstream.on_request = paced
    clients = [RawClient(plain.port) for _ in range(50)]
    for client in clients:
        client.send(format_request("GET", "/events", "example.test"))
        client.reader.read_head()
    for event in EVENTS[:5]:
        assert all(client.reader.read_chunk()[0] == event for client in clients)
        everyone_has.wait(PATIENCE_S)
    for client in clients:
        client.sock.close()
