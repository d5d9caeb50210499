#include "app/quickstart/resources.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <span>

namespace tidegate::app {
namespace {

constexpr std::string_view kGateway = R"(apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata:
  name: tidegate
spec:
  controllerName: tidegate.dev/gateway
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: quickstart
  namespace: default
spec:
  gatewayClassName: tidegate
{}  listeners:
  - name: http
    port: {}
    protocol: HTTP
)";

constexpr std::string_view kBackend = R"(---
apiVersion: tidegate.dev/v1alpha1
kind: Backend
metadata:
  name: {}
  namespace: default
spec:
)";

constexpr std::string_view kRoute = R"(---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: models
  namespace: default
spec:
  parentRefs:
  - name: quickstart
  rules:
)";

std::string format_models(std::span<const std::string> models) {
  std::string text = "    models:\n";
  for (const auto& model : models) text += fmt::format("    - name: \"{}\"\n", model);
  return text;
}

std::string format_credentials(std::string_view secret) {
  return fmt::format("  credentials:\n    apiKey:\n      secretRef:\n        name: {}\n", secret);
}

bool is_address(const std::string& host) { return io::Address::parse(host, 1).has_value(); }

std::string format_openai(const Findings& findings) {
  const BaseUrl url = findings.openai_url.value_or(BaseUrl{true, "api.openai.com", 443, "/v1"});
  const std::string host = url.host == "localhost" ? "127.0.0.1" : url.host;
  std::string text = fmt::format(kBackend, "openai");
  text +=
      is_address(host)
          ? fmt::format("  destination:\n    type: Ip\n    ip:\n      addresses: [\"{}\"]\n", host)
          : fmt::format("  destination:\n    type: Fqdn\n    fqdn:\n      hostname: {}\n", host);
  text += fmt::format("  ports:\n  - number: {}\n    protocol: HTTP\n    tls:\n      mode: {}\n",
                      url.port, url.tls ? "Simple" : "None");
  text += "  # Any model passes; those named here are what GET /v1/models lists.\n";
  text += "  ai:\n    provider: OpenAI\n    dialect: OpenAI\n";
  if (!findings.openai_url) {
    const std::string models[] = {"gpt-4o-mini", "gpt-4o", "text-embedding-3-small"};
    text += format_models(models);
  }
  if (findings.openai_key) text += format_credentials("openai-key");
  return text;
}

std::string format_anthropic() {
  const std::string models[] = {"claude-sonnet-4-5", "claude-haiku-4-5"};
  return fmt::format(kBackend, "anthropic") +
         "  destination:\n    type: Fqdn\n    fqdn:\n      hostname: api.anthropic.com\n"
         "  ports:\n  - number: 443\n    protocol: HTTP\n    tls:\n      mode: Simple\n"
         "  ai:\n    provider: Anthropic\n    dialect: Anthropic\n" +
         format_models(models) + format_credentials("anthropic-key");
}

std::string format_local(const LocalServer& server) {
  return fmt::format(kBackend, server.name) +
         fmt::format(
             "  destination:\n    type: Ip\n    ip:\n      addresses: [\"127.0.0.1\"]\n"
             "  ports:\n  - number: {}\n    protocol: HTTP\n"
             "  ai:\n    provider: OpenAICompatible\n    dialect: OpenAI\n",
             server.port) +
         format_models(server.models);
}

std::string format_simulator(std::string_view name, std::string_view dialect) {
  return fmt::format(kBackend, name) +
         fmt::format(
             "  destination:\n    type: Simulator\n    simulator:\n"
             "      timeToFirstToken: 150ms\n      interTokenDelay: 20ms\n"
             "      outputTokens: 32\n"
             "  ai:\n    provider: Simulator\n    dialect: {}\n",
             dialect);
}

std::string format_backend_ref(std::string_view backend) {
  return fmt::format(
      "    backendRefs:\n    - group: tidegate.dev\n      kind: Backend\n      name: {}\n",
      backend);
}

