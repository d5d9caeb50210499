"""Timeouts of a rule: `request` for the whole, `backendRequest` for one try."""

import pytest
from harness import resources as r
from harness.ports import free_port
from harness.raw_client import RawClient, get
from harness.upstream import wait_closed
from harness.wire import Closed


@pytest.fixture(scope="module")
def shared(make_shared_gateway, make_shared_upstream):
    upstream, port = make_shared_upstream(), free_port()
    make_shared_gateway().start(
        r.gateway(r.listener("http", port)), r.service("slow", upstream.port),
        r.http_route("timeouts",
                     r.rule("slow", path="/request", timeouts={"request": "800ms"}),
                     r.rule("slow", path="/backend", timeouts={"request": "10s", "backendRequest": "800ms"}),
                     r.rule("slow", path="/patient", timeouts={"request": "30s", "backendRequest": "20s"}),
                     r.rule("slow", path="/off", timeouts={"request": "0s"})))
    return port, upstream


@pytest.fixture
def slow(shared):
    shared[1].forget()
    yield shared
    shared[1].check()


@pytest.mark.parametrize("path", ["/request", "/backend"])
def test_upstream_that_never_answers_is_504(slow, path):
    port, upstream = slow
    upstream.on_request = lambda connection, _: connection.wait_for_close()
    assert get(port, path).status == 504
    wait_closed(upstream.requests[-1].connection, "the abandoned request is cancelled")


def test_upstream_in_time_is_not_touched(slow):
    assert get(slow[0], "/patient").status == 200


def test_zero_turns_the_timeout_off(slow):
    """The answer comes after the other rules' timeout has passed for a request sent at the same time."""
    port, upstream = slow
    held = []
    upstream.on_request = lambda connection, request: held.append((connection, request))
    with RawClient(port) as patient:
        patient.send(b"GET /off HTTP/1.1\r\nHost: a\r\n\r\n")
        upstream.wait_for_requests(1)
        upstream.on_request = lambda connection, _: connection.wait_for_close()
        assert get(port, "/request").status == 504
        held[0][0].respond(200, {}, b"late")
        assert patient.response().body == b"late"


def test_request_timeout_mid_stream_is_no_clean_end(slow):
    port, upstream = slow

    def stall(connection, _):
        connection.start_chunked()
        connection.send_chunk(b"first")
        connection.wait_for_close()

    upstream.on_request = stall
    with RawClient(port) as client:
        client.send(b"GET /request HTTP/1.1\r\nHost: a\r\n\r\n")
        with pytest.raises(Closed):
            client.response()
    wait_closed(upstream.requests[-1].connection, "the stalled stream is cancelled")
