"""The YAML that the gateway is run with. Written as text: the bench needs no YAML library."""

import base64

from .subject import API_KEY, SERVICES

AI_HOST = "ai.bench.test"  # routed by the model name in the payload to a Backend with `ai`
GUARDED_HOST = "guarded.bench.test"  # as AI_HOST, through processors: see _PIPELINES
FILTERED_HOST = "filtered.bench.test"
HEADERS_HOST = "headers.bench.test"
CACHED_HOST = "cached.bench.test"
PLAIN_HOST = "plain.bench.test"  # the same requests through an HTTPRoute to a Service

_CLASS = """
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: tidegate}
spec: {controllerName: tidegate.dev/gateway}
"""

_GATEWAY = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {{name: bench, namespace: default}}
spec:
  gatewayClassName: tidegate
  addresses: [{{type: IPAddress, value: 127.0.0.1}}]
  listeners:
{listeners}
"""

_TLS = "    tls: {mode: Terminate, certificateRefs: [{name: bench-cert}]}\n"

_CERTIFICATE = """
apiVersion: v1
kind: Secret
metadata: {{name: bench-cert, namespace: default}}
type: kubernetes.io/tls
data:
  tls.crt: {chain}
  tls.key: {key}
"""

# Calls for the model of chat, on every route of the AI path.
_CHAT_RULE = """  - matches: [{{headers: [{{name: X-Gateway-Model-Name, value: gpt-4o-mini}}]}}]
    filters:
    - {{type: ResponseHeaderModifier, responseHeaderModifier: {{set: [{{name: x-gateway-upstream, value: "42"}}]}}}}
    backendRefs: [{{group: tidegate.dev, kind: Backend, name: model, port: {upstream}}}]"""

_AI = """
apiVersion: v1
kind: Secret
metadata: {{name: model-key, namespace: default}}
stringData: {{api-key: {key}}}
---
apiVersion: tidegate.dev/v1alpha1
kind: Backend
metadata: {{name: model, namespace: default}}
spec:
  destination: {{type: Ip, ip: {{addresses: [127.0.0.1]}}}}
  ports: [{{number: {upstream}, protocol: HTTP}}]
  ai: {{provider: OpenAI, dialect: OpenAI, models: [{{name: gpt-4o-mini}}]}}
  credentials: {{apiKey: {{secretRef: {{name: model-key, key: api-key}}}}}}
---
apiVersion: tidegate.dev/v1alpha1
kind: Backend
metadata: {{name: claude, namespace: default}}
spec:
  destination: {{type: Ip, ip: {{addresses: [127.0.0.1]}}}}
  ports: [{{number: {upstream}, protocol: HTTP}}]
  ai: {{provider: Anthropic, models: [{{name: claude-bench}}]}}
  credentials: {{apiKey: {{secretRef: {{name: model-key, key: api-key}}}}}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: ai, namespace: default}}
spec:
  parentRefs: [{{name: bench}}]
  hostnames: [{host}]
  rules:
""" + _CHAT_RULE + """
  - matches: [{{headers: [{{name: X-Gateway-Model-Name, value: claude-bench}}]}}]
    backendRefs: [{{group: tidegate.dev, kind: Backend, name: claude, port: {upstream}}}]
"""

_SERVICE = """
apiVersion: v1
kind: Service
metadata: {{name: model, namespace: default}}
spec: {{ports: [{{name: http, port: 80, targetPort: {upstream}}}]}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: model-1, namespace: default, labels: {{kubernetes.io/service-name: model}}}}
addressType: IPv4
endpoints: [{{addresses: [127.0.0.1], conditions: {{ready: true}}}}]
ports: [{{name: http, port: {upstream}, protocol: TCP}}]
"""

_ROUTE = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: {name}, namespace: default}}
spec:
  parentRefs: [{{name: bench}}]
  hostnames: [{host}]
  rules:
  - matches: [{{path: {{type: PathPrefix, value: /}}}}]
    filters:
    - type: RequestHeaderModifier
      requestHeaderModifier: {{set: [{{name: Authorization, value: "{key}"}}]}}
    - type: ResponseHeaderModifier
      responseHeaderModifier: {{set: [{{name: x-gateway-upstream, value: "{mark}"}}]}}
    backendRefs: [{{name: model, port: 80}}]
"""


