"""Configuration that is broken: every problem at once, with file, line and field; exit codes that scripts can use."""

import json
import socket

import pytest
import yaml
from harness import resources as r
from harness.gateway import run_command
from harness.ports import free_port
from harness.raw_client import get
from harness.resources import ResourceDirectory, flatten


def _validate(binary, tmp_path, text, *arguments):
    (tmp_path / "config.yaml").write_text(text)
    return run_command(binary, "validate", "-f", str(tmp_path), *arguments)


def _route(**spec):
    body = {"parentRefs": [{"name": "gw"}], "rules": [{"backendRefs": [{"name": "a", "port": 80}]}], **spec}
    return yaml.safe_dump(r.resource(r.GATEWAY_API, "HTTPRoute", "x", spec=body))


@pytest.mark.parametrize("text, says", [
    ("a: [1, 2\nb: }", ["config.yaml", ":2"]),
    ("apiVersion: v1\nkind: Nonsense\nmetadata: {name: x}\n", ["Nonsense"]),
    ("apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: x}\n", ["example.com/v1 Thing"]),
    ("apiVersion: v7\nkind: Service\nmetadata: {name: x}\n", ["v7"]),
    ("kind: Service\nmetadata: {name: x}\n", ["apiVersion"]),
    ("just text\n", ["config.yaml"]),
    ("- a\n- list\n", ["config.yaml"]),
    (_route(unknownField=1), ["unknownField"]),
    (_route(rules=[{"matches": [{"path": {"type": "Exakt", "value": "/"}}]}]), ["Exakt", "rules[0].matches[0].path.type"]),
    (_route(rules=[{"backendRefs": [{"name": "a", "port": 99999}]}]), ["99999", "rules[0].backendRefs[0].port"]),
    (_route(rules=[{"timeouts": {"request": "soon"}}]), ["soon", "rules[0].timeouts.request"]),
    (_route(hostnames=["Not A Host"]), ["hostnames[0]"]),
    (_route() + "---\n" + _route(), ["HTTPRoute default/x", "is defined already at"]),
    ("a: &a [*a]\n", ["config.yaml"]),
], ids=["yaml", "kind", "group", "version", "no version", "scalar", "list", "field", "enum", "port", "duration", "host", "duplicate", "alias"])
def test_problem_is_named(binary, tmp_path, text, says):
    result = _validate(binary, tmp_path, text)
    assert result.returncode == 3
    output = result.stdout + result.stderr
    assert "config.yaml:" in output
    assert [word for word in says if word not in output] == []


def test_kinds_of_kubernetes_itself_may_lie_beside(binary, tmp_path):
    """The same files are meant for a cluster: a Deployment among them is said to be ignored, and hinders nothing."""
    ResourceDirectory(tmp_path).write(_valid_parts() + [r.resource("apps/v1", "Deployment", "a", spec={"replicas": 1})])
    result = run_command(binary, "validate", "-f", str(tmp_path))
    assert result.returncode == 0
    assert "apps/v1 Deployment is not read by the gateway" in result.stderr


def test_bad_regular_expression_is_named_in_the_conditions(binary, tmp_path):
    route = r.http_route("x", r.rule("a", matches=[{"path": {"type": "RegularExpression", "value": "("}}]))
    ResourceDirectory(tmp_path).write(flatten([r.gateway(r.listener("http", 8080)), r.service("a", 8000), route]))
    result = run_command(binary, "validate", "-f", str(tmp_path))
    assert result.returncode == 3
    assert 'UnsupportedValue: rules[0].matches[0].path.value: "("' in result.stdout


def test_all_problems_come_at_once(binary, tmp_path):
    text = _route(rules=[{"timeouts": {"request": "soon"}}], wrong=1) + "---\n" + _route(alsoWrong=2)
    result = _validate(binary, tmp_path, text)
    output = result.stdout + result.stderr
    assert all(word in output for word in ("soon", "wrong", "alsoWrong"))


def test_json_output_is_data(binary, tmp_path):
    result = _validate(binary, tmp_path, _route(wrong=1), "--json")
    assert result.returncode == 3
    problems = json.loads(result.stdout)["problems"]
    assert problems[0]["file"].endswith("config.yaml")
    assert problems[0]["line"] > 0 and "wrong" in problems[0]["path"] + problems[0]["message"]


def _valid_parts(port=8080):
    return flatten([r.gateway(r.listener("http", port)), r.service("a", 8000), r.http_route("all", r.rule("a"))])


def test_valid_resources_print_the_conditions_a_cluster_would_be_told(binary, tmp_path):
    ResourceDirectory(tmp_path).write(_valid_parts())
    result = run_command(binary, "validate", "-f", str(tmp_path), "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["problems"] == []
    text = run_command(binary, "validate", "-f", str(tmp_path)).stdout
    assert "Accepted" in text and "Programmed" in text and "ResolvedRefs" in text


def test_missing_reference_is_shown_in_the_conditions(binary, tmp_path):
    ResourceDirectory(tmp_path).write(flatten([r.gateway(r.listener("http", 8080)), r.http_route("all", r.rule("absent"))]))
    assert "BackendNotFound" in run_command(binary, "validate", "-f", str(tmp_path)).stdout


def test_run_with_a_bad_file_says_so_and_ends(make_gateway):
    gateway = make_gateway()
    gateway.resources.write_text("a: [")
    gateway.start(wait=False)
    assert gateway.wait_exit() != 0
    assert "resources.yaml" in gateway.said()


def test_run_with_a_missing_directory_says_so_and_ends(binary, tmp_path):
    result = run_command(binary, "run", "-f", str(tmp_path / "absent"))
    assert result.returncode != 0
    assert "absent" in result.stderr


def test_port_in_use_is_said_with_its_number(make_gateway, make_upstream):
    upstream = make_upstream()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        gateway = make_gateway()
        gateway.start(r.gateway(r.listener("http", port)), r.service("a", upstream.port), r.http_route("all", r.rule("a")), wait=False)
        gateway.wait_for_output(str(port), "in use")
        gateway.process.kill()
        gateway.process.wait()


def test_port_that_becomes_busy_on_reload_leaves_the_rest_serving(make_gateway, make_upstream):
    upstream, port = make_upstream(), free_port()
    rest = [r.service("a", upstream.port), r.http_route("all", r.rule("a"))]
    gateway = make_gateway().start(r.gateway(r.listener("http", port)), *rest)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        busy = taken.getsockname()[1]
        gateway.reload(r.gateway(r.listener("http", port), r.listener("busy", busy)), *rest)
        gateway.wait_for_output(str(busy), "in use")
        assert get(port).status == 200


@pytest.mark.parametrize("damage", ["text", "key of another", "empty"])
def test_bad_certificate_is_named(binary, tmp_path, authority, damage):
    pair, other = authority.issue("a.test"), authority.issue("b.test")
    secret = r.tls_secret("cert", pair)
    secret["data"]["tls.key"] = {"text": "bm90IGEga2V5", "key of another": r.tls_secret("o", other)["data"]["tls.key"], "empty": ""}[damage]
    ResourceDirectory(tmp_path).write(flatten([r.gateway(r.listener("https", 8443, "HTTPS", tls=r.terminate("cert"))), secret]))
    result = run_command(binary, "validate", "-f", str(tmp_path))
    assert "InvalidCertificateRef" in result.stdout
    assert "PRIVATE" not in result.stdout + result.stderr
