"""HTTP/2 to backends: h2c by appProtocol, trailers, stream errors, one connection for many streams."""

import threading

import pytest
from harness import resources as r
from harness.h2_client import H2Client
from harness.h2_upstream import H2Upstream
from harness.ports import free_port
from harness.raw_client import RawClient
from harness.upstream import Echoed
from harness.waiting import eventually, must
from hyperframe.frame import GoAwayFrame


@pytest.fixture(scope="module")
def shared(make_shared_gateway):
    upstream, port = H2Upstream(), free_port()
    make_shared_gateway().start(
        r.gateway(r.listener("http", port)),
        r.service("h2c", upstream.port, app_protocol="kubernetes.io/h2c"),
        r.http_route("all", r.rule("h2c")),
    )
    yield port, upstream
    upstream.close()


@pytest.fixture
def h2c(shared):
    port, upstream = shared
    upstream.forget()
    yield shared
    upstream.check()


def test_http1_client_to_h2c_backend(h2c):
    port, _ = h2c
    with RawClient(port) as client:
        seen = Echoed(client.request("POST", "/x?y=1", body=b"hello", fields={"X-A": "1"}))
    assert (seen.method, seen.target, seen.body) == ("POST", "/x?y=1", b"hello")
    assert (seen.get(":authority"), seen.get("x-a"), seen.get("connection")) == ("example.test", "1", None)


def test_h2_client_to_h2c_backend_with_trailers_both_ways(h2c):
    port, upstream = h2c

    def answer(connection, request):
        connection.respond(request, 200, {}, request.body, [("x-sum", "7")])

    upstream.on_request = answer
    with H2Client(port) as client:
        stream_id = client.start("POST", end=False)
        client.send_data(stream_id, b"body")
        client.send_trailers(stream_id, [("x-checksum", "42")])
        stream = client.finish(stream_id)
    assert (stream.body, stream.trailers) == (b"body", [("x-sum", "7")])
    assert upstream.requests[0].trailers == [("x-checksum", "42")]


def test_chunked_request_from_http1_arrives_whole(h2c):
    port, _ = h2c
    with RawClient(port) as client:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n")
        assert Echoed(client.response()).body == b"abcdef"


def test_many_requests_share_few_connections(h2c):
    port, upstream = h2c
    barrier = threading.Barrier(50)

    def answer(connection, request):
        threading.Thread(target=_answer_together, args=(barrier, connection, request), daemon=True).start()

    upstream.on_request = answer
    before = len(upstream.connections)
    with H2Client(port) as client:
        ids = [client.start(path=f"/{n}") for n in range(50)]
        assert all(client.finish(i).status == 200 for i in ids)
    assert len(upstream.connections) - before <= 1


def _answer_together(barrier, connection, request):
    barrier.wait(10)
    connection.respond(request, 200, {}, b"ok")


def test_reset_of_a_stream_before_its_head_is_a_bad_gateway(h2c):
    port, upstream = h2c
    upstream.on_request = lambda connection, request: connection.reset(request)
    with RawClient(port) as client:
        assert client.request().status == 502
        upstream.forget()
        assert client.request().status == 200


def test_reset_of_a_stream_after_its_head_is_no_clean_end(h2c):
    port, upstream = h2c

    def die(connection, request):
        connection.start_response(request)
        connection.send_data(request, b"partial")
        connection.reset(request)

    upstream.on_request = die
    with H2Client(port) as client:
        stream = client.request()
    assert stream.reset_code is not None and not stream.ended


def test_client_reset_reaches_the_upstream_stream(h2c):
    port, upstream = h2c
    arrived = threading.Event()
    held = []

    def hold(_, request):
        held.append(request)
        arrived.set()

    upstream.on_request = hold
    with H2Client(port) as client:
        stream_id = client.start()
        must(arrived, "the request reaches the upstream")
        client.reset(stream_id)
        must(held[0].reset, "the upstream's stream is reset")


def test_goaway_of_the_upstream_opens_a_new_connection(h2c):
    port, upstream = h2c
    with RawClient(port) as client:
        client.request()
        before = len(upstream.connections)
        upstream.connections[-1].goaway()
        eventually(lambda: client.request().status == 200, "requests succeed after GOAWAY")
    assert len(upstream.connections) == before + 1


def _refuse_first(upstream, refuse):
    """The next request is refused as `refuse(connection, request)` says; those behind it are echoed. Returns all heads that come."""
    heads, echo = [], upstream.on_request

    def on_head(connection, request):
        heads.append(request)
        if len(heads) == 1:
            refuse(connection, request)

    upstream.on_head = on_head
    upstream.on_request = lambda connection, request: request is heads[0] or echo(connection, request)
    return heads


def _goaway_below(connection, request):
    """As the peer's library would not: it goes on reading."""
    connection.sock.sendall(GoAwayFrame(0, last_stream_id=max(request.stream_id - 2, 0)).serialize())


REFUSALS = {"GOAWAY": _goaway_below, "REFUSED_STREAM": lambda connection, request: connection.reset(request, 7)}


@pytest.mark.parametrize("how", REFUSALS)
@pytest.mark.parametrize("warm", [True, False])
def test_post_that_was_not_processed_by_the_upstreams_own_word_is_sent_again(h2c, how, warm):
    """RFC 9113 8.7: safe for any method. It is not the client's matter that the upstream restarts."""
    port, upstream = h2c
    with RawClient(port) as client:
        if warm:
            assert client.request().status == 200
        heads = _refuse_first(upstream, REFUSALS[how])
        assert Echoed(client.request("POST", "/once", body=b"body")).body == b"body"
    assert len(heads) == 2


def test_post_that_the_upstream_resets_otherwise_is_not_sent_again(h2c):
    port, upstream = h2c
    heads = _refuse_first(upstream, lambda connection, request: connection.reset(request, 2))
    with RawClient(port) as client:
        assert client.request("POST", "/once", body=b"body").status == 502
    assert len(heads) == 1


def test_body_bytes_flow_before_the_body_is_complete(h2c):
    port, upstream = h2c
    first_sent, go_on = threading.Event(), threading.Event()

    def in_two(connection, request):
        connection.start_response(request)
        connection.send_data(request, b"first")
        first_sent.set()
        threading.Thread(target=_second, args=(go_on, connection, request), daemon=True).start()

    upstream.on_request = in_two
    with H2Client(port) as client:
        stream_id = client.start()
        client.read_until(lambda: client.streams[stream_id].body == b"first", "the first part alone")
        go_on.set()
        assert client.finish(stream_id).body == b"firstsecond"


def _second(go_on, connection, request):
    must(go_on, "the client has read the first part")
    connection.send_data(request, b"second")
    connection.end(request)
