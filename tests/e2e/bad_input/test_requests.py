"""Requests that are broken, too large or too slow: the right status, nothing lost, the gateway well afterwards."""

import random
import resource

import pytest
from harness import resources as r
from harness.ports import free_port
from harness.raw_client import RawClient, get
from harness.waiting import PATIENCE_S, eventually
from harness.wire import Closed


@pytest.fixture(autouse=True)
def gateway_is_well_afterwards(plain):
    yield
    plain.upstream.forget()
    assert get(plain.port, "/well").status == 200


def _answer(port, head):
    with RawClient(port) as client:
        client.send(head)
        return client.response()


@pytest.mark.parametrize("head, status", [
    (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", 431),
    (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 300 + b"\r\n", 431),
    (b"GET / HTTP/1.1\r\nHost: a\r\n" + (b"X-Flood: " + b"a" * 1000 + b"\r\n") * 80, 431),
], ids=["uri", "uri within a head", "one field", "many fields", "fields without an end"])
def test_too_large_heads(plain, head, status):
    assert _answer(plain.port, head).status == status
    assert plain.upstream.requests == []


@pytest.mark.parametrize("size", [100, 8_000, 16_000])
def test_heads_within_the_limits_pass(plain, size):
    assert get(plain.port, "/", fields={"Authorization": "Bearer " + "a" * size}).status == 200


def test_refusal_closes_the_connection_and_says_so(plain):
    with RawClient(plain.port) as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\nbad field\r\n\r\n")
        response = client.response()
        assert (response.status, response.get("connection")) == (400, "close")
        assert response.body
        client.expect_closed()


@pytest.mark.parametrize("head, status", [
    (b"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
    (b"GET / HTTP/1.2\r\nHost: a\r\n\r\n", None),
    (b"GET / HTTP/9.9\r\nHost: a\r\n\r\n", 505),
    (b"GET / http/1.1\r\nHost: a\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", None),
    (b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", None),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 100, 400),
])
def test_odd_versions_codings_and_methods(plain, head, status):
    answer = _answer(plain.port, head)
    assert answer.status == status if status else 400 <= answer.status < 600
    assert plain.upstream.requests == []


def test_start_that_names_no_protocol_is_closed_without_an_answer(plain):
    """A failed HTTP/2 preface (RFC 9113 3.4): who sent it does not read HTTP/1."""
    with RawClient(plain.port) as client:
        client.send(b"INVALID CONNECTION PREFACE\r\n\r\n")
        assert client.expect_closed() == b""
    with RawClient(plain.port) as client:
        client.request()
        client.send(b"INVALID CONNECTION PREFACE\r\n\r\n")  # not at the start: a bad request like any other
        assert client.response().status == 400


def test_client_that_sends_a_head_and_leaves_is_forgotten(plain):
    for _ in range(100):
        with RawClient(plain.port) as client:
            client.send(b"GET / HTTP/1.1\r\nHo")


def test_slow_heads_do_not_hold_up_others(plain):
    """Slowloris: 500 connections each with a head begun and not ended, while ordinary requests go on."""
    slow = [RawClient(plain.port) for _ in range(500)]
    for client in slow:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ")
    with RawClient(plain.port) as quick:
        assert [quick.request().status for _ in range(20)] == [200] * 20
    for client in slow:
        client.sock.close()


def test_head_that_comes_byte_by_byte_has_one_deadline(plain):
    """Slowloris again: bytes now and then do not buy more time; after the head timeout (15 s) the answer is 408."""
    with RawClient(plain.port) as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ")
        client.sock.settimeout(0.25)

        def refused():
            try:
                client.reader.more()
            except TimeoutError:
                client.send(b"a")
            return b"\r\n\r\n" in client.reader.buffer

        eventually(refused, "the slow head is refused", within_s=3 * PATIENCE_S)
        assert client.response().status == 408
        assert client.expect_closed() == b""
    assert plain.upstream.requests == []


def test_slow_bodies_do_not_hold_up_others(plain):
    slow = [RawClient(plain.port) for _ in range(200)]
    for client in slow:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nx")
    with RawClient(plain.port) as quick:
        assert [quick.request().status for _ in range(20)] == [200] * 20
    for client in slow:
        client.sock.close()


def test_random_bytes_never_crash(plain):
    chance = random.Random(20250101)
    for _ in range(200):
        with RawClient(plain.port) as client:
            client.send(bytes(chance.randrange(256) for _ in range(chance.randrange(1, 300))))
            client.sock.shutdown(1)
            client.expect_closed()


def test_mutated_requests_never_crash(plain):
    """One byte of a good pipeline changed at a time: each is answered or refused, and the connection ends."""
    chance = random.Random(7)
    good = b"POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nX-Y: z\r\n\r\n4\r\nbody\r\n0\r\n\r\n" \
           b"GET /y HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    for position in range(len(good)):
        changed = bytearray(good)
        changed[position] = chance.randrange(256)
        with RawClient(plain.port) as client:
            client.send(bytes(changed))
            client.sock.shutdown(1)
            answer = client.expect_closed()
        assert answer == b"" or answer.startswith(b"HTTP/1.1 ")


def test_more_connections_than_files_is_survived(make_gateway, make_upstream):
    """Runs out of descriptors; refuses or delays, and serves again when they are free."""
    upstream, port = make_upstream(), free_port()
    gateway = make_gateway().start(r.gateway(r.listener("http", port)), r.service("upstream", upstream.port),
                                   r.http_route("all", r.rule("upstream")))
    resource.prlimit(gateway.process.pid, resource.RLIMIT_NOFILE, (128, 128))
    crowd = [RawClient(port) for _ in range(300)]
    assert gateway.process.poll() is None
    for client in crowd:
        client.sock.close()
    eventually(lambda: _status(port) == 200, "the gateway serves again")


def _status(port):
    try:
        return get(port).status
    except (OSError, Closed):
        return None
