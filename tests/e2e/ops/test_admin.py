"""The admin address: /healthz, /readyz, /metrics as Prometheus's own parser reads them."""

import pytest
from harness.raw_client import RawClient, get


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


def _requests_total(gateway):
    family = gateway.metrics()["tidegate_requests"]
    assert family.type == "counter"
    return sum(sample.value for sample in family.samples if sample.name.endswith("_total"))


def test_requests_are_counted_exactly(plain):
    before = _requests_total(plain.gateway)
    with RawClient(plain.port) as client:
        for _ in range(25):
            client.request()
    assert _requests_total(plain.gateway) - before == 25


def test_histograms_are_cumulative_and_end_in_inf(plain):
    get(plain.port)
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
        before = series()
        for n in range(50):
            client.request("GET", f"/unique-{n}?q={n}", host=f"host-{n}.test")
            client.request(f"METHOD{n}", "/")
        after = series()
    assert after - before == set()
