// PEM text into OpenSSL contexts, and what server and client contexts have in common.
// For tls_*.cc only.   Thread: any.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "config/tls.h"
#include "io/tls_context.h"

namespace tidegate::io {

struct FreeX509 {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeStore {
  void operator()(X509_STORE* store) const { X509_STORE_free(store); }
};
using X509Ptr = std::unique_ptr<X509, FreeX509>;
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeKey>;
using StorePtr = std::unique_ptr<X509_STORE, FreeStore>;

// The last OpenSSL error in words; empties the queue.
std::string take_openssl_error();

// A context for `method` with versions, ciphers and modes set as we want them on both sides.
SslCtx make_context(const SSL_METHOD* method);

// "rsa", "ecdsa", ...: two certificates of one type cannot stand side by side in a context.
Result<int> find_key_type(const config::Certificate& certificate);
// Adds leaf, chain and key. kInvalidConfig when they are unreadable or do not fit.
Result<void> use_certificate(SSL_CTX* context, const config::Certificate& certificate);
// Concatenated PEM certificates as trust anchors; any of them ends a chain, root or not.
Result<StorePtr> make_trust_store(std::string_view pem);
// Makes verification ask the concatenated PEM CRLs too: who is revoked fails, and so does a leaf
// whose issuer has no CRL here or an expired one.
Result<void> add_revocation_lists(X509_STORE* store, std::string_view pem);
// The names of the anchors are sent to clients as a hint which certificate to present.
Result<void> announce_anchors(SSL_CTX* context, std::string_view pem);

// What ended a handshake: X509_V_ERR_..., or OpenSSL's reason where verification was content (0:
// none).
TlsFault fault_of_verification(long error);
TlsFault fault_of_reason(int reason);

// The ALPN list in wire format; empty for kNone.
std::string_view alpn_protocols(Alpn alpn);

}  // namespace tidegate::io
