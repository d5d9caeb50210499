#include "credential/outbound_caller.h"

#include <arpa/inet.h>

#include <cstring>
#include <span>
#include <utility>

#include "async/timed_scope.h"
#include "stream/memory_body.h"
#include "upstream/h1_call.h"

namespace tidegate::credential {
namespace {

using Bytes = std::span<const std::uint8_t>;

bool is_loopback_v4(Bytes ip) { return ip[0] == 127; }
bool is_link_local_v4(Bytes ip) { return ip[0] == 169 && ip[1] == 254; }

// The four bytes behind ::ffff:0:0/96; empty for other addresses.
Bytes mapped_v4(Bytes ip) {
  static constexpr std::uint8_t kPrefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::memcmp(ip.data(), kPrefix, sizeof(kPrefix)) == 0 ? ip.subspan(12) : Bytes();
}

bool is_loopback_v6(Bytes ip) {
  static constexpr std::uint8_t kLoopback[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return std::memcmp(ip.data(), kLoopback, sizeof(kLoopback)) == 0;
}

// fe80::/10, and fd00:ec2::/32 where AWS has its IPv6 metadata services.
bool is_link_local_v6(Bytes ip) {
  static constexpr std::uint8_t kAws[4] = {0xfd, 0x00, 0x0e, 0xc2};
  return (ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80) || std::memcmp(ip.data(), kAws, 4) == 0;
}

struct Range {
  bool loopback = false;
  bool link_local = false;
};

Range range_of(const io::Address& address) {
  if (address.family() == AF_INET) {
    const auto& v4 = *reinterpret_cast<const sockaddr_in*>(address.data());
    const Bytes ip(reinterpret_cast<const std::uint8_t*>(&v4.sin_addr), 4);
    return {is_loopback_v4(ip), is_link_local_v4(ip)};
  }
  const auto& v6 = *reinterpret_cast<const sockaddr_in6*>(address.data());
  const Bytes ip(v6.sin6_addr.s6_addr, 16);
  if (const Bytes v4 = mapped_v4(ip); !v4.empty()) {
    return {is_loopback_v4(v4), is_link_local_v4(v4)};
  }
  return {is_loopback_v6(ip), is_link_local_v6(ip)};
}

void fill_head(const TokenRequest& request, const Url& url, http::RequestHead& head) {
  head.method = request.method;
  head.scheme = url.tls ? "https" : "http";
  head.authority = url.authority;
  head.target = url.target;
  head.fields.add("user-agent", "tidegate");
  for (const auto& [name, value] : request.fields) head.fields.add(name, value);
  if (!request.body.empty() || request.method == "POST") {
    head.body = http::BodyLength::known(request.body.size());
  }
}

async::Task<Result<std::string>> read_answer(stream::BodySource& body) {
  std::string text;
  while (true) {
    TIDEGATE_CO_TRY(piece, body.next());
    if (text.size() + piece.bytes.size() > OutboundCaller::kMaxAnswerBytes) {
      co_return fail(ErrorCode::kLimit, Origin::kUpstream,
                     "the token endpoint's answer is too long");
    }
    text.append(piece.bytes);
    if (piece.end == stream::End::kYes) co_return text;
  }
}

}  // namespace

bool is_within_reach(const io::Address& address, bool tls, Reach reach) {
  if (reach == Reach::kMetadata) return true;
  const Range range = range_of(address);
  return !range.link_local && (tls || range.loopback);
}

async::Task<Result<TokenAnswer>> OutboundCaller::call(TokenRequest request,
                                                      async::CancelScope& scope) {
  if (scope.requested()) co_return fail(ErrorCode::kCancelled, Origin::kInternal, "token call");
  async::TimedScope deadline(reactor_, scope, kCallTimeout);
  auto answer = co_await call_within(request, deadline.scope());
  co_await deadline.stop();
  if (!answer && deadline.passed()) {
    co_return fail(ErrorCode::kTimeout, Origin::kUpstream, "the token endpoint did not answer");
  }
  co_return answer;
}

async::Task<Result<TokenAnswer>> OutboundCaller::call_within(const TokenRequest& request,
                                                             async::CancelScope& scope) {
  auto url = parse_url(request.url);
  if (!url) co_return std::unexpected(std::move(url).error());
  TIDEGATE_CO_TRY(addresses, resolve(*url, scope));
  Result<TokenAnswer> last =
      fail(ErrorCode::kUnsupported, Origin::kInternal,
           url->host + " has no address that token calls may go to (link-local, or plain http)");
  for (const io::Address& address : addresses) {
    if (!is_within_reach(address, url->tls, request.reach)) continue;
    last = co_await call_at(address, *url, request, scope);
    if (last || last.error().retry != Retry::kSafe) break;
  }
  co_return last;
}

async::Task<Result<std::vector<io::Address>>> OutboundCaller::resolve(const Url& url,
                                                                      async::CancelScope& scope) {
  if (auto literal = io::Address::parse(url.host, url.port)) {
    co_return std::vector<io::Address>(1, *literal);
  }
  if (resolver_ == nullptr) {
    co_return fail(ErrorCode::kDnsFailure, Origin::kInternal, "no resolver");
  }
  co_return co_await resolver_->resolve(url.host, url.port, scope, kConnectTimeout);
}

Result<std::shared_ptr<const io::ClientTls>> OutboundCaller::find_tls(const std::string& host) {
  auto& known = tls_[host];
  if (known != nullptr) return known;
  config::UpstreamTls settings;
  settings.sni = host;
  settings.system_ca = true;
  TIDEGATE_TRY(made, io::ClientTls::make(settings, io::Alpn::kHttp1));
  known = std::move(made);
  return known;
}

async::Task<Result<TokenAnswer>> OutboundCaller::call_at(io::Address address, const Url& url,
                                                         const TokenRequest& request,
                                                         async::CancelScope& scope) {
  std::shared_ptr<const io::ClientTls> tls;
  if (url.tls) {
    auto found = find_tls(url.host);
    if (!found) co_return std::unexpected(std::move(found).error());
    tls = std::move(*found);
  }
  upstream::Connector connector(reactor_, address, std::move(tls), kConnectTimeout);
  auto pool = std::make_shared<upstream::H1Pool>(std::move(connector), shared_, 0);
  Arena arena;
  http::RequestHead head(arena);
  http::ResponseHead response(arena);
  fill_head(request, url, head);
  stream::MemoryBody body(request.body);
  upstream::H1Call call(pool, upstream::Reuse::kFreshOnly, upstream::CallTimeouts(), arena, scope);
  auto sent = co_await call.send(head, body, response);
  Result<TokenAnswer> answer = TokenAnswer();
  if (!sent) {
    answer = std::unexpected(std::move(sent).error());
  } else {
    auto text = co_await read_answer(call.body());
    if (text) {
      answer->status = response.status;
      answer->body = std::move(*text);
    } else {
      answer = std::unexpected(std::move(text).error());
    }
  }
  co_await call.finish();
  co_return answer;
}

}  // namespace tidegate::credential
