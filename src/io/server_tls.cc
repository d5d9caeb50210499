#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <set>

#include "base/check.h"
#include "io/tls_material.h"

namespace tidegate::io {
namespace {

// The contexts of one listener, by certificate name. Contexts are shared: those not owned here
// belong to the base context itself.
struct Host {
  std::map<std::string, SSL_CTX*, std::less<>> by_name;  // exact and "*.one.label" names
  SSL_CTX* fallback = nullptr;
};

// What the base context of a port knows; freed with it.
struct Catalog {
  std::vector<Host> hosts;
  std::map<std::string, std::size_t, std::less<>> by_hostname;  // exact and "*.suffix"
  std::size_t any = 0;  // the host without hostname, else the first
  std::vector<SslCtx> owned;

  const Host& find_host(std::string_view name) const;
  SSL_CTX* find_context(std::string_view name) const;
};

void free_catalog(void*, void* catalog, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<Catalog*>(catalog);
}

int catalog_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_catalog);
  return index;
}

const Host& Catalog::find_host(std::string_view name) const {
  if (const auto exact = by_hostname.find(name); exact != by_hostname.end()) {
    return hosts[exact->second];
  }
  for (auto dot = name.find('.'); dot != name.npos; dot = name.find('.', dot + 1)) {
    const auto wildcard = by_hostname.find("*" + std::string(name.substr(dot)));
    if (wildcard != by_hostname.end()) return hosts[wildcard->second];
  }
  return hosts[any];
}

SSL_CTX* Catalog::find_context(std::string_view name) const {
  const Host& host = find_host(name);
  if (const auto exact = host.by_name.find(name); exact != host.by_name.end()) {
    return exact->second;
  }
  if (const auto dot = name.find('.'); dot != name.npos) {
    const auto wildcard = host.by_name.find("*" + std::string(name.substr(dot)));
    if (wildcard != host.by_name.end()) return wildcard->second;
  }
  return host.fallback;
}

// The host_name of a ClientHello's server_name extension (RFC 6066 3), lower case, without a
// trailing dot. Empty when there is none or it is malformed (OpenSSL itself then ends the
// handshake).
std::string sent_server_name(SSL* session) {
  const unsigned char* data = nullptr;
  std::size_t size = 0;
  if (SSL_client_hello_get0_ext(session, TLSEXT_TYPE_server_name, &data, &size) != 1) return {};
  constexpr std::size_t kPrefix = 5;  // list length, type, name length
  if (size <= kPrefix || data[2] != TLSEXT_NAMETYPE_host_name) return {};
  const std::size_t length = (std::size_t{data[3]} << 8) | data[4];
  if (length > size - kPrefix) return {};
  std::string name(reinterpret_cast<const char*>(data + kPrefix), length);
  for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
  if (!name.empty() && name.back() == '.') name.pop_back();
  return name;
}

int accept_any(int, X509_STORE_CTX*) { return 1; }

SSL_verify_cb verify_callback(config::ClientCertificates rule) {
  return rule == config::ClientCertificates::kInsecureFallback ? accept_any : nullptr;
}

// Runs before anything of the hello is acted on, so version, certificate, client-certificate rule
// and session identity are all the chosen listener's. Were it the later server-name callback, a
// session of one listener could be resumed on another whose client-certificate rule it never met.
int choose_context(SSL* session, int*, void* argument) {
  const auto& catalog = *static_cast<const Catalog*>(argument);
  SSL_CTX* chosen = catalog.find_context(sent_server_name(session));
  if (chosen == SSL_get_SSL_CTX(session)) return SSL_CLIENT_HELLO_SUCCESS;
  SSL_set_SSL_CTX(session, chosen);
  SSL_set_verify(session, SSL_CTX_get_verify_mode(chosen), SSL_CTX_get_verify_callback(chosen));
  SSL_set_min_proto_version(session, static_cast<int>(SSL_CTX_get_min_proto_version(chosen)));
  return SSL_CLIENT_HELLO_SUCCESS;
}

int acknowledge_server_name(SSL*, int*, void*) { return SSL_TLSEXT_ERR_OK; }

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_length,
                    const unsigned char* offered, unsigned offered_length, void* argument) {
  const auto ours = alpn_protocols(static_cast<Alpn>(reinterpret_cast<std::uintptr_t>(argument)));
  unsigned char* selected = nullptr;
  const int result = SSL_select_next_proto(
      &selected, out_length, reinterpret_cast<const unsigned char*>(ours.data()),
      static_cast<unsigned>(ours.size()), offered, offered_length);
  *out = selected;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

Result<void> set_client_rule(SSL_CTX* context, const config::ListenerTls& tls) {
  using config::ClientCertificates;
  if (tls.client_certificates == ClientCertificates::kIgnore) return {};
  if (!tls.client_ca_pem.empty()) {
    TIDEGATE_TRY(store, make_trust_store(tls.client_ca_pem));
    SSL_CTX_set_cert_store(context, store.release());
    TIDEGATE_TRY_VOID(announce_anchors(context, tls.client_ca_pem));
  } else if (tls.client_certificates == ClientCertificates::kRequire) {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal,
                "client certificates are required, but there is no CA to verify them");
  }
  const int mode = tls.client_certificates == ClientCertificates::kRequire
                       ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
                       : SSL_VERIFY_PEER;
  SSL_CTX_set_verify(context, mode, verify_callback(tls.client_certificates));
  return {};
}

