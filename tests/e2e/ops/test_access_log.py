"""The access log: one JSON line per exchange, with the right fields."""

import datetime
import json

import pytest
from harness import resources as r
from harness.h2_client import H2Client
from harness.ports import free_port
from harness.raw_client import RawClient, format_request, get
from harness.waiting import eventually


def _line(plain, path):
    return plain.gateway.wait_for_log(lambda record: record["path"].split("?")[0] == path, f"the line of {path}")


def test_fields_of_a_plain_exchange(plain):
    with RawClient(plain.port) as client:
        response = client.request("POST", "/logged?key=value", host="log.test", body=b"12345", fields={"User-Agent": "probe/1"})
    line = _line(plain, "/logged")
    assert (line["method"], line["host"], line["status"]) == ("POST", "log.test", 200)
    assert (line["bytes_in"], line["bytes_out"]) == (5, len(response.body))
    assert line["protocol"] == "HTTP/1.1"
    assert line["route"] == "HTTPRoute/default/all"
    assert line["backend"] == "Service/default/upstream:80"
    assert line["endpoint"] == f"127.0.0.1:{plain.upstream.port}"
    assert line["listener"] == "Gateway/default/gw/http"
    assert line["client"].startswith("127.0.0.1")
    assert (line["path"], line["user_agent"]) == ("/logged?key=***", "probe/1")
    assert (line["attempts"], line["termination"]) == (1, "complete")
    assert line["duration_us"] >= line["first_byte_us"] > 0
    assert line["request_id"] and "error" not in line and "ai" not in line
    assert datetime.datetime.fromisoformat(line["time"]).tzinfo is not None


def test_h2_exchange_says_so(plain):
    with H2Client(plain.port) as client:
        client.request(path="/over-h2")
    assert _line(plain, "/over-h2")["protocol"] == "HTTP/2"


def test_one_line_per_exchange(plain):
    with RawClient(plain.port) as client:
        for n in range(50):
            client.request("GET", f"/count-{n}")
    _line(plain, "/count-49")
    paths = [line["path"] for line in plain.gateway.log()]
    assert [path for path in paths if path.startswith("/count-")] == [f"/count-{n}" for n in range(50)]


def test_refused_request_has_a_line(plain):
    assert get(plain.port, "/refused", fields={"Transfer-Encoding": "gzip"}).status == 501
    line = plain.gateway.wait_for_log(lambda record: record["status"] == 501, "the line of the refused request")
    assert line["error"]["origin"] == "downstream"


def test_client_that_left_is_logged_as_such(plain):
    plain.upstream.on_request = lambda connection, _: connection.wait_for_close()
    with RawClient(plain.port) as client:
        client.send(format_request("GET", "/left", "example.test"))
        plain.upstream.wait_for_requests(1)
        client.leave()
    line = _line(plain, "/left")
    assert (line["status"], line["termination"]) == (499, "client_gone")


def test_upstream_cut_is_logged_with_its_error(plain):
    def cut(connection, _):
        connection.respond(200, {"Content-Length": "100"}, b"partial")
        connection.reset()

    plain.upstream.on_request = cut
    with RawClient(plain.port) as client:
        client.send(format_request("GET", "/cut", "example.test"))
        client.expect_closed()
    line = _line(plain, "/cut")
    assert (line["status"], line["termination"]) == (200, "upstream_reset")
    assert (line["error"]["code"], line["error"]["origin"]) == ("connection_reset", "upstream")


@pytest.mark.parametrize("path, text", [("/odd-1", '"quoted"'), ("/odd-2", "back\\slash"), ("/odd-3", "\xe9\xff"), ("/odd-4", "\x7f")])
def test_lines_stay_json_whatever_clients_send(plain, path, text):
    with RawClient(plain.port) as client:
        client.send(f"GET {path} HTTP/1.1\r\nHost: a\r\nUser-Agent: {text}\r\n\r\n".encode("latin-1"))
        client.response()
    _line(plain, path)


def test_query_credentials_and_authorization_are_not_logged(plain):
    canary = "sk-canary-51fa"
    get(plain.port, f"/canary?api_key={canary}", fields={"Authorization": f"Bearer {canary}", "X-Api-Key": canary, "Cookie": canary})
    _line(plain, "/canary")
    assert canary not in plain.gateway.stdout.text()


def test_log_to_a_file(make_gateway, make_upstream, tmp_path):
    upstream, port, path = make_upstream(), free_port(), tmp_path / "access.log"
    make_gateway().start(r.gateway(r.listener("http", port)), r.service("upstream", upstream.port),
                         r.http_route("all", r.rule("upstream")), access_log=str(path))
    get(port, "/filed")
    lines = eventually(lambda: path.exists() and path.read_text().splitlines(), "a line in the file")
    assert [json.loads(line)["path"] for line in lines] == ["/filed"]
