"""Payload pipelines as clients, backends and operators see them."""

import gzip
import json

import pytest
from harness import resources as r
from harness.gateway import run_command
from harness.model_server import JSON, chat_request, messages_request, payloads, serve_chat
from harness.ports import free_port
from harness.raw_client import post
from harness.waiting import eventually

CHAT = "/v1/chat/completions"
FIELDS = {"Content-Type": "application/json"}


def tools(name="tools", *, config, **more):
    return {"name": name, "type": "PromptTools", "config": config, **more}


def pipeline(name, *processors, target=None, **spec):
    refs = [] if target is None else [target]
    return r.resource(r.OWN, "PayloadProcessingPipeline", name,
                      spec={"targetRefs": refs, "processors": list(processors), **spec})


def on(kind, name, section=None):
    group = "tidegate.dev" if kind == "Backend" else "gateway.networking.k8s.io"
    return {"group": group, "kind": kind, "name": name, **({"sectionName": section} if section else {})}


def prepend(text):
    return {"messages": {"prepend": [{"role": "system", "content": text}]}}


def system_texts(request):
    return [m["content"] for m in json.loads(request.body)["messages"] if m["role"] == "system"]


CANNED = {"failureMode": "Fallback", "fallback": {"answer": {"text": "Not today."}}}
# An object as input of responses cannot be given messages: the processor fails.
INPUT_OBJECT = json.dumps({"model": "gpt-test", "input": {"text": "hi"}}).encode()
INPUT_OBJECT_STREAM = json.dumps({"model": "gpt-test", "input": {"text": "hi"}, "stream": True}).encode()


@pytest.fixture(scope="module")
def shared(make_shared_gateway, make_shared_upstream):
    one, two, port = make_shared_upstream(), make_shared_upstream(), free_port()
    pair = r.resource(r.OWN, "Backend", "pair", spec={"destination": {"type": "Group", "group": {
        "members": [{"backendRef": {"name": "one"}}, {"backendRef": {"name": "two"}, "priority": 1}]}}})
    model = [{"headers": [{"name": "X-Gateway-Model-Name", "value": "gpt-two"}]}]
    by_tool = [{"path": {"type": "PathPrefix", "value": "/mcp"}, "headers": [{"name": "x-tool", "value": "search"}]}]
    extension = {"group": "tidegate.dev", "kind": "PayloadProcessingPipeline", "name": "named"}
    gateway = make_shared_gateway().start(
        r.gateway(r.listener("http", port)),
        r.ai_backend("one", one.port, health={"passive": {"consecutiveFailures": 0}}),
        r.ai_backend("two", two.port, health={"passive": {"consecutiveFailures": 0}}),
        pair,
        r.http_route("order", r.rule(r.backend_of("one"), path="/order", name="ruled",
                                     filters=[{"type": "ExtensionRef", "extensionRef": extension}])),
        r.http_route("group", r.rule(r.backend_of("pair"), path="/group")),
        r.http_route("limits", r.rule(r.backend_of("one"), path="/limits")),
        r.http_route("open", r.rule(r.backend_of("one"), path="/open")),
        r.http_route("closed", r.rule(r.backend_of("one"), path="/closed")),
        r.http_route("fallback", r.rule(r.backend_of("one"), path="/fallback")),
        r.http_route("elsewhere", r.rule(r.backend_of("one"), path="/elsewhere")),
        r.http_route("report", r.rule(r.backend_of("one"), path="/report")),
        r.http_route("broken", r.rule(r.backend_of("one"), path="/broken")),
        r.http_route("mcp", r.rule(r.backend_of("two"), matches=by_tool)),
        r.http_route("rest", r.rule(r.backend_of("two"), matches=model), r.rule(r.backend_of("one"), path="/")),
        pipeline("gateway", tools("alias", config={"modelAliases": {"fast": "gpt-two"}}),
                 tools("tool", config={"headersFromPayload": [{"header": "x-tool", "path": "params.name"}]}),
                 tools("edge", config=prepend("gateway"), failureMode="Open"), target=on("Gateway", "gw")),
        pipeline("route", tools(config=prepend("route")), target=on("HTTPRoute", "order")),
        pipeline("rule", tools(config=prepend("rule")), target=on("HTTPRoute", "order", "ruled")),
        pipeline("named", tools(config=prepend("filter"))),
        pipeline("backend", tools(config=prepend("backend one"), failureMode="Open"), target=on("Backend", "one")),
        pipeline("limits", tools(config={"limits": {"maxBodyBytes": 300, "maxOutputTokens": 50},
                                         "tools": {"allow": ["search"], "action": "Reject"}}), target=on("HTTPRoute", "limits")),
        pipeline("open", tools(config=prepend("x"), failureMode="Open"), target=on("HTTPRoute", "open")),
        pipeline("closed", tools(config=prepend("x")), target=on("HTTPRoute", "closed")),
        pipeline("fallback", tools(config=prepend("x"), **CANNED), target=on("HTTPRoute", "fallback")),
        pipeline("elsewhere", tools(config=prepend("x"), failureMode="Fallback", fallback={"backendRef": r.backend_of("two")}),
                 target=on("HTTPRoute", "elsewhere")),
        pipeline("report", tools(config=prepend("never"), mode="Report"),
                 tools("strict", config={"limits": {"maxBodyBytes": 1}}, mode="Report"), target=on("HTTPRoute", "report")),
        pipeline("broken", tools(config={"limits": {"maxBodyBytes": "many"}}), target=on("HTTPRoute", "broken")))
    return gateway, port, one, two


