"""A guardrail over HTTP: what it is asked, what its verdicts do, and what its failures mean."""

import json
import pathlib

import pytest
import yaml
from harness import resources as r
from harness.model_server import chat_request, serve_chat
from harness.ports import free_port
from harness.raw_client import post

CHAT = "/v1/chat/completions"
FIELDS = {"Content-Type": "application/json", "X-Tenant": "blue", "Authorization": "Bearer of-the-client"}
PROTOCOL = pathlib.Path(__file__).resolve().parents[3] / "docs" / "reference" / "webhook.openapi.yaml"
MODES = ("closed", "open", "fallback")
KEPT = {"health": {"passive": {"consecutiveFailures": 0}}}


def guard(name, mode, **more):
    fallback = {"fallback": {"answer": {"text": "Not today."}}} if mode == "Fallback" else {}
    processor = {"name": "guard", "type": "Webhook", "backendRef": r.backend_of(more.pop("backend", "guard")), "timeout": "1s",
                 "failureMode": mode, "context": {"policy": "strict"},
                 "config": {"path": "/judge", "headers": ["x-tenant"]}, **fallback, **more}
    target = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": name}
    return r.resource(r.OWN, "PayloadProcessingPipeline", name, spec={"targetRefs": [target], "processors": [processor]})


@pytest.fixture(scope="module")
def shared(make_shared_gateway, make_shared_upstream):
    webhook, model, port = make_shared_upstream(), make_shared_upstream(), free_port()
    routes = [r.http_route(mode, r.rule(r.backend_of("model"), path=f"/{mode}")) for mode in (*MODES, "busy", "gone")]
    gateway = make_shared_gateway().start(
        r.gateway(r.listener("http", port)), *routes,
        r.ai_backend("model", model.port, **KEPT),
        r.ip_backend("guard", webhook.port, **KEPT), r.ip_backend("busy", webhook.port), r.ip_backend("gone", free_port(), **KEPT),
        *[guard(mode, mode.capitalize()) for mode in MODES],
        guard("busy", "Open", backend="busy", phases=["RequestBody"]), guard("gone", "Open", backend="gone"))
    return gateway, port, webhook, model


@pytest.fixture
def world(shared):
    gateway, port, webhook, model = shared
    for upstream in (webhook, model):
        upstream.forget()
    webhook.on_request = answer({"action": "Pass"})
    model.on_request = serve_chat
    yield shared
    webhook.check()
    model.check()


def answer(verdict, status=200, **fields):
    return lambda connection, request: connection.respond(status, fields, json.dumps(verdict).encode())


def by_phase(**verdicts):
    def script(connection, request):
        asked = json.loads(request.body)
        connection.respond(200, {}, json.dumps(verdicts.get(asked["phase"], {"action": "Pass"})).encode())
    return script


def schemas():
    return yaml.safe_load(PROTOCOL.read_text())["components"]["schemas"]


def test_questions_are_what_the_protocol_says(world):
    _, port, webhook, model = world
    response = post(port, f"/closed{CHAT}", chat_request(), fields=FIELDS)
    assert response.status == 200
    assert [json.loads(q.body)["phase"] for q in webhook.requests] == ["RequestBody", "ResponseBody"]
    declared = schemas()
    for request in webhook.requests:
        question = json.loads(request.body)
        assert request.target == "/judge"
        assert set(declared["Question"]["required"]) <= set(question) <= set(declared["Question"]["properties"])
        assert question["context"] == {"policy": "strict"}
        assert question["request"]["headers"] == {"x-tenant": "blue"}
        assert question["dialect"] in declared["Question"]["properties"]["dialect"]["enum"]
        for text in question["texts"]:
            assert set(declared["Text"]["required"]) <= set(text) <= set(declared["Text"]["properties"])
            assert text["channel"] in declared["Text"]["properties"]["channel"]["enum"]
        assert b"of-the-client" not in request.body and request.get("authorization") is None


def test_masks_change_the_texts_and_nothing_else(world):
    _, port, webhook, model = world
    webhook.on_request = by_phase(RequestBody={"action": "Mask", "texts": [{"id": 0, "text": 'a "b"'}]},
                                  ResponseBody={"action": "Mask", "texts": [{"id": 0, "text": "***"}]})
    sent = json.loads(chat_request())
    response = post(port, f"/closed{CHAT}", chat_request(), fields=FIELDS)
    sent["messages"][0]["content"] = 'a "b"'
    assert json.loads(model.requests[0].body) == sent
    assert json.loads(response.body)["choices"][0]["message"]["content"] == "***"


