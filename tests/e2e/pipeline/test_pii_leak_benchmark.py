"""PersonalData under a benchmark that others wrote (PyPI pii-leak-benchmark): does a value reach the provider, and does it come back?"""

import json
import subprocess
import sys

import pytest
from harness import resources as r
from harness.ports import free_port

KEY = r.opaque_secret("placeholders", key="0123456789abcdef")
PERSONAL = {"name": "personal", "type": "PersonalData",
            "config": {"action": "Placeholder", "secretRef": {"name": "placeholders"}, "replies": {"action": "Redact"}}}


@pytest.fixture(scope="module")
def ports(make_shared_gateway):
    """Of the gateway, and of the provider that the benchmark itself starts."""
    gateway, capture = free_port(), free_port()
    target = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "chat"}
    make_shared_gateway().start(
        KEY, r.gateway(r.listener("http", gateway)), r.ai_backend("capture", capture), r.http_route("chat", r.rule(r.backend_of("capture"))),
        r.resource(r.OWN, "PayloadProcessingPipeline", "personal", spec={"targetRefs": [target], "processors": [PERSONAL]}))
    return gateway, capture


def run(module, *arguments):
    return subprocess.run([sys.executable, "-m", f"pii_leak_benchmark.{module}", *map(str, arguments)],
                          capture_output=True, text=True, timeout=120)


def test_nothing_reaches_the_provider_and_everything_comes_back(ports):
    gateway, capture = ports
    done = run("cli", "selfcheck", "--target-base-url", f"http://127.0.0.1:{gateway}/v1", "--capture-port", capture)
    assert done.returncode == 0 and "CLEAN" in done.stdout, done.stdout + done.stderr


def test_replies_do_not_leak_wherever_values_are_cut(ports, tmp_path):
    """The provider's own values, whole and cut into two events; in the request they stand in texts, tools and members that nobody knows."""
    gateway, capture = ports
    done = run("v2_emitter", "--out", tmp_path, "--only", "gateway", "--gateway-url", f"http://127.0.0.1:{gateway}/v1/chat/completions",
               "--upstream-port", capture, "--seed", "a1b2c3d4e5f60001", "--partial-emission", "--json-out", tmp_path / "summary.json")
    row = json.loads((tmp_path / "summary.json").read_text())["rows"][0]
    assert row["cases_applicable"] == row["cases_attempted"], done.stdout + done.stderr
    assert row["request_path_leak"] == [] and row["fidelity_rate"] == 1.0 and row["delta_frag"] == 0.0, row
    partial = json.loads((tmp_path / "gateway.partial-emission.json").read_text())
    assert partial["metrics"]["partial_emission_rate"]["overall"] == 0.0, partial["metrics"]
    told = [case["case"] for case in partial["cases"] if case["complete_leak_partitions"] > 0]
    assert [case for case in told if not is_known_limit(case)] == []


def is_known_limit(case):
    """What a model says is looked at as it says it: not members that no provider has, nor percent-encoded text."""
    return case["carrier"] == "sse-json-field" or case["encoding"] == "percent"
