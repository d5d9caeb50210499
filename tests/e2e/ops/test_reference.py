"""docs/reference says what is there: its YAML is valid, its tables name every metric and every access-log field."""

import pathlib
import re

import pytest
from harness import model_server
from harness import resources as r
from harness.gateway import run_command
from harness.model_server import chat_request
from harness.ports import free_port
from harness.raw_client import post

REFERENCE = pathlib.Path(__file__).resolve().parents[3] / "docs" / "reference"


def _text(page):
    return (REFERENCE / page).read_text()


def _named(text):
    """What the first columns of the tables name."""
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| ")]
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


@pytest.mark.parametrize("page", ["backend.md", "failover.md", "prompt-tools.md", "personal-data.md", "content-filter.md", "web-signatures.md", "webhook.md", "ext-proc.md", "retrieval.md"])
def test_yaml_of_the_pages_about_backends_is_valid(binary, tmp_path, page):
    blocks = re.findall(r"^```yaml\n(.*?)^```", _text(page), re.M | re.S)
    assert blocks
    for number, block in enumerate(blocks):
        (tmp_path / f"{number}.yaml").write_text(block)
    result = run_command(binary, "validate", "-f", str(tmp_path))
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("path", [
    "ports[0].number", "ports[0].protocol", "ports[0].protocolOptions", "proxy.type", "proxy.host", "proxy.credentialsRef",
    "parent", "extensions",
    "ports[0].tls.mode", "ports[0].tls.sni", "ports[0].tls.caBundleRef", "ports[0].tls.clientCertificateRef",
    "ports[0].tls.subjectAltNames", "ai.provider", "ai.dialect", "ai.models[0].name", "ai.models[0].upstreamName",
    "credentials.apiKey.secretRef", "credentials.apiKey.header", "credentials.apiKey.prefix"])
def test_backend_page_names_each_field(binary, tmp_path, path):
    """A field that is there complains of a wrong value by its path, never as unknown; and the page has its name."""
    value = "{nonsense: [1]}"
    for part in reversed(path.split(".")):
        name, is_list, _ = part.partition("[")
        value = f"{{{name}: [{value}]}}" if is_list else f"{{{name}: {value}}}"
    (tmp_path / "backend.yaml").write_text(f"apiVersion: tidegate.dev/v1alpha1\nkind: Backend\nmetadata: {{name: b}}\nspec: {value}\n")
    told = run_command(binary, "validate", "-f", str(tmp_path)).stderr
    assert f"spec.{path}" in told or path.split(".")[-1].split("[")[0] in told
    assert not re.search(rf"spec\.{re.escape(path)}: unknown field", told)
    assert path.split(".")[-1].split("[")[0] in _text("backend.md")


@pytest.fixture(scope="module")
def seen(make_shared_gateway, make_shared_upstream):
    """A gateway that has served a stream, translated a call at a loss, by a group that a policy locks, answered out of its
    cache, refused a model, and failed at a backend."""
    upstream, port = make_shared_upstream(), free_port()
    gateway = make_shared_gateway().start(
        r.gateway(r.listener("http", port)), r.service("dead", free_port()),
        r.ai_backend("provider", upstream.port, region="us", models=[{"name": "gpt-test", "upstreamName": "gpt-test-2025", "price": {"input": 1, "output": 2}}]),
        r.resource("tidegate.dev/v1alpha1", "Backend", "group", spec={
            "destination": {"type": "Group", "group": {"members": [{"backendRef": {"name": "provider"}}]}}}),
        r.resource("tidegate.dev/v1alpha1", "AccessPolicy", "us-only", spec={
            "targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "locked"}],
            "regions": {"allow": ["us"]}}),
        r.resource("tidegate.dev/v1alpha1", "PayloadProcessingPipeline", "tools", spec={
            "targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "locked"}],
            "processors": [{"name": "cap", "type": "PromptTools", "config": {"limits": {"maxOutputTokens": 9}}}]}),
        r.resource("tidegate.dev/v1alpha1", "PayloadProcessingPipeline", "cache", spec={
            "targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "kept"}],
            "processors": [{"name": "cache", "type": "ResponseCache"}]}),
        r.http_route("locked", r.rule(r.backend_of("group"), path="/locked")),
        r.http_route("kept", r.rule(r.backend_of("provider"), path="/kept")),
        r.http_route("all", r.rule("dead", path="/dead"), r.rule(r.backend_of("provider"), name="models")))
    upstream.on_request = model_server.serve_chat
    fields = {"Content-Type": "application/json", "User-Agent": "test/1"}
    assert post(port, "/v1/chat/completions", chat_request(stream=True), fields=fields).status == 200
    assert post(port, "/locked/v1/messages", model_server.messages_request("gpt-test", top_k=5), fields=fields).status == 200
    for _ in range(2):
        assert post(port, "/kept/v1/chat/completions", chat_request(), fields=fields).status == 200
    assert post(port, "/v1/chat/completions", b"{", fields=fields).status == 400
    assert post(port, "/dead", b"x", fields=fields).status in (502, 503)
    gateway.wait_for_log(lambda _: len(gateway.log()) >= 6, "six lines")
    return gateway


