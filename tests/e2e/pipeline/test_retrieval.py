"""Retrieval: documents of a folder and answers of search engines, put before the model; and what happens when there are none."""

import json
import signal

import pytest
from harness import resources as r
from harness.gateway import run_command
from harness.model_server import chat_request, serve_chat
from harness.ports import free_port
from harness.raw_client import post
from harness.waiting import eventually

CHAT = "/v1/chat/completions"
FIELDS = {"Content-Type": "application/json", "X-Tenant": "blue"}
KEPT = {"health": {"passive": {"consecutiveFailures": 0}}}
LEAVE = "How many days of vacation do I have?"
SEARCHES = {
    "store": ({"type": "OpenAIVectorStore", "vectorStore": "vs_1",
               "filter": {"type": "eq", "key": "tenant", "value": "{{header.x-tenant}}"}},
              "/v1/vector_stores/vs_1/search",
              {"data": [{"file_id": "f-1", "filename": "leave.md", "score": 0.9, "content": [{"type": "text", "text": "Thirty days."}]}]}),
    "qdrant": ({"type": "Qdrant", "collection": "docs"}, "/collections/docs/points/query",
               {"result": {"points": [{"id": 1, "score": 0.9, "payload": {"text": "Thirty days.", "source": "leave.md"}}]}, "status": "ok"}),
    "elastic": ({"type": "Elasticsearch", "index": "docs", "fields": {"text": "body"}}, "/docs/_search",
                {"hits": {"hits": [{"_id": "1", "_score": 0.9, "_source": {"body": "Thirty days.", "source": "leave.md"}}]}}),
    "json": ({"type": "Json", "method": "GET", "path": "/find?q={{question}}", "results": "/items", "text": "/body", "source": "/link"},
             "/find?q=How%20many%20days%20of%20vacation%20do%20I%20have%3F",
             {"items": [{"body": "Thirty days.", "link": "leave.md"}]}),
}


def pipeline(name, config, mode="Closed", **more):
    processor = {"name": "docs", "type": "Retrieval", "failureMode": mode, "timeout": "1s", "config": config}
    if config["retriever"]["type"] != "Folder":
        processor["backendRef"] = r.backend_of("search")
    if mode == "Fallback":
        processor["fallback"] = {"answer": {"text": "Not today."}}
    target = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": name}
    return r.resource(r.OWN, "PayloadProcessingPipeline", name, spec={"targetRefs": [target], "processors": [processor], **more})


def ask(port, route, text=LEAVE, **more):
    return post(port, f"/{route}{CHAT}", chat_request(messages=[{"role": "user", "content": text}], **more), fields=FIELDS)


def system_of(request):
    """What stands before the conversation."""
    first = json.loads(request.body)["messages"][0]
    return first["content"] if first["role"] == "system" else ""


@pytest.fixture(scope="module")
def shared(make_shared_gateway, make_shared_upstream):
    search, model, port = make_shared_upstream(), make_shared_upstream(), free_port()
    by_vector = {"retriever": SEARCHES["qdrant"][0], "embeddingsBackend": {"name": "vectors", "model": "e-1"}}
    modes = {mode.lower(): pipeline(mode.lower(), {"retriever": SEARCHES["elastic"][0]}, mode) for mode in ("Closed", "Open", "Fallback")}
    gateway = make_shared_gateway().start(
        r.gateway(r.listener("http", port)), r.ai_backend("model", model.port, **KEPT), r.ip_backend("search", search.port, **KEPT),
        [r.http_route(name, r.rule(r.backend_of("model"), path=f"/{name}")) for name in (*SEARCHES, *modes, "vector")],
        [pipeline(name, {"retriever": search, "citations": {"header": "x-sources"}}) for name, (search, _, _) in SEARCHES.items()],
        list(modes.values()),
        pipeline("vector", by_vector, backends=[{"name": "vectors", "backendRef": r.backend_of("search")}]))
    return gateway, port, search, model


@pytest.fixture
def world(shared):
    _, _, search, model = shared
    for upstream in (search, model):
        upstream.forget()
    model.on_request = serve_chat
    yield shared
    search.check()
    model.check()


def answer(body, status=200, **fields):
    return lambda connection, request: connection.respond(status, fields, body if isinstance(body, bytes) else json.dumps(body).encode())


@pytest.mark.parametrize("name", SEARCHES)
def test_what_is_found_is_put_before_the_model(world, name):
    _, port, search, model = world
    _, target, found = SEARCHES[name]
    search.on_request = answer(found)
    response = ask(port, name)
    assert response.status == 200
    assert "Thirty days." in system_of(model.requests[0])
    assert response.get("x-sources").startswith(('"leave.md";index=1', '"f-1";index=1;title="leave.md"'))
    asked = search.requests[0]
    assert asked.target == target and asked.get("authorization") is None
    if name == "store":
        assert json.loads(asked.body) == {"query": LEAVE, "max_num_results": 10,
                                          "filters": {"type": "eq", "key": "tenant", "value": "blue"}}
    if name == "qdrant":
        assert len(json.loads(asked.body)["query"]) == 256