// A ticket is good only where the same rules held when it was given.
void set_session_identity(SSL_CTX* context, const HostTls& host) {
  const auto rule = static_cast<int>(host.tls->client_certificates);
  const std::string text = fmt::format("{}\n{}\n{}\n{}", host.hostname, rule, host.tls->min_version,
                                       host.tls->client_ca_pem);
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  SSL_CTX_set_session_id_context(context, digest, sizeof digest);
}

Result<SslCtx> make_host_context(const HostTls& host, const std::set<std::size_t>& certificates) {
  SslCtx context = make_context(TLS_server_method());
  SSL_CTX* raw = context.get();
  if (host.tls->min_version == "1.3") SSL_CTX_set_min_proto_version(raw, TLS1_3_VERSION);
  for (const std::size_t index : certificates) {
    TIDEGATE_TRY_VOID(use_certificate(raw, host.tls->certificates[index]));
  }
  TIDEGATE_TRY_VOID(set_client_rule(raw, *host.tls));
  set_session_identity(raw, host);
  // Tickets carry the session: no shared cache, no lock, and any worker can resume.
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(raw, 1);
  SSL_CTX_set_tlsext_servername_callback(raw, acknowledge_server_name);
  if (host.alpn != Alpn::kNone) {
    SSL_CTX_set_alpn_select_cb(raw, choose_protocol,
                               reinterpret_cast<void*>(static_cast<std::uintptr_t>(host.alpn)));
  }
  return context;
}

bool covers(std::string_view pattern, std::string_view name) {
  if (pattern == name) return true;
  const auto dot = name.find('.');
  return pattern.starts_with("*.") && dot != name.npos && pattern.substr(1) == name.substr(dot);
}

// The certificates to present for `name` (all of them for the fallback): the first of each key
// type, exact names before wildcards.
std::set<std::size_t> choose_certificates(const config::ListenerTls& tls,
                                          const std::vector<int>& key_types,
                                          std::optional<std::string_view> name) {
  std::vector<std::size_t> exact, wider;
  for (std::size_t i = 0; i < tls.certificates.size(); ++i) {
    const auto& names = tls.certificates[i].names;
    if (!name || std::ranges::find(names, *name) != names.end()) {
      exact.push_back(i);
    } else if (std::ranges::any_of(names, [&](const auto& own) { return covers(own, *name); })) {
      wider.push_back(i);
    }
  }
  exact.insert(exact.end(), wider.begin(), wider.end());
  std::set<std::size_t> chosen;
  std::set<int> seen;
  for (const std::size_t index : exact) {
    if (seen.insert(key_types[index]).second) chosen.insert(index);
  }
  return chosen;
}

Result<Host> make_host(const HostTls& config, std::vector<SslCtx>& owned) {
  const auto& certificates = config.tls->certificates;
  if (certificates.empty()) {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal, "no certificate");
  }
  std::vector<int> key_types;
  for (const auto& certificate : certificates) {
    TIDEGATE_TRY(type, find_key_type(certificate));
    key_types.push_back(type);
  }
  std::map<std::set<std::size_t>, SSL_CTX*> contexts;
  const auto context_for = [&](std::optional<std::string_view> name) -> Result<SSL_CTX*> {
    const auto chosen = choose_certificates(*config.tls, key_types, name);
    if (const auto found = contexts.find(chosen); found != contexts.end()) return found->second;
    TIDEGATE_TRY(context, make_host_context(config, chosen));
    contexts[chosen] = context.get();
    owned.push_back(std::move(context));
    return owned.back().get();
  };
  Host host;
  TIDEGATE_TRY(fallback, context_for(std::nullopt));
  host.fallback = fallback;
  for (const auto& certificate : certificates) {
    for (const auto& name : certificate.names) {
      TIDEGATE_TRY(context, context_for(name));
      host.by_name[name] = context;
    }
  }
  return host;
}

}  // namespace

Result<std::shared_ptr<const ServerTls>> ServerTls::make(const std::vector<HostTls>& hosts) {
  TIDEGATE_CHECK(!hosts.empty());
  auto catalog = std::make_unique<Catalog>();
  bool any_found = false;
  for (const HostTls& config : hosts) {
    auto host = make_host(config, catalog->owned);
    if (!host) {
      host.error().detail =
          fmt::format("TLS of host \"{}\": {}", config.hostname, host.error().detail);
      return std::unexpected(std::move(host).error());
    }
    catalog->hosts.push_back(std::move(*host));
    const std::size_t index = catalog->hosts.size() - 1;
    if (!config.hostname.empty()) catalog->by_hostname.emplace(config.hostname, index);
    if (config.hostname.empty() && !std::exchange(any_found, true)) catalog->any = index;
  }
  // Sessions start on the default's context. It owns the catalog, which owns the others.
  SSL_CTX* base = catalog->hosts[catalog->any].fallback;
  auto& owned = catalog->owned;
  const auto position = std::ranges::find_if(owned, [&](auto& ctx) { return ctx.get() == base; });
  SslCtx keep = std::move(*position);
  owned.erase(position);
  if (!owned.empty()) {
    SSL_CTX_set_client_hello_cb(base, choose_context, catalog.get());
    SSL_CTX_set_ex_data(base, catalog_index(), catalog.release());
  }
  return std::shared_ptr<const ServerTls>(new ServerTls(std::move(keep)));
}

ssl_st* ServerTls::make_session() const {
  SSL* session = SSL_new(base_.get());
  TIDEGATE_CHECK(session != nullptr);
  SSL_set_accept_state(session);
  return session;
}

}  // namespace tidegate::io
