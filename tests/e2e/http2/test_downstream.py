"""HTTP/2 from clients: prior knowledge on the plaintext port, many streams, flow control, trailers, resets."""

import contextlib
import hashlib
import threading

import pytest
from harness.h2_client import H2Client
from harness.raw_client import RawClient
from harness.upstream import Echoed, wait_closed
from hyperframe.frame import GoAwayFrame, PingFrame

LARGE = bytes(range(256)) * 4096 * 4  # 4 MiB


def test_prior_knowledge_on_the_plaintext_listener(plain):
    with H2Client(plain.port) as client:
        stream = client.request("GET", "/x?y=1", fields={"x-a": "1"})
    seen = Echoed(stream)
    assert (stream.status, seen.method, seen.target) == (200, "GET", "/x?y=1")
    assert (seen.get("host"), seen.get("x-a")) == ("example.test", "1")


def test_body_of_unknown_length_arrives_whole(plain):
    with H2Client(plain.port) as client:
        assert Echoed(client.request("POST", body=b"hello")).body == b"hello"


def test_hundred_streams_at_once_are_answered_each_with_its_own(plain):
    barrier = threading.Barrier(100)

    def answer_together(connection, request):
        barrier.wait(10)
        connection.respond(200, {}, request.target.encode())

    plain.upstream.on_request = answer_together
    with H2Client(plain.port) as client:
        ids = {client.start(path=f"/{n}"): n for n in range(100)}
        bodies = {n: client.finish(stream_id).body for stream_id, n in ids.items()}
    assert bodies == {n: f"/{n}".encode() for n in range(100)}


def test_thousand_streams_one_after_another_on_one_connection(plain):
    with H2Client(plain.port) as client:
        for n in range(1000):
            assert Echoed(client.request(path=f"/{n}")).target == f"/{n}"


def test_large_bodies_both_ways(plain):
    plain.upstream.on_request = lambda connection, request: connection.respond(200, {}, request.body)
    with H2Client(plain.port) as client:
        stream = client.request("POST", body=LARGE)
    assert hashlib.sha256(stream.body).digest() == hashlib.sha256(LARGE).digest()


def test_response_waits_for_the_clients_window(plain):
    plain.upstream.on_request = lambda connection, _: connection.respond(200, {}, LARGE[:200_000])
    with H2Client(plain.port, window=1000) as client:
        stream_id = client.start()
        stream = client.streams[stream_id]
        client.read_until(lambda: len(stream.body) == 1000, "the first window's worth")
        client.grant(stream_id, 200_000)
        client.finish(stream_id)
    assert stream.body == LARGE[:200_000]


def test_a_stream_without_window_does_not_hold_up_another(plain):
    def answer(connection, request):
        connection.respond(200, {}, LARGE[:100_000] if request.target == "/big" else b"small")

    plain.upstream.on_request = answer
    with H2Client(plain.port, window=10) as client:
        stuck = client.start(path="/big")
        client.read_until(lambda: len(client.streams[stuck].body) == 10, "the stuck stream's window")
        assert client.finish(client.start(path="/small")).body == b"small"
        client.reset(stuck)


def test_request_trailers_reach_an_http1_upstream(plain):
    with H2Client(plain.port) as client:
        stream_id = client.start("POST", end=False)
        client.send_data(stream_id, b"body")
        client.send_trailers(stream_id, [("x-checksum", "42")])
        seen = Echoed(client.finish(stream_id))
    assert seen.body == b"body"
    assert [(n.lower(), v) for n, v in seen.trailers] == [("x-checksum", "42")]


def test_response_trailers_come_as_trailers(plain):
    def answer(connection, _):
        connection.start_chunked()
        connection.send_chunk(b"body")
        connection.send(b"0\r\nX-Sum: 7\r\n\r\n")

    plain.upstream.on_request = answer
    with H2Client(plain.port) as client:
        stream = client.request()
    assert (stream.body, stream.trailers) == (b"body", [("x-sum", "7")])


