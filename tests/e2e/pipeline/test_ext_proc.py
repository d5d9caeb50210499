"""An external processor of Envoy's protocol: what it is told in every mode, what its replies do, what its failures mean."""

import json
import threading

import grpc
import pytest
from harness import ext_proc_server as ext_proc
from harness import resources as r
from harness.ext_proc_server import ExtProcServer, by_part, common, fields, immediate
from harness.model_server import SSE, chat_events, chat_request, payloads, serve_chat
from harness.ports import free_port
from harness.raw_client import RawClient, format_request, get, post
from harness.waiting import must

CHAT = "/v1/chat/completions"
JSON = {"Content-Type": "application/json"}
KEPT = {"health": {"passive": {"consecutiveFailures": 0}}}
BODY_MODES = ("BUFFERED", "BUFFERED_PARTIAL", "STREAMED", "FULL_DUPLEX_STREAMED")
FAILURE_MODES = ("closed", "open", "fallback")


def both(mode):
    return {"processingMode": {"requestBodyMode": mode, "responseBodyMode": mode}}


CONFIGS = {
    "headers": {},
    "buffered": both("BUFFERED"),
    "buffered-partial": {**both("BUFFERED_PARTIAL"), "partialBytes": 3},
    "streamed": both("STREAMED"),
    "full-duplex-streamed": both("FULL_DUPLEX_STREAMED"),
    "trailers": {"processingMode": {"requestBodyMode": "STREAMED", "requestTrailerMode": "SEND"}},
    "override": {"allowModeOverride": True},
    "observed": {"observabilityMode": True, **both("STREAMED")},
    "attributes": {"requestAttributes": ["request.url_path", "xds.route_name", "source.address"],
                   "responseAttributes": ["response.code"],
                   "forwardRules": {"disallowedHeaders": ["authorization"]}},
    "metadata": {"metadataOptions": {"forwardingNamespaces": {"untyped": ["pick"]}, "receivingNamespaces": {"untyped": ["pick"]}}},
    "patient": {"messageTimeout": "60s"},
    "early": {},
    **{mode: {"messageTimeout": "300ms", **both("BUFFERED")} for mode in FAILURE_MODES},
}


def pipeline(name, config, mode="Closed", target=None, backend="processor"):
    fallback = {"fallback": {"answer": {"text": "Not today."}}} if mode == "Fallback" else {}
    processor = {"name": "one", "type": "ExtProc", "backendRef": r.backend_of(backend), "failureMode": mode,
                 "config": config, **fallback}
    target = target or {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": name}
    return r.resource(r.OWN, "PayloadProcessingPipeline", name, spec={"targetRefs": [target], "processors": [processor]})


@pytest.fixture(scope="module")
def processor():
    server = ExtProcServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def shared(make_shared_gateway, make_shared_upstream, processor):
    model, other, echo, port, early = make_shared_upstream(), make_shared_upstream(), make_shared_upstream(), free_port(), free_port()
    routes = [r.http_route(name, r.rule(r.backend_of("model"), path=f"/{name}"), section="http") for name in CONFIGS]
    routes += [r.http_route(f"{name}-echo", r.rule(r.backend_of("echo"), path=f"/plain/{name}"), section="http") for name in CONFIGS]
    again = [{"path": {"type": "PathPrefix", "value": "/plain/headers"}, "headers": [{"name": "x-pick", "value": "other"}]}]
    routes += [r.http_route("picked", r.rule(r.backend_of("other"), matches=again))]
    routes += [r.http_route("early-other", r.rule(r.backend_of("other"), exact="/moved"), section="early"),
               r.http_route("gone", r.rule(r.backend_of("model"), path="/gone"), section="http")]
    pipelines = [pipeline(name, config, name.capitalize() if name in FAILURE_MODES else "Closed")
                 for name, config in CONFIGS.items() if name != "early"]
    pipelines += [pipeline(f"{name}-echo", config) for name, config in CONFIGS.items() if name != "early"]
    listener = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "gw", "sectionName": "early"}
    pipelines += [pipeline("early", {}, target=listener), pipeline("gone", {}, "Open", backend="gone")]
    gateway = make_shared_gateway().start(
        r.gateway(r.listener("http", port), r.listener("early", early)), *routes, *pipelines,
        r.ai_backend("model", model.port, **KEPT), r.ip_backend("other", other.port), r.ip_backend("echo", echo.port),
        r.ip_backend("processor", processor.port, "HTTP2", **KEPT), r.ip_backend("gone", free_port(), "HTTP2", **KEPT))
    return gateway, port, early, model, other, echo


