"""The admin address: /healthz, /readyz, /metrics as Prometheus's own parser reads them."""

import contextlib
import re

import pytest
from harness.h2_client import H2Client
from harness.raw_client import RawClient, get
from harness.waiting import eventually


@pytest.mark.parametrize("target", ["/healthz", "/readyz"])
def test_health_is_200(plain, target):
    assert plain.gateway.admin(target).status == 200


def test_unknown_path_is_404(plain):
    assert plain.gateway.admin("/nothing").status == 404


def test_admin_paths_are_not_special_on_listeners(plain):
    get(plain.port, "/metrics")
    assert [request.target for request in plain.upstream.requests] == ["/metrics"]


def test_metrics_have_the_prometheus_content_type(plain):
    response = plain.gateway.admin("/metrics")
    assert response.status == 200
    assert response.get("content-type").startswith("text/plain; version=0.0.4")


def test_every_family_has_type_and_help(plain):
    get(plain.port)
    families = plain.gateway.metrics()
    assert len(families) >= 5
    assert [name for name, family in families.items() if family.type == "unknown" or not family.documentation] == []


def _get_counted(plain, path):
    """Requests `path` and waits for its line of the log: it and all requests before it are counted then."""
    get(plain.port, path)
    plain.gateway.wait_for_log(lambda record: record["path"] == path, f"the line of {path}")


def _requests_total(gateway):
    family = gateway.metrics()["tidegate_requests"]
    assert family.type == "counter"
    return sum(sample.value for sample in family.samples if sample.name.endswith("_total"))


def test_requests_are_counted_exactly(plain):
    _get_counted(plain, "/before-25")
    before = _requests_total(plain.gateway)
    with RawClient(plain.port) as client:
        for _ in range(25):
            client.request()
    _get_counted(plain, "/after-25")
    assert _requests_total(plain.gateway) - before == 26


def test_histograms_are_cumulative_and_end_in_inf(plain):
    _get_counted(plain, "/histograms")
    histograms = [family for family in plain.gateway.metrics().values() if family.type == "histogram"]
    assert histograms
    for family in histograms:
        for buckets in _buckets_by_series(family).values():
            values = [value for _, value in sorted(buckets)]
            assert values == sorted(values)
            assert max(bound for bound, _ in buckets) == float("inf")


def _buckets_by_series(family):
    series = {}
    for sample in family.samples:
        if sample.name.endswith("_bucket"):
            labels = tuple(sorted((k, v) for k, v in sample.labels.items() if k != "le"))
            series.setdefault(labels, []).append((float(sample.labels["le"]), sample.value))
    return series


def test_labels_are_bounded_whatever_clients_send(plain):
    """Paths, hosts, methods and models that clients make up do not make new series."""
    def series():
        return {(s.name, tuple(sorted(s.labels.items()))) for f in plain.gateway.metrics().values() for s in f.samples}

    with RawClient(plain.port) as client:
        client.request()
        client.request("MADEUP")
        _get_counted(plain, "/bounded")
        before = series()
        for n in range(50):
            client.request("GET", f"/unique-{n}?q={n}", host=f"host-{n}.test")
            client.request(f"METHOD{n}", "/")
        _get_counted(plain, "/still-bounded")
        after = series()
    assert after - before == set()


def _gauge(plain, name):
    family = plain.gateway.metrics()[name]
    assert family.type == "gauge"
    return sum(sample.value for sample in family.samples if sample.labels["address"] == f"127.0.0.1:{plain.port}")


def _becomes(plain, name, value):
    eventually(lambda: _gauge(plain, name) == value, f"{name} is {value}")


def test_open_connections_are_counted_while_they_are_open(plain):
    get(plain.port)
    _becomes(plain, "tidegate_downstream_connections", 0)
    clients = [RawClient(plain.port) for _ in range(5)]
    _becomes(plain, "tidegate_downstream_connections", 5)
    for client in clients[:3]:
        client.leave()
    _becomes(plain, "tidegate_downstream_connections", 2)
    for client in clients[3:]:
        client.leave_with_reset()
    _becomes(plain, "tidegate_downstream_connections", 0)


def test_accepted_connections_are_counted(plain):
    def accepted():
        family = plain.gateway.metrics()["tidegate_downstream_connections_accepted"]
        return sum(sample.value for sample in family.samples)

    get(plain.port)
    before = accepted()
    for _ in range(4):
        get(plain.port)
    assert accepted() - before == 4


@pytest.mark.parametrize("protocol", ["HTTP/1", "HTTP/2"])
def test_requests_in_flight_are_counted_until_they_end(plain, protocol):
    plain.upstream.on_request = lambda connection, _: connection.wait_for_close()
    _becomes(plain, "tidegate_requests_in_flight", 0)
    with contextlib.ExitStack() as clients:
        if protocol == "HTTP/2":
            client = clients.enter_context(H2Client(plain.port))
            for _ in range(3):
                client.start()
        else:
            for _ in range(3):
                clients.enter_context(RawClient(plain.port)).send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        _becomes(plain, "tidegate_requests_in_flight", 3)
    _becomes(plain, "tidegate_requests_in_flight", 0)


def test_families_pass_what_promtool_checks(plain):
    """Names, units and suffixes; a histogram's sum and count; no series twice."""
    get(plain.port)
    for name, family in plain.gateway.metrics().items():
        assert re.fullmatch(r"[a-z][a-z0-9_]*[a-z0-9]", name), name
        assert family.type in ("counter", "gauge", "histogram"), name
        assert family.documentation.endswith("."), name
        seen = [(s.name, tuple(sorted(s.labels.items()))) for s in family.samples]
        assert len(seen) == len(set(seen)), name
        for sample in family.samples:
            assert not set(sample.labels) & {"instance", "job", "quantile"}, sample
            if family.type == "counter":
                assert sample.name == f"{name}_total" and sample.value >= 0
        if family.type == "histogram":
            counts = {tuple(sorted(s.labels.items())): s.value for s in family.samples if s.name == f"{name}_count"}
            sums = [s for s in family.samples if s.name == f"{name}_sum"]
            assert len(sums) == len(counts), name
            for labels, buckets in _buckets_by_series(family).items():
                assert dict(buckets)[float("inf")] == counts[labels], name
