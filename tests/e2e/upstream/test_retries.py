"""Retries of a rule: codes, attempts, connection errors, timeouts of one try; never after the first byte went down."""

import pytest
from harness import resources as r
from harness.ports import free_port
from harness.raw_client import RawClient, get, post


@pytest.fixture(scope="module")
def shared(make_shared_gateway, make_shared_upstream):
    upstream, port = make_shared_upstream(), free_port()
    retry = {"codes": [500, 503], "attempts": 2, "backoff": "1ms"}
    make_shared_gateway().start(
        r.gateway(r.listener("http", port)), r.service("flaky", upstream.port),
        r.http_route("retries",
                     r.rule("flaky", path="/retry", retry=retry),
                     r.rule("flaky", path="/timed", retry=retry, timeouts={"request": "10s", "backendRequest": "1s"}),
                     r.rule("flaky", path="/never")))
    return port, upstream


@pytest.fixture
def flaky(shared):
    shared[1].forget()
    yield shared
    shared[1].check()


def _answers(upstream, *statuses):
    """Answers with these statuses in turn, then 200."""
    left = list(statuses)
    upstream.on_request = lambda connection, _: connection.respond(left.pop(0) if left else 200, {}, b"body")


@pytest.mark.parametrize("statuses, path, final, tries", [
    ([500], "/retry", 200, 2),
    ([500, 503], "/retry", 200, 3),
    ([500, 503, 500], "/retry", 500, 3),
    ([502], "/retry", 502, 1),
    ([404], "/retry", 404, 1),
    ([500], "/never", 500, 1),
])
def test_statuses_are_retried_as_configured(flaky, statuses, path, final, tries):
    port, upstream = flaky
    _answers(upstream, *statuses)
    assert get(port, path).status == final
    assert len(upstream.requests) == tries


def test_last_try_passes_the_original_answer(flaky):
    port, upstream = flaky
    upstream.on_request = lambda connection, _: connection.respond(500, {"X-From": "upstream"}, b"original")
    response = get(port, "/retry")
    assert (response.status, response.get("x-from"), response.body) == (500, "upstream", b"original")


def test_body_is_sent_again_on_each_try(flaky):
    port, upstream = flaky
    _answers(upstream, 500, 500)
    assert post(port, "/retry", b"payload").status == 200
    assert [request.body for request in upstream.requests] == [b"payload"] * 3


@pytest.mark.parametrize("ending", ["close", "reset"])
def test_connection_that_dies_before_the_head_is_retried(flaky, ending):
    port, upstream = flaky

    def die_once(connection, request):
        upstream.record(request)
        if len(upstream.requests) == 1:
            getattr(connection, ending)()
        else:
            connection.respond(200, {}, b"second")

    upstream.on_head = die_once
    assert get(port, "/retry").body == b"second"


def test_try_that_times_out_is_retried(flaky):
    port, upstream = flaky

    def stall_once(connection, request):
        if len(upstream.requests) == 1:
            connection.wait_for_close()
        else:
            connection.respond(200, {}, b"second")

    upstream.on_request = stall_once
    assert get(port, "/timed").body == b"second"
    assert len(upstream.requests) == 2


def test_nothing_is_retried_after_the_first_byte(flaky):
    port, upstream = flaky

    def die(connection, _):
        connection.respond(200, {"Content-Length": "100"}, b"partial")
        connection.reset()

    upstream.on_request = die
    with RawClient(port) as client:
        client.send(b"GET /retry HTTP/1.1\r\nHost: a\r\n\r\n")
        client.expect_closed()
    assert len(upstream.requests) == 1
