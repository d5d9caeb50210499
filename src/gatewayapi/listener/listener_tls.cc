#include "gatewayapi/listener/listener_tls.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tidegate::gatewayapi {
namespace {

// Annotation-like keys of tls.options that we know.
constexpr std::string_view kMinVersionOption = "tidegate.dev/tls-min-version";

void add_certificates(ServedListener& listener, const Referrer& owner, const Lookup& lookup,
                      config::ListenerTls& tls) {
  std::optional<Problem> problem;
  if (!listener.spec->tls || listener.spec->tls->certificate_refs.empty()) {
    problem = {Reason::kInvalidCertificateRef, "tls.certificateRefs is empty"};
  } else {
    for (const auto& ref : listener.spec->tls->certificate_refs) {
      auto found = find_certificate(lookup, owner, ref, Reason::kInvalidCertificateRef);
      if (found) {
        tls.certificates.push_back(std::move(*found));
      } else if (!problem) {
        problem = std::move(found.error());
      }
    }
  }
  if (!problem) return;
  listener.unresolved = problem;
  // Those certificates that are good serve on.
  if (tls.certificates.empty()) listener.unusable = {Reason::kInvalid, problem->message};
}

const resource::FrontendTlsValidation* find_validation(const resource::Gateway& gateway,
                                                       std::uint16_t port) {
  if (!gateway.tls || !gateway.tls->frontend) return nullptr;
  const resource::FrontendTls& frontend = *gateway.tls->frontend;
  for (const auto& per_port : frontend.per_port) {
    // An entry for the port replaces the default, even with no validation at all.
    if (per_port.port == port) return per_port.validation ? &*per_port.validation : nullptr;
  }
  return frontend.default_validation ? &*frontend.default_validation : nullptr;
}

void add_client_validation(ServedListener& listener, const resource::Gateway& gateway,
                           const Lookup& lookup, config::ListenerTls& tls) {
  const auto* validation = find_validation(gateway, listener.spec->port);
  if (validation == nullptr) return;
  tls.client_certificates =
      validation->mode == resource::FrontendValidationMode::kAllowInsecureFallback
          ? config::ClientCertificates::kInsecureFallback
          : config::ClientCertificates::kRequire;
  const Referrer referrer{resource::kGatewayGroup, "Gateway", gateway.meta.namespace_};
  std::optional<Problem> problem;
  for (const auto& ref : validation->ca_certificate_refs) {
    auto found = find_ca_bundle(lookup, referrer, ref,
                                {.invalid_ref = Reason::kInvalidCaCertificateRef,
                                 .invalid_kind = Reason::kInvalidCaCertificateKind});
    if (found) {
      tls.client_ca_pem += *found;
    } else if (!problem) {
      problem = std::move(found.error());
    }
  }
  if (!problem) return;
  if (!listener.unresolved) listener.unresolved = problem;
  if (tls.client_ca_pem.empty()) {
    listener.not_accepted = {Reason::kNoValidCaCertificate, problem->message};
  }
}

}  // namespace

void judge_tls(ServedListener& listener, const Referrer& owner, const resource::Gateway& gateway,
               const Lookup& lookup) {
  using config::ListenerProtocol;
  const bool https = listener.protocol == ListenerProtocol::kHttps;
  if (!https && listener.protocol != ListenerProtocol::kTlsTerminate) return;
  auto tls = std::make_shared<config::ListenerTls>();
  tls->min_version = "1.2";
  if (listener.spec->tls) {
    const auto wanted = find_label(listener.spec->tls->options, kMinVersionOption);
    if (wanted == "1.2" || wanted == "1.3") {
      tls->min_version = wanted;
    } else if (!wanted.empty()) {
      listener.not_accepted = {
          Reason::kUnsupportedValue,
          fmt::format("tls.options {}: {} is not 1.2 or 1.3", kMinVersionOption, wanted)};
    }
  }
  add_certificates(listener, owner, lookup, *tls);
  if (https) add_client_validation(listener, gateway, lookup, *tls);
  listener.tls = std::move(tls);
}

bool uses_insecure_fallback(const resource::GatewayTls& tls) {
  const auto insecure = [](const std::optional<resource::FrontendTlsValidation>& validation) {
    return validation &&
           validation->mode == resource::FrontendValidationMode::kAllowInsecureFallback;
  };
  return tls.frontend && (insecure(tls.frontend->default_validation) ||
                          std::ranges::any_of(tls.frontend->per_port, [&](const auto& port) {
                            return insecure(port.validation);
                          }));
}

}  // namespace tidegate::gatewayapi
