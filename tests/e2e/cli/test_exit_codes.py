"""What scripts rely on: exit codes, output as data, and nothing coloured in a pipe."""

import json

import pytest
import yaml
from harness import resources as r
from harness.gateway import run_command
from harness.resources import ResourceDirectory, flatten


@pytest.fixture
def good(tmp_path):
    ResourceDirectory(tmp_path).write(flatten([
        r.gateway(r.listener("http", 8080)), r.service("a", 8000), r.service("b", 8001),
        r.http_route("split", r.rule(r.backend_ref("a", weight=3), r.backend_ref("b", weight=1), path="/split")),
        r.http_route("header", r.rule("a", matches=[{"headers": [{"name": "x-env", "value": "test"}]}])),
        r.http_route("method", r.rule("a", matches=[{"path": {"type": "Exact", "value": "/put"}, "method": "PUT"}])),
        r.http_route("moved", r.rule(path="/old", filters=[
            {"type": "RequestRedirect", "requestRedirect": {"hostname": "new.test", "statusCode": 301}}]))]))
    return str(tmp_path)


def _explain(binary, directory, *arguments):
    result = run_command(binary, "explain", "-f", directory, *arguments, "--json")
    return result.returncode, json.loads(result.stdout) if result.stdout else result.stderr


@pytest.mark.parametrize("arguments", [["run", "--workers", "x"], ["simulate", "--ttft", "20"], ["simulate", "--error-ratio", "0.5"],
                                       ["explain", "-f", "/dev/null"], ["completion", "tcsh"], ["run", "--log-level", "loud"]])
def test_wrong_usage_is_2_and_names_the_command(binary, arguments):
    result = run_command(binary, *arguments)
    assert result.returncode == 2
    assert f"tidegate {arguments[0]}" in result.stderr


def test_bad_resources_are_3(binary, tmp_path):
    (tmp_path / "bad.yaml").write_text("kind: Nonsense\n")
    for command in (["validate"], ["run"], ["explain", "/"]):
        assert run_command(binary, command[0], "-f", str(tmp_path), *command[1:]).returncode == 3


def test_a_condition_that_says_something_is_wrong_is_3(binary, tmp_path):
    ResourceDirectory(tmp_path).write(flatten([r.gateway(r.listener("http", 8080)), r.http_route("all", r.rule("absent"))]))
    result = run_command(binary, "validate", "-f", str(tmp_path), "--json")
    assert result.returncode == 3
    said = json.loads(result.stdout)
    assert said["good"] is False and said["problems"] == []
    assert "BackendNotFound" in json.dumps(said["status"])


def test_output_in_a_pipe_is_plain(binary, tmp_path):
    (tmp_path / "bad.yaml").write_text("kind: Nonsense\n")
    result = run_command(binary, "validate", "-f", str(tmp_path))
    assert "\033" not in result.stdout + result.stderr


def test_version_is_data(binary):
    said = json.loads(run_command(binary, "version", "--json").stdout)
    assert said["gatewayApi"] == "v1.6.1"
    assert said["libraries"]["OpenSSL"].startswith("3.") and said["libraries"]["nghttp2"]
    assert isinstance(said["ioUring"]["available"], bool)


def test_explain_tells_weights_and_endpoints(binary, good):
    code, said = _explain(binary, good, "http://any.test:8080/split/x")
    assert code == 0
    assert [(b["weight"], b["share"], b["endpoints"]) for b in said["backends"]] == [
        (3, 0.75, ["127.0.0.1:8000"]), (1, 0.25, ["127.0.0.1:8001"])]
    assert said["match"] == "path prefix /split" and said["listener"] == "Gateway/default/gw/http"


def test_explain_tells_a_redirect(binary, good):
    code, said = _explain(binary, good, "/old/page")
    assert (code, said["status"]) == (0, 301)
    assert any("new.test" in each for each in said["filters"])


@pytest.mark.parametrize("arguments, why", [(["/put"], "method is GET, not PUT"), (["/x"], "header x-env is absent"),
                                            (["-H", "X-Env: live", "/x"], 'header x-env is \\"live\\", not \\"test\\"')])
def test_explain_tells_the_nearest_miss_first(binary, good, arguments, why):
    code, said = _explain(binary, good, *arguments)
    assert (code, said["status"]) == (1, 404)
    assert why.replace("\\", "") in " ".join(said["misses"][:2])


def test_explain_decides_on_the_path_that_is_forwarded(binary, good):
    assert _explain(binary, good, "/a/%2e%2e/split")[1]["route"] == "HTTPRoute/default/split"


@pytest.mark.parametrize("url", ["https://any.test:8080/", "http://any.test:9999/"])
def test_explain_tells_which_ports_there_are(binary, good, url):
    code, said = _explain(binary, good, url)
    assert code == 1 and "8080 (http)" in said["reason"]


def test_explain_reads_the_model(binary, tmp_path):
    def of(model):
        return [{"headers": [{"name": "X-Gateway-Model-Name", "value": model}]}]
    directory = ResourceDirectory(tmp_path / "resources")
    directory.write(flatten([
        r.gateway(r.listener("http", 8080)), r.ai_backend("one", 8001), r.ai_backend("two", 8002),
        r.http_route("models", r.rule(r.backend_of("one"), matches=of("m1")), r.rule(r.backend_of("two"), matches=of("m2")))]))
    body = tmp_path / "body.json"
    body.write_text('{"model":"m2","messages":[]}')
    code, said = _explain(binary, str(directory.path), "POST", "/v1/chat/completions", "-d", f"@{body}")
    assert code == 0, said
    assert (said["model"], said["rule"], said["call"]) == ("m2", 1, "chat (openai)")
    assert said["backends"][0]["provider"] == "OpenAI"
    code, said = _explain(binary, str(directory.path), "/v1/chat/completions", "-d", '{"model":"m3","messages":[]}')
    assert (code, said["status"]) == (1, 404) and "m3" in said["reason"]
    code, said = _explain(binary, str(directory.path), "/v1/chat/completions", "-d", "{")
    assert (code, said["status"]) == (1, 400)


def test_quickstart_prints_yaml_without_keys(binary, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-to-be-seen")
    monkeypatch.setenv("HOME", str(tmp_path))
    result = run_command(binary, "quickstart", "--print")
    assert result.returncode == 0
    assert "sk-not-to-be-seen" not in result.stdout + result.stderr
    kinds = [document["kind"] for document in yaml.safe_load_all(result.stdout)]
    assert {"Gateway", "HTTPRoute", "Backend"} <= set(kinds)
    assert list(tmp_path.iterdir()) == []