@pytest.fixture
def world(shared):
    _, _, one, two = shared
    for upstream in (one, two):
        upstream.forget()
        upstream.on_request = serve_chat
    yield shared
    one.check()
    two.check()


def log_of(gateway, path):
    return gateway.wait_for_log(lambda record: record["path"] == path, f"the line of {path}")


def verdicts(record):
    return [(p["processor"].removeprefix("default/"), p["verdict"]) for p in record["processors"]]


def test_scopes_run_from_the_gateway_to_the_backend(world):
    gateway, port, one, _ = world
    response = post(port, f"/order{CHAT}", chat_request(), fields=FIELDS)
    assert response.status == 200
    assert system_texts(one.requests[0]) == ["backend one", "filter", "rule", "route", "gateway"]
    record = log_of(gateway, f"/order{CHAT}")
    assert verdicts(record) == [
        ("gateway/alias", "continue"), ("gateway/tool", "continue"), ("gateway/edge", "mutate"), ("route/tools", "mutate"),
        ("rule/tools", "mutate"), ("named/tools", "mutate"), ("backend/tools", "mutate")]
    assert all(p["phase"] == "RequestBody" and p["us"] >= 0 for p in record["processors"])


def test_what_no_processor_edits_goes_on_byte_for_byte(world):
    _, port, one, _ = world
    body = chat_request()
    post(port, f"/order{CHAT}", body, fields=FIELDS)
    sent = one.requests[0].body
    head, tail = body.split(b'"messages": [', 1)
    assert sent.startswith(head + b'"messages": [')
    assert sent.endswith(tail)


def test_a_model_alias_of_the_gateway_decides_on_the_route(world):
    _, port, one, two = world
    response = post(port, CHAT, chat_request("fast"), fields=FIELDS)
    assert response.status == 200
    assert (len(one.requests), len(two.requests)) == (0, 1)
    assert json.loads(two.requests[0].body)["model"] == "gpt-two"


def test_a_header_out_of_the_payload_decides_on_the_route_and_cannot_be_spoofed(world):
    _, port, one, two = world
    one.on_request = two.on_request = lambda connection, _: connection.respond(200, JSON, b"{}")
    call = json.dumps({"jsonrpc": "2.0", "method": "tools/call", "params": {"name": "search"}}).encode()
    assert post(port, "/mcp", call, fields=FIELDS).status == 200
    other = json.dumps({"jsonrpc": "2.0", "method": "tools/list"}).encode()
    assert post(port, "/mcp", other, fields={**FIELDS, "x-tool": "search"}).status == 200
    assert (len(one.requests), len(two.requests)) == (1, 1)


