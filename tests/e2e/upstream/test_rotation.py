"""What a backend is reached with changes while the gateway runs: authorities, client certificates, keys. A stream that runs
meanwhile ends whole, on its old connection."""

import ssl
import threading

import pytest
from harness import resources as r
from harness.certs import Authority
from harness.ports import free_port
from harness.raw_client import RawClient, format_request, get
from harness.waiting import eventually, must


class Streaming:
    """An upstream script: /stream answers in two pieces with a pause that the test ends; everything else is answered at once."""

    def __init__(self, upstream):
        self.started, self.go_on = threading.Event(), threading.Event()
        self.shown = None  # with the last request: the name in the client's certificate
        upstream.on_request = self._answer

    def _answer(self, connection, request):
        if connection.upstream.tls and (shown := connection.sock.getpeercert()):
            self.shown = shown["subjectAltName"][0][1]
        if request.target != "/stream":
            connection.respond(200)
            return
        connection.start_chunked()
        connection.send_chunk(b"first ")
        self.started.set()
        must(self.go_on, "the test lets the stream end")
        connection.send_chunk(b"second")
        connection.end_chunks()

    def run_through(self, port, change):
        """Starts a stream, makes the change, and expects the whole of the stream."""
        with RawClient(port) as client:
            client.send(format_request("GET", "/stream", "example.test", None, b""))
            must(self.started, "the stream has begun")
            try:
                change()
            finally:
                self.go_on.set()
            assert client.response().body == b"first second"


@pytest.fixture
def streaming(make_upstream):
    def make(**options):
        upstream = make_upstream(**options)
        return upstream, Streaming(upstream)
    return make


def _secure_parts(port, upstream, ca_pem, identity):
    return [
        r.gateway(r.listener("http", port)),
        r.resource(r.OWN, "Backend", "secure", spec={
            "destination": {"type": "Ip", "ip": {"addresses": ["127.0.0.1"]}},
            "ports": [{"number": upstream.port, "tls": {
                "mode": "Mutual", "sni": "backend.test", "caBundleRef": {"name": "ca"}, "clientCertificateRef": {"name": "identity"}}}]}),
        r.ca_config_map("ca", ca_pem), r.tls_secret("identity", identity),
        r.http_route("all", r.rule(r.backend_of("secure")))]


def test_authority_and_client_certificate(make_gateway, streaming, authority, tmp_path):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cadata=authority.cert_pem)
    context.load_cert_chain(*authority.issue("backend.test").write(tmp_path, "old"))
    context.verify_mode = ssl.CERT_REQUIRED
    upstream, stream = streaming(tls=context)
    port, successor = free_port(), Authority("successor")
    gateway = make_gateway().start(*_secure_parts(port, upstream, authority.cert_pem, authority.issue("first.test")))

    def rotate():
        assert stream.shown == "first.test"
        context.load_cert_chain(*successor.issue("backend.test").write(tmp_path, "new"))
        gateway.reload(*_secure_parts(port, upstream, successor.cert_pem, authority.issue("second.test")))
        eventually(lambda: get(port).status == 200 and stream.shown == "second.test", "new connections go by the new rules")
    stream.run_through(port, rotate)


def test_an_authority_that_is_not_trusted_any_more(make_gateway, streaming, authority, tmp_path):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cadata=authority.cert_pem)
    context.load_cert_chain(*authority.issue("backend.test").write(tmp_path, "old"))
    upstream, stream = streaming(tls=context)
    port, identity = free_port(), authority.issue("first.test")
    gateway = make_gateway().start(*_secure_parts(port, upstream, authority.cert_pem, identity))

    def distrust():
        gateway.reload(*_secure_parts(port, upstream, Authority("other").cert_pem, identity))
        eventually(lambda: get(port).status == 502, "nobody is trusted with a new request")
    stream.run_through(port, distrust)


def test_a_key(make_gateway, streaming):
    upstream, stream = streaming()
    port = free_port()

    def parts(key):
        return [
            r.gateway(r.listener("http", port)),
            r.resource(r.OWN, "Backend", "keyed", spec={
                "destination": {"type": "Ip", "ip": {"addresses": ["127.0.0.1"]}}, "ports": [{"number": upstream.port}],
                "credentials": {"apiKey": {"secretRef": {"name": "key"}}}}),
            r.opaque_secret("key", **{"api-key": key}), r.http_route("all", r.rule(r.backend_of("keyed")))]
    gateway = make_gateway().start(*parts("first"))

    def rotate():
        assert upstream.requests[-1].get("authorization") == "Bearer first"
        gateway.reload(*parts("second"))
        eventually(lambda: get(port).status == 200 and upstream.requests[-1].get("authorization") == "Bearer second",
                   "requests have the new key")
    stream.run_through(port, rotate)
