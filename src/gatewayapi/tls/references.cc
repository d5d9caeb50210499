#include "gatewayapi/tls/references.h"

#include <fmt/format.h>

#include <utility>

#include "gatewayapi/tls/certificates.h"

namespace tidegate::gatewayapi {
namespace {

// The reason and message of a reference that no ReferenceGrant allows.
Problem not_permitted(std::string_view kind, std::string_view namespace_, std::string_view name) {
  return {Reason::kRefNotPermitted,
          fmt::format("no ReferenceGrant in namespace {} allows the reference to {} {}", namespace_,
                      kind, name)};
}

template <class Ref>
std::string_view target_namespace(const Ref& ref, const Referrer& referrer) {
  return ref.namespace_ ? std::string_view(*ref.namespace_) : referrer.namespace_;
}

bool permitted(const Lookup& lookup, const Referrer& referrer, std::string_view kind,
               std::string_view namespace_, std::string_view name) {
  return lookup.grants.permits({referrer.group, referrer.kind, referrer.namespace_, {}},
                               {"", kind, namespace_, name});
}

}  // namespace

Referrer referrer_of(const resource::Backend& backend) {
  return {group_of(backend.kind), to_string(backend.kind), backend.meta.namespace_};
}

std::string_view secret_bytes(const resource::SecretObject& secret, std::string_view key) {
  for (const auto& [name, value] : secret.data) {
    if (name == key) return value.reveal();
  }
  return {};
}

std::expected<config::Certificate, Problem> find_certificate(
    const Lookup& lookup, const Referrer& referrer, const resource::SecretObjectReference& ref,
    std::string_view invalid_reason) {
  const auto ns = target_namespace(ref, referrer);
  if (!ref.group.empty() || ref.kind != "Secret") {
    return std::unexpected(Problem{
        invalid_reason, fmt::format("{}/{} is not a kind that holds certificates; use a Secret",
                                    ref.group.empty() ? "core" : ref.group, ref.kind)});
  }
  if (!permitted(lookup, referrer, "Secret", ns, ref.name)) {
    return std::unexpected(not_permitted("Secret", ns, ref.name));
  }
  const auto* secret = lookup.index.secrets.find(ns, ref.name);
  if (secret == nullptr) {
    return std::unexpected(
        Problem{invalid_reason, fmt::format("Secret {}/{} does not exist", ns, ref.name)});
  }
  auto parsed =
      parse_certificate(secret_bytes(*secret, "tls.crt"), secret_bytes(*secret, "tls.key"));
  if (!parsed) {
    return std::unexpected(Problem{
        invalid_reason, fmt::format("Secret {}/{}: {}", ns, ref.name, parsed.error().detail)});
  }
  return std::move(*parsed);
}

namespace {

// A PEM text under one key of a ConfigMap or Secret.
std::expected<std::string, Problem> find_pem(const Lookup& lookup, const Referrer& referrer,
                                             const resource::ObjectReference& ref,
                                             std::string_view key, const CaReasons& reasons,
                                             Result<void> (*check)(std::string_view pem)) {
  const auto ns = target_namespace(ref, referrer);
  if (!ref.group.empty() || (ref.kind != "ConfigMap" && ref.kind != "Secret")) {
    return std::unexpected(
        Problem{reasons.invalid_kind,
                fmt::format("{}/{} is not a kind that holds CA certificates; use a ConfigMap",
                            ref.group.empty() ? "core" : ref.group, ref.kind)});
  }
  if (!permitted(lookup, referrer, ref.kind, ns, ref.name)) {
    return std::unexpected(not_permitted(ref.kind, ns, ref.name));
  }
  const auto bad = [&](std::string_view what) {
    return std::unexpected(
        Problem{reasons.invalid_ref, fmt::format("{} {}/{}: {}", ref.kind, ns, ref.name, what)});
  };
  std::string_view pem;
  if (ref.kind == "ConfigMap") {
    const auto* config_map = lookup.index.config_maps.find(ns, ref.name);
    if (config_map == nullptr) return bad("does not exist");
    pem = find_label(config_map->data, key);
  } else {
    const auto* secret = lookup.index.secrets.find(ns, ref.name);
    if (secret == nullptr) return bad("does not exist");
    pem = secret_bytes(*secret, key);
  }
  if (pem.empty()) return bad(fmt::format("has no key {}", key));
  if (auto checked = check(pem); !checked) return bad(checked.error().detail);
  std::string bundle(pem);
  if (!bundle.ends_with('\n')) bundle += '\n';
  return bundle;
}

}  // namespace

std::expected<std::string, Problem> find_ca_bundle(const Lookup& lookup, const Referrer& referrer,
                                                   const resource::ObjectReference& ref,
                                                   const CaReasons& reasons) {
  return find_pem(lookup, referrer, ref, "ca.crt", reasons, check_ca_bundle);
}

std::expected<std::string, Problem> find_revocation_lists(const Lookup& lookup,
                                                          const Referrer& referrer,
                                                          const resource::ObjectReference& ref,
                                                          const CaReasons& reasons) {
  return find_pem(lookup, referrer, ref, "ca.crl", reasons, check_revocation_lists);
}

std::expected<Secret, Problem> find_secret_value(const Lookup& lookup, const Referrer& referrer,
                                                 const resource::SecretObjectReference& ref,
                                                 std::string_view key) {
  const auto ns = target_namespace(ref, referrer);
  if (!ref.group.empty() || ref.kind != "Secret") {
    return std::unexpected(
        Problem{Reason::kInvalidKind, fmt::format("{} is not a Secret", ref.kind)});
  }
  if (!permitted(lookup, referrer, "Secret", ns, ref.name)) {
    return std::unexpected(not_permitted("Secret", ns, ref.name));
  }
  const auto* secret = lookup.index.secrets.find(ns, ref.name);
  if (secret == nullptr) {
    return std::unexpected(
        Problem{Reason::kSecretNotFound, fmt::format("Secret {}/{} does not exist", ns, ref.name)});
  }
  std::string_view bytes = secret_bytes(*secret, key);
  while (bytes.ends_with('\n') || bytes.ends_with('\r')) bytes.remove_suffix(1);
  if (bytes.empty()) {
    return std::unexpected(
        Problem{Reason::kSecretNotFound,
                fmt::format("Secret {}/{} has no value under key {}", ns, ref.name, key)});
  }
  return Secret(std::string(bytes));
}

}  // namespace tidegate::gatewayapi
