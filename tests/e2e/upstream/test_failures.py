"""Upstreams that refuse, reset, stall, lie about length or close mid-stream: a clear error, or no clean end."""

import pytest
from harness import resources as r
from harness.h2_client import H2Client
from harness.ports import free_port
from harness.raw_client import RawClient, format_request, get
from harness.wire import Closed


def test_refused_connection_is_an_error_with_a_body(make_gateway):
    port, dead = free_port(), free_port()
    make_gateway().start(r.gateway(r.listener("http", port)), r.service("dead", dead), r.http_route("all", r.rule("dead")))
    with RawClient(port) as client:
        response = client.request()
        assert response.status == 502 and response.body
        assert client.request().status == response.status


@pytest.mark.parametrize("answer", [
    b"", b"HTTP/1.1", b"HTTP/1.1 200 OK\r\nContent-", b"garbage\r\n\r\n", b"HTTP/3.0 200 OK\r\n\r\n",
    b"HTTP/1.1 20 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nbad name: x\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, nonsense\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nX: a\x00b\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000 + b"\r\n\r\n",
], ids=range(13))
def test_broken_head_is_a_bad_gateway(plain, answer):
    def send_and_close(connection, _):
        connection.send(answer)
        connection.close()

    plain.upstream.on_request = send_and_close
    with RawClient(plain.port) as client:
        assert client.request().status == 502
        plain.upstream.forget()
        assert client.request().status == 200


def _half(kind):
    def answer(connection, _):
        if kind.startswith("length"):
            connection.respond(200, {"Content-Length": "100"}, b"partial")
        else:
            connection.start_chunked()
            connection.send(b"64\r\npartial" if kind == "chunk cut" else b"7\r\npartial\r\n")
        connection.reset() if kind.endswith("reset") else connection.close()
    return answer


KINDS = ["length", "length reset", "chunked", "chunk cut", "chunked reset"]


@pytest.mark.parametrize("kind", KINDS)
def test_cut_body_is_no_clean_end(plain, kind):
    plain.upstream.on_request = _half(kind)
    with RawClient(plain.port) as client:
        client.send(format_request("GET", "/", "example.test"))
        with pytest.raises(Closed):
            client.response()


@pytest.mark.parametrize("kind", KINDS)
def test_cut_body_is_a_reset_stream_over_h2(plain, kind):
    plain.upstream.on_request = _half(kind)
    with H2Client(plain.port) as client:
        stream = client.request()
        assert stream.reset_code is not None and not stream.ended
        plain.upstream.forget()
        assert client.request().status == 200


@pytest.mark.parametrize("chunks", [b"zz\r\n", b"-1\r\nx\r\n", b"3\r\nabcd\r\n", b"fffffffffffffffff\r\n", b"3 \n abc"])
def test_broken_chunk_is_no_clean_end(plain, chunks):
    def answer(connection, _):
        connection.start_chunked()
        connection.send_chunk(b"good")
        connection.send(chunks)
        connection.close()

    plain.upstream.on_request = answer
    with RawClient(plain.port) as client:
        client.send(format_request("GET", "/", "example.test"))
        with pytest.raises(Closed):
            client.response()


def test_body_longer_than_its_length_is_cut_to_it(plain):
    def too_long(connection, _):
        connection.respond(200, {"Content-Length": "4"}, b"goodEVIL")

    plain.upstream.on_request = too_long
    with RawClient(plain.port) as client:
        assert client.request().body == b"good"
        plain.upstream.forget()
        assert client.request("GET", "/next").status == 200


def test_reset_after_the_head_leaves_the_gateway_well(plain):
    def reset(connection, _):
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
        connection.reset()

    plain.upstream.on_request = reset
    for _ in range(20):
        with RawClient(plain.port) as client:
            client.send(format_request("GET", "/", "example.test"))
            client.expect_closed()
    plain.upstream.forget()
    assert get(plain.port).status == 200


def test_details_of_the_failure_do_not_reach_the_client(make_gateway):
    port, dead = free_port(), free_port()
    make_gateway().start(r.gateway(r.listener("http", port)), r.service("dead", dead), r.http_route("all", r.rule("dead")))
    body = get(port).body.decode()
    assert str(dead) not in body and "127.0.0.1" not in body


def test_an_endpoint_that_cannot_be_reached_is_passed_over(make_gateway, make_upstream):
    """Nothing was sent, so every method may go to another endpoint, without a retry in the rule."""
    upstream, port = make_upstream(), free_port()
    make_gateway().start(
        r.gateway(r.listener("http", port)), r.service("half", free_port(), upstream.port), r.http_route("all", r.rule("half")))
    with RawClient(port) as client:
        statuses = [client.request("POST", "/x", body=b"payload").status for _ in range(40)]
    assert statuses == [200] * 40
    assert {request.body for request in upstream.requests} == {b"payload"}
