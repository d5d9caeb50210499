"""Gateway API resources as plain dicts, and the directory of YAML that a gateway reads.

Everything lives in namespace "default" unless said otherwise; listeners bind to loopback.
"""

import base64
import os
import pathlib
from typing import Any

import yaml

Resource = dict[str, Any]

CORE = "v1"
GATEWAY_API = "gateway.networking.k8s.io/v1"
OWN = "tidegate.dev/v1alpha1"
CONTROLLER = "tidegate.dev/gateway"


def resource(api: str, kind: str, name: str, namespace: str | None = "default", **body: Any) -> Resource:
    metadata = {"name": name}
    if namespace:
        metadata["namespace"] = namespace
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **body}


def gateway_class() -> Resource:
    return resource(GATEWAY_API, "GatewayClass", "tidegate", None, spec={"controllerName": CONTROLLER})


def listener(name: str, port: int, protocol: str = "HTTP", **more: Any) -> dict[str, Any]:
    """A listener entry; `more` is hostname, tls, allowedRoutes ..."""
    return {"name": name, "port": port, "protocol": protocol, **more}


def terminate(*secrets: str, **more: Any) -> dict[str, Any]:
    """The `tls` block of a listener that terminates with these Secrets."""
    return {"mode": "Terminate", "certificateRefs": [{"kind": "Secret", "name": s} for s in secrets], **more}


def gateway(*listeners: dict[str, Any], name: str = "gw", **spec: Any) -> Resource:
    """A Gateway on 127.0.0.1 with these listeners."""
    address = [{"type": "IPAddress", "value": "127.0.0.1"}]
    body = {"gatewayClassName": "tidegate", "addresses": address, "listeners": list(listeners), **spec}
    return resource(GATEWAY_API, "Gateway", name, spec=body)


def route(kind: str, name: str, rules: list[dict[str, Any]], hostnames: list[str] | None = None,
          section: str | None = None, parent: str = "gw", created: str | None = None) -> Resource:
    """HTTPRoute, GRPCRoute, TLSRoute, TCPRoute or UDPRoute attached to Gateway `parent`."""
    parent_ref = {"name": parent, **({"sectionName": section} if section else {})}
    spec: dict[str, Any] = {"parentRefs": [parent_ref], "rules": rules}
    if hostnames:
        spec["hostnames"] = hostnames
    api = GATEWAY_API if kind in ("HTTPRoute", "GRPCRoute", "TLSRoute") else "gateway.networking.k8s.io/v1alpha2"
    made = resource(api, kind, name, spec=spec)
    if created:
        made["metadata"]["creationTimestamp"] = created
    return made


def http_route(name: str, *rules: dict[str, Any], **more: Any) -> Resource:
    return route("HTTPRoute", name, list(rules), **more)


def backend_ref(service: str, port: int = 80, weight: int | None = None, **more: Any) -> dict[str, Any]:
    return {"name": service, "port": port, **({} if weight is None else {"weight": weight}), **more}


def rule(*services: Any, path: str | None = None, exact: str | None = None, matches: list[dict[str, Any]] | None = None,
         **more: Any) -> dict[str, Any]:
    """A rule to Services (a name means port 80 of it); `path` is a prefix match, `exact` an exact one."""
    made: dict[str, Any] = {}
    if path:
        matches = [{"path": {"type": "PathPrefix", "value": path}}]
    if exact:
        matches = [{"path": {"type": "Exact", "value": exact}}]
    if matches:
        made["matches"] = matches
    if services:
        made["backendRefs"] = [backend_ref(s) if isinstance(s, str) else s for s in services]
    return {**made, **more}


