#include "server/opening.h"

#include <algorithm>

#include "base/limits.h"

namespace tidegate::server {

async::Task<Result<bool>> begins_with_h2_preface(io::Inbound& inbound) {
  static constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  async::Reactor& reactor = inbound.socket().reactor();
  while (true) {
    const std::string_view unread = inbound.unread();
    if (unread.starts_with(kPreface)) co_return true;
    if (!kPreface.starts_with(unread)) co_return false;
    auto* timeout = reactor.timeouts(unread.empty() ? limits::kDownstreamIdleTimeout
                                                    : limits::kRequestHeadTimeout);
    TIDEGATE_CO_TRY(got, inbound.fill(timeout));
    if (got == 0) {
      co_return fail(ErrorCode::kEndOfStream, Origin::kDownstream, "closed before a request");
    }
  }
}

bool is_failed_preface(std::string_view bytes) {
  const std::size_t end = bytes.find_first_of("\r\n");
  if (end == std::string_view::npos) return false;
  const std::string_view line = bytes.substr(0, end);
  return std::ranges::count(line, ' ') == 2 && line.find('/') == std::string_view::npos;
}

}  // namespace tidegate::server
