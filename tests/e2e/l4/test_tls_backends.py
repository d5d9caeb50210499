"""TLS towards the backends of byte streams: a Backend's inline `tls` under a TCPRoute, a BackendTLSPolicy under a TCPRoute and a
terminating TLSRoute. TLS that is passed through stays between the client and the Service."""

import ssl

import pytest
from harness import resources as r
from harness.certs import Authority
from harness.ports import free_port
from harness.raw_client import RawClient


def _echo_bytes(connection):
    while data := connection.sock.recv(65536):
        connection.send(data)


@pytest.fixture
def secure(make_upstream, authority, tmp_path):
    """A TLS server that echoes bytes and notes the server names it was asked for."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*authority.issue("backend.test").write(tmp_path, "upstream"))
    upstream = make_upstream("secure", tls=context)
    upstream.names = []
    context.sni_callback = lambda sock, name, context: upstream.names.append(name)
    upstream.on_accept = _echo_bytes
    return upstream


def _backend(upstream, **tls):
    return r.resource(r.OWN, "Backend", "secure", spec={
        "destination": {"type": "Ip", "ip": {"addresses": ["127.0.0.1"]}},
        "ports": [{"number": upstream.port, "protocol": "TCP", "tls": {"mode": "Simple", "sni": "backend.test", **tls}}]})


CA = {"caBundleRef": {"kind": "ConfigMap", "name": "ca"}}


def _tcp_parts(port, upstream, ca_pem):
    return [r.gateway(r.listener("tcp", port, "TCP")), r.ca_config_map("ca", ca_pem), _backend(upstream, **CA),
            r.route("TCPRoute", "tcp", [r.rule(r.backend_of("secure", port=upstream.port))])]


def test_bytes_of_a_tcp_route_are_encrypted_to_the_backend(make_gateway, secure, authority):
    port = free_port()
    make_gateway().start(*_tcp_parts(port, secure, authority.cert_pem))
    with RawClient(port) as client:
        client.send(b"in the clear here")
        assert client.reader.take(17) == b"in the clear here"
    assert secure.names == ["backend.test"]


def test_backend_of_another_authority_gets_no_byte(make_gateway, secure):
    port = free_port()
    make_gateway().start(*_tcp_parts(port, secure, Authority("foreign").cert_pem))
    with RawClient(port) as client:
        client.send(b"secret")
        assert client.expect_closed() == b""
    assert secure.connections == []


def _policy():
    return r.resource(r.GATEWAY_API, "BackendTLSPolicy", "secure", spec={
        "targetRefs": [{"group": "", "kind": "Service", "name": "secure"}],
        "validation": {"hostname": "backend.test", "caCertificateRefs": [{"group": "", "kind": "ConfigMap", "name": "ca"}]}})


def test_terminated_tls_is_encrypted_again_as_the_policy_says(make_gateway, secure, authority):
    port = free_port()
    make_gateway().start(
        r.gateway(r.listener("tls", port, "TLS", hostname="front.test", tls=r.terminate("front"))),
        r.tls_secret("front", authority.issue("front.test")), r.ca_config_map("ca", authority.cert_pem), _policy(),
        r.service("secure", secure.port, port=443),
        r.route("TLSRoute", "tls", [r.rule(r.backend_ref("secure", 443))], hostnames=["front.test"]))
    with RawClient(port) as client:
        client.start_tls(ssl.create_default_context(cadata=authority.cert_pem), "front.test")
        client.send(b"hello")
        assert client.reader.take(5) == b"hello"
    assert secure.names == ["backend.test"]


def test_bytes_of_a_tcp_route_are_encrypted_as_the_policy_says(make_gateway, secure, authority):
    port = free_port()
    make_gateway().start(
        r.gateway(r.listener("tcp", port, "TCP")), r.ca_config_map("ca", authority.cert_pem), _policy(),
        r.service("secure", secure.port, port=443), r.route("TCPRoute", "tcp", [r.rule(r.backend_ref("secure", 443))]))
    with RawClient(port) as client:
        client.send(b"in the clear here")
        assert client.reader.take(17) == b"in the clear here"
    assert secure.names == ["backend.test"]


def test_tls_that_is_passed_through_is_not_encrypted_twice(make_gateway, secure, authority):
    port = free_port()
    make_gateway().start(
        r.gateway(r.listener("tls", port, "TLS", hostname="backend.test", tls={"mode": "Passthrough"})),
        r.ca_config_map("ca", authority.cert_pem), _policy(), r.service("secure", secure.port, port=443),
        r.route("TLSRoute", "tls", [r.rule(r.backend_ref("secure", 443))], hostnames=["backend.test"]))
    with RawClient(port) as client:
        client.start_tls(ssl.create_default_context(cadata=authority.cert_pem), "backend.test")
        client.send(b"hello")
        assert client.reader.take(5) == b"hello"