def test_streams_tell_their_sources_too(world):
    _, port, search, _ = world
    search.on_request = answer(SEARCHES["store"][2])
    response = ask(port, "store", stream=True)
    assert response.get("x-sources") and response.body.rstrip().endswith(b"data: [DONE]")


def test_vectors_come_from_a_backend(world):
    _, port, search, model = world
    search.on_request = lambda connection, request: connection.respond(200, {}, json.dumps(
        {"data": [{"embedding": [0.5, 0.25]}]} if request.target == "/v1/embeddings" else SEARCHES["qdrant"][2]).encode())
    assert ask(port, "vector").status == 200
    assert json.loads(search.requests[1].body)["query"] == [0.5, 0.25]
    assert "Thirty days." in system_of(model.requests[0])


def test_nothing_found_is_no_failure(world):
    gateway, port, search, model = world
    search.on_request = answer({"hits": {"hits": []}})
    assert ask(port, "closed").status == 200
    assert system_of(model.requests[0]) == ""


FAULTS = {
    "late": lambda connection, request: connection.wait_for_close(),
    "reset": lambda connection, request: connection.reset(),
    "cut": lambda connection, request: (connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"), connection.close()),
    "server error": answer({"hits": {"hits": []}}, 500),
    "no room": answer({}, 503),
    "not found": answer({"error": {"type": "index_not_found_exception"}}, 404),
    "no JSON": answer(b"<html>"),
    "another form": answer({"results": []}),
    "no texts": answer({"hits": {"hits": [{"_source": {"text": "under another name"}}]}}),
    "too much": answer(b" " * (1024 * 1024 + 1)),
    "encoded": answer(b"x", **{"Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("mode", ["closed", "open", "fallback"])
def test_faults_mean_what_the_failure_mode_says(world, mode, fault):
    _, port, search, model = world
    search.on_request = FAULTS[fault]
    response = ask(port, mode)
    if mode == "closed":
        assert response.status == (504 if fault == "late" else 500) and not model.requests
    elif mode == "open":
        assert response.status == 200 and system_of(model.requests[0]) == ""
    else:
        assert not model.requests
        assert json.loads(response.body)["choices"][0]["message"]["content"] == "Not today."


@pytest.fixture
def folder(make_gateway, make_upstream, tmp_path):
    """A gateway with the documents of a folder that is not there yet."""
    model, port, documents = make_upstream(), free_port(), tmp_path / "documents"
    model.on_request = serve_chat
    config = {"retriever": {"type": "Folder", "path": str(documents)}, "citations": {"header": "x-sources"}}
    parts = [r.gateway(r.listener("http", port)), r.ai_backend("model", model.port),
             [r.http_route(name, r.rule(r.backend_of("model"), path=f"/{name}")) for name in ("must", "may")],
             pipeline("must", config), pipeline("may", config, "Open")]
    return make_gateway(), parts, port, model, documents


def test_a_folder_that_is_missing_is_told_and_the_failure_mode_decides(folder, binary):
    gateway, parts, port, model, documents = folder
    gateway.start(*parts)
    gateway.wait_for_output(f"default/must/docs: {documents}: No such file or directory")
    assert ask(port, "must").status == 500
    assert ask(port, "may").status == 200 and len(model.requests) == 1
    checked = run_command(binary, "validate", "-f", str(gateway.resources.path))
    assert f"warning: {documents}: No such file or directory" in checked.stderr
    explained = run_command(binary, "explain", "-f", str(gateway.resources.path), "POST", f"http://example.test:{port}/must{CHAT}", "-d", chat_request().decode())
    assert f"cannot work now: {documents}: No such file" in explained.stdout


def test_documents_are_read_again_on_a_reload(folder):
    gateway, parts, port, model, documents = folder
    documents.mkdir()
    (documents / "leave.md").write_text("# Leave\n\nEveryone has thirty days of vacation.\n")
    gateway.start(*parts)
    assert ask(port, "must").get("x-sources").startswith('"leave.md";index=1;title="Leave";score=0.')
    assert "thirty days" in system_of(model.requests[-1])
    (documents / "leave.md").write_text("# Leave\n\nEveryone has forty-one days of vacation.\n")
    (documents / "trains.md").write_text("# Trains\n\nBook second class.\n")
    gateway.process.send_signal(signal.SIGHUP)
    eventually(lambda: ask(port, "must") and "forty-one days" in system_of(model.requests[-1]), "the new text is found")
    assert '"trains.md";index=1' in ask(port, "must", "in which class do I travel by train?").get("x-sources")


def test_the_log_says_how_much_was_used(folder):
    gateway, parts, port, _, documents = folder
    documents.mkdir()
    (documents / "leave.md").write_text("Everyone has thirty days of vacation.")
    gateway.start(*parts)
    ask(port, "must")
    record = gateway.wait_for_log(lambda line: line["path"] == f"/must{CHAT}", "the line of the call")
    assert [p["detail"] for p in record["processors"] if "detail" in p] == ["passages 1"]
    runs = gateway.metrics()["tidegate_processor_runs"].samples
    assert [s.value for s in runs if s.labels["processor"] == "default/must/docs" and s.labels["verdict"] == "mutate"
            and s.labels["phase"] == "RequestBody"] == [1]
