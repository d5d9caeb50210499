"""Where a backend's name may lead: never into the own network or to metadata services unless it may, and only to addresses
that have a wanted name where `reverseCheck` asks for that."""

import pytest
from harness import resources as r
from harness.ports import free_port
from harness.raw_client import get
from harness.upstream import Echoed
from harness.waiting import eventually


def _parts(port, hostname, upstream_port, dns, **settings):
    return [
        r.gateway(r.listener("http", port)),
        r.resource(r.OWN, "Backend", "named", spec={
            "destination": {"type": "Fqdn", "fqdn": {"hostname": hostname}},
            "ports": [{"number": upstream_port}],
            "dns": {"resolvers": [dns.resolver], "minTtl": "0s", **settings}}),
        r.http_route("all", r.rule(r.backend_of("named")))]


@pytest.mark.parametrize("address, range_name", [
    ("127.0.0.1", "loopback"),
    ("10.1.2.3", "private"),
    ("172.16.0.1", "private"),
    ("192.168.1.1", "private"),
    ("100.64.0.1", "shared"),
    ("169.254.169.254", "link-local"),
    ("0.0.0.0", ""),
    ("::1", "loopback"),
    ("fd00:ec2::254", ""),
    ("fe80::1", "link-local"),
    ("::ffff:127.0.0.1", "loopback"),
    ("64:ff9b::a9fe:a9fe", "link-local"),
])
def test_names_that_lead_into_the_own_network_are_refused(make_gateway, make_upstream, dns, address, range_name):
    upstream, port = make_upstream(), free_port()
    dns.addresses["api.test"] = [address]
    gateway = make_gateway().start(*_parts(port, "api.test", upstream.port, dns))
    assert get(port).status == 502
    error = gateway.wait_for_log(lambda line: "error" in line)["error"]
    assert error["code"] == "dns_failure"
    assert "api.test leads to " in error["detail"] and "addressPolicy Public refuses" in error["detail"]
    assert range_name in error["detail"]
    assert upstream.connections == []


def test_they_are_allowed_where_the_backend_says_so(make_gateway, make_upstream, dns):
    upstream, port = make_upstream(), free_port()
    dns.addresses["api.test"] = ["127.0.0.1"]
    make_gateway().start(*_parts(port, "api.test", upstream.port, dns, addressPolicy="Any"))
    assert Echoed(get(port)).get("host") == f"api.test:{upstream.port}"


def test_a_name_that_is_rebound_to_the_own_network_is_refused_from_then_on(make_gateway, make_upstream, dns):
    """The first answer was none of the own network; the policy looks at each one, not only at the first."""
    upstream, port = make_upstream(), free_port()
    gateway = make_gateway().start(*_parts(port, "api.test", upstream.port, dns))
    assert get(port).status == 502  # no such name yet
    dns.addresses["api.test"] = ["127.0.0.1"]
    eventually(lambda: get(port) and any("leads to 127.0.0.1" in line.get("error", {}).get("detail", "") for line in gateway.log()),
               "the new answer is refused")
    assert upstream.connections == []


HERE = "127.0.0.77"  # an address of loopback that no hosts file names


@pytest.mark.parametrize("pointer, forward, wanted, passes", [
    ("api.test", None, None, True),
    ("elsewhere.test", None, None, False),
    (None, None, None, False),
    ("a.pool.test", HERE, ["*.pool.test"], True),
    ("a.pool.test", "127.0.0.78", ["*.pool.test"], False),  # whoever owns the address claims a name that is not its
    ("pool.test", HERE, ["*.pool.test"], False),
])
def test_reverse_mapping_must_agree(make_gateway, make_upstream, dns, pointer, forward, wanted, passes):
    upstream, port = make_upstream(host=HERE), free_port()
    dns.addresses["api.test"] = [HERE]
    if pointer:
        dns.names[HERE] = pointer
    if forward:
        dns.addresses[pointer] = [forward]
    gateway = make_gateway().start(*_parts(port, "api.test", upstream.port, dns, addressPolicy="Any",
                                           reverseCheck={"names": wanted} if wanted else {}))
    assert get(port).status == (200 if passes else 502)
    if not passes:
        detail = gateway.wait_for_log(lambda line: "error" in line)["error"]["detail"]
        assert f"api.test leads to {HERE} ({pointer or 'no name'}), which reverseCheck refuses" in detail
        assert upstream.connections == []