// The fields of a rule as an entry of the list of rules: a match on everything needs no other.
std::string first_field(std::string fields) {
  fields[2] = '-';
  return fields;
}

std::string format_model_match(std::string_view type, std::string_view value) {
  return fmt::format(
      "    - headers:\n      - name: X-Gateway-Model-Name\n        type: {}\n        value: "
      "\"{}\"\n",
      type, value);
}

// The Anthropic API by its path, Claude models by their name.
std::string format_anthropic_rule(std::string_view backend) {
  return "  - matches:\n    - path:\n        type: PathPrefix\n        value: /v1/messages\n" +
         format_model_match("RegularExpression", "claude-.*") + format_backend_ref(backend);
}

std::string format_local_rule(const LocalServer& server) {
  std::string text = "  - matches:\n";
  for (const auto& model : server.models) text += format_model_match("Exact", model);
  return text + format_backend_ref(server.name);
}

std::string format_openai_rule(const Findings& findings) {
  const std::string path = findings.openai_url ? findings.openai_url->path : "/v1";
  if (path == "/v1") return first_field(format_backend_ref("openai"));
  return "  - matches:\n    - path:\n        type: PathPrefix\n        value: /v1\n"
         "    filters:\n    - type: URLRewrite\n      urlRewrite:\n        path:\n"
         "          type: ReplacePrefixMatch\n          replacePrefixMatch: \"" +
         (path.empty() ? "/" : path) + "\"\n" + format_backend_ref("openai");
}

// Whatever the model; the names are what GET /v1/models lists.
std::string format_simulator_rule() {
  std::string text = "  - matches:\n    - path:\n        type: PathPrefix\n        value: /\n";
  for (const char* model : {"gpt-4o-mini", "text-embedding-3-small", "claude-sonnet-4-5"}) {
    text += format_model_match("Exact", model);
  }
  return text + format_backend_ref("simulator");
}

std::string format_rules(const Findings& findings) {
  if (!findings.any())
    return format_anthropic_rule("simulator-anthropic") + format_simulator_rule();
  std::string text;
  if (findings.anthropic_key) text += format_anthropic_rule("anthropic");
  for (const auto& server : findings.local_servers) text += format_local_rule(server);
  if (findings.openai_key || findings.openai_url) return text + format_openai_rule(findings);
  const std::string rest =
      findings.local_servers.empty() ? "anthropic" : findings.local_servers.front().name;
  return text + first_field(format_backend_ref(rest));
}

std::string format_secret(std::string_view name, const Secret& key) {
  const std::string_view plain = key.reveal();
  std::string encoded(4 * ((plain.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                   reinterpret_cast<const unsigned char*>(plain.data()),
                                   static_cast<int>(plain.size()));
  encoded.resize(static_cast<std::size_t>(size));
  return fmt::format(
      "---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: {}\n  namespace: default\n"
      "type: Opaque\ndata:\n  api-key: {}\n",
      name, encoded);
}

}  // namespace

std::string format_resources(const Findings& findings, const io::Address& listen) {
  const std::string ip = listen.ip();
  const std::string addresses =
      ip == "0.0.0.0" ? ""
                      : fmt::format("  addresses:\n  - type: IPAddress\n    value: \"{}\"\n", ip);
  std::string text = fmt::format(kGateway, addresses, listen.port());
  text += kRoute;
  text += format_rules(findings);
  if (findings.openai_key || findings.openai_url) text += format_openai(findings);
  if (findings.anthropic_key) text += format_anthropic();
  for (const auto& server : findings.local_servers) text += format_local(server);
  if (!findings.any()) {
    text += format_simulator("simulator", "OpenAI");
    text += format_simulator("simulator-anthropic", "Anthropic");
  }
  return text;
}

std::string format_secrets(const Findings& findings) {
  std::string text;
  if (findings.openai_key) text += format_secret("openai-key", *findings.openai_key);
  if (findings.anthropic_key) text += format_secret("anthropic-key", *findings.anthropic_key);
  return text;
}

}  // namespace tidegate::app
