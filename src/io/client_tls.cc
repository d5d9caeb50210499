#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/sha.h>
#include <openssl/sslerr.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/check.h"
#include "io/address.h"
#include "io/tls_material.h"

namespace tidegate::io {

struct ResumableState {
  ResumableState() = default;
  ResumableState(const ResumableState&) = delete;
  ResumableState& operator=(const ResumableState&) = delete;
  ~ResumableState() { reset(nullptr, nullptr); }
  // Takes over `next`; remembers which context verified it.
  void reset(SSL_SESSION* next, SSL_CTX* from) {
    SSL_SESSION_free(session);
    if (context != nullptr) SSL_CTX_free(context);
    if (from != nullptr) SSL_CTX_up_ref(from);
    session = next;
    context = from;
  }
  SSL_SESSION* session = nullptr;
  SSL_CTX* context = nullptr;
};

ResumableSession::ResumableSession() : state_(std::make_shared<ResumableState>()) {}
bool ResumableSession::empty() const { return state_->session == nullptr; }

namespace {

// Whom the peer's certificate must name; freed with the context.
struct Expectation {
  std::string server_name;
  std::vector<config::SubjectAltName> names;
  std::vector<std::string> pinned_keys;
};

// What belongs to one client session; freed with it.
struct Attached {
  std::shared_ptr<ResumableState> reuse;
  std::string verify_failure;
  int alert = 0;       // OpenSSL's reason of the last failure
  bool asked = false;  // the server wants to see a certificate of ours
};

template <class T>
void free_attached(void*, void* attached, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<T*>(attached);
}

int expectation_index() {
  static const int index =
      SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_attached<Expectation>);
  return index;
}

int attached_index() {
  static const int index =
      SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, free_attached<Attached>);
  return index;
}

struct FreeNames {
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

std::string_view text_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

// The DNS names and URIs of a certificate, each as SubjectAltName.
std::vector<config::SubjectAltName> names_of(X509* certificate) {
  using Kind = config::SubjectAltName::Kind;
  std::vector<config::SubjectAltName> result;
  const std::unique_ptr<GENERAL_NAMES, FreeNames> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) {
      result.push_back({Kind::kHostname, std::string(text_of(name->d.dNSName))});
    } else if (name->type == GEN_URI) {
      result.push_back({Kind::kUri, std::string(text_of(name->d.uniformResourceIdentifier))});
    }
  }
  return result;
}

bool names_host(X509* certificate, const std::string& host) {
  if (Address::parse(host, 0)) return X509_check_ip_asc(certificate, host.c_str(), 0) == 1;
  constexpr unsigned kFlags =
      X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;
  return X509_check_host(certificate, host.c_str(), host.size(), kFlags, nullptr) == 1;
}

// Empty when the certificate is for whom we expect; otherwise what was found instead.
std::string find_name_mismatch(X509* certificate, const Expectation& expected) {
  const auto found = names_of(certificate);
  const auto matches = [&](const config::SubjectAltName& wanted) {
    if (std::ranges::find(found, wanted) != found.end()) return true;
    return wanted.kind == config::SubjectAltName::Kind::kHostname &&
           names_host(certificate, wanted.value);
  };
  const bool ok = expected.names.empty() ? names_host(certificate, expected.server_name)
                                         : std::ranges::any_of(expected.names, matches);
  if (ok) return {};
  constexpr std::size_t kShown = 4;
  std::string names;
  for (std::size_t i = 0; i < std::min(found.size(), kShown); ++i) {
    names += (i == 0 ? "" : ", ") + found[i].value;
  }
  if (found.size() > kShown) names += ", ...";
  std::string wanted = expected.names.empty() ? expected.server_name : expected.names[0].value;
  if (expected.names.size() > 1) wanted += fmt::format(" (or {} more)", expected.names.size() - 1);
  return fmt::format("name mismatch: wanted {}, the certificate is for {}", wanted,
                     names.empty() ? "no name at all" : names);
}

std::string hash_public_key(X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (size <= 0) return {};
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
  SHA256(der, static_cast<std::size_t>(size), hash.data());
  OPENSSL_free(der);
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

// Source: RFC 7469 2.6, on the verified chain.
bool has_pinned_key(STACK_OF(X509) * chain, const std::vector<std::string>& pins) {
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    if (std::ranges::find(pins, hash_public_key(sk_X509_value(chain, i))) != pins.end())
      return true;
  }
  return false;
}

int verify_peer(X509_STORE_CTX* store, void*) {
  auto* session =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* attached = static_cast<Attached*>(SSL_get_ex_data(session, attached_index()));
  if (X509_verify_cert(store) != 1) {
    const int error = X509_STORE_CTX_get_error(store);
    attached->verify_failure = X509_verify_cert_error_string(error);
    return 0;
  }
  const auto& expected = *static_cast<const Expectation*>(
      SSL_CTX_get_ex_data(SSL_get_SSL_CTX(session), expectation_index()));
  attached->verify_failure = find_name_mismatch(X509_STORE_CTX_get0_cert(store), expected);
  if (!attached->verify_failure.empty()) {
    X509_STORE_CTX_set_error(store, X509_V_ERR_HOSTNAME_MISMATCH);
    return 0;
  }
  if (expected.pinned_keys.empty() ||
      has_pinned_key(X509_STORE_CTX_get0_chain(store), expected.pinned_keys)) {
    return 1;
  }
  attached->verify_failure = "pin mismatch: no certificate of the chain has a pinned key";
  X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}

