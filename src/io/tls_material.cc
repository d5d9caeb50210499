#include "io/tls_material.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <vector>

#include "base/check.h"

namespace tidegate::io {
namespace {

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using BioPtr = std::unique_ptr<BIO, FreeBio>;

BioPtr open_text(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// An encrypted key has no one to ask for its password.
int no_password(char*, int, int, void*) { return -1; }

std::unexpected<Error> invalid(std::string_view what) {
  const std::string why = take_openssl_error();
  return fail(ErrorCode::kInvalidConfig, Origin::kInternal,
              why.empty() ? std::string(what) : fmt::format("{}: {}", what, why));
}

Result<std::vector<X509Ptr>> parse_certificates(std::string_view pem, std::string_view what) {
  ERR_clear_error();
  const BioPtr text = open_text(pem);
  std::vector<X509Ptr> certificates;
  while (X509* next = PEM_read_bio_X509(text.get(), nullptr, no_password, nullptr)) {
    certificates.emplace_back(next);
  }
  const auto end = ERR_peek_last_error();
  if (certificates.empty() || ERR_GET_REASON(end) != PEM_R_NO_START_LINE) {
    return invalid(fmt::format("unreadable {}", what));
  }
  ERR_clear_error();
  return certificates;
}

}  // namespace

void FreeSslCtx::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

std::string take_openssl_error() {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  std::string text = reason != nullptr ? reason : "";
  ERR_clear_error();
  return text;
}

SslCtx make_context(const SSL_METHOD* method) {
  SslCtx context(SSL_CTX_new(method));
  TIDEGATE_CHECK(context != nullptr);
  SSL_CTX* raw = context.get();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  // Forward secrecy and authenticated encryption only; the TLS 1.3 suites are all of that kind.
  SSL_CTX_set_cipher_list(raw, "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_options(raw, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_ENABLE_KTLS |
                               SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // A write that would block is repeated from another buffer; idle connections hold no buffers.
  SSL_CTX_set_mode(raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                            SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_read_ahead(raw, 1);
  return context;
}

Result<int> find_key_type(const config::Certificate& certificate) {
  TIDEGATE_TRY(chain, parse_certificates(certificate.chain_pem, "certificate"));
  const EVP_PKEY* key = X509_get0_pubkey(chain.front().get());
  if (key == nullptr) return invalid("certificate with an unsupported key");
  return EVP_PKEY_get_base_id(key);
}

Result<void> use_certificate(SSL_CTX* context, const config::Certificate& certificate) {
  TIDEGATE_TRY(chain, parse_certificates(certificate.chain_pem, "certificate"));
  const BioPtr text = open_text(certificate.key_pem.reveal());
  const KeyPtr key(PEM_read_bio_PrivateKey(text.get(), nullptr, no_password, nullptr));
  if (key == nullptr) return invalid("unreadable private key");
  if (X509_check_private_key(chain.front().get(), key.get()) != 1) {
    return invalid("the private key is not the certificate's");
  }
  STACK_OF(X509)* issuers = sk_X509_new_null();
  for (std::size_t i = 1; i < chain.size(); ++i) sk_X509_push(issuers, chain[i].get());
  const int used = SSL_CTX_use_cert_and_key(context, chain.front().get(), key.get(), issuers, 1);
  sk_X509_free(issuers);
  if (used != 1) return invalid("certificate refused");
  return {};
}

Result<StorePtr> make_trust_store(std::string_view pem) {
  TIDEGATE_TRY(anchors, parse_certificates(pem, "CA certificates"));
  StorePtr store(X509_STORE_new());
  for (const auto& anchor : anchors) X509_STORE_add_cert(store.get(), anchor.get());
  X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN);
  ERR_clear_error();
  return store;
}

Result<void> add_revocation_lists(X509_STORE* store, std::string_view pem) {
  ERR_clear_error();
  const BioPtr text = open_text(pem);
  int count = 0;
  while (X509_CRL* next = PEM_read_bio_X509_CRL(text.get(), nullptr, no_password, nullptr)) {
    X509_STORE_add_crl(store, next);
    X509_CRL_free(next);
    ++count;
  }
  if (count == 0 || ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
    return invalid("unreadable certificate revocation list");
  }
  ERR_clear_error();
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  // Lists of issuers above the leaf's are seldom at hand; those that are count.
  X509_STORE_set_verify_cb(store, [](int ok, X509_STORE_CTX* context) {
    const bool missing = X509_STORE_CTX_get_error(context) == X509_V_ERR_UNABLE_TO_GET_CRL;
    return missing && X509_STORE_CTX_get_error_depth(context) > 0 ? 1 : ok;
  });
  return {};
}

Result<void> announce_anchors(SSL_CTX* context, std::string_view pem) {
  TIDEGATE_TRY(anchors, parse_certificates(pem, "CA certificates"));
  for (const auto& anchor : anchors) SSL_CTX_add_client_CA(context, anchor.get());
  return {};
}

std::string_view alpn_protocols(Alpn alpn) {
  switch (alpn) {
    case Alpn::kNone:
      return {};
    case Alpn::kHttp1:
      return "\x08http/1.1";
    case Alpn::kHttp2:
      return "\x02h2";
    case Alpn::kHttp2OrHttp1:
      return "\x02h2\x08http/1.1";
  }
  return {};
}

TlsInfo tls_info(const ssl_st* session) {
  TlsInfo info;
  if (const char* name = SSL_get_servername(session, TLSEXT_NAMETYPE_host_name)) {
    for (const char* c = name; *c != 0; ++c) {
      info.server_name += static_cast<char>(*c >= 'A' && *c <= 'Z' ? *c + ('a' - 'A') : *c);
    }
  }
  const unsigned char* protocol = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(session, &protocol, &length);
  if (length != 0) info.alpn.assign(reinterpret_cast<const char*>(protocol), length);
  const int version = SSL_version(session);
  if (version == TLS1_2_VERSION) info.version = TlsVersion::k12;
  if (version == TLS1_3_VERSION) info.version = TlsVersion::k13;
  if (SSL_get0_peer_certificate(session) != nullptr) {
    info.peer_certificate = SSL_get_verify_result(session) == X509_V_OK
                                ? PeerCertificate::kVerified
                                : PeerCertificate::kUnverified;
  }
  if (SSL_session_reused(session) != 0) info.resumption = Resumption::kResumed;
  return info;
}

}  // namespace tidegate::io
