"""GRPCRoute matching: exact method, header, service only, weights out of reach."""

import grpc
import pytest
from harness import resources as r
from harness.h2_upstream import H2Upstream
from harness.ports import free_port

OK = [("grpc-status", "0")]


@pytest.fixture(scope="module")
def channel(make_shared_gateway):
    upstreams = {name: H2Upstream(name) for name in ("one", "two", "tagged")}
    for name, upstream in upstreams.items():
        upstream.on_request = _answer_with(name)
    port = free_port()
    make_shared_gateway().start(
        r.gateway(r.listener("grpc", port)),
        r.service("one", upstreams["one"].port, app_protocol="kubernetes.io/h2c"),
        r.service("two", upstreams["two"].port, app_protocol="kubernetes.io/h2c"),
        r.service("tagged", upstreams["tagged"].port, app_protocol="kubernetes.io/h2c"),
        r.route("GRPCRoute", "routes", [
            r.rule("one", matches=[{"method": {"service": "a.B", "method": "One"}}]),
            r.rule("two", matches=[{"method": {"service": "a.B", "method": "Two"}}]),
            r.rule("tagged", matches=[{"headers": [{"name": "x-tag", "value": "yes"}]}]),
        ]),
    )
    with grpc.insecure_channel(f"127.0.0.1:{port}") as made:
        yield made
    for upstream in upstreams.values():
        upstream.close()


def _answer_with(name):
    message = b"\x00" + len(name).to_bytes(4, "big") + name.encode()
    return lambda connection, request: connection.respond(
        request, 200, {"content-type": "application/grpc"}, message, OK)


@pytest.mark.parametrize("method, metadata, expected", [
    ("/a.B/One", [], b"one"),
    ("/a.B/Two", [], b"two"),
    ("/c.D/Any", [("x-tag", "yes")], b"tagged"),
    ("/a.B/One", [("x-tag", "yes")], b"one"),
])
def test_call_reaches(channel, method, metadata, expected):
    assert channel.unary_unary(method)(b"", metadata=metadata, timeout=10) == expected


@pytest.mark.parametrize("method", ["/a.B/Three", "/a.B.C/One", "/c.D/Any"])
def test_call_without_a_match_is_unimplemented(channel, method):
    with pytest.raises(grpc.RpcError) as failure:
        channel.unary_unary(method)(b"", timeout=10)
    assert failure.value.code() == grpc.StatusCode.UNIMPLEMENTED
