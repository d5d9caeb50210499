"""Weights, mirrors, unresolved references, missing endpoints, cross-namespace grants."""

import socket

import pytest
from harness import resources as r
from harness.ports import free_port
from harness.raw_client import RawClient, get, post
from harness.upstream import Echoed
from harness.waiting import eventually


@pytest.fixture(scope="module")
def upstreams(make_shared_upstream):
    return {name: make_shared_upstream(name) for name in ("a", "b", "c")}


@pytest.fixture(scope="module")
def shared(make_shared_gateway, upstreams):
    mirror = {"type": "RequestMirror"}
    port = free_port()
    make_shared_gateway().start(
        r.gateway(r.listener("http", port)),
        [s for n, u in upstreams.items() for s in r.service(n, u.port)],
        r.service("empty"),
        r.service("private", upstreams["c"].port, namespace="other"),
        r.service("granted", upstreams["c"].port, namespace="granting"),
        r.resource("gateway.networking.k8s.io/v1beta1", "ReferenceGrant", "grant", "granting", spec={
            "from": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "default"}],
            "to": [{"group": "", "kind": "Service", "name": "granted"}]}),
        r.http_route("backends",
            r.rule(r.backend_ref("a", weight=70), r.backend_ref("b", weight=30), r.backend_ref("c", weight=0), path="/weights"),
            r.rule(r.backend_ref("a", weight=50), r.backend_ref("absent", weight=50), path="/half"),
            r.rule(r.backend_ref("a", weight=0), path="/zero"),
            r.rule("absent", path="/absent"),
            r.rule(path="/none"),
            r.rule({"group": "example.test", "kind": "Unknown", "name": "x", "port": 80}, path="/kind"),
            r.rule("empty", path="/empty"),
            r.rule(r.backend_ref("private", namespace="other"), path="/private"),
            r.rule(r.backend_ref("granted", namespace="granting"), path="/granted"),
            r.rule("a", path="/mirror", filters=[{**mirror, "requestMirror": {"backendRef": {"name": "b", "port": 80}}}]),
            r.rule("a", path="/two-mirrors", filters=[
                {**mirror, "requestMirror": {"backendRef": {"name": n, "port": 80}}} for n in "bc"]),
            r.rule("a", path="/some", filters=[
                {**mirror, "requestMirror": {"backendRef": {"name": "b", "port": 80}, "percent": 20}}]),
            r.rule("a", path="/fraction", filters=[
                {**mirror, "requestMirror": {"backendRef": {"name": "b", "port": 80}, "fraction": {"numerator": 1, "denominator": 2}}}])))
    return port


@pytest.fixture
def port(shared, upstreams):
    for upstream in upstreams.values():
        upstream.forget()
    yield shared
    for upstream in upstreams.values():
        upstream.check()


def test_weights_share_requests_of_one_connection(port):
    with RawClient(port) as client:
        seen = [Echoed(client.request("GET", "/weights")).upstream for _ in range(500)]
    assert 300 <= seen.count("a") <= 400  # 350 expected; nearly five standard deviations
    assert seen.count("c") == 0


def test_share_of_an_unresolved_backend_is_500(port):
    with RawClient(port) as client:
        statuses = [client.request("GET", "/half").status for _ in range(200)]
    assert set(statuses) == {200, 500}
    assert 60 <= statuses.count(500) <= 140


@pytest.mark.parametrize("path, status", [
    ("/absent", 500), ("/none", 500), ("/kind", 500), ("/zero", 500), ("/private", 500), ("/empty", 503), ("/granted", 200),
])
def test_reference(port, path, status):
    response = get(port, path)
    assert response.status == status
    assert response.body


def test_mirror_gets_a_copy_and_its_answer_is_dropped(port, upstreams):
    upstreams["b"].on_request = lambda connection, _: connection.respond(500, {}, b"mirror says no")
    response = post(port, "/mirror/x?q=1", b"payload", fields={"X-A": "1"})
    assert Echoed(response).upstream == "a"
    copy = upstreams["b"].wait_for_requests(1)[0]
    assert (copy.method, copy.target, copy.body, copy.get("x-a")) == ("POST", "/mirror/x?q=1", b"payload", "1")


def test_two_mirrors_get_a_copy_each(port, upstreams):
    get(port, "/two-mirrors")
    assert [upstreams[name].wait_for_requests(1)[0].target for name in "bc"] == ["/two-mirrors"] * 2


def test_stalled_mirror_does_not_hold_up_the_answer(port, upstreams):
    """The mirror never answers; the client's requests do not notice."""
    upstreams["b"].on_request = lambda connection, _: connection.wait_for_close()
    with RawClient(port) as client:
        assert [client.request("GET", "/mirror").status for _ in range(5)] == [200] * 5
    for request in upstreams["b"].wait_for_requests(5):
        request.connection.sock.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("path, low, high", [("/some", 50, 150), ("/fraction", 190, 310)])
def test_mirror_share(port, upstreams, path, low, high):
    with RawClient(port) as client:
        for _ in range(500):
            client.request("GET", path)
    eventually(lambda: len(upstreams["b"].requests) >= low, "enough mirrored requests")
    assert len(upstreams["b"].requests) <= high