@pytest.fixture
def world(shared, processor):
    for upstream in shared[3:]:
        upstream.forget()
    processor.forget()
    shared[3].on_request = serve_chat
    yield shared
    for upstream in shared[3:]:
        upstream.check()


def test_headers_are_told_and_changed_both_ways(world, processor):
    _, port, _, model, _, _ = world
    processor.script = by_part(request_headers=common("request_headers", x_tenant="blue", remove=["x-secret"], host="evil.test"),
                               response_headers=common("response_headers", x_seen="yes"))
    response = post(port, f"/headers{CHAT}", chat_request(), fields={**JSON, "X-Secret": "1"})
    assert response.status == 200 and response.get("x-seen") == "yes"
    assert model.requests[0].get("x-tenant") == "blue" and model.requests[0].get("x-secret") is None
    assert model.requests[0].get("host") != "evil.test"
    assert processor.parts() == ["request_headers", "response_headers"]
    told = fields(processor.streams[0][0].request_headers)
    assert told[":path"] == f"/headers{CHAT}" and told[":method"] == "POST" and told["x-secret"] == "1"
    assert fields(processor.streams[0][1].response_headers)[":status"] == "200"


@pytest.mark.parametrize("mode", BODY_MODES)
def test_bodies_are_told_and_kept(world, processor, mode):
    _, port, _, model, _, _ = world
    name = mode.lower().replace("_", "-")
    response = post(port, f"/{name}{CHAT}", chat_request(), fields=JSON)
    assert response.status == 200 and model.requests[0].body == chat_request()
    assert processor.parts() == ["request_headers", "request_body", "response_headers", "response_body"]
    whole = mode != "BUFFERED_PARTIAL"
    sent = processor.streams[0][1].request_body
    assert sent.body == (chat_request() if whole else chat_request()[:3]) and sent.end_of_stream == whole


@pytest.mark.parametrize("name", ["buffered", "streamed"])
def test_bodies_are_changed(world, processor, name):
    _, port, _, model, _, _ = world
    processor.script = by_part(request_body=common("request_body", body=chat_request("small"), x_body="1"),
                               response_body=common("response_body", body=b'{"new":true}'))
    response = post(port, f"/{name}{CHAT}", chat_request(), fields=JSON)
    assert json.loads(response.body) == {"new": True}
    assert model.requests[0].body == chat_request("small")
    assert model.requests[0].get("x-body") == ("1" if name == "buffered" else None)


def test_a_large_body_goes_through_in_full_duplex(world, processor):
    _, port, _, _, _, echo = world

    def upper_late(requests, context):
        """As pickers do: nothing before the body is there, then headers, then the body in pieces."""
        body = b""
        for request in requests:
            name = ext_proc.part(request)
            if name == "request_body":
                body += request.request_body.body
                if not request.request_body.end_of_stream:
                    continue
                yield common("request_headers", x_picked="one", clear=True)
                new = body.upper()
                for at in range(0, len(new), 62_000):
                    yield common("request_body", streamed=(new[at:at + 62_000], at + 62_000 >= len(new)))
            elif name == "response_headers":
                yield common("response_headers", x_served="one")
            elif name == "response_body":
                sent = request.response_body
                yield common("response_body", streamed=(sent.body, sent.end_of_stream))
    processor.script = upper_late
    body = b"abcdefgh" * 40_000
    response = post(port, "/plain/full-duplex-streamed", body)
    assert response.status == 200 and response.get("x-served") == "one"
    assert echo.requests[0].body == body.upper() and echo.requests[0].get("x-picked") == "one"


def test_a_processor_that_ends_its_stream_wants_no_more(world, processor):
    _, port, _, model, _, _ = world

    def leave(requests, context):
        yield ext_proc.keep(next(requests))
    processor.script = leave
    assert post(port, f"/buffered{CHAT}", chat_request(), fields=JSON).status == 200
    assert model.requests[0].body == chat_request()
    assert "response_headers" not in processor.parts()


def test_an_immediate_response_is_the_answer(world, processor):
    _, port, _, model, _, _ = world
    denied = immediate(429, b'{"later":true}')
    option = denied.immediate_response.headers.set_headers.add()
    option.header.key, option.header.raw_value = "content-type", b"application/json"
    option = denied.immediate_response.headers.set_headers.add()
    option.header.key, option.header.raw_value = "x-reason", b"busy"
    processor.script = by_part(request_headers=denied)
    response = post(port, f"/headers{CHAT}", chat_request(), fields=JSON)
    assert response.status == 429 and json.loads(response.body) == {"later": True}
    assert response.get("content-type") == "application/json" and response.get("x-reason") == "busy"
    assert not model.requests


