"""Fixtures that every test under tests/ may use: the binary, gateways, scripted upstreams, a certificate authority."""

from dataclasses import dataclass

import pytest

from . import resources
from .certs import Authority
from .dns_server import DnsServer
from .gateway import Gateway
from .ports import free_port
from .upstream import Upstream


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()


def _gateways(binary, tmp_path_factory, io):
    """Makes gateways and stops each one, failing when one does not end well."""
    made = []

    def make() -> Gateway:
        made.append(Gateway(binary, tmp_path_factory.mktemp("gateway"), io))
        return made[-1]

    yield make
    problems = []
    for gateway in made:
        try:
            gateway.stop()
        except AssertionError as problem:
            problems.append(problem)
    if problems:
        raise problems[0]


def _upstreams():
    made = []

    def make(name: str = "upstream", **options) -> Upstream:
        made.append(Upstream(name, **options))
        return made[-1]

    yield make
    for upstream in made:
        upstream.close()
    for upstream in made:
        upstream.check()


@pytest.fixture
def dns():
    """A DNS server of this test's own."""
    server = DnsServer()
    yield server
    server.close()


@pytest.fixture
def make_gateway(binary, tmp_path_factory, gateway_io, make_upstream):
    """Factory: a gateway of this test's own, stopped before its upstreams."""
    yield from _gateways(binary, tmp_path_factory, gateway_io)


@pytest.fixture
def make_upstream():
    yield from _upstreams()


@pytest.fixture(scope="module")
def make_shared_gateway(binary, tmp_path_factory, gateway_io, make_shared_upstream):
    """Factory: a gateway that the tests of one file share."""
    yield from _gateways(binary, tmp_path_factory, gateway_io)


@pytest.fixture(scope="module")
def make_shared_upstream():
    yield from _upstreams()


@dataclass
class Plain:
    """A gateway whose only route sends everything to one scripted upstream."""

    gateway: Gateway
    port: int
    upstream: Upstream


@pytest.fixture(scope="module")
def _shared_plain(make_shared_gateway, make_shared_upstream) -> Plain:
    upstream = make_shared_upstream()
    port = free_port()
    gateway = make_shared_gateway().start(
        resources.gateway(resources.listener("http", port)),
        resources.service("upstream", upstream.port),
        resources.http_route("all", resources.rule("upstream")),
    )
    return Plain(gateway, port, upstream)


@pytest.fixture
def plain(_shared_plain) -> Plain:
    """The file's plain gateway, its upstream back to echoing."""
    _shared_plain.upstream.forget()
    yield _shared_plain
    _shared_plain.upstream.check()
