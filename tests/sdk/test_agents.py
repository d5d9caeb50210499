"""Coding agents' command lines, unchanged, through the gateway: Claude Code (Messages) and Codex (Responses)."""

import json
import os
import subprocess

import node_packages
import pytest
from pairs import AGENT_PAIRS, PROVIDERS

PATIENCE_S = 90
EVENTS = {"Content-Type": "text/event-stream"}


@pytest.fixture(scope="session")
def commands():
    return node_packages.install("agents") / "node_modules" / ".bin"


def _run(command, directory, **environment):
    """Its standard output. The environment is bare, so that no setting of this machine counts."""
    home = directory / "home"
    home.mkdir(exist_ok=True)
    work = directory / "work"
    work.mkdir(exist_ok=True)
    done = subprocess.run(command, cwd=work, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_S,
                          env={"PATH": os.environ["PATH"], "HOME": str(home), **environment})
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def _claude_code(commands, url, model, directory, prompt, *options):
    said = _run([commands / "claude", "-p", prompt, "--model", model, "--output-format", "json", *options], directory,
                ANTHROPIC_BASE_URL=url, ANTHROPIC_API_KEY="sk-ant-any", CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC="1",
                DISABLE_AUTOUPDATER="1")
    told = json.loads(said)
    assert not told["is_error"], told
    return told["result"], told["usage"]["output_tokens"]


CODEX_CONFIG = """model = "{model}"
model_provider = "gateway"
[model_providers.gateway]
name = "gateway"
base_url = "{url}/v1"
env_key = "GATEWAY_KEY"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
"""


def _codex(commands, url, model, directory, prompt, *options):
    settings = directory / "codex"
    settings.mkdir(exist_ok=True)
    (settings / "config.toml").write_text(CODEX_CONFIG.format(model=model, url=url))
    said = _run([commands / "codex", "exec", "--skip-git-repo-check", "--json", *options, prompt], directory,
                CODEX_HOME=str(settings), GATEWAY_KEY="any")
    events = [json.loads(line) for line in said.splitlines()]
    texts = [event["item"]["text"] for event in events if event.get("item", {}).get("type") == "agent_message"]
    return texts[-1], next(event["usage"]["output_tokens"] for event in events if event["type"] == "turn.completed")


AGENTS = {"claude-code": _claude_code, "codex": _codex}


@pytest.mark.parametrize("agent, provider", AGENT_PAIRS)
def test_a_turn_of_words(commands, providers, tmp_path, agent, provider):
    text, tokens = AGENTS[agent](commands, providers[provider], PROVIDERS[provider].model, tmp_path, "Say hello.")
    assert len(text.split()) == 8
    assert tokens > 0 and tokens % 8 == 0  # of one request or more: agents also ask for titles


def _message_events(blocks, stop):
    yield {"type": "message_start", "message": {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": None,
        "stop_sequence": None, "usage": {"input_tokens": 9, "output_tokens": 1}}}
    for index, (block, delta) in enumerate(blocks):
        yield {"type": "content_block_start", "index": index, "content_block": block}
        yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    yield {"type": "message_delta", "delta": {"stop_reason": stop, "stop_sequence": None}, "usage": {"output_tokens": 7}}
    yield {"type": "message_stop"}


def _send_events(connection, events):
    connection.start_chunked(fields=EVENTS)
    for event in events:
        connection.send_chunk(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())
    connection.end_chunks()


def test_claude_code_runs_a_tool_and_tells_its_result(commands, served, tmp_path):
    results = []

    def answer(connection, request):
        last = json.loads(request.body)["messages"][-1]["content"]
        found = [block for block in last if isinstance(block, dict) and block["type"] == "tool_result"]
        if not found:
            use = {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps({"command": "echo tide-$((40 + 2))", "description": "x"})}
            _send_events(connection, _message_events([(use, delta)], "tool_use"))
            return
        results.append(found[0])
        text = {"type": "text", "text": ""}
        _send_events(connection, _message_events([(text, {"type": "text_delta", "text": "It said tide."})], "end_turn"))

    served.upstream.on_request = answer
    text, _ = _claude_code(commands, served.url, "scripted-claude", tmp_path, "Run it.", "--allowedTools", "Bash")
    assert text == "It said tide."
    assert [(result["tool_use_id"], "tide-42" in json.dumps(result["content"])) for result in results] == [("toolu_1", True)]