def test_an_immediate_response_takes_the_place_of_a_reply(world, processor):
    _, port, _, model, _, _ = world
    processor.script = by_part(response_headers=immediate(451, b"not here"))
    response = post(port, f"/headers{CHAT}", chat_request(), fields=JSON)
    assert response.status == 451 and response.body == b"not here" and len(model.requests) == 1


def test_the_body_is_replaced_with_the_headers(world, processor):
    _, port, _, _, _, echo = world
    processor.script = by_part(request_headers=common("request_headers", body=b"instead", replace=True))
    assert post(port, "/plain/buffered", b"body").status == 200
    assert echo.requests[0].body == b"instead"
    assert processor.parts()[:2] == ["request_headers", "response_headers"]


def test_modes_are_overridden(world, processor):
    _, port, _, model, _, _ = world
    reply = common("request_headers")
    reply.mode_override.request_body_mode = 2  # BUFFERED
    processor.script = by_part(request_headers=reply, request_body=common("request_body", body=chat_request("small")))
    assert post(port, f"/override{CHAT}", chat_request(), fields=JSON).status == 200
    assert model.requests[0].body == chat_request("small")
    assert processor.parts() == ["request_headers", "request_body", "response_headers"]


def test_routes_are_matched_again(world, processor):
    _, port, _, _, other, echo = world
    processor.script = by_part(request_headers=common("request_headers", clear=True, x_pick="other"))
    assert get(port, "/plain/headers").status == 200
    assert len(other.requests) == 1 and not echo.requests
    # Without asking for it, the route stays.
    processor.script = by_part(request_headers=common("request_headers", x_pick="other"))
    assert get(port, "/plain/headers").status == 200
    assert len(other.requests) == 1 and len(echo.requests) == 1


def test_one_stream_goes_on_when_the_same_route_is_found_again(world, processor):
    _, port, _, _, _, echo = world
    processor.script = by_part(request_headers=common("request_headers", clear=True, x_new="1"))
    assert post(port, "/plain/buffered", b"body").status == 200
    assert echo.requests[0].get("x-new") == "1" and len(processor.streams) == 1
    assert processor.parts()[:3] == ["request_headers", "request_body", "response_headers"]


def test_a_gateways_processor_changes_the_path_before_routes_are_matched(world, processor):
    _, _, early, _, other, _ = world
    reply = common("request_headers")
    option = reply.request_headers.response.header_mutation.set_headers.add(append_action="OVERWRITE_IF_EXISTS_OR_ADD")
    option.header.key, option.header.raw_value = ":path", b"/moved"
    processor.script = by_part(request_headers=reply)
    assert get(early, "/here").status == 200
    assert other.requests[0].target == "/moved"


def test_trailers_are_told_and_changed(world, processor):
    _, port, _, _, _, echo = world
    processor.script = by_part(request_trailers=ext_proc.trailers("request_trailers", x_sum="2"))
    with RawClient(port) as client:
        client.send("POST /plain/trailers HTTP/1.1\r\nHost: example.test\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\n\r\n"
                    "4\r\nbody\r\n0\r\nX-Sum: 1\r\n\r\n")
        assert client.response("POST").status == 200
    assert echo.requests[0].body == b"body"
    assert processor.parts()[:3] == ["request_headers", "request_body", "request_trailers"]
    told = processor.streams[0][2].request_trailers.trailers.headers
    assert [(each.key, each.raw_value) for each in told] == [("x-sum", b"1")]
    assert not processor.streams[0][1].request_body.end_of_stream


def test_attributes_are_told_and_fields_held_back(world, processor):
    _, port, _, _, _, _ = world
    assert post(port, f"/attributes{CHAT}", chat_request(), fields={**JSON, "Authorization": "Bearer secret"}).status == 200
    request, response = processor.streams[0]
    told = request.attributes["envoy.filters.http.ext_proc"].fields
    assert told["request.url_path"].string_value == f"/attributes{CHAT}"
    assert told["source.address"].string_value.startswith("127.0.0.1")
    assert told["xds.route_name"].string_value
    assert response.attributes["envoy.filters.http.ext_proc"].fields["response.code"].number_value == 200
    assert "authorization" not in fields(request.request_headers)


