"""Expect: 100-continue and other interim responses."""

from harness.raw_client import RawClient
from harness.upstream import Echoed

HEAD = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"


def test_client_gets_100_and_then_sends(plain):
    with RawClient(plain.port) as client:
        client.send(HEAD)
        assert client.reader.read_response("POST").status == 100
        client.send(b"hello")
        assert Echoed(client.response("POST")).body == b"hello"


def test_client_that_does_not_wait_is_served(plain):
    with RawClient(plain.port) as client:
        client.send(HEAD + b"hello")
        assert Echoed(client.response("POST")).body == b"hello"


def test_upstream_that_refuses_spares_the_body(plain):
    def refuse(connection, _):
        connection.respond(417, {"Connection": "close"}, b"")

    plain.upstream.on_head = refuse
    with RawClient(plain.port) as client:
        client.send(HEAD)
        first = client.reader.read_response("POST")
        final = first if first.status != 100 else client.response("POST")
    assert final.status == 417


def test_early_hints_are_passed_on_or_dropped_but_never_taken_for_the_answer(plain):
    def hint(connection, _):
        connection.send(b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n")
        connection.respond(200, {}, b"final")

    plain.upstream.on_request = hint
    with RawClient(plain.port) as client:
        response = client.request()
    assert (response.status, response.body) == (200, b"final")


def test_continue_of_the_upstream_is_not_the_answer(plain):
    def go_on(connection, request):
        connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        connection.read_body(request)
        connection.respond(200, {}, request.body)

    plain.upstream.on_head = go_on
    with RawClient(plain.port) as client:
        client.send(HEAD)
        assert client.reader.read_response("POST").status == 100
        client.send(b"hello")
        assert client.response("POST").body == b"hello"
