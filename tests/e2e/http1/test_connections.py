"""HTTP/1.1 connections to clients: keep-alive, pipelining, HTTP/1.0, close."""

import pytest
from harness.raw_client import RawClient, format_request
from harness.upstream import Echoed


def test_one_connection_serves_many_requests(plain):
    with RawClient(plain.port) as client:
        targets = [Echoed(client.request("GET", f"/{n}")).target for n in range(20)]
    assert targets == [f"/{n}" for n in range(20)]


def test_pipelined_requests_are_answered_in_order(plain):
    with RawClient(plain.port) as client:
        client.send(b"".join(format_request("GET", f"/{n}", "example.test") for n in range(10)))
        targets = [Echoed(client.response()).target for _ in range(10)]
    assert targets == [f"/{n}" for n in range(10)]


def test_pipelined_requests_with_bodies_keep_their_bounds(plain):
    bodies = [bytes([65 + n]) * (n * 1000) for n in range(1, 6)]
    with RawClient(plain.port) as client:
        client.send(b"".join(format_request("POST", f"/{n}", "example.test", body=b) for n, b in enumerate(bodies)))
        seen = [Echoed(client.response()).body for _ in bodies]
    assert seen == bodies


def test_request_may_come_byte_by_byte(plain):
    with RawClient(plain.port) as client:
        for byte in format_request("POST", "/slow", "example.test", body=b"hello"):
            client.send(bytes([byte]))
        assert Echoed(client.response()).body == b"hello"


def test_connection_close_is_honoured(plain):
    with RawClient(plain.port) as client:
        response = client.request("GET", "/", fields={"Connection": "close"})
        assert response.status == 200
        assert response.get("connection") == "close"
        assert client.expect_closed() == b""


def test_http10_without_keep_alive_closes(plain):
    with RawClient(plain.port) as client:
        client.send(b"GET /old HTTP/1.0\r\nHost: example.test\r\n\r\n")
        response = client.response()
        assert Echoed(response).target == "/old"
        assert client.expect_closed() == b""


def test_http10_client_never_sees_chunked(plain):
    def chunked(connection, _):
        connection.start_chunked()
        connection.send_chunk(b"one ")
        connection.send_chunk(b"two")
        connection.end_chunks()

    plain.upstream.on_request = chunked
    with RawClient(plain.port) as client:
        client.send(b"GET / HTTP/1.0\r\nHost: example.test\r\n\r\n")
        response = client.response()
    assert response.get("transfer-encoding") is None
    assert response.body == b"one two"


def test_hop_by_hop_fields_do_not_reach_the_upstream(plain):
    fields = {"Connection": "keep-alive, X-Private", "X-Private": "secret", "Keep-Alive": "timeout=5",
              "Proxy-Connection": "keep-alive", "TE": "trailers, deflate", "X-Public": "yes"}
    with RawClient(plain.port) as client:
        seen = Echoed(client.request("GET", "/", fields=fields))
    assert seen.get("x-public") == "yes"
    assert [seen.get(name) for name in ("x-private", "keep-alive", "proxy-connection")] == [None, None, None]
    assert seen.get("te") in (None, "trailers")


def test_hop_by_hop_fields_do_not_reach_the_client(plain):
    def answer(connection, _):
        connection.respond(200, {"Connection": "X-Private", "X-Private": "secret", "X-Public": "yes"}, b"ok")

    plain.upstream.on_request = answer
    with RawClient(plain.port) as client:
        response = client.request()
    assert (response.get("x-private"), response.get("x-public")) == (None, "yes")


def test_header_order_case_and_repeats_survive(plain):
    fields = [("X-B", "1"), ("x-a", "2"), ("X-B", "3"), ("Cookie", "a=b; c=d")]
    with RawClient(plain.port) as client:
        seen = Echoed(client.request("GET", "/", fields=fields))
    assert seen.get_all("x-b") == ["1", "3"]
    assert (seen.get("x-a"), seen.get("cookie")) == ("2", "a=b; c=d")


def test_host_reaches_the_upstream_unchanged(plain):
    with RawClient(plain.port) as client:
        assert Echoed(client.request("GET", "/", host="Some.Example:8080")).get("host") == "Some.Example:8080"


def test_absolute_form_is_routed_by_its_authority(plain):
    with RawClient(plain.port) as client:
        client.send(b"GET http://example.test/x?y=1 HTTP/1.1\r\nHost: example.test\r\n\r\n")
        seen = Echoed(client.response())
    assert (seen.target, seen.get("host")) == ("/x?y=1", "example.test")


def test_normal_target_is_forwarded_byte_for_byte(plain):
    target = "/a%2Fb/~user;v=1?q=%20x&empty=&q=2&z=%7e/../x"
    with RawClient(plain.port) as client:
        assert Echoed(client.request("GET", target)).target == target


@pytest.mark.parametrize("target, forwarded", [
    ("/a/./b/../c", "/a/c"), ("/a/%2e%2E/b", "/b"), ("/%7Euser/%41", "/~user/A"), ("/a//b", "/a/b"), ("/a%2fb", "/a%2Fb"),
    ("/x/..", "/"), ("/dots...", "/dots..."),
])
def test_path_is_forwarded_in_the_normal_form_that_routes_are_matched_on(plain, target, forwarded):
    with RawClient(plain.port) as client:
        assert Echoed(client.request("GET", target)).target == forwarded


def test_options_asterisk_is_answered_and_does_not_crash(plain):
    with RawClient(plain.port) as client:
        client.send(b"OPTIONS * HTTP/1.1\r\nHost: example.test\r\n\r\n")
        assert client.response("OPTIONS").status in (200, 204, 400, 404)
