"""SemanticRouter: where model calls go by what they say, as clients and backends see it."""

import json

import pytest
from harness import resources as r
from harness.gateway import run_command
from harness.model_server import chat_request, serve_chat
from harness.ports import free_port
from harness.raw_client import post

CHAT = "/v1/chat/completions"
FIELDS = {"Content-Type": "application/json"}
INTENTS = [
    {"name": "code", "examples": ["write a python function", "fix the bug in this function", "why does my program crash",
                                  "explain this sql query"]},
    {"name": "translation", "examples": ["translate this text into german", "how do you say thank you in japanese",
                                         "what does bonjour mean in english"]},
]
OTHERS = ["hello there", "who won the world cup", "what is the weather today", "tell me a joke"]
CODE, FRENCH, OTHER = "please find the bug in my java function", "translate good night into french", "who painted the mona lisa"


def router(target, config, **spec):
    group = "gateway.networking.k8s.io"
    return r.resource(r.OWN, "PayloadProcessingPipeline", f"by-meaning-{target[1]}", spec={
        "targetRefs": [{"group": group, "kind": target[0], "name": target[1]}],
        "processors": [{"name": "intent", "type": "SemanticRouter", "config": config}], **spec})


def intents(**effects):
    return [{**intent, **effects.get(intent["name"], {})} for intent in INTENTS]


def ask(port, text, path="", **fields):
    body = chat_request(messages=[{"role": "user", "content": text}])
    return post(port, f"{path}{CHAT}", body, fields={**FIELDS, **fields})


@pytest.fixture(scope="module")
def shared(make_shared_gateway, make_shared_upstream):
    one, two, port = make_shared_upstream(), make_shared_upstream(), free_port()
    by_intent = [{"headers": [{"name": "x-tidegate-intent", "value": "translation"}]}]
    by_model = [{"path": {"type": "PathPrefix", "value": "/again"}, "headers": [{"name": "X-Gateway-Model-Name", "value": "coder"}]}]
    gateway = make_shared_gateway().start(
        r.gateway(r.listener("http", port)), r.ai_backend("one", one.port), r.ai_backend("two", two.port),
        r.http_route("translations", r.rule(r.backend_of("two"), matches=by_intent)),
        r.http_route("again", r.rule(r.backend_of("two"), matches=by_model), r.rule(r.backend_of("one"), path="/again")),
        r.http_route("elsewhere", r.rule(r.backend_of("one"), path="/elsewhere")),
        r.http_route("rest", r.rule(r.backend_of("one"), path="/")),
        router(("Gateway", "gw"), {"intents": intents(), "fallback": {"examples": OTHERS}}),
        router(("HTTPRoute", "rest"), {"intents": intents(code={"model": "coder"}), "fallback": {"examples": OTHERS}, "header": "x-second"}),
        router(("HTTPRoute", "again"), {"intents": intents(code={"model": "coder", "reroute": True}), "fallback": {"examples": OTHERS}}),
        router(("HTTPRoute", "elsewhere"), {"intents": intents(code={"backend": "other"}), "fallback": {"examples": OTHERS}},
               backends=[{"name": "other", "backendRef": r.backend_of("two")}]))
    return gateway, port, one, two


@pytest.fixture
def world(shared):
    gateway, port, one, two = shared
    for upstream in (one, two):
        upstream.forget()
        upstream.on_request = serve_chat
    yield gateway, port, one, two
    one.check()
    two.check()


def counts(*upstreams):
    return tuple(len(upstream.requests) for upstream in upstreams)


def test_the_decision_is_told_to_the_backend_and_the_client(world):
    _, port, one, two = world
    response = ask(port, CODE)
    assert response.status == 200
    assert response.get("x-tidegate-intent").startswith("code;score=0.")
    assert one.requests[0].get("x-tidegate-intent") == "code"
    assert counts(one, two) == (1, 0)


def test_a_route_matches_the_intent(world):
    _, port, one, two = world
    assert ask(port, FRENCH).get("x-tidegate-intent").startswith("translation;")
    assert counts(one, two) == (0, 1)


def test_it_abstains_and_clients_cannot_say_the_decision(world):
    _, port, one, two = world
    response = ask(port, OTHER, **{"X-Tidegate-Intent": "translation"})
    assert response.get("x-tidegate-intent").startswith("none")
    assert one.requests[0].get("x-tidegate-intent") == "none"
    assert counts(one, two) == (1, 0)


def test_traffic_that_is_no_model_call_has_no_decision(world):
    _, port, one, two = world
    one.on_request = two.on_request = lambda connection, _: connection.respond(200, FIELDS, b"{}")
    response = post(port, "/other", b"{}", fields={**FIELDS, "X-Tidegate-Intent": "translation"})
    assert response.status == 200
    assert response.get("x-tidegate-intent") is None
    assert one.requests[0].get("x-tidegate-intent") is None
    assert counts(one, two) == (1, 0)


