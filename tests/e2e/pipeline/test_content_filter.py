"""ContentFilter as clients and providers see it, in every dialect, wherever streams are cut."""

import json
import threading

import pytest
from harness import resources as r
from harness.dialogues import DIALOGUES, cuts, every_dialect
from harness.model_server import chat_events, send_events
from harness.ports import free_port
from harness.raw_client import RawClient, format_request
from harness.waiting import eventually, must

FILTERED = {"chat": "content_filter", "messages": "refusal", "responses": "content_filter", "gemini": "SAFETY", "converse": "content_filtered",
            "invoke": "refusal"}
CONFIG = {"categories": [
    {"name": "rivals", "words": ["Globex Corporation"], "request": "Redact"},
    {"name": "seen", "patterns": [r"\bproj-\d{2}\b"], "request": "Report", "response": "Report"},
    {"name": "abuse", "words": ["damn"], "request": "Block", "response": "Block"}]}


def start(make_shared_gateway, make_shared_upstream, config):
    upstream, port = make_shared_upstream(), free_port()
    backends = [r.ai_backend(d.name, upstream.port, d.dialect) for d in DIALOGUES]
    for backend in backends[-2:]:
        backend["spec"]["ai"].pop("dialect")  # of Bedrock: its name is not the provider's
    rules = [r.rule(r.backend_of(d.name), matches=[{"path": {"type": "PathPrefix", "value": f"/{d.name}"}}],
                    filters=[{"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}}}])
             for d in DIALOGUES]
    gateway = make_shared_gateway().start(
        r.gateway(r.listener("http", port)), *backends, r.http_route("all", *rules),
        r.resource(r.OWN, "PayloadProcessingPipeline", "filter", spec={
            "targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "all"}],
            "processors": [{"name": "filter", "type": "ContentFilter", "config": config}]}))
    return gateway, port, upstream


@pytest.fixture(scope="module")
def shared(make_shared_gateway, make_shared_upstream):
    return start(make_shared_gateway, make_shared_upstream, CONFIG)


@pytest.fixture(scope="module")
def hurried(make_shared_gateway, make_shared_upstream):
    return start(make_shared_gateway, make_shared_upstream, {"holdBack": {"time": "50ms"}, **CONFIG})


@pytest.fixture
def world(shared):
    shared[2].forget()
    yield shared
    shared[2].check()


def ask(port, dialogue, text="hi", stream=False):
    return dialogue.ask(port, dialogue.name, text, stream)


@every_dialect
def test_requests_are_redacted_or_refused(world, dialogue):
    _, port, upstream = world
    upstream.on_request = dialogue.serve("fine", "{}")
    assert ask(port, dialogue, "Ask GLOBEX  corporation \"now\"").status == 200
    assert upstream.requests[0].body.decode() == json.dumps(dialogue.request("Ask [rivals] \"now\"", False))
    refused = ask(port, dialogue, "Damn it")
    assert refused.status == 403 and b"abuse" in refused.body
    assert len(upstream.requests) == 1


@every_dialect
def test_whole_replies_are_redacted_or_refused(world, dialogue):
    _, port, upstream = world
    upstream.on_request = dialogue.serve("By Globex Corporation.", json.dumps({"a": "Globex Corporation"}))
    assert json.loads(ask(port, dialogue).body) == dialogue.reply("By [rivals].", json.dumps({"a": "[rivals]"}))
    upstream.on_request = dialogue.serve("damn", "{}")
    assert ask(port, dialogue).status == 403


@every_dialect
def test_streams_are_redacted_wherever_they_are_cut(world, dialogue):
    _, port, upstream = world
    said, arguments = "By Globex Corporation or Globex.", json.dumps({"a": "Globex Corporation"})
    for text, call in zip(cuts(said), cuts(arguments)):
        upstream.on_request = dialogue.serve(text, call)
        heard, called, _ = dialogue.read(ask(port, dialogue, stream=True).body)
        assert (heard, json.loads(called)) == ("By [rivals] or Globex.", {"a": "[rivals]"}), text


@every_dialect
def test_a_blocked_stream_ends_as_its_dialect_says_wherever_it_is_cut(world, dialogue):
    _, port, upstream = world
    for text in cuts("Well, damn it."):
        upstream.on_request = dialogue.serve(text, ["{}"])
        heard, called, ended = dialogue.read(ask(port, dialogue, stream=True).body)
        assert (heard, called, ended) == ("Well, ", "", FILTERED[dialogue.name]), text


def test_the_upstream_of_a_blocked_stream_is_left_and_the_log_says_why(world):
    gateway, port, upstream = world
    chat = DIALOGUES[0]
    left = []

    def talk_without_end(connection, request):
        connection.start_chunked(fields=chat.fields)
        for event in chat_events(["proj-12 damn you"], True)[:-3]:
            connection.send_chunk(event)
        connection.wait_for_close()
        left.append(True)

    upstream.on_request = talk_without_end
    heard, _, ended = chat.read(ask(port, chat, stream=True).body)
    assert (heard, ended) == ("proj-12 ", "content_filter")
    eventually(lambda: left, "the gateway to leave the upstream")
    record = gateway.wait_for_log(lambda record: "seen 1" in json.dumps(record.get("processors", [])), "the line of a blocked stream")
    found = [p["detail"] for p in record["processors"] if p["phase"] == "StreamChunk"]
    assert found == ["seen 1, abuse 1"]
    assert record["status"] == 200


def test_the_backend_is_not_blamed_for_what_a_processor_ends(world):
    _, port, upstream = world
    chat = DIALOGUES[0]
    for _ in range(8):  # more failures in a row than an endpoint may have
        upstream.on_request = lambda connection, _: send_events(connection, chat_events(["damn"], False))
        assert chat.read(ask(port, chat, stream=True).body)[2] == "content_filter"
    upstream.on_request = lambda connection, _: send_events(connection, chat_events(["fine"], False))
    assert chat.read(ask(port, chat, stream=True).body)[0] == "fine"


@pytest.mark.parametrize("dialogue", [d for d in DIALOGUES if d.name != "invoke"], ids=lambda d: d.name)
def test_what_is_held_goes_out_while_the_model_pauses(hurried, dialogue):
    """The beginning of a match reaches the client though nothing follows it, and what follows is filtered."""
    _, port, upstream = hurried
    seen = threading.Event()
    events, others = (dialogue.events(["By ", word, " and Globex Corporation"], ["{}"]) for word in ("Globex", "Acme"))
    held = next(i for i, (one, other) in enumerate(zip(events, others)) if one != other)

    def pause(connection, _):
        connection.start_chunked(fields=dialogue.fields)
        for i, event in enumerate(events):
            connection.send_chunk(event)
            if i == held:
                must(seen, "the client to see what was held")
        connection.end_chunks()

    upstream.on_request = pause
    with RawClient(port) as client:
        client.send(format_request("POST", f"/{dialogue.name}{dialogue.path}", "example.test", {"Content-Type": "application/json"},
                                   json.dumps(dialogue.request("hi", True)).encode()))
        while b"Globex" not in client.reader.buffer:
            client.reader.more()
        seen.set()
        heard, called, _ = dialogue.read(client.response("POST").body)
    assert (heard, called) == ("By Globex and [rivals]", "{}")
    upstream.check()
