// Calls to token endpoints over connections of their own: one per call, TLS verified by the
// system's CAs, bounded in time and size, redirects not followed.
//
// Whoever can choose a token URL must not reach the machine's metadata services with it: link-local
// addresses are refused, after resolution, to all but the sources that want just those; and plain
// http goes to loopback only. Thread: the worker's.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "async/reactor.h"
#include "credential/http_caller.h"
#include "credential/url.h"
#include "io/inbound.h"
#include "io/resolver.h"
#include "io/tls_context.h"

namespace tidegate::credential {

class OutboundCaller final : public HttpCaller {
 public:
  static constexpr std::chrono::milliseconds kConnectTimeout{3'000};
  static constexpr std::chrono::milliseconds kCallTimeout{10'000};
  static constexpr std::size_t kMaxAnswerBytes = 256 * 1024;

  // Everything outlives the caller. `resolver` null: only address literals can be called.
  OutboundCaller(async::Reactor& reactor, io::SharedBuffer& shared, io::Resolver* resolver)
      : reactor_(reactor), shared_(shared), resolver_(resolver) {}

  async::Task<Result<TokenAnswer>> call(TokenRequest request, async::CancelScope& scope) override;

 private:
  async::Task<Result<TokenAnswer>> call_within(const TokenRequest& request,
                                               async::CancelScope& scope);
  async::Task<Result<TokenAnswer>> call_at(io::Address address, const Url& url,
                                           const TokenRequest& request, async::CancelScope& scope);
  async::Task<Result<std::vector<io::Address>>> resolve(const Url& url, async::CancelScope& scope);
  Result<std::shared_ptr<const io::ClientTls>> find_tls(const std::string& host);

  async::Reactor& reactor_;
  io::SharedBuffer& shared_;
  io::Resolver* resolver_;
  std::unordered_map<std::string, std::shared_ptr<const io::ClientTls>> tls_;  // by host
};

// Whether a call may go to this address.
bool is_within_reach(const io::Address& address, bool tls, Reach reach);

}  // namespace tidegate::credential
