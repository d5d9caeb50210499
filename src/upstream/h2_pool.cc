#include "upstream/h2_pool.h"

#include <utility>

#include "base/check.h"
#include "base/limits.h"

namespace tidegate::upstream {

ListedWait::ListedWait(List& list, async::Reactor& reactor, async::CancelScope& scope)
    : event_(reactor), list_(list) {
  list_.push_back(this);
  hook_into(scope);
}

ListedWait::~ListedWait() { std::erase(list_, this); }

async::Task<Result<void>> ListedWait::wait(async::TimeoutList* timeout, std::string_view what) {
  async::Outcome outcome = co_await event_.wait(timeout);
  if (cancelled_) outcome = async::Outcome::kCancelled;
  if (outcome == async::Outcome::kDone) co_return Result<void>();
  co_return std::unexpected(async::Operation::error_of(outcome, Origin::kUpstream, what));
}

H2Connection::H2Connection(std::unique_ptr<io::Socket> socket, io::SharedBuffer& shared,
                           TlsFailureReport report)
    : socket_(std::move(socket)),
      report_(std::move(report)),
      inbound_(*socket_, shared),
      session_(*this),
      driver_(inbound_, session_, *this, limits::kUpstreamIdleTimeout) {}

async::Task<Result<void>> H2Connection::allow_connect_protocol(std::shared_ptr<H2Connection> self,
                                                               async::CancelScope& scope) {
  while (!self->session_.accepts_connect_protocol()) {
    if (self->received_ || !self->usable_) {
      co_return fail(ErrorCode::kUnsupported, Origin::kUpstream, "no extended CONNECT");
    }
    ListedWait wait(self->waiting_, self->reactor(), scope);
    TIDEGATE_CO_TRY_VOID(
        wait.wait(self->reactor().timeouts(limits::kConnectTimeout), "HTTP/2 settings"));
  }
  co_return Result<void>();
}

void H2Connection::after_receive() {
  received_ = true;
  for (ListedWait* wait : waiting_) wait->wake();
}

async::Task<void> H2Connection::run(std::shared_ptr<H2Connection> self) {
  co_await self->driver_.run();
  if (const auto& failure = self->driver_.read_failure()) {
    note_tls_failure(self->report_, *failure, *self->socket_);
  }
  self->usable_ = false;
  for (ListedWait* wait : self->waiting_) wait->wake();
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
  while (true) {
    if (auto found = find_open()) co_return found;
    if (opening_ == nullptr) co_return co_await open(scope);
    const auto other = opening_;
    ListedWait wait(other->waiting, connector_.reactor(), scope);
    TIDEGATE_CO_TRY_VOID(wait.wait(nullptr, "HTTP/2 connection"));
    if (other->error) co_return std::unexpected(*other->error);
  }
}

async::Task<Result<std::shared_ptr<H2Connection>>> H2Pool::open(async::CancelScope& scope) {
  const auto mine = opening_ = std::make_shared<Opening>();
  auto socket = co_await connector_.connect(scope);
  opening_.reset();
  std::shared_ptr<H2Connection> connection;
  if (socket) {
    connection = std::make_shared<H2Connection>(std::move(*socket), shared_, connector_.report());
    connections_.push_back(connection);
    background_.spawn(H2Connection::run(connection));
  } else if (!scope.requested()) {
    // Whoever waits would only meet the same one by one. A client that left is no failure of
    // theirs.
    mine->error = socket.error();
  }
  for (ListedWait* wait : mine->waiting) wait->wake();
  if (!socket) co_return std::unexpected(std::move(socket).error());
  co_return connection;
}

std::size_t H2Pool::in_use() const {
  std::size_t streams = 0;
  for (const auto& connection : connections_) streams += connection->session().stream_count();
  return streams;
}

}  // namespace tidegate::upstream
