"""A provider's moderation model: what it is asked, what its verdicts do, and what its failures mean."""

import json

import pytest
from harness import resources as r
from harness.model_server import chat_request, serve_chat
from harness.ports import free_port
from harness.raw_client import post

CHAT = "/v1/chat/completions"
FIELDS = {"Content-Type": "application/json", "Authorization": "Bearer of-the-client"}
KEPT = {"health": {"passive": {"consecutiveFailures": 0}}}


def moderated(name, **more):
    processor = {"name": "moderation", "type": "Moderation", "backendRef": r.backend_of("judge"), "timeout": "1s", **more}
    target = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": name}
    return r.resource(r.OWN, "PayloadProcessingPipeline", name, spec={"targetRefs": [target], "processors": [processor]})


@pytest.fixture(scope="module")
def shared(make_shared_gateway, make_shared_upstream):
    judge, model, port = make_shared_upstream(), make_shared_upstream(), free_port()
    make_shared_gateway().start(
        r.gateway(r.listener("http", port)), r.ai_backend("model", model.port, **KEPT), r.ip_backend("judge", judge.port, **KEPT),
        *[r.http_route(name, r.rule(r.backend_of("model"), path=f"/{name}")) for name in ("closed", "open", "strict")],
        moderated("closed"), moderated("open", failureMode="Open"),
        moderated("strict", config={"thresholds": [{"category": "hate", "score": 0.25}], "channels": ["User"]}))
    return port, judge, model


@pytest.fixture
def world(shared):
    port, judge, model = shared
    for upstream in (judge, model):
        upstream.forget()
    judge.on_request = by_word("bad")
    model.on_request = serve_chat
    yield shared
    judge.check()
    model.check()


def by_word(word):
    def script(connection, request):
        texts = json.loads(request.body)["input"]
        results = [{"flagged": word in text, "categories": {"hate": word in text, "violence": False},
                    "category_scores": {"hate": 0.3 if word in text else 0.01, "violence": 0.0}} for text in texts]
        connection.respond(200, {}, json.dumps({"id": "modr-1", "model": "omni", "results": results}).encode())
    return script


def ask(port, route, text):
    return post(port, f"/{route}{CHAT}", chat_request(messages=[{"role": "user", "content": text}]), fields=FIELDS)


def test_what_is_good_passes_and_is_asked_about_once_per_phase(world):
    port, judge, model = world
    assert ask(port, "closed", "a good question").status == 200
    assert len(model.requests) == 1 and len(judge.requests) == 2
    question = json.loads(judge.requests[0].body)
    assert judge.requests[0].target == "/v1/moderations"
    assert question == {"model": "omni-moderation-latest", "input": ["a good question"]}
    assert judge.requests[0].get("authorization") is None  # the client's key is the client's


@pytest.mark.parametrize("route", ["closed", "strict"])
def test_what_is_flagged_does_not_reach_the_model(world, route):
    port, _, model = world
    response = ask(port, route, "a bad question")
    assert response.status == 403 and not model.requests
    error = json.loads(response.body)["error"]
    assert error["code"] == "content_filter" and error["message"] == "Refused by moderation: hate"


def test_replies_are_judged_where_assistants_are(world):
    port, judge, _ = world
    judge.on_request = by_word("")  # everything
    assert ask(port, "closed", "hello").status == 403
    judge.forget()
    judge.on_request = by_word("bad")
    assert ask(port, "strict", "hello").status == 200
    assert len(judge.requests) == 1


@pytest.mark.parametrize("status, body", [(200, b"{}"), (200, b'{"results":[]}'), (500, b""), (429, b""), (401, b'{"results":[]}')])
def test_an_answer_that_means_nothing_is_a_failure(world, status, body):
    port, judge, model = world
    judge.on_request = lambda connection, _: connection.respond(status, {}, body)
    assert ask(port, "closed", "hello").status in (500, 502, 503) and not model.requests
    assert ask(port, "open", "hello").status == 200 and len(model.requests) == 1
