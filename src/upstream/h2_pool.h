// The HTTP/2 connections of one worker to one endpoint. Requests share a connection up to the
// streams that the server allows; then another is opened.   Thread: the worker's.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "async/cancel.h"
#include "async/event.h"
#include "async/task.h"
#include "async/task_group.h"
#include "h2/driver.h"
#include "http/h2_session.h"
#include "io/inbound.h"
#include "upstream/connector.h"

namespace tidegate::upstream {

// One coroutine among several that wait for something of a connection: settings, or that it opens.
class ListedWait final : private async::CancelHook {
 public:
  using List = std::vector<ListedWait*>;
  ListedWait(List& list, async::Reactor& reactor, async::CancelScope& scope);
  ~ListedWait();
  // What is waited for may have come. Errors: kTimeout, kCancelled; `what` for their detail.
  async::Task<Result<void>> wait(async::TimeoutList* timeout, std::string_view what);
  void wake() { event_.set(); }

 private:
  void on_cancel() override {
    cancelled_ = true;
    event_.set();
  }
  async::Event event_;
  List& list_;
  bool cancelled_ = false;
};

// A connection in use by any number of calls; ends by itself when the peer or the pool wants it to.
class H2Connection final : private http::H2SessionListener, private h2::Driver::Owner {
 public:
  // `report` hears of a TLS failure after the handshake.
  H2Connection(std::unique_ptr<io::Socket> socket, io::SharedBuffer& shared,
               TlsFailureReport report = {});

  http::H2Client& session() { return session_; }
  async::Reactor& reactor() { return socket_->reactor(); }
  bool has_room() const { return usable_ && session_.free_streams() > 0; }
  bool usable() const { return usable_; }
  // Waits for the server's settings, where they have not come yet. Errors: kUnsupported when they
  // do not allow extended CONNECT (RFC 8441); kTimeout, kCancelled.
  static async::Task<Result<void>> allow_connect_protocol(std::shared_ptr<H2Connection> self,
                                                          async::CancelScope& scope);
  // No call uses it any more, or soon: it may close when its last stream ends.
  void retire();
  // Runs until the connection ends. Keeps itself alive.
  static async::Task<void> run(std::shared_ptr<H2Connection> self);

 private:
  void on_goaway(http::H2Error) override { usable_ = false; }
  void on_output() override { driver_.on_output(); }
  http::H2StreamListener& on_stream(http::StreamId id) override;
  void after_receive() override;
  bool stays_when_idle() override { return session_.stream_count() != 0; }

  std::unique_ptr<io::Socket> socket_;
  TlsFailureReport report_;
  io::Inbound inbound_;
  http::H2Client session_;
  h2::Driver driver_;
  bool usable_ = true;
  bool received_ = false;  // the server's first bytes, which are its settings
  ListedWait::List waiting_;
};

class H2Pool {
 public:
  // `background` runs the connections.
  H2Pool(Connector connector, io::SharedBuffer& shared, async::TaskGroup& background);
  ~H2Pool();

  // A connection with a free stream; opens one where there is none. Only one opens at a time: a
  // burst of requests waits for it and shares it. Errors: those of Connector::connect, also of the
  // one that was waited for.
  async::Task<Result<std::shared_ptr<H2Connection>>> acquire(async::CancelScope& scope);
  const Connector& connector() const { return connector_; }
  std::size_t in_use() const;

 private:
  // A connection on its way, and who waits for it.
  struct Opening {
    ListedWait::List waiting;
    std::optional<Error> error;  // for all of them
  };
  std::shared_ptr<H2Connection> find_open();
  async::Task<Result<std::shared_ptr<H2Connection>>> open(async::CancelScope& scope);

  Connector connector_;
  io::SharedBuffer& shared_;
  async::TaskGroup& background_;
  std::vector<std::shared_ptr<H2Connection>> connections_;
  std::shared_ptr<Opening> opening_;  // null: none
};

}  // namespace tidegate::upstream
