"""Connections to backends: reuse, idle close, the race of a reused connection with its peer's close."""

import contextlib
import os
import signal
import threading
from dataclasses import dataclass

import pytest
from harness import resources as r
from harness.gateway import Gateway
from harness.ports import free_port
from harness.raw_client import RawClient, get, post
from harness.upstream import Echoed, Upstream, wait_closed
from harness.waiting import eventually, must


@dataclass
class Pooled:
    gateway: Gateway
    port: int
    upstream: Upstream

    def __iter__(self):
        return iter((self.port, self.upstream))


@pytest.fixture
def pooled(make_gateway, make_upstream) -> Pooled:
    """A gateway with one worker and nothing in its pool."""
    upstream, port = make_upstream(), free_port()
    gateway = make_gateway().start(r.gateway(r.listener("http", port)), r.service("upstream", upstream.port),
                                   r.http_route("all", r.rule("upstream")))
    return Pooled(gateway, port, upstream)


def test_requests_of_many_clients_reuse_one_upstream_connection(pooled):
    port, upstream = pooled
    for _ in range(10):
        assert get(port).status == 200
    assert len(upstream.connections) == 1


def test_concurrent_requests_get_connections_of_their_own(pooled):
    port, upstream = pooled
    barrier = threading.Barrier(8)

    def answer_together(connection, request):
        barrier.wait(10)
        connection.respond(200, {}, b"ok")

    upstream.on_request = answer_together
    clients = [RawClient(port) for _ in range(8)]
    for client in clients:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert [client.response().status for client in clients] == [200] * 8
    assert len(upstream.connections) == 8
    for client in clients:
        client.sock.close()


def test_connection_that_closed_while_idle_is_not_used(pooled):
    port, upstream = pooled
    get(port)
    upstream.connections[0].sock.shutdown(1)
    wait_closed(upstream.connections[0], "the gateway closes its side")
    assert Echoed(get(port)).connection == 2


def _close_on_second(connection, request):
    """Answers the first request of a connection; closes upon the second without a byte."""
    connection.upstream.record(request)
    if connection.number == 1 and len(connection.upstream.requests) > 1:
        connection.close()
        return
    connection.respond(200, {}, f"connection {connection.number}".encode())


def test_reused_connection_that_dies_before_the_answer_is_retried_once(pooled):
    port, upstream = pooled
    upstream.on_head = _close_on_second
    assert get(port, "/one").body == b"connection 1"
    assert get(port, "/two").body == b"connection 2"
    assert [request.target for request in upstream.requests] == ["/one", "/two", "/two"]


@contextlib.contextmanager
def _stopped(gateway):
    """The gateway's process does not run meanwhile: what both sides do waits for it in the kernel, in their order."""
    gateway.process.send_signal(signal.SIGSTOP)
    os.waitpid(gateway.process.pid, os.WUNTRACED)
    yield
    gateway.process.send_signal(signal.SIGCONT)


def _send_while_the_upstream_closes(pooled, request_bytes):
    """A request that reaches the gateway just before the close of the pooled connection does; returns the answer."""
    close, closed = threading.Event(), threading.Event()

    def answer_and_close_later(connection, _):
        connection.respond(200, {}, b"first")
        must(close, "the gateway is stopped")
        connection.close()
        closed.set()

    pooled.upstream.on_request = answer_and_close_later
    get(pooled.port, "/first")
    pooled.upstream.forget()
    with RawClient(pooled.port) as client:
        with _stopped(pooled.gateway):
            client.send(request_bytes)
            close.set()
            must(closed, "the upstream closes")
        return client.response()


POST = b"POST /second HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody"


@pytest.mark.parametrize("request_bytes", [b"GET /second HTTP/1.1\r\nHost: a\r\n\r\n", POST], ids=["GET", "POST"])
def test_request_that_crossed_the_close_of_its_connection_is_sent_again(pooled, request_bytes):
    """The upstream had closed before the request came to it: nothing was done, so any method may be tried again."""
    seen = Echoed(_send_while_the_upstream_closes(pooled, request_bytes))
    assert (seen.target, seen.connection) == ("/second", 2)
    assert seen.body == (b"" if seen.method == "GET" else b"body")


def _die_after_reading(ending):
    def read_and_die(connection, request):
        connection.read_body(request)
        connection.upstream.record(request)
        if connection.number == 1 and len(connection.upstream.requests) > 1:
            getattr(connection, ending)()
            return
        connection.respond(200, {}, f"connection {connection.number}".encode())
    return read_and_die


