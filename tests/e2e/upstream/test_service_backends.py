"""A Backend that is a Service, in our spelling and in the working group's: endpoints, TLS policy, what it is refused for."""

import ssl

import pytest
from harness import resources as r
from harness.gateway import run_command
from harness.ports import free_port
from harness.raw_client import get
from harness.upstream import Echoed
from harness.waiting import eventually

WORKING_GROUP = "ainetworking.prototype.x-k8s.io"


def _own():
    spec = {"destination": {"type": "KubernetesService", "service": {"name": "up", "port": 80}}}
    return r.resource(r.OWN, "Backend", "b", spec=spec), r.backend_of("b")


def _working_groups():
    destination = {"type": "Service", "service": {"name": "up", "namespace": "default"}, "ports": [{"number": 80, "protocol": "HTTP"}]}
    made = r.resource(f"{WORKING_GROUP}/v0alpha0", "XBackendDestination", "b", spec={"destination": destination})
    return made, {"group": WORKING_GROUP, "kind": "XBackendDestination", "name": "b"}


@pytest.mark.parametrize("make", [_own, _working_groups])
def test_requests_go_to_the_services_endpoints_and_follow_them(make_gateway, make_upstream, make):
    first, second, port = make_upstream("first"), make_upstream("second"), free_port()
    backend, reference = make()
    base = [r.gateway(r.listener("http", port)), backend, r.http_route("all", r.rule(reference))]
    gateway = make_gateway().start(*base, r.service("up", first.port))
    assert Echoed(get(port)).upstream == "first"
    gateway.reload(*base, r.service("up", second.port))
    eventually(lambda: Echoed(get(port)).upstream == "second", "requests go to the new endpoint")


def test_the_services_tls_policy_holds(make_gateway, make_upstream, authority, tmp_path):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*authority.issue("backend.test").write(tmp_path, "upstream"))
    secure, port = make_upstream("secure", tls=context), free_port()
    backend, reference = _own()
    make_gateway().start(
        r.gateway(r.listener("http", port)), backend, r.http_route("all", r.rule(reference)), r.service("up", secure.port),
        r.ca_config_map("ca", authority.cert_pem),
        r.resource(r.GATEWAY_API, "BackendTLSPolicy", "policy", spec={
            "targetRefs": [{"group": "", "kind": "Service", "name": "up"}],
            "validation": {"hostname": "backend.test", "caCertificateRefs": [{"group": "", "kind": "ConfigMap", "name": "ca"}]}}))
    assert Echoed(get(port, "/secret")).target == "/secret"


def test_an_unknown_extension_keeps_the_backend_from_being_used(binary, make_gateway, make_upstream):
    upstream, port = make_upstream(), free_port()
    backend, reference = _working_groups()
    backend["spec"]["extensions"] = [{"name": "guard", "type": "example.test/Guard", "rawConfig": {"strict": True}}]
    gateway = make_gateway().start(r.gateway(r.listener("http", port)), backend, r.service("up", upstream.port),
                                   r.http_route("all", r.rule(reference)))
    assert get(port).status == 500
    assert upstream.connections == []
    told = run_command(binary, "validate", "-f", str(gateway.resources.path)).stdout
    assert "XBackendDestination default/b" in told and "UnsupportedValue" in told and "example.test/Guard" in told
