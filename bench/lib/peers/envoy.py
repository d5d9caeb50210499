"""Envoy: one worker, no access log, no request ids, no limits that this load could meet."""

import json

from .. import machine
from ..certificate import make_certificate
from ..subject import API_KEY, SERVICES, Subject

_TYPE = "type.googleapis.com/envoy.extensions."


def _address(port):
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def _header(name, value):
    return {"header": {"key": name, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}


def _http_filter_chain():
    manager = {
        "@type": _TYPE + "filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "bench",
        "generate_request_id": False,
        "stream_idle_timeout": "0s",
        "route_config": {"virtual_hosts": [{
            "name": "all", "domains": ["*"],
            "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "model", "timeout": "0s"}}],
            "request_headers_to_add": [_header("authorization", API_KEY)],
            "response_headers_to_add": [_header("x-gateway-upstream", "42")],
        }]},
        "http_filters": [{
            "name": "envoy.filters.http.router",
            "typed_config": {"@type": _TYPE + "filters.http.router.v3.Router", "suppress_envoy_headers": True},
        }],
    }
    return {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}


def _tls(chain, key, alpn):
    return {
        "name": "envoy.transport_sockets.tls",
        "typed_config": {
            "@type": _TYPE + "transport_sockets.tls.v3.DownstreamTlsContext",
            "common_tls_context": {
                "alpn_protocols": [alpn],
                "tls_certificates": [
                    {"certificate_chain": {"filename": str(chain)}, "private_key": {"filename": str(key)}}],
            },
        },
    }


def _listener(service, port, chain, key):
    filter_chain = _http_filter_chain()
    if service.endswith("tls"):
        filter_chain["transport_socket"] = _tls(chain, key, "h2" if service == "h2tls" else "http/1.1")
    return {"name": service, "address": _address(port), "filter_chains": [filter_chain]}


def start(fleet, upstream_port):
    ports = dict(zip(SERVICES, machine.pick_ports(len(SERVICES))))
    chain, key, _ = make_certificate(fleet.folder)
    limits = {"max_connections": 20000, "max_pending_requests": 20000, "max_requests": 20000}
    endpoint = {"endpoint": {"address": _address(upstream_port)}}
    config = {"static_resources": {
        "listeners": [_listener(s, ports[s], chain, key) for s in SERVICES],
        "clusters": [{
            "name": "model", "type": "STATIC", "connect_timeout": "5s",
            "circuit_breakers": {"thresholds": [limits]},
            "load_assignment": {"cluster_name": "model", "endpoints": [{"lb_endpoints": [endpoint]}]},
        }],
    }}
    path = fleet.folder / "envoy.json"
    path.write_text(json.dumps(config))
    process = fleet.start(
        "envoy", [machine.ENVOY, "--concurrency", "1", "--disable-hot-restart", "-l", "warn", "-c", path],
        machine.PROXY_CORE)
    fleet.wait_for_port(process, ports["h1"])
    return Subject("envoy", ports, [process.pid], process)