@pytest.mark.parametrize("ending", ["close", "reset"])
def test_post_that_the_upstream_may_have_done_is_not_sent_again(pooled, ending):
    """RFC 9110 9.2.2: the upstream has read it, whatever became of the connection then."""
    pooled.upstream.on_head = _die_after_reading(ending)
    assert get(pooled.port, "/one").body == b"connection 1"
    assert post(pooled.port, "/two", b"body").status == 502
    assert [request.target for request in pooled.upstream.requests] == ["/one", "/two"]


@pytest.mark.parametrize("method, fields", [("GET", {}), ("PUT", {}), ("DELETE", {}), ("POST", {"Idempotency-Key": "7"})])
@pytest.mark.parametrize("ending", ["close", "reset"])
def test_idempotent_request_is_sent_again_though_it_was_read(pooled, method, fields, ending):
    pooled.upstream.on_head = _die_after_reading(ending)
    assert get(pooled.port, "/one").body == b"connection 1"
    with RawClient(pooled.port) as client:
        assert client.request(method, "/two", fields=fields, body=b"body").body == b"connection 2"
    assert [request.body for request in pooled.upstream.requests] == [b"", b"body", b"body"]


def test_request_whose_body_is_still_to_come_is_sent_again(pooled):
    """The first try waits for the client's body as its connection dies; the second one gets it."""
    port, upstream = pooled
    again = threading.Event()

    def close_first(connection, request):
        if request.method == "PUT" and connection.number == 1:
            connection.close()
            return
        if request.method == "PUT":
            again.set()
        connection.read_body(request)
        connection.respond(200, {}, request.body)

    upstream.on_head = close_first
    assert get(port).status == 200
    with RawClient(port) as client:
        client.send(b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n")
        must(again, "the head comes to a second connection")
        client.send(b"body")
        assert client.response().body == b"body"


def test_a_fresh_connection_that_dies_is_not_retried(pooled):
    port, upstream = pooled

    def die(connection, request):
        upstream.record(request)
        connection.close()

    upstream.on_head = die
    assert get(port).status == 502
    assert len(upstream.requests) == 1


def test_answer_with_connection_close_is_not_reused(pooled):
    port, upstream = pooled

    def last(connection, _):
        connection.respond(200, {"Connection": "close"}, b"last")
        connection.wait_for_close()

    upstream.on_request = last
    assert get(port).body == b"last"
    wait_closed(upstream.connections[0], "the gateway closes too")
    assert get(port).status == 200
    assert len(upstream.connections) == 2


def test_http10_upstream_is_served(pooled):
    port, upstream = pooled

    def old(connection, _):
        connection.send(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nold")
        connection.close()

    upstream.on_request = old
    with RawClient(port) as client:
        assert client.request().body == b"old"
        assert client.request().body == b"old"


def test_surplus_bytes_after_an_answer_poison_the_connection(pooled):
    """Bytes that nobody asked for must never become the next client's answer."""
    port, upstream = pooled

    def too_much(connection, request):
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstale")

    upstream.on_request = too_much
    assert get(port).body == b"ok"
    upstream.forget()
    assert Echoed(get(port, "/next")).target == "/next"


def test_answer_before_any_request_is_never_used(pooled):
    port, upstream = pooled
    get(port)
    upstream.connections[0].send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstale")
    assert Echoed(get(port, "/next")).target == "/next"


def test_backends_are_chosen_among_endpoints(make_gateway, make_upstream):
    a, b, port = make_upstream("a"), make_upstream("b"), free_port()
    make_gateway().start(r.gateway(r.listener("http", port)), r.service("both", a.port, b.port),
                         r.http_route("all", r.rule("both")))
    seen = {Echoed(get(port)).upstream for _ in range(40)}
    assert seen == {"a", "b"}


def test_early_answer_while_the_upload_goes_on_poisons_the_connection(pooled):
    """An upstream that answers before the body is whole: the rest of the body must not become its next request."""
    port, upstream = pooled
    answered = threading.Event()

    def early(connection, request):
        connection.respond(200, {}, b"early")
        answered.set()
        connection.wait_for_close()

    upstream.on_head = early
    with RawClient(port) as client:
        client.send(b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\n")
        must(answered, "the upstream answers early")
        assert client.response().body == b"early"
    wait_closed(upstream.connections[0], "that connection is not kept")
    upstream.forget()
    assert Echoed(post(port, "/b", b"x")).target == "/b"


def test_idle_pool_survives_a_reload(make_gateway, make_upstream):
    upstream, port = make_upstream(), free_port()
    parts = [r.gateway(r.listener("http", port)), r.service("upstream", upstream.port), r.http_route("all", r.rule("upstream"))]
    gateway = make_gateway().start(*parts)
    get(port)
    gateway.reload(*parts, r.http_route("more", r.rule(path="/teapot")))
    eventually(lambda: get(port, "/teapot").status == 500, "the reload has effect")
    get(port)
    assert len(upstream.connections) == 1
