#include "upstream/h2_pool.h"

#include <utility>

#include "base/check.h"
#include "base/limits.h"

namespace tidegate::upstream {

H2Connection::H2Connection(std::unique_ptr<io::Socket> socket, io::SharedBuffer& shared)
    : socket_(std::move(socket)),
      inbound_(*socket_, shared),
      session_(*this),
      driver_(inbound_, session_, *this, limits::kUpstreamIdleTimeout) {}

class H2Connection::SettingsWait final : private async::CancelHook {
 public:
  SettingsWait(H2Connection& connection, async::CancelScope& scope)
      : event(connection.reactor()), connection_(connection) {
    connection_.waiting_.push_back(this);
    hook_into(scope);
  }
  ~SettingsWait() { std::erase(connection_.waiting_, this); }
  async::Event event;

 private:
  void on_cancel() override { event.cancel(); }
  H2Connection& connection_;
};

async::Task<Result<void>> H2Connection::allow_connect_protocol(std::shared_ptr<H2Connection> self,
                                                               async::CancelScope& scope) {
  while (!self->session_.accepts_connect_protocol()) {
    if (self->received_ || !self->usable_) {
      co_return fail(ErrorCode::kUnsupported, Origin::kUpstream, "no extended CONNECT");
    }
    SettingsWait wait(*self, scope);
    const async::Outcome outcome =
        co_await wait.event.wait(self->reactor().timeouts(limits::kConnectTimeout));
    if (outcome != async::Outcome::kDone) {
      co_return std::unexpected(
          async::Operation::error_of(outcome, Origin::kUpstream, "HTTP/2 settings"));
    }
  }
  co_return Result<void>();
}

void H2Connection::after_receive() {
  received_ = true;
  for (SettingsWait* wait : waiting_) wait->event.set();
}

async::Task<void> H2Connection::run(std::shared_ptr<H2Connection> self) {
  co_await self->driver_.run();
  self->usable_ = false;
  for (SettingsWait* wait : self->waiting_) wait->event.set();
  co_await self->driver_.finish();
  self->socket_->close();
}

void H2Connection::retire() {
  usable_ = false;
  session_.shutdown(http::H2Error::kNoError);
  if (session_.stream_count() == 0) driver_.stop();
}

http::H2StreamListener& H2Connection::on_stream(http::StreamId) {
  check_failed("a client session has no incoming streams", __FILE__, __LINE__);
}

H2Pool::H2Pool(Connector connector, io::SharedBuffer& shared, async::TaskGroup& background)
    : connector_(std::move(connector)), shared_(shared), background_(background) {}

H2Pool::~H2Pool() {
  for (const auto& connection : connections_) connection->retire();
}

std::shared_ptr<H2Connection> H2Pool::find_open() {
  std::erase_if(connections_, [](const auto& connection) { return !connection->usable(); });
  for (const auto& connection : connections_) {
    if (connection->has_room()) return connection;
  }
  return nullptr;
}

async::Task<Result<std::shared_ptr<H2Connection>>> H2Pool::acquire(async::CancelScope& scope) {
  if (auto open = find_open()) co_return open;
  TIDEGATE_CO_TRY(socket, connector_.connect(scope));
  // Others may have opened one meanwhile: theirs has room for many, ours is one more for later.
  auto connection = std::make_shared<H2Connection>(std::move(socket), shared_);
  connections_.push_back(connection);
  background_.spawn(H2Connection::run(connection));
  co_return connection;
}

std::size_t H2Pool::in_use() const {
  std::size_t streams = 0;
  for (const auto& connection : connections_) streams += connection->session().stream_count();
  return streams;
}

}  // namespace tidegate::upstream
