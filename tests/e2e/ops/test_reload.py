"""Hot reload: no failed request, no dropped connection; a bad file keeps the last good snapshot and says every problem."""

import ssl
import threading

import pytest
from harness import resources as r
from harness.ports import free_port
from harness.raw_client import RawClient, format_request, get
from harness.upstream import Echoed
from harness.waiting import eventually, must
from harness.wire import Closed


@pytest.fixture
def two(make_gateway, make_upstream):
    """A gateway that sends everything to `a`, and the parts to send it to another upstream."""
    upstreams = {"a": make_upstream("a"), "b": make_upstream("b")}
    port = free_port()

    def parts(name):
        return [r.gateway(r.listener("http", port)),
                [s for n, u in upstreams.items() for s in r.service(n, u.port)],
                r.http_route("all", r.rule(name))]

    gateway = make_gateway().start(*parts("a"))
    return gateway, port, parts, upstreams


def _reach(port, name):
    eventually(lambda: Echoed(get(port)).upstream == name, f"requests reach {name}")


def test_change_takes_effect(two):
    gateway, port, parts, _ = two
    _reach(port, "a")
    gateway.reload(*parts("b"))
    _reach(port, "b")


def test_connections_survive_a_reload(two):
    gateway, port, parts, _ = two
    with RawClient(port) as client:
        assert Echoed(client.request()).upstream == "a"
        gateway.reload(*parts("b"))
        _reach(port, "b")
        assert Echoed(client.request()).upstream == "b"


def test_running_stream_survives_a_reload_that_removes_its_backend(two):
    gateway, port, parts, upstreams = two
    go_on = threading.Event()

    def stream(connection, _):
        connection.start_chunked()
        connection.send_chunk(b"before ")
        must(go_on, "the reload has effect")
        connection.send_chunk(b"after")
        connection.end_chunks()

    upstreams["a"].on_request = stream
    with RawClient(port) as client:
        client.send(format_request("GET", "/", "example.test"))
        head = client.reader.read_head()
        gateway.reload(r.gateway(r.listener("http", port)), r.service("b", upstreams["b"].port), r.http_route("all", r.rule("b")))
        _reach(port, "b")
        go_on.set()
        client.reader.read_response_body(head)
    assert head.body == b"before after"


class Load:
    """Clients that request without pause on kept connections, and on new ones, until stop(); failures are kept."""

    def __init__(self, port, kept=4):
        self.port = port
        self.served = 0
        self.failures = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(n % 2 == 0,), daemon=True) for n in range(kept)]
        for thread in self._threads:
            thread.start()

    def _run(self, keep):
        client = RawClient(self.port)
        while not self._stop.is_set():
            try:
                response = client.request()
                if response.status != 200:
                    self.failures.append(response.start_line)
                self.served += 1
                if not keep:
                    client.sock.close()
                    client = RawClient(self.port)
            except (OSError, Closed) as error:
                self.failures.append(repr(error))
                return
        client.sock.close()

    def stop(self):
        self._stop.set()
        for thread in self._threads:
            thread.join(10)


def test_no_request_fails_and_no_connection_drops_under_load(two):
    gateway, port, parts, _ = two
    load = Load(port)
    for n in range(20):
        name = "ab"[(n + 1) % 2]
        gateway.reload(*parts(name))
        _reach(port, name)
    load.stop()
    assert load.failures == []
    assert load.served > 100


def test_adding_and_removing_a_listener(two, make_upstream):
    gateway, port, parts, upstreams = two
    second = free_port()
    more = parts("a")
    more[0] = r.gateway(r.listener("http", port), r.listener("second", second))
    with RawClient(port) as kept:
        kept.request()
        gateway.reload(*more)
        eventually(lambda: _serves(second), "the new listener serves")
        gateway.reload(*parts("a"))
        eventually(lambda: not _serves(second), "the removed listener is gone")
        assert kept.request().status == 200


def _serves(port):
    try:
        return get(port).status == 200
    except (ConnectionError, Closed):
        return False


BAD = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: broken, namespace: default}
spec:
  parentRefs: [{name: gw}]
  rules:
  - matches: [{path: {type: Prefiks, value: /x}}]
    backendRefs: [{name: a, port: eighty}]
  unknownField: 1
"""


def test_bad_file_keeps_the_last_good_and_says_all_problems(two):
    gateway, port, parts, _ = two
    with RawClient(port) as client:
        client.request()
        gateway.resources.write_text(BAD, "bad.yaml")
        said = gateway.wait_for_output("Prefiks", "backendRefs[0].port", "unknownField")
        assert "bad.yaml" in said and ":8" in said, "file and line are named"
        assert gateway.admin("/readyz").status == 200
        assert Echoed(client.request()).upstream == "a"
    gateway.resources.remove("bad.yaml")
    gateway.reload(*parts("b"))
    _reach(port, "b")


def test_malformed_yaml_keeps_the_last_good(two):
    gateway, port, parts, _ = two
    gateway.resources.write_text("a: [1, 2\nb: }", "bad.yaml")
    gateway.wait_for_output("bad.yaml")
    assert Echoed(get(port)).upstream == "a"
    gateway.resources.write_text("# nothing here\n", "bad.yaml")
    gateway.reload(*parts("b"))
    _reach(port, "b")


def test_new_file_and_removed_file_take_effect(two):
    gateway, port, _, _ = two
    gateway.resources.write([r.http_route("extra", r.rule(path="/extra"))], "extra.yaml")
    eventually(lambda: get(port, "/extra").status == 500, "the new file's route")
    gateway.resources.remove("extra.yaml")
    eventually(lambda: get(port, "/extra").status == 200, "the route is gone")


def test_file_written_in_place_takes_effect(two):
    gateway, port, parts, _ = two
    path = gateway.resources.path / "resources.yaml"
    text = path.read_text()
    path.write_text(text.replace("- name: a\n      port: 80", "- name: b\n      port: 80"))
    assert path.read_text() != text
    _reach(port, "b")


def test_secret_rotation_takes_effect(make_gateway, make_upstream, authority):
    upstream, port = make_upstream(), free_port()
    def parts(pair):
        return [r.gateway(r.listener("https", port, "HTTPS", tls=r.terminate("cert"))), r.tls_secret("cert", pair),
                r.service("upstream", upstream.port), r.http_route("all", r.rule("upstream"))]

    old, new = authority.issue("old.test"), authority.issue("new.test")
    context = ssl.create_default_context(cadata=authority.cert_pem)
    context.check_hostname = False

    def shown():
        with RawClient(port) as client:
            client.start_tls(context, "any.test")
            return client.sock.getpeercert()["subjectAltName"][0][1]

    gateway = make_gateway().start(*parts(old))
    assert shown() == "old.test"
    gateway.reload(*parts(new))
    eventually(lambda: shown() == "new.test", "the new certificate is shown")
