// TLS contexts: made from configuration off the request path, immutable, shared by all workers.
//
// A session made here keeps what it needs alive by itself, so a context may be replaced and
// destroyed while connections that came from it live on. Handshake, reads and writes are Socket's
// matter.   Thread: any (immutable), except ResumableSession.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/tls_fault.h"
#include "config/tls.h"

struct ssl_ctx_st;
struct ssl_st;

namespace tidegate::io {

// Protocols offered (client) or accepted (server, in this order of preference) by ALPN.
enum class Alpn : std::uint8_t { kNone, kHttp1, kHttp2, kHttp2OrHttp1 };

enum class TlsVersion : std::uint8_t { kUnknown, k12, k13 };

enum class PeerCertificate : std::uint8_t { kNone, kUnverified, kVerified };

enum class Resumption : std::uint8_t { kFull, kResumed };

// What a finished handshake agreed on.
struct TlsInfo {
  std::string server_name;  // SNI, lower case; empty: none was sent
  std::string alpn;         // "h2", "http/1.1" or empty
  TlsVersion version = TlsVersion::kUnknown;
  PeerCertificate peer_certificate = PeerCertificate::kNone;
  Resumption resumption = Resumption::kFull;
};

// REQUIRES: the handshake is over.
TlsInfo tls_info(const ssl_st* session);

// Why the last handshake step failed, in words for an Error's detail: what verification found, or
// what OpenSSL says. Empties OpenSSL's error queue.
std::string describe_tls_failure(const ssl_st* session);

// The same in one of few words, of a client session.   REQUIRES: describe_tls_failure() was asked.
TlsFault find_tls_fault(const ssl_st* session);

struct FreeSslCtx {
  void operator()(ssl_ctx_st* context) const;
};
using SslCtx = std::unique_ptr<ssl_ctx_st, FreeSslCtx>;

// One HTTPS or TLS listener of a port.
struct HostTls {
  std::string hostname;  // lower case; empty: every name; "*.example.com": any depth below
  std::shared_ptr<const config::ListenerTls> tls;
  Alpn alpn = Alpn::kNone;
};

// The server side of one port.
class ServerTls {
 public:
  // The listener is chosen by SNI: exact name, longest wildcard, the one without hostname, else the
  // first. Within it the certificate is chosen by name (exact, wildcard of one label, else the
  // first) and by the key type that the client can verify. Client-certificate rules, versions and
  // ALPN are the chosen listener's.
  // Errors: kInvalidConfig naming the host and what is wrong with its PEM.
  static Result<std::shared_ptr<const ServerTls>> make(const std::vector<HostTls>& hosts);

  // A session in the accept role; hand it to Socket::set_tls(). Never null.
  ssl_st* make_session() const;

 private:
  explicit ServerTls(SslCtx base) : base_(std::move(base)) {}
  SslCtx base_;
};

struct ResumableState;

// The latest session that one endpoint offered to resume. Kept by the endpoint's pool and handed to
// each make_session() for that endpoint; forgets the session when the context was replaced, since
// resuming skips verification.   Thread: one worker.
class ResumableSession {
 public:
  ResumableSession();
  bool empty() const;

 private:
  friend class ClientTls;
  std::shared_ptr<ResumableState> state_;
};

// The client side towards one backend.
class ClientTls {
 public:
  // Errors: kInvalidConfig: unreadable PEM, no trust anchors, key that does not fit.
  static Result<std::shared_ptr<const ClientTls>> make(const config::UpstreamTls& config,
                                                       Alpn alpn);

  // A session in the connect role that resumes what `reuse` holds and puts new tickets there. Never
  // null.
  ssl_st* make_session(ResumableSession& reuse) const;

 private:
  explicit ClientTls(SslCtx context) : context_(std::move(context)) {}
  SslCtx context_;
};

}  // namespace tidegate::io