def test_an_intent_has_its_model(world):
    _, port, one, _ = world
    response = ask(port, CODE)
    assert json.loads(one.requests[0].body)["model"] == "coder"
    assert response.get("x-second").startswith("code;")


def test_an_intent_re_routes_to_a_model(world):
    _, port, one, two = world
    assert ask(port, CODE, "/again").status == 200
    assert counts(one, two) == (0, 1)
    assert json.loads(two.requests[0].body)["model"] == "coder"
    assert ask(port, OTHER, "/again").status == 200
    assert counts(one, two) == (1, 1)


def test_an_intent_re_routes_to_a_backend(world):
    gateway, port, one, two = world
    assert ask(port, CODE, "/elsewhere").status == 200
    assert counts(one, two) == (0, 1)
    record = gateway.wait_for_log(lambda line: line["path"] == f"/elsewhere{CHAT}", "the line of the re-routed call")
    assert [p["verdict"] for p in record["processors"] if p["phase"] == "RequestBody"] == ["mutate", "reroute"]


def test_a_stream_has_the_decision_too(world):
    _, port, _, _ = world
    body = chat_request(messages=[{"role": "user", "content": CODE}], stream=True)
    response = post(port, CHAT, body, fields=FIELDS)
    assert response.get("content-type").startswith("text/event-stream")
    assert response.get("x-tidegate-intent").startswith("code;")


def test_validate_tells_what_is_wrong(binary, tmp_path):
    (tmp_path / "p.yaml").write_text("""
apiVersion: tidegate.dev/v1alpha1
kind: PayloadProcessingPipeline
metadata: {name: p}
spec:
  processors:
  - {name: a, type: SemanticRouter, config: {intents: [{name: code, example: [x]}], rules: [{intent: cod, keywords: [x]}]}}
""")
    result = run_command(binary, "validate", "-f", str(tmp_path))
    said = result.stdout + result.stderr
    assert result.returncode != 0
    assert "processors[0].config.intents[0].example: unknown field" in said
    assert 'processors[0].config.rules: say "cod", which is no intent' in said


def embed(connection, request):
    """An embeddings model of two numbers: what is about code, and what is not."""
    texts = json.loads(request.body)["input"]
    texts = [texts] if isinstance(texts, str) else texts
    about_code = [any(word in text for word in ("function", "program", "sql", "bug")) for text in texts]
    data = [{"index": at, "embedding": [1, 0.1] if code else [0.1, 1]} for at, code in enumerate(about_code)]
    connection.respond(200, {"Content-Type": "application/json"}, json.dumps({"object": "list", "data": data}).encode())


def test_vectors_of_a_backend_are_asked_for_when_they_are_needed(make_gateway, make_upstream):
    model, vectors, port = make_upstream(), make_upstream(), free_port()
    model.on_request, vectors.on_request = serve_chat, embed
    config = {"intents": intents(code={"model": "coder"}), "fallback": {"examples": OTHERS},
              "embeddings": {"type": "Backend", "model": "small-embedder", "timeout": "2s"}}
    by_backend = router(("HTTPRoute", "all"), config)
    by_backend["spec"]["processors"][0].update(backendRef=r.backend_of("vectors"), failureMode="Open")
    kept = {"health": {"passive": {"consecutiveFailures": 0}}}
    make_gateway().start(r.gateway(r.listener("http", port)), r.ai_backend("model", model.port), r.ip_backend("vectors", vectors.port, **kept),
                         r.http_route("all", r.rule(r.backend_of("model"))), by_backend)
    assert not vectors.requests  # nobody is called before a request needs it
    assert ask(port, CODE).get("x-tidegate-intent").startswith("code;score=")
    assert json.loads(model.requests[-1].body)["model"] == "coder"
    asked = [json.loads(request.body) for request in vectors.requests]
    assert [body["model"] for body in asked] == ["small-embedder"] * 2
    assert asked[0]["input"] == [example for intent in INTENTS for example in intent["examples"]] + OTHERS
    assert asked[1]["input"] == CODE
    ask(port, CODE)
    assert len(vectors.requests) == 3
    vectors.on_request = lambda connection, request: connection.respond(500, {}, b"{}")
    answer = ask(port, CODE, **{"x-tidegate-intent": "translation"})
    assert answer.status == 200 and answer.get("x-tidegate-intent") is None
    assert model.requests[-1].get("x-tidegate-intent") is None


def test_a_trained_file_that_is_missing_is_told(tmp_path, binary):
    file = tmp_path / "gone.bin"
    (tmp_path / "p.yaml").write_text(f"""
apiVersion: tidegate.dev/v1alpha1
kind: PayloadProcessingPipeline
metadata: {{name: p}}
spec:
  processors:
  - {{name: a, type: SemanticRouter, config: {{trained: {{file: {file}}}, intents: [{{name: code}}]}}}}
  - {{name: b, type: SemanticRouter, config: {{embeddings: {{file: {file}}}, intents: [{{name: code}}]}}}}
""")
    result = run_command(binary, "validate", "-f", str(tmp_path))
    assert result.stderr.count(f"warning: {file}: No such file or directory") == 2