def test_the_next_backend_does_not_see_what_the_first_ones_pipeline_changed(world):
    _, port, one, two = world
    one.on_request = lambda connection, _: connection.respond(503, JSON, b"{}")
    response = post(port, f"/group{CHAT}", chat_request(), fields=FIELDS)
    assert response.status == 200
    assert system_texts(one.requests[0]) == ["backend one", "gateway"]
    assert system_texts(two.requests[0]) == ["gateway"]


@pytest.mark.parametrize("body, status, code", [
    (chat_request(tools=[{"type": "function", "function": {"name": "rm"}}]), 403, "tool_not_allowed"),
    (chat_request(x="y" * 400), 413, "request_too_large"),
])
def test_a_refusal_has_the_shape_of_the_callers_dialect(world, body, status, code):
    _, port, one, _ = world
    response = post(port, f"/limits{CHAT}", body, fields=FIELDS)
    assert response.status == status
    error = json.loads(response.body)["error"]
    assert error["code"] == code and error["message"]
    assert not one.requests


def test_a_refusal_of_messages_is_an_anthropic_error(world):
    gateway, port, one, _ = world
    body = messages_request(tools=[{"name": "rm", "input_schema": {"type": "object"}}])
    response = post(port, "/limits/v1/messages", body, fields=FIELDS)
    assert response.status == 403
    assert json.loads(response.body)["type"] == "error"
    assert "rm" in json.loads(response.body)["error"]["message"]
    record = log_of(gateway, "/limits/v1/messages")
    assert record["error"]["code"] == "forbidden"
    assert verdicts(record)[-1] == ("limits/tools", "reject")
    assert not one.requests


def test_output_is_bounded_whatever_the_caller_asks(world):
    _, port, one, _ = world
    post(port, f"/limits{CHAT}", chat_request(max_tokens=5000), fields=FIELDS)
    assert json.loads(one.requests[0].body)["max_tokens"] == 50


def test_open_goes_on_without_the_processor(world):
    gateway, port, one, _ = world
    one.on_request = lambda connection, _: connection.respond(200, JSON, b"{}")
    assert post(port, "/open/v1/responses", INPUT_OBJECT, fields=FIELDS).status == 200
    assert json.loads(one.requests[0].body) == json.loads(INPUT_OBJECT)
    assert ("open/tools", "failed-open") in verdicts(log_of(gateway, "/open/v1/responses"))


def test_closed_ends_the_exchange(world):
    gateway, port, one, _ = world
    response = post(port, "/closed/v1/responses", INPUT_OBJECT, fields=FIELDS)
    assert response.status == 500
    assert json.loads(response.body)["error"]["message"] == "a payload processor failed"
    assert not one.requests
    record = log_of(gateway, "/closed/v1/responses")
    assert verdicts(record)[-1] == ("closed/tools", "failed-closed")
    assert "default/closed/tools (RequestBody)" in record["error"]["detail"]


def test_a_canned_answer_is_a_completion_of_the_callers_dialect(world):
    _, port, one, _ = world
    response = post(port, "/fallback/v1/responses", INPUT_OBJECT, fields=FIELDS)
    assert response.status == 200
    reply = json.loads(response.body)
    assert reply["object"] == "response"
    assert reply["output"][0]["content"][0]["text"] == "Not today."
    assert not one.requests


def test_a_canned_answer_is_a_stream_where_one_was_asked_for(world):
    _, port, one, _ = world
    response = post(port, "/fallback/v1/responses", INPUT_OBJECT_STREAM, fields=FIELDS)
    assert response.get("content-type") == "text/event-stream"
    events = payloads(response.body)
    assert "".join(e["delta"] for e in events if e["type"] == "response.output_text.delta") == "Not today."
    assert events[-1]["type"] == "response.completed"
    assert not one.requests


def test_a_fallback_may_be_another_backend(world):
    _, port, one, two = world
    two.on_request = lambda connection, _: connection.respond(200, JSON, b"{}")
    assert post(port, "/elsewhere/v1/responses", INPUT_OBJECT, fields=FIELDS).status == 200
    assert (len(one.requests), len(two.requests)) == (0, 1)


