"""Web signatures as clients and applications see them."""

import json

import pytest
from harness import resources as r
from harness.ports import free_port
from harness.raw_client import get, post

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
HEADER = "x-tidegate-web-signatures"


def signatures(route, mode="Enforce", **config):
    return r.resource(r.OWN, "PayloadProcessingPipeline", route, spec={
        "targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": route}],
        "processors": [{"name": "web", "type": "WebSignatures", "mode": mode, "config": config}]})


@pytest.fixture(scope="module")
def shared(make_shared_gateway, make_shared_upstream):
    upstream, port = make_shared_upstream(), free_port()
    routes = ("block", "flag", "report", "shadow")
    gateway = make_shared_gateway().start(
        r.gateway(r.listener("http", port)), *r.service("app", upstream.port),
        *(r.http_route(name, r.rule("app", path=f"/{name}")) for name in routes),
        signatures("block"), signatures("flag", action="Flag"), signatures("report", action="Report"), signatures("shadow", mode="Report"))
    return gateway, port, upstream


@pytest.fixture
def world(shared):
    shared[2].forget()
    yield shared
    shared[2].check()


def test_attacks_in_heads_and_bodies_are_refused_and_logged(world):
    gateway, port, upstream = world
    for target in ("/block/a?id=1%27%20union%20select%20password%20from%20users", "/block/%252e%252e%252f%252e%252e%252fetc/passwd"):
        assert get(port, target).status == 403
    assert get(port, "/block/a", fields={"User-Agent": "sqlmap/1.7"}).status == 403
    assert get(port, "/block/a", fields={"Cookie": "theme=<script>alert(1)</script>"}).status == 403
    refused = post(port, "/block/form", b"q=%3Cscript%3Ealert(1)%3C/script%3E", fields=FORM)
    assert refused.status == 403 and b"xss" in refused.body and b"script-tag" not in refused.body
    record = gateway.wait_for_log(lambda line: line["path"] == "/block/form", "the line of the refusal")
    assert "xss.script-tag" in json.dumps(record["processors"])
    assert not upstream.requests


def test_points_of_head_and_body_add_up(world):
    _, port, upstream = world
    quote, tag = "q=1%27-- -".replace(" ", "%20"), b"note=%3Csvg%3E"
    assert get(port, f"/block/a?{quote}").status == 200
    assert post(port, "/block/a", tag, fields=FORM).status == 200
    assert post(port, f"/block/a?{quote}", tag, fields=FORM).status == 403
    assert len(upstream.requests) == 2


def test_uploads_are_told_by_how_they_begin(world):
    _, port, upstream = world
    fields = {"Content-Type": "multipart/form-data; boundary=xx"}

    def upload(name, content):
        body = b'--xx\r\nContent-Disposition: form-data; name="f"; filename="' + name + b'"\r\n\r\n' + content + b"\r\n--xx--\r\n"
        return post(port, "/block/upload", body, fields=fields).status
    assert upload(b"a.png", b"\x89PNG\r\n\x1a\n") == 200
    assert upload(b"a.png", b"\x7fELF\x02") == 403
    assert upload(b"a.php", b"hello") == 403
    assert upload(b"a.png", b"GIF89a<?php system($_GET[0]); ?>") == 403
    assert len(upstream.requests) == 1


def test_a_flag_tells_the_backend_and_reports_change_nothing(world):
    gateway, port, upstream = world
    body = b"q=%3Cscript%3E"
    for route in ("flag", "report", "shadow"):
        assert post(port, f"/{route}/x", body, fields={**FORM, HEADER: "score=0"}).status == 200
    assert post(port, "/flag/y", b"q=hello", fields={**FORM, HEADER: "score=0"}).status == 200
    flagged, reported, shadowed, honest = upstream.requests
    marks = {request.target: [value for name, value in request.fields if name.lower() == HEADER] for request in upstream.requests}
    assert marks == {"/flag/x": ["score=5.00; categories=xss:5.00; rules=xss.script-tag"], "/report/x": ["score=0"], "/shadow/x": ["score=0"], "/flag/y": []}
    assert [flagged.body, reported.body, shadowed.body, honest.body] == [body, body, body, b"q=hello"]
    record = gateway.wait_for_log(lambda line: line["path"] == "/report/x", "the line of the report")
    assert "xss.script-tag" in json.dumps(record["processors"])
