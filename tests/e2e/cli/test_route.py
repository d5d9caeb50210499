"""`tidegate route`: intents trained on texts, judged, and used by a SemanticRouter."""

import json

import pytest
from harness import resources as r
from harness.gateway import run_command
from harness.model_server import chat_request, serve_chat
from harness.ports import free_port
from harness.raw_client import post

TEXTS = {
    "code": ["fix this bug", "debug this function", "why does my program crash", "write a python script", "explain this sql query",
             "refactor this class"],
    "translation": ["translate this into german", "say hello in french", "what is bread in italian", "put this into spanish",
                    "how do you say thanks in japanese", "is this correct english"],
    None: ["hello there", "tell me a joke", "who won the world cup", "what is the weather like", "good morning", "how old are you"],
}


@pytest.fixture
def texts(tmp_path):
    path = tmp_path / "texts.jsonl"
    lines = [{"text": text, "intent": intent} for intent, those in TEXTS.items() for text in those]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def train(binary, texts, out, *more):
    return run_command(binary, "route", "train", "--texts", str(texts), "--out", str(out), *more)


def test_training_tells_how_well_it_went_and_is_repeatable(binary, texts, tmp_path):
    one, two = tmp_path / "one.bin", tmp_path / "two.bin"
    result = train(binary, texts, one)
    assert result.returncode == 0 and not result.stderr
    rows = {line.split()[0]: line.split()[1:] for line in result.stdout.splitlines()[1:4]}
    assert set(rows) == {"code", "translation", "none"} and all(row[0] == "6" for row in rows.values())
    assert "held out: " in result.stdout and f"wrote {one}" in result.stdout
    assert train(binary, texts, two).returncode == 0
    assert one.read_bytes() == two.read_bytes()
    assert list(tmp_path.glob("*.new")) == []


def test_results_are_data_for_programs(binary, texts, tmp_path):
    out = tmp_path / "intents.bin"
    trained = json.loads(train(binary, texts, out, "--json").stdout)
    assert [row["name"] for row in trained["intents"]] == ["code", "translation", "none"]
    judged = run_command(binary, "route", "evaluate", "--trained", str(out), "--texts", str(texts), "--json")
    rows = json.loads(judged.stdout)["intents"]
    # Its own texts, so nearly all are right.
    assert judged.returncode == 0 and sum(row["right"] for row in rows) >= 16 and sum(row["texts"] for row in rows) == 18


@pytest.mark.parametrize("lines, problem", [
    (None, "cannot be read"), ("{}\n", "line 1: \"text\" must be there"), ("", "no text has an intent"),
    ('{"text":"a","intent":"x"}\n', "intent \"x\" has 1 texts and needs 5")])
def test_what_cannot_be_learnt_from_is_told(binary, tmp_path, lines, problem):
    texts, out = tmp_path / "texts.jsonl", tmp_path / "intents.bin"
    if lines is not None:
        texts.write_text(lines)
    result = train(binary, texts, out)
    assert result.returncode == 1 and f"{texts}: {problem}" in result.stderr and not out.exists()


def test_a_router_decides_by_what_was_trained(binary, texts, tmp_path, make_gateway, make_upstream):
    out, port = tmp_path / "intents.bin", free_port()
    assert train(binary, texts, out).returncode == 0
    upstream = make_upstream()
    upstream.on_request = serve_chat
    make_gateway().start(
        r.gateway(r.listener("http", port)), r.ai_backend("models", upstream.port),
        r.http_route("all", r.rule(r.backend_of("models"))),
        r.resource(r.OWN, "PayloadProcessingPipeline", "by-meaning", spec={
            "targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "gw"}],
            "processors": [{"name": "intent", "type": "SemanticRouter", "config": {
                "trained": {"file": str(out)}, "intents": [{"name": "code", "model": "coder"}, {"name": "translation"}]}}]}))

    def ask(text):
        body = chat_request(messages=[{"role": "user", "content": text}])
        return post(port, "/v1/chat/completions", body, fields={"Content-Type": "application/json"})

    assert ask("please fix this bug in my function").get("x-tidegate-intent").startswith("code;score=")
    assert json.loads(upstream.requests[-1].body)["model"] == "coder"
    assert ask("a joke, good morning").get("x-tidegate-intent") == "none"