def test_reset_cancels_the_upstream_and_spares_the_connection(plain):
    plain.upstream.on_request = lambda connection, _: connection.wait_for_close()
    with H2Client(plain.port) as client:
        stream_id = client.start(path="/hang")
        waiting = plain.upstream.wait_for_requests(1)[0].connection
        client.reset(stream_id)
        wait_closed(waiting, "the upstream's connection closes")
        plain.upstream.forget()
        assert client.request(path="/next").status == 200


def test_upstream_death_resets_only_its_stream(plain):
    def die(connection, request):
        if request.target == "/die":
            connection.respond(200, {"Content-Length": "100"}, b"partial")
            connection.reset()
        else:
            connection.respond(200, {}, b"fine")

    plain.upstream.on_request = die
    with H2Client(plain.port) as client:
        dying, fine = client.start(path="/die"), client.start(path="/fine")
        assert client.finish(fine).body == b"fine"
        stream = client.finish(dying)
    assert stream.reset_code is not None and not stream.ended


def test_head_and_bodiless_statuses(plain):
    with H2Client(plain.port) as client:
        head = client.request("HEAD")
        assert head.status == 200 and head.body == b"" and int(head.get("content-length")) > 0
        plain.upstream.on_request = lambda connection, _: connection.respond(204)
        assert client.request().status == 204


def test_cookie_crumbs_are_joined_for_http1(plain):
    with H2Client(plain.port) as client:
        stream_id = client.start(fields=[("cookie", "a=1"), ("cookie", "b=2")])
        assert Echoed(client.finish(stream_id)).get_all("cookie") == ["a=1; b=2"]


def test_connection_specific_fields_never_reach_an_h2_client(plain):
    def answer(connection, _):
        connection.respond(200, {"Connection": "keep-alive", "Keep-Alive": "timeout=5"}, b"ok")

    plain.upstream.on_request = answer
    with H2Client(plain.port) as client:
        stream = client.request()
    assert (stream.get("connection"), stream.get("keep-alive"), stream.body) == (None, None, b"ok")


def test_expect_continue_over_h2(plain):
    with H2Client(plain.port) as client:
        stream_id = client.start("POST", fields={"expect": "100-continue"}, end=False)
        client.send_data(stream_id, b"hello", end=True)
        assert Echoed(client.finish(stream_id)).body == b"hello"


def test_refusal_beyond_the_stream_limit_is_not_an_error_of_the_connection(plain):
    """The server announces its limit; a client that keeps to it opens as many as it likes, one batch after another."""
    with H2Client(plain.port) as client:
        client.request()
        limit = client.h2.remote_settings.max_concurrent_streams
        assert 100 <= limit <= 1000
        ids = [client.start(path=f"/{n}") for n in range(limit)]
        assert all(client.finish(i).status == 200 for i in ids)


@pytest.mark.parametrize("preface", [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 64, b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"],
                         ids=["garbage frames", "broken preface"])
def test_garbage_ends_that_connection_only(plain, preface):
    with H2Client(plain.port) as healthy, RawClient(plain.port) as broken:
        healthy.request()
        broken.send(preface)
        broken.expect_closed()
        assert healthy.request().status == 200


def test_frames_behind_the_clients_goaway_meet_no_reset(plain):
    """The gateway has nothing more to read, and still ends the connection in an orderly way: a reset could destroy its last frames."""
    with H2Client(plain.port) as client:
        assert client.request().status == 200
        frames = [GoAwayFrame(0, last_stream_id=0)] + [PingFrame(0, opaque_data=b"h2e2e..." )] * 5000
        client.sock.sendall(b"".join(frame.serialize() for frame in frames))
        while client.sock.recv(65536):
            pass


def test_rapid_reset_does_not_starve_others(plain):
    """CVE-2023-44487: streams opened and reset at once; the server may end that connection, and serves others."""
    with H2Client(plain.port) as abuser, H2Client(plain.port) as other:
        with contextlib.suppress(OSError):  # refused half way: a fair answer
            for _ in range(2000):
                abuser.reset(abuser.start())
        assert other.request().status == 200
    assert plain.gateway.process.poll() is None
