#include "upstream/connector.h"

#include <utility>

#include "io/connect.h"

namespace tidegate::upstream {

Connector::Connector(async::Reactor& reactor, io::Address address,
                     std::shared_ptr<const io::ClientTls> tls,
                     std::chrono::milliseconds connect_timeout)
    : reactor_(&reactor),
      address_(address),
      name_(address.to_string()),
      tls_(std::move(tls)),
      connect_timeout_(connect_timeout) {}

async::Task<Result<std::unique_ptr<io::Socket>>> Connector::connect(
    async::CancelScope& scope) const {
  auto* timeout = reactor_->timeouts(connect_timeout_);
  TIDEGATE_CO_TRY(socket, io::connect(*reactor_, address_, timeout, scope));
  co_return std::move(socket);
}

}  // namespace tidegate::upstream