_PROCESSED = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: {name}, namespace: default}}
spec:
  parentRefs: [{{name: bench}}]
  hostnames: [{name}.bench.test]
  rules:
""" + _CHAT_RULE + """
---
apiVersion: tidegate.dev/v1alpha1
kind: PayloadProcessingPipeline
metadata: {{name: {name}, namespace: default}}
spec:
  targetRefs: [{{group: gateway.networking.k8s.io, kind: HTTPRoute, name: {name}}}]
  processors:
{processors}
"""

_GUARD = "  - {name: guard, type: PromptGuard}\n"
_PERSONAL_DATA = "  - {name: personal-data, type: PersonalData, config: {replies: {action: Redact}}}\n"
_CACHE = "  - {name: cache, type: ResponseCache, config: {match: Wording}}\n"


def _words():
    """A filter of requests and replies for 1,000 words that nobody says."""
    words = ", ".join(f"word{i * 7919}" for i in range(1000))
    return ("  - name: words\n    type: ContentFilter\n    config:\n"
            f"      categories: [{{name: words, request: Redact, response: Redact, words: [{words}]}}]\n")


def _header_processors():
    return "".join(f"  - {{name: header-{i}, type: HeaderModifier, config: {{request: {{set: [{{name: x-bench-{i}, value: v}}]}}}}}}\n"
                   for i in range(20))


def _pipelines():
    """What the route of each host runs, by its first label."""
    return {"guarded": _GUARD + _PERSONAL_DATA + _words(), "filtered": _PERSONAL_DATA + _words(),
            "headers": _header_processors(), "cached": _CACHE}


def _listener(service, port):
    protocol = "HTTPS" if service.endswith("tls") else "HTTP"
    text = f"  - name: {service}\n    port: {port}\n    protocol: {protocol}\n"
    return text + (_TLS if protocol == "HTTPS" else "")


def plain_route(name, host, mark="42"):
    """An HTTPRoute as text; `mark` is the value of the response header x-gateway-upstream."""
    return _ROUTE.format(name=name, host=host, key=API_KEY, mark=mark)


def extra_host(index):
    """Host of one of the many routes that only differ by host."""
    return f"host-{index}.bench.test"


def write_resources(folder, ports, upstream_port, certificate, extra_routes=0, pipelines=False, routes_per_file=100):
    """Writes a directory for `tidegate run -f`. `ports` holds the services to listen on; `pipelines`: routes with processors too."""
    folder.mkdir(parents=True, exist_ok=True)
    chain, key = (base64.b64encode(path.read_bytes()).decode() for path in certificate)
    listeners = "".join(_listener(s, ports[s]) for s in SERVICES if s in ports)
    documents = {
        "gateway.yaml": [_CLASS, _GATEWAY.format(listeners=listeners), _CERTIFICATE.format(chain=chain, key=key)],
        "model.yaml": [_AI.format(upstream=upstream_port, host=AI_HOST, key=API_KEY.removeprefix("Bearer ")),
                       _SERVICE.format(upstream=upstream_port)],
        "plain.yaml": [plain_route("plain", PLAIN_HOST)],
    }
    if pipelines:
        documents["pipelines.yaml"] = [_PROCESSED.format(name=name, upstream=upstream_port, processors=processors)
                                       for name, processors in _pipelines().items()]
    for first in range(0, extra_routes, routes_per_file):
        documents[f"routes-{first:05}.yaml"] = [
            plain_route(f"extra-{i}", extra_host(i))
            for i in range(first, min(first + routes_per_file, extra_routes))
        ]
    for name, parts in documents.items():
        (folder / name).write_text("---".join(parts))