int note_certificate_request(SSL* session, void*) {
  static_cast<Attached*>(SSL_get_ex_data(session, attached_index()))->asked = true;
  return 1;
}

int keep_session(SSL* session, SSL_SESSION* ticket) {
  auto* attached = static_cast<Attached*>(SSL_get_ex_data(session, attached_index()));
  attached->reuse->reset(ticket, SSL_get_SSL_CTX(session));
  return 1;
}

StorePtr read_system_store() {
  StorePtr made(X509_STORE_new());
  X509_STORE_set_default_paths(made.get());
  ERR_clear_error();
  return made;
}

// The system's anchors, read once: parsing them costs milliseconds and megabytes.
X509_STORE* system_store() {
  static const StorePtr store = read_system_store();
  return store.get();
}

Result<void> set_anchors(SSL_CTX* context, const config::UpstreamTls& config) {
  if (config.ca_pem.empty() && !config.system_ca) {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal,
                "no CA certificates to verify the backend");
  }
  if (config.ca_pem.empty() && config.crl_pem.empty()) {
    SSL_CTX_set1_cert_store(context, system_store());
    return {};
  }
  StorePtr store;
  if (config.ca_pem.empty()) {
    store = read_system_store();  // of its own: revocation lists are not for others
  } else {
    TIDEGATE_TRY(anchors, make_trust_store(config.ca_pem));
    store = std::move(anchors);
  }
  if (!config.crl_pem.empty()) TIDEGATE_TRY_VOID(add_revocation_lists(store.get(), config.crl_pem));
  SSL_CTX_set_cert_store(context, store.release());
  return {};
}

}  // namespace

Result<std::shared_ptr<const ClientTls>> ClientTls::make(const config::UpstreamTls& config,
                                                         Alpn alpn) {
  SslCtx context = make_context(TLS_client_method());
  SSL_CTX* raw = context.get();
  TIDEGATE_TRY_VOID(set_anchors(raw, config));
  if (!config.client_certificate.empty()) {
    TIDEGATE_TRY_VOID(use_certificate(raw, config.client_certificate.front()));
  }
  if (config.sni.empty() && config.subject_alt_names.empty()) {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal, "no name to verify the backend by");
  }
  if (config.min_version == "1.3") SSL_CTX_set_min_proto_version(raw, TLS1_3_VERSION);
  const auto protocols = alpn_protocols(alpn);
  SSL_CTX_set_alpn_protos(raw, reinterpret_cast<const unsigned char*>(protocols.data()),
                          static_cast<unsigned>(protocols.size()));
  SSL_CTX_set_ex_data(raw, expectation_index(),
                      new Expectation{config.sni, config.subject_alt_names, config.pinned_keys});
  SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(raw, verify_peer, nullptr);
  SSL_CTX_set_cert_cb(raw, note_certificate_request, nullptr);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(raw, keep_session);
  return std::shared_ptr<const ClientTls>(new ClientTls(std::move(context)));
}

ssl_st* ClientTls::make_session(ResumableSession& reuse) const {
  SSL* session = SSL_new(context_.get());
  TIDEGATE_CHECK(session != nullptr);
  SSL_set_connect_state(session);
  const auto& expected =
      *static_cast<const Expectation*>(SSL_CTX_get_ex_data(context_.get(), expectation_index()));
  // Server names are never addresses (RFC 6066 3).
  if (!expected.server_name.empty() && !Address::parse(expected.server_name, 0)) {
    SSL_set_tlsext_host_name(session, expected.server_name.c_str());
  }
  ResumableState& state = *reuse.state_;
  if (state.session != nullptr && state.context != context_.get()) state.reset(nullptr, nullptr);
  if (state.session != nullptr) SSL_set_session(session, state.session);
  SSL_set_ex_data(session, attached_index(),
                  new Attached{.reuse = reuse.state_, .verify_failure = {}});
  return session;
}

TlsFault find_tls_fault(const ssl_st* session) {
  const long verified = SSL_get_verify_result(session);
  if (verified != X509_V_OK) return fault_of_verification(verified);
  const auto* attached = static_cast<Attached*>(SSL_get_ex_data(session, attached_index()));
  if (attached == nullptr) return TlsFault::kOther;
  // Before TLS 1.3 a server has no other alert for a certificate that did not come.
  const bool of_ours = attached->asked && attached->alert == SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE;
  return of_ours ? TlsFault::kClientCertificate : fault_of_reason(attached->alert);
}

std::string describe_tls_failure(const ssl_st* session) {
  auto* attached = static_cast<Attached*>(SSL_get_ex_data(session, attached_index()));
  const long verified = SSL_get_verify_result(session);
  if (attached != nullptr) attached->alert = ERR_GET_REASON(ERR_peek_last_error());
  std::string why = take_openssl_error();
  if (attached != nullptr && !attached->verify_failure.empty()) return attached->verify_failure;
  if (verified != X509_V_OK && (SSL_get_verify_mode(session) & SSL_VERIFY_PEER) != 0) {
    return X509_verify_cert_error_string(verified);
  }
  return why.empty() ? "connection closed" : why;
}

}  // namespace tidegate::io