@pytest.mark.parametrize("phase, asked", [("RequestBody", 0), ("ResponseBody", 1)])
def test_rejections_reach_the_caller_in_its_dialect(world, phase, asked):
    _, port, webhook, model = world
    webhook.on_request = by_phase(**{phase: {"action": "Reject", "status": 451, "code": "leak", "message": "no keys"}})
    response = post(port, f"/open{CHAT}", chat_request(), fields=FIELDS)
    assert response.status == 451
    assert json.loads(response.body)["error"]["code"] == "leak"
    assert len(model.requests) == asked


def test_streams_are_judged_piece_by_piece(world):
    _, port, webhook, _ = world

    def script(connection, request):
        asked = json.loads(request.body)
        text = asked["texts"][0]
        if asked["phase"] == "StreamChunk" and text.get("before"):
            connection.respond(200, {}, json.dumps({"action": "Mask", "texts": [{"id": 0, "text": "*"}]}).encode())
        else:
            connection.respond(200, {}, b'{"action":"Pass"}')
    webhook.on_request = script
    response = post(port, f"/closed{CHAT}", chat_request(stream=True), fields=FIELDS)
    pieces = [json.loads(line[6:])["choices"][0]["delta"].get("content") for line in response.body.decode().splitlines()
              if line.startswith("data: {") and json.loads(line[6:])["choices"]]
    texts = [piece for piece in pieces if piece]
    assert texts[0] != "*" and len(texts) > 1 and set(texts[1:]) == {"*"}
    assert response.body.rstrip().endswith(b"data: [DONE]")


def test_a_rejection_ends_a_stream_with_an_error(world):
    _, port, webhook, _ = world
    webhook.on_request = by_phase(StreamChunk={"action": "Reject", "code": "leak", "message": "no keys"})
    response = post(port, f"/closed{CHAT}", chat_request(stream=True), fields=FIELDS)
    assert b"leak" in response.body and b"[DONE]" not in response.body


FAULTS = {
    "late": lambda connection, request: connection.wait_for_close(),
    "reset": lambda connection, request: connection.reset(),
    "cut": lambda connection, request: (connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"), connection.close()),
    "server error": answer({"action": "Pass"}, 500),
    "no room": answer({"action": "Pass"}, 503),
    "no JSON": lambda connection, request: connection.respond(200, {}, b"<html>"),
    "another verdict": answer({"action": "Allow"}),
    "a text that is not there": answer({"action": "Mask", "texts": [{"id": 77, "text": "x"}]}),
    "too much": lambda connection, request: connection.respond(200, {}, b" " * (1024 * 1024 + 1)),
    "encoded": lambda connection, request: connection.respond(200, {"Content-Encoding": "gzip"}, b"x"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("mode", MODES)
def test_faults_mean_what_the_failure_mode_says(world, mode, fault):
    gateway, port, webhook, model = world
    webhook.on_request = FAULTS[fault]
    path = f"/{mode}{CHAT}?{fault.replace(' ', '-')}"
    response = post(port, path, chat_request(), fields=FIELDS)
    if mode == "closed":
        assert response.status == (504 if fault == "late" else 500)
        assert json.loads(response.body)["error"]["message"].startswith("a payload processor")
        assert not model.requests
    elif mode == "open":
        assert response.status == 200 and len(model.requests) == 1
    else:
        assert response.status == 200 and not model.requests
        assert json.loads(response.body)["choices"][0]["message"]["content"] == "Not today."


def test_a_webhook_that_is_gone_is_a_failure(world):
    _, port, _, model = world
    assert post(port, f"/gone{CHAT}", chat_request(), fields=FIELDS).status == 200
    assert len(model.requests) == 1


def test_a_webhook_without_room_is_left_alone(world):
    _, port, webhook, model = world
    webhook.on_request = answer({}, 429, **{"Retry-After": "60"})
    for _ in range(5):
        assert post(port, f"/busy{CHAT}", chat_request(), fields=FIELDS).status == 200
    assert len(model.requests) == 5
    assert len(webhook.requests) == 1