def test_metrics_page_names_each_family(seen):
    families = seen.metrics()
    shown = {f"{name}_total" if family.type == "counter" else name for name, family in families.items()}
    assert shown == {name for name in _named(_text("metrics.md")) if name != "name"}


def test_metrics_page_tells_type_and_labels(seen):
    rows = {}
    for line in _text("metrics.md").splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 4 and cells[1].startswith("`"):
            rows[cells[1].strip("`")] = cells[2], set(re.findall(r"`([^`]+)`", cells[3]))
    for name, family in seen.metrics().items():
        kind, labels = rows[f"{name}_total" if family.type == "counter" else name]
        assert kind == family.type
        for sample in family.samples:
            assert set(sample.labels) - {"le"} == labels, sample


PIPELINE_FIELDS = [
    "timeout", "processors[0].timeout", "processors[0].failureMode", "processors[0].fallback.answer", "processors[0].mode",
    "processors[0].phases[0]", "processors[0].backendRef", "processors[0].context", "processors[0].concurrencyGroup",
    "fallbackProcessors[0].type", "backends[0].backendRef"]


@pytest.mark.parametrize("path", PIPELINE_FIELDS)
def test_pipeline_page_names_each_field(binary, tmp_path, path):
    value = "{nonsense: [1]}"
    for part in reversed(path.split(".")):
        name, is_list, _ = part.partition("[")
        value = f"{{{name}: [{value}]}}" if is_list else f"{{{name}: {value}}}"
    (tmp_path / "p.yaml").write_text(
        f"apiVersion: tidegate.dev/v1alpha1\nkind: PayloadProcessingPipeline\nmetadata: {{name: p}}\nspec: {value}\n")
    told = run_command(binary, "validate", "-f", str(tmp_path)).stderr
    assert f"spec.{path}" in told
    assert not re.search(rf"spec\.{re.escape(path)}: unknown field", told)
    assert path.split(".")[-1].split("[")[0] in _text("payload-pipeline.md")


def test_yaml_of_the_pipeline_page_is_read(binary, tmp_path):
    """Its target is not on the page, which is all that is wrong with it."""
    block = re.search(r"^```yaml\n(.*?)^```", _text("payload-pipeline.md"), re.M | re.S).group(1)
    (tmp_path / "p.yaml").write_text(block)
    result = run_command(binary, "validate", "-f", str(tmp_path))
    said = result.stdout + result.stderr
    assert "HTTPRoute chat does not exist" in said
    assert "Invalid" not in said and "error" not in said.lower().replace("1 error", "")


def test_access_log_page_names_each_field(seen):
    lines = seen.log()
    top = {name for line in lines for name in line}
    inner = {name for line in lines for name in line.get("ai", {})}
    inside, of_ai = _text("access-log.md").split("Fields of `ai`:")
    assert top == _named(inside)
    assert inner == _named(of_ai)
    usage = next(line["ai"]["usage"] for line in lines if "usage" in line.get("ai", {}))
    assert all(f"`{name}`" in of_ai for name in usage)
    error = next(line["error"] for line in lines if "error" in line)
    assert all(f"`{name}`" in inside for name in error)