def test_metadata_comes_back(world, processor):
    _, port, _, _, _, _ = world
    reply = common("request_headers")
    reply.dynamic_metadata.update({"pick": {"endpoint": "10.0.0.1:80"}, "other": {"x": 1}})
    processor.script = by_part(request_headers=reply)
    assert post(port, f"/metadata{CHAT}", chat_request(), fields=JSON).status == 200
    told = processor.streams[0][1].metadata_context.filter_metadata
    assert dict(told["pick"]) == {"endpoint": "10.0.0.1:80"} and "other" not in told


def test_an_onlooker_is_told_and_never_waited_for(world, processor):
    _, port, _, model, _, _ = world

    def silent(requests, context):
        for _ in requests:
            pass
        yield from ()
    processor.script = silent
    response = post(port, f"/observed{CHAT}", chat_request(stream=True), fields=JSON)
    assert payloads(response.body)[-1] == "[DONE]" and len(model.requests) == 1
    events = response.body.count(b"data:")
    processor.wait_for(["request_headers", "request_body", "response_headers"] + ["response_body"] * (events + 1))
    assert all(request.observability_mode for request in processor.streams[0])
    ext_proc.eventually(lambda: processor.ended[0], "the stream ends in order")


def test_a_client_that_leaves_ends_the_stream(world, processor):
    _, port, _, model, _, _ = world
    left = threading.Event()

    def wait(requests, context):
        context.add_callback(left.set)
        for _ in requests:
            pass
        yield from ()
    processor.script = wait
    with RawClient(port) as client:
        client.request("GET", "/plain/patient")
        processor.wait_for(["request_headers"])
        client.leave()
        must(left, "the processor's call is cancelled")
    assert not model.requests


def test_a_processor_that_was_started_anew_is_asked_again(world, processor):
    _, port, _, model, _, _ = world
    for count in (1, 2):
        assert post(port, f"/headers{CHAT}", chat_request(), fields=JSON).status == 200
        assert len(model.requests) == len(processor.streams) == count
        processor.restart()


def test_a_processor_is_asked_over_mutual_tls(make_gateway, make_upstream, authority):
    pair, echo, port = authority.issue("processor.test"), make_upstream(), free_port()
    server = ExtProcServer(grpc.ssl_server_credentials([(pair.key_pem.encode(), pair.cert_pem.encode())],
                                                       authority.cert_pem.encode(), require_client_auth=True))
    server.script = by_part(request_headers=common("request_headers", x_tenant="blue"))
    destination = {"type": "Ip", "ip": {"addresses": ["127.0.0.1"]}}
    tls = {"mode": "Mutual", "sni": "processor.test", "caBundleRef": {"name": "ca"}, "clientCertificateRef": {"name": "identity"}}
    make_gateway().start(
        r.gateway(r.listener("http", port)), r.http_route("secure", r.rule(r.backend_of("echo"))), r.ip_backend("echo", echo.port),
        r.tls_secret("identity", authority.issue("gateway.test")), r.ca_config_map("ca", authority.cert_pem), pipeline("secure", {}),
        r.resource(r.OWN, "Backend", "processor", spec={
            "destination": destination, "ports": [{"number": server.port, "protocol": "HTTP2", "tls": tls}]}))
    assert get(port, "/").status == 200
    assert echo.requests[0].get("x-tenant") == "blue"
    server.close()


# Streams.

@pytest.mark.parametrize("name", ["streamed", "full-duplex-streamed"])
def test_events_are_told_one_by_one_and_changed(world, processor, name):
    _, port, _, _, _, _ = world
    duplex = name == "full-duplex-streamed"

    def shout(requests, context):
        for request in requests:
            if ext_proc.part(request) != "response_body":
                if not (duplex and ext_proc.part(request) == "request_body"):
                    yield ext_proc.keep(request)
                    continue
                sent = request.request_body
                yield common("request_body", streamed=(sent.body, sent.end_of_stream))
                continue
            sent = request.response_body
            new = sent.body.replace(b"one", b"ONE")
            yield common("response_body", streamed=(new, sent.end_of_stream)) if duplex else common("response_body", body=new)
    processor.script = shout
    response = post(port, f"/{name}{CHAT}", chat_request(stream=True), fields=JSON)
    assert b"ONE" in response.body and b"one" not in response.body and payloads(response.body)[-1] == "[DONE]"


