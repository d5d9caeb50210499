"""HTTP/1.1 bodies: chunked both ways, trailers, large bodies, backpressure, HEAD and bodiless statuses."""

import hashlib
import pathlib
import socket
import threading

import pytest
from harness.raw_client import RawClient, format_request
from harness.upstream import Echoed, chunk
from harness.waiting import must

CHUNKED = {"Transfer-Encoding": "chunked"}
LARGE = bytes(range(256)) * 4096 * 16  # 16 MiB


def _send_chunked(client, chunks, trailer=b""):
    client.send(format_request("POST", "/", "example.test", CHUNKED))
    for data in chunks:
        client.send(chunk(data))
    client.send(b"0\r\n" + trailer + b"\r\n")


def test_chunked_request_body_arrives_whole(plain):
    with RawClient(plain.port) as client:
        _send_chunked(client, [b"one ", b"two ", b"three"])
        assert Echoed(client.response()).body == b"one two three"


def test_request_trailers_reach_the_upstream(plain):
    with RawClient(plain.port) as client:
        _send_chunked(client, [b"body"], b"X-Checksum: 42\r\n")
        seen = Echoed(client.response())
    assert (seen.body, seen.trailers) == (b"body", [("X-Checksum", "42")])


def test_chunk_extensions_are_accepted(plain):
    with RawClient(plain.port) as client:
        client.send(format_request("POST", "/", "example.test", CHUNKED))
        client.send(b'4;name=value;other="x"\r\nbody\r\n0;last\r\n\r\n')
        assert Echoed(client.response()).body == b"body"


def test_chunked_response_and_its_trailers_reach_the_client(plain):
    def answer(connection, _):
        connection.start_chunked(fields={"Trailer": "X-Sum"})
        connection.send_chunk(b"part one, ")
        connection.send_chunk(b"part two")
        connection.send(b"0\r\nX-Sum: 7\r\n\r\n")

    plain.upstream.on_request = answer
    with RawClient(plain.port) as client:
        response = client.request("GET", "/", fields={"TE": "trailers"})
    assert (response.body, response.trailers) == (b"part one, part two", [("X-Sum", "7")])


def test_response_delimited_by_close_becomes_a_framed_one(plain):
    def answer(connection, _):
        connection.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end")
        connection.close()

    plain.upstream.on_request = answer
    with RawClient(plain.port) as client:
        first = client.request()
        assert first.body == b"until the end"
        plain.upstream.forget()
        assert client.request("GET", "/again").status == 200


def test_large_request_body_arrives_whole(plain):
    def answer(connection, request):
        connection.respond(200, {}, hashlib.sha256(request.body).hexdigest().encode())

    plain.upstream.on_request = answer
    with RawClient(plain.port) as client:
        response = client.request("POST", "/upload", body=LARGE)
    assert response.body.decode() == hashlib.sha256(LARGE).hexdigest()


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_large_response_body_arrives_whole(plain, framing):
    def answer(connection, _):
        if framing == "length":
            connection.respond(200, {}, LARGE)
            return
        connection.start_chunked()
        for start in range(0, len(LARGE), 100_000):
            connection.send_chunk(LARGE[start:start + 100_000])
        connection.end_chunks()

    plain.upstream.on_request = answer
    with RawClient(plain.port) as client:
        assert hashlib.sha256(client.request().body).digest() == hashlib.sha256(LARGE).digest()


def _sockets_hold() -> int:
    """The most bytes that the kernel's buffers of two connections take in one direction, and 1 MiB for the gateway."""
    limits = [int(pathlib.Path(f"/proc/sys/net/ipv4/{name}").read_text().split()[2]) for name in ("tcp_rmem", "tcp_wmem")]
    return 2 * sum(limits) + 2**20


def test_slow_reader_holds_the_upstream_back(plain):
    """With a client that reads nothing, the upstream can hand over only what sockets and one read buffer hold."""
    accepted, stuck, total = [0], threading.Event(), 4 * _sockets_hold()

    def answer(connection, _):
        connection.respond(200, {"Content-Length": str(total)})
        connection.sock.settimeout(0.5)
        try:
            while accepted[0] < total:
                accepted[0] += connection.sock.send(LARGE[:65536])
        except TimeoutError:
            pass
        stuck.set()
        connection.sock.close()

    plain.upstream.on_request = answer
    with RawClient(plain.port, receive_buffer=8192) as client:
        client.send(format_request("GET", "/", "example.test"))
        must(stuck, "the upstream can send no more")
    assert accepted[0] <= _sockets_hold()


def test_slow_upstream_holds_the_client_back(plain):
    """A body that the upstream does not read is not hoarded by the gateway."""
    release, sent, total = threading.Event(), 0, 4 * _sockets_hold()

    def stall(connection, _):
        must(release, "the test is done")
        connection.close()

    plain.upstream.on_head = stall
    with RawClient(plain.port) as client:
        client.send(f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {total}\r\n\r\n")
        client.sock.settimeout(0.5)
        with pytest.raises(TimeoutError):
            while sent < total:
                sent += client.sock.send(LARGE[:65536])
    release.set()
    assert sent <= _sockets_hold()


def test_head_answer_has_the_length_and_no_body(plain):
    with RawClient(plain.port) as client:
        head = client.request("HEAD", "/doc")
        assert head.status == 200 and int(head.get("content-length")) > 0
        assert Echoed(client.request("GET", "/next")).target == "/next"


@pytest.mark.parametrize("status", [204, 304])
def test_bodiless_status_has_no_body_and_no_framing(plain, status):
    plain.upstream.on_request = lambda connection, _: connection.respond(status, {"ETag": '"x"'})
    with RawClient(plain.port) as client:
        response = client.request()
        assert (response.status, response.get("etag")) == (status, '"x"')
        assert response.get("transfer-encoding") is None
        plain.upstream.forget()
        assert Echoed(client.request("GET", "/next")).target == "/next"


def test_get_without_body_gains_no_framing(plain):
    with RawClient(plain.port) as client:
        client.request("GET", "/")
    request = plain.upstream.requests[0]
    assert (request.get("content-length"), request.get("transfer-encoding")) == (None, None)


def test_empty_post_keeps_its_zero_length(plain):
    with RawClient(plain.port) as client:
        client.request("POST", "/", fields={"Content-Length": "0"})
    assert plain.upstream.requests[0].get("content-length") == "0"


def test_body_bytes_flow_before_the_body_is_complete(plain):
    """Causal: the client sends the second half only after the upstream has seen the first."""
    seen_first = threading.Event()

    def read_in_two(connection, request):
        first = connection.reader.take(5)
        seen_first.set()
        second = connection.reader.take(5)
        connection.respond(200, {}, first + b"|" + second)

    plain.upstream.on_head = read_in_two
    with RawClient(plain.port) as client:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nfirst")
        must(seen_first, "the first half arrives while the second is not sent")
        client.send(b"secnd")
        assert client.response().body == b"first|secnd"


def test_early_response_ends_the_exchange_while_the_body_is_unsent(plain):
    """The upstream refuses from the head alone; the client gets that answer without sending its body."""
    def refuse(connection, _):
        connection.respond(403, {"Connection": "close"}, b"no")
        connection.sock.shutdown(socket.SHUT_WR)
        connection.wait_for_close()

    plain.upstream.on_head = refuse
    with RawClient(plain.port) as client:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\npartial")
        response = client.response()
        assert (response.status, response.body) == (403, b"no")
        client.expect_closed()
