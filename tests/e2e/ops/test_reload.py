"""Hot reload: no failed request, no dropped connection; a bad file keeps the last good snapshot and says every problem."""

import mmap
import signal
import socket
import ssl
import threading

import pytest
from harness import resources as r
from harness.h2_client import H2Client
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

    echo = upstreams["a"].on_request

    def stream(connection, request):
        if request.target != "/stream":
            return echo(connection, request)  # it came before the reload had effect
        connection.start_chunked()
        connection.send_chunk(b"before ")
        must(go_on, "the reload has effect")
        connection.send_chunk(b"after")
        connection.end_chunks()

    upstreams["a"].on_request = stream
    with RawClient(port) as client:
        client.send(format_request("GET", "/stream", "example.test"))
        head = client.reader.read_head()
        gateway.reload(r.gateway(r.listener("http", port)), r.service("b", upstreams["b"].port), r.http_route("all", r.rule("b")))
        _reach(port, "b")
        go_on.set()
        client.reader.read_response_body(head)
    assert head.body == b"before after"


class Load:
    """Clients that request without pause until stop(): over HTTP/1 on kept connections and on new ones, and over HTTP/2.
    Failures are kept."""

    def __init__(self, port):
        self.port = port
        self.served = {"kept": 0, "new": 0, "h2": 0}
        self.failures = []
        self._stop = threading.Event()
        clients = [("kept", self._keep), ("kept", self._keep), ("new", self._renew), ("h2", self._multiplex)]
        self._threads = [threading.Thread(target=self._run, args=client, daemon=True) for client in clients]
        for thread in self._threads:
            thread.start()

    def _run(self, kind, requests):
        try:
            for status in requests():
                if status != 200:
                    self.failures.append(f"{kind}: {status}")
                self.served[kind] += 1
        except (OSError, Closed, AssertionError) as error:
            self.failures.append(f"{kind}: {error!r}")

    def _keep(self):
        with RawClient(self.port) as client:
            while not self._stop.is_set():
                yield client.request().status

    def _renew(self):
        while not self._stop.is_set():
            yield get(self.port).status

    def _multiplex(self):
        with H2Client(self.port) as client:
            while not self._stop.is_set():
                ids = [client.start() for _ in range(3)]
                for stream_id in ids:
                    yield client.finish(stream_id).status

    def stop(self):
        self._stop.set()
        for thread in self._threads:
            thread.join(10)


def _stream_on(reloads):
    """An upstream's script: a part after each reload, one of them for each part."""
    def stream(connection, _):
        connection.start_chunked(fields={"Content-Type": "text/event-stream"})
        for n, reloaded in enumerate(reloads):
            connection.send_chunk(f"data: {n}\n\n".encode())
            must(reloaded, f"reload {n}")
        connection.end_chunks()
    return stream


def test_no_request_fails_and_no_connection_drops_under_load(make_gateway, make_upstream):
    upstreams, port = {name: make_upstream(name) for name in ("a", "b", "streams")}, free_port()
    reloads = [threading.Event() for _ in range(20)]
    upstreams["streams"].on_request = _stream_on(reloads)

    def parts(name):
        return [r.gateway(r.listener("http", port)),
                [s for n, u in upstreams.items() for s in r.service(n, u.port)],
                r.http_route("all", r.rule(name), r.rule("streams", path="/stream"))]

    gateway = make_gateway().start(*parts("a"))
    load = Load(port)
    with RawClient(port) as over_h1, H2Client(port) as over_h2:
        over_h1.send(format_request("GET", "/stream", "example.test"))
        stream_id = over_h2.start(path="/stream")
        upstreams["streams"].wait_for_requests(2)
        for n, reloaded in enumerate(reloads):
            name = "ab"[(n + 1) % 2]
            gateway.reload(*parts(name))
            _reach(port, name)
            reloaded.set()
        load.stop()
        whole = "".join(f"data: {n}\n\n" for n in range(len(reloads))).encode()
        assert over_h1.response().body == whole
        stream = over_h2.finish(stream_id)
        assert stream.ended and stream.body == whole
    assert load.failures == []
    assert all(count > 20 for count in load.served.values()), load.served


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


def test_sighup_reads_files_again_whose_change_nobody_told(two):
    """What is written through a memory map makes no inotify event until the map is closed."""
    gateway, port, _, _ = two
    path = gateway.resources.path / "resources.yaml"
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as text:
        start = text.find(b"- name: a\n      port: 80")
        assert start > 0
        text[start:start + len(b"- name: b")] = b"- name: b"
        text.flush()
        assert Echoed(get(port)).upstream == "a"
        gateway.process.send_signal(signal.SIGHUP)
        _reach(port, "b")


def test_sighup_opens_ports_that_were_in_use(make_gateway, make_upstream):
    upstream, port = make_upstream(), free_port()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port_in_use = taken.getsockname()[1]
        gateway = make_gateway().start(r.gateway(r.listener("http", port), r.listener("busy", port_in_use)),
                                       r.service("upstream", upstream.port), r.http_route("all", r.rule("upstream")))
        gateway.wait_for_output(str(port_in_use), "in use")
    assert get(port).status == 200
    gateway.process.send_signal(signal.SIGHUP)
    eventually(lambda: _serves(port_in_use), "the port is served once it is free")


def test_sighup_with_bad_files_keeps_the_last_good(two):
    gateway, port, _, _ = two
    gateway.resources.write_text("a: [", "bad.yaml")
    gateway.wait_for_output("bad.yaml")
    said = gateway.said().count("the last good configuration stays")
    gateway.process.send_signal(signal.SIGHUP)
    eventually(lambda: gateway.said().count("the last good configuration stays") > said, "the second reading says so too")
    assert Echoed(get(port)).upstream == "a"