def test_a_full_duplex_processor_may_keep_a_stream_to_its_end(world, processor):
    _, port, _, _, _, _ = world

    def hold(requests, context):
        held = b""
        for request in requests:
            name = ext_proc.part(request)
            if name != "response_body":
                if name == "request_body":
                    yield common(name, streamed=(request.request_body.body, request.request_body.end_of_stream))
                else:
                    yield ext_proc.keep(request)
                continue
            held += request.response_body.body
            if request.response_body.end_of_stream:
                yield common("response_body", streamed=(held.replace(b"two", b"TWO"), True))
    processor.script = hold
    response = post(port, f"/full-duplex-streamed{CHAT}", chat_request(stream=True), fields=JSON)
    assert b"TWO" in response.body and payloads(response.body)[-1] == "[DONE]"


def test_what_a_full_duplex_processor_answers_late_goes_out_while_the_model_pauses(world, processor):
    _, port, _, model, _, _ = world
    seen = threading.Event()
    events = chat_events(["one", "two"], False)

    def answer_by_twos(requests, context):
        held = []
        for request in requests:
            name = ext_proc.part(request)
            if name == "request_body":
                yield common(name, streamed=(request.request_body.body, request.request_body.end_of_stream))
            elif name != "response_body":
                yield ext_proc.keep(request)
            else:
                held.append(request.response_body)
                if len(held) == 2 or held[-1].end_of_stream:
                    yield from (common("response_body", streamed=(one.body, one.end_of_stream)) for one in held)
                    held = []

    def pause(connection, request):
        connection.start_chunked(fields=SSE)
        for event in events[:2]:
            connection.send_chunk(event)
        must(seen, "the client to see what was answered late")
        for event in events[2:]:
            connection.send_chunk(event)
        connection.end_chunks()

    processor.script = answer_by_twos
    model.on_request = pause
    with RawClient(port) as client:
        client.send(format_request("POST", f"/full-duplex-streamed{CHAT}", "example.test", JSON, chat_request(stream=True)))
        while b"one" not in client.reader.buffer:
            client.reader.more()
        seen.set()
        response = client.response("POST")
    assert response.body == b"".join(events)


def test_an_immediate_response_ends_a_stream_with_an_error(world, processor):
    _, port, _, _, _, _ = world
    seen = []

    def deny_later(request):
        seen.append(request)
        return common("response_body") if len(seen) < 3 else immediate(429, b"enough")
    processor.script = by_part(response_body=deny_later)
    response = post(port, f"/streamed{CHAT}", chat_request(stream=True), fields=JSON)
    assert response.status == 200 and b"enough" in response.body and b"[DONE]" not in response.body


def test_a_stream_is_never_buffered(world, processor):
    _, port, _, _, _, _ = world
    response = post(port, f"/closed{CHAT}", chat_request(stream=True), fields=JSON)
    assert response.status == 500


# Failures.

def abort(code):
    def script(requests, context):
        next(requests)
        context.abort(code, "no")
        yield
    return script


def never(requests, context):
    for _ in requests:
        pass
    yield from ()


FAULTS = {
    "late": never,
    "no room": abort(grpc.StatusCode.RESOURCE_EXHAUSTED),
    "away": abort(grpc.StatusCode.UNAVAILABLE),
    "broken": abort(grpc.StatusCode.INTERNAL),
    "empty": by_part(request_headers=ext_proc.pb.ProcessingResponse()),
    "another part": by_part(request_headers=common("response_headers")),
    "no status": by_part(request_headers=immediate(0)),
    "not its mode": by_part(request_body=common("request_body", streamed=(b"x", True))),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("mode", FAILURE_MODES)
def test_faults_mean_what_the_failure_mode_says(world, processor, mode, fault):
    _, port, _, model, _, _ = world
    processor.script = FAULTS[fault]
    response = post(port, f"/{mode}{CHAT}", chat_request(), fields=JSON)
    if mode == "closed":
        assert response.status == (504 if fault == "late" else 500)
        assert json.loads(response.body)["error"]["message"].startswith("a payload processor")
        assert not model.requests
    elif mode == "open":
        assert response.status == 200 and model.requests[0].body == chat_request()
        assert len(processor.streams) == 1  # it is not asked again
    else:
        assert response.status == 200 and not model.requests
        assert json.loads(response.body)["choices"][0]["message"]["content"] == "Not today."


def test_a_processor_that_is_gone_is_a_failure(world):
    _, port, _, model, _, _ = world
    assert post(port, f"/gone{CHAT}", chat_request(), fields=JSON).status == 200
    assert len(model.requests) == 1