def test_report_changes_nothing_and_is_logged(world):
    gateway, port, one, _ = world
    assert post(port, f"/report{CHAT}", chat_request(), fields=FIELDS).status == 200
    assert "never" not in system_texts(one.requests[0])
    record = log_of(gateway, f"/report{CHAT}")
    reported = [(p["processor"], p["verdict"]) for p in record["processors"] if p.get("mode") == "report"]
    assert reported == [("default/report/tools", "mutate"), ("default/report/strict", "reject")]


def test_when_decides_by_expression(make_gateway, make_upstream):
    upstream, port = make_upstream(), free_port()
    upstream.on_request = serve_chat
    gateway = make_gateway().start(
        r.gateway(r.listener("http", port)), r.ai_backend("one", upstream.port), r.http_route("all", r.rule(r.backend_of("one"))),
        pipeline("p", tools("gpt", config=prepend("for gpt"), when='model.startsWith("gpt-") && !("x-trusted" in request.headers)'),
                 tools("stream", config=prepend("for streams"), when="stream"),
                 tools("bad", config=prepend("never"), when='request.headers["x-none"] == "a"', failureMode="Open"),
                 target=on("HTTPRoute", "all")))
    assert post(port, CHAT, chat_request("gpt-x"), fields=FIELDS).status == 200
    assert system_texts(upstream.requests[0]) == ["for gpt"]
    assert post(port, CHAT, chat_request("gpt-x"), fields={**FIELDS, "X-Trusted": "1"}).status == 200
    assert system_texts(upstream.requests[1]) == []
    assert post(port, CHAT, chat_request("other", stream=True), fields=FIELDS).status == 200
    assert system_texts(upstream.requests[2]) == ["for streams"]
    gateway.wait_for_log(lambda _: len(gateway.log()) == 3, "three lines")
    assert [verdicts(record) for record in gateway.log()] == [
        [("p/gpt", "mutate"), ("p/stream", "skip"), ("p/bad", "failed-open")],
        [("p/gpt", "skip"), ("p/stream", "skip"), ("p/bad", "failed-open")],
        [("p/gpt", "skip"), ("p/stream", "mutate"), ("p/bad", "failed-open")]]


def test_a_pipeline_that_cannot_run_is_never_skipped(world):
    gateway, port, one, _ = world
    assert post(port, f"/broken{CHAT}", chat_request(), fields=FIELDS).status == 500
    assert not one.requests
    gateway.wait_for_output("processors[0].config.limits.maxBodyBytes")


def test_encoded_payloads_are_decoded(world):
    _, port, one, _ = world
    response = post(port, f"/order{CHAT}", gzip.compress(chat_request()), fields={**FIELDS, "Content-Encoding": "gzip"})
    assert response.status == 200
    assert system_texts(one.requests[0]) == ["backend one", "filter", "rule", "route", "gateway"]
    assert one.requests[0].get("content-encoding") is None


@pytest.mark.parametrize("body, coding, status", [
    (b"x", "compress", 415), (gzip.compress(b"{}")[:-1], "gzip", 400), (gzip.compress(b" " * (32 * 1024 * 1024 + 1)), "gzip", 413),
    (gzip.compress(gzip.compress(b" " * (8 * 1024 * 1024))), "gzip, gzip", 413)], ids=["unknown", "cut", "too large", "bomb"])
def test_encoded_payloads_that_cannot_be_read_are_refused(world, body, coding, status):
    _, port, one, _ = world
    response = post(port, "/order/upload", body, fields={"Content-Encoding": coding})
    assert response.status == status
    assert response.get("accept-encoding") == ("gzip, deflate, br, zstd" if status == 415 else None)
    assert not one.requests


def test_metrics_count_what_processors_said(world):
    gateway, port, _, _ = world
    post(port, f"/order{CHAT}", chat_request(), fields=FIELDS)
    families = gateway.metrics()
    samples = families["tidegate_processor_runs"].samples
    assert any(s.labels == {"processor": "default/route/tools", "phase": "RequestBody", "mode": "enforce", "verdict": "mutate"}
               and s.value >= 1 for s in samples)