def service(name: str, *target_ports: int, port: int = 80, app_protocol: str | None = None, protocol: str = "TCP",
            namespace: str = "default") -> list[Resource]:
    """A Service and its EndpointSlices on loopback, one slice per target port. Without target ports: no endpoints."""
    entry: dict[str, Any] = {"name": "main", "port": port, "protocol": protocol}
    if app_protocol:
        entry["appProtocol"] = app_protocol
    made = [resource(CORE, "Service", name, namespace, spec={"ports": [entry]})]
    for index, target in enumerate(target_ports):
        made.append(endpoint_slice(name, f"{name}-{index}", target, protocol, namespace))
    return made


def endpoint_slice(service_name: str, name: str, target: int, protocol: str = "TCP", namespace: str = "default") -> Resource:
    made = resource(
        "discovery.k8s.io/v1", "EndpointSlice", name, namespace, addressType="IPv4",
        ports=[{"name": "main", "port": target, "protocol": protocol}],
        endpoints=[{"addresses": ["127.0.0.1"], "conditions": {"ready": True}}],
    )
    made["metadata"]["labels"] = {"kubernetes.io/service-name": service_name}
    return made


def tls_secret(name: str, pair: Any) -> Resource:
    """kubernetes.io/tls Secret of a certs.KeyPair."""
    data = {"tls.crt": pair.cert_pem, "tls.key": pair.key_pem}
    encoded = {key: base64.b64encode(text.encode()).decode() for key, text in data.items()}
    return resource(CORE, "Secret", name, type="kubernetes.io/tls", data=encoded)


def ca_config_map(name: str, ca_pem: str) -> Resource:
    return resource(CORE, "ConfigMap", name, data={"ca.crt": ca_pem})


def ai_backend(name: str, port: int, dialect: str = "OpenAI", models: list[dict[str, str]] | None = None,
               secret: str | None = None, protocol: str = "HTTP", **spec: Any) -> Resource:
    """A Backend that is a model provider on loopback; `secret` names the Secret whose api-key is injected."""
    body: dict[str, Any] = {
        "destination": {"type": "Ip", "ip": {"addresses": ["127.0.0.1"]}},
        "ports": [{"number": port, "protocol": protocol}],
        "ai": {"provider": dialect, "dialect": dialect, **({"models": models} if models else {})},
        **spec,
    }
    if secret:
        body["credentials"] = {"apiKey": {"secretRef": {"name": secret}}}
    return resource(OWN, "Backend", name, spec=body)


def ip_backend(name: str, port: int, protocol: str = "HTTP", **spec: Any) -> Resource:
    """A Backend on loopback that is no model provider."""
    return resource(OWN, "Backend", name, spec={"destination": {"type": "Ip", "ip": {"addresses": ["127.0.0.1"]}},
                                                "ports": [{"number": port, "protocol": protocol}], **spec})


def backend_of(name: str, weight: int | None = None, **more: Any) -> dict[str, Any]:
    """A backendRef to a Backend."""
    made = {"group": "tidegate.dev", "kind": "Backend", "name": name, **more}
    return made if weight is None else {**made, "weight": weight}


def opaque_secret(name: str, **values: str) -> Resource:
    return resource(CORE, "Secret", name, type="Opaque", stringData=values)


class ResourceDirectory:
    """The directory a gateway watches. Files are replaced by rename, as editors and ConfigMap mounts do."""

    def __init__(self, path: pathlib.Path):
        self.path = path
        path.mkdir(parents=True, exist_ok=True)

    def write(self, resources: list[Resource], file_name: str = "resources.yaml") -> None:
        self.write_text(yaml.safe_dump_all(resources, sort_keys=False), file_name)

    def write_text(self, text: str, file_name: str = "resources.yaml") -> None:
        partial = self.path / f".{file_name}.partial"
        partial.write_text(text)
        os.replace(partial, self.path / file_name)

    def remove(self, file_name: str) -> None:
        (self.path / file_name).unlink()


def flatten(parts: list[Any]) -> list[Resource]:
    """Resources from a list whose items are resources or lists of them, with the GatewayClass in front."""
    made: list[Resource] = [gateway_class()]
    for part in parts:
        made.extend(part if isinstance(part, list) else [part])
    return made
