"""The command line: version, help, explain, simulate, quickstart."""

import json
import os
import subprocess

import pytest
from harness import resources as r
from harness.gateway import LineReader, run_command
from harness.model_server import chat_request, payloads
from harness.ports import free_port
from harness.raw_client import get, post
from harness.resources import ResourceDirectory, flatten
from harness.waiting import eventually

COMMANDS = ["run", "quickstart", "simulate", "validate", "explain", "route", "version"]


def test_version(binary):
    result = run_command(binary, "version")
    assert result.returncode == 0 and result.stdout.startswith("tidegate ")


def test_help_lists_every_command(binary):
    result = run_command(binary, "--help")
    assert result.returncode == 0
    assert [command for command in COMMANDS if command not in result.stdout] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(binary, command):
    result = run_command(binary, command, "--help")
    assert result.returncode == 0 and len(result.stdout.splitlines()) > 2


@pytest.mark.parametrize("arguments", [["nonsense"], ["route"], ["route", "train"], ["run"], ["run", "--no-such-flag"], ["validate"], []])
def test_wrong_usage_is_told_on_stderr_with_its_own_code(binary, arguments):
    result = run_command(binary, *arguments)
    assert result.returncode not in (0, 1)
    assert result.stderr and not result.stdout


@pytest.fixture
def routes(tmp_path):
    match = [{"headers": [{"name": "X-Gateway-Model-Name", "value": "gpt-test"}]}]
    ResourceDirectory(tmp_path).write(flatten([
        r.gateway(r.listener("http", 8080)), r.service("web", 8000), r.ai_backend("openai", 8001),
        r.http_route("web", r.rule("web", path="/web")),
        r.http_route("models", r.rule(r.backend_of("openai"), matches=match))]))
    return str(tmp_path)


def test_explain_names_route_rule_and_backend(binary, routes):
    result = run_command(binary, "explain", "-f", routes, "http://example.test:8080/web/x")
    assert result.returncode == 0, result.stderr
    assert "HTTPRoute/default/web" in result.stdout and "Service/default/web:80" in result.stdout


def test_explain_says_why_nothing_matches(binary, routes):
    result = run_command(binary, "explain", "-f", routes, "http://example.test:8080/nothing")
    assert result.returncode == 1
    assert "404" in result.stdout


def test_explain_as_data(binary, routes):
    result = run_command(binary, "explain", "-f", routes, "http://example.test:8080/web", "--json")
    assert json.loads(result.stdout)["route"] == "HTTPRoute/default/web"


class Background:
    """A command that serves until it is ended."""

    def __init__(self, binary, *arguments, **environment):
        self.process = subprocess.Popen([binary, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env={**os.environ, **environment})
        self.stdout, self.stderr = LineReader(self.process.stdout), LineReader(self.process.stderr)

    def answers(self, port, target):
        eventually(lambda: self.process.poll() is not None or _status(port, target) == 200, f"{target} is served")
        assert self.process.poll() is None, self.stderr.text()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        assert self.process.wait(10) == 0, self.stderr.text()


def _status(port, target):
    try:
        return get(port, target).status
    except ConnectionError:
        return None


def test_simulator_serves_chat_streams_and_metrics(binary):
    port = free_port()
    with Background(binary, "simulate", "--listen", f"127.0.0.1:{port}") as simulator:
        simulator.answers(port, "/v1/models")
        reply = json.loads(post(port, "/v1/chat/completions", chat_request()).body)
        assert reply["usage"]["total_tokens"] == reply["usage"]["prompt_tokens"] + reply["usage"]["completion_tokens"]
        stream = payloads(post(port, "/v1/chat/completions", chat_request(stream=True)).body)
        assert stream[-1] == "[DONE]"
        assert b"vllm:num_requests_running" in get(port, "/metrics").body


def test_quickstart_without_a_key_serves_the_simulator(binary, tmp_path):
    port = free_port()
    keyless = {name: "" for name in os.environ if name.endswith("_API_KEY")}
    with Background(binary, "quickstart", "--listen", f"127.0.0.1:{port}", HOME=str(tmp_path), **keyless) as quickstart:
        quickstart.answers(port, "/v1/models")
        model = json.loads(get(port, "/v1/models").body)["data"][0]["id"]
        reply = json.loads(post(port, "/v1/chat/completions", chat_request(model)).body)
        assert reply["choices"][0]["message"]["content"]
        said = quickstart.stdout.text() + quickstart.stderr.text()
        assert "curl" in said and str(port) in said