def test_explain_prints_the_order_of_all_scopes(binary, shared):
    gateway, port, _, _ = shared
    told = run_command(binary, "explain", "-f", str(gateway.resources.path), "-H", "Content-Type: application/json",
                       "-d", chat_request().decode(), f"http://127.0.0.1:{port}/order{CHAT}")
    lines = [line.split()[1:3] for line in told.stdout.splitlines() if line.startswith("processor")]
    assert lines == [["default/gateway/alias", "(Gateway)"], ["default/gateway/tool", "(Gateway)"], ["default/gateway/edge", "(Gateway)"],
                     ["default/route/tools", "(Route)"], ["default/rule/tools", "(Route)"], ["default/named/tools", "(Route)"],
                     ["default/backend/tools", "(Backend)"]], told.stdout + told.stderr


def test_validate_tells_every_problem_with_its_path(binary, tmp_path):
    (tmp_path / "p.yaml").write_text("""
apiVersion: tidegate.dev/v1alpha1
kind: PayloadProcessingPipeline
metadata: {name: p}
spec:
  processors:
  - {name: a, type: PromptTools, config: {tools: {alow: []}}}
  - {name: b, type: PromtTools}
  - {name: c, type: PromptTools, when: "modle == 'x'"}
""")
    result = run_command(binary, "validate", "-f", str(tmp_path))
    said = result.stdout + result.stderr
    assert result.returncode != 0
    assert "processors[0].config.tools.alow: unknown field" in said
    assert "processors[2].when: 1:1" in said
    assert 'processors[1].type: there is no processor "PromtTools"' in said


def test_a_reload_changes_what_runs(make_gateway, make_upstream):
    upstream, port = make_upstream(), free_port()
    upstream.on_request = serve_chat
    fixed = [r.gateway(r.listener("http", port)), r.ai_backend("one", upstream.port),
             r.http_route("all", r.rule(r.backend_of("one")))]
    gateway = make_gateway().start(*fixed)
    assert post(port, CHAT, chat_request(), fields=FIELDS).status == 200
    gateway.reload(*fixed, pipeline("p", tools(config={"limits": {"maxBodyBytes": 10}}), target=on("HTTPRoute", "all")))
    eventually(lambda: post(port, CHAT, chat_request(), fields=FIELDS).status == 413, "the pipeline is in effect")


def test_extensions_of_a_backend_run_for_every_route_and_one_that_cannot_run_closes_it(make_gateway, make_upstream):
    upstream, port = make_upstream(), free_port()
    upstream.on_request = serve_chat
    guard = {"name": "guard", "type": "PromptTools", "config": prepend("guarded")}
    house = {"name": "house", "type": "PayloadProcessingPipeline", "config": {"name": "house"}}

    def parts(*extensions, pipelines=()):
        return [r.gateway(r.listener("http", port)), r.ai_backend("one", upstream.port, extensions=list(extensions)),
                r.http_route("a", r.rule(r.backend_of("one"), path="/a")), r.http_route("b", r.rule(r.backend_of("one"), path="/b")),
                *pipelines]

    rules = pipeline("house", tools(config=prepend("house")))
    gateway = make_gateway().start(*parts(guard, house, pipelines=[rules]))
    for path in ("/a", "/b"):
        assert post(port, path + CHAT, chat_request(), fields=FIELDS).status == 200
        assert system_texts(upstream.requests[-1]) == ["house", "guarded"]
    assert [p["processor"] for p in log_of(gateway, f"/b{CHAT}")["processors"]] == [
        "Backend/default/one/guard", "default/house/tools"]

    def refused():
        return post(port, "/a" + CHAT, chat_request(), fields=FIELDS).status == 500

    gateway.reload(*parts({**guard, "config": {"nonsense": 1}}))
    eventually(refused, "a wrong configuration closes the backend")
    sent = len(upstream.requests)
    gateway.reload(*parts(guard, house))
    eventually(lambda: "PayloadProcessingPipeline house does not exist" in gateway.said(), "the missing pipeline is told")
    eventually(refused, "and closes the backend")
    assert len(upstream.requests) == sent
