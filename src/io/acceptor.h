// A listening TCP socket. Each worker has its own, with SO_REUSEPORT, so the kernel spreads
// connections and they never migrate.   Thread: the reactor's.
#pragma once

#include <memory>

#include "async/descriptor.h"
#include "base/error.h"
#include "io/address.h"

namespace tidegate::io {

class Acceptor {
 public:
  // Binds and listens. Errors: kInvalidConfig with the address and the reason ("address already in
  // use").
  static Result<std::unique_ptr<Acceptor>> listen(async::Reactor& reactor, const Address& address);

  Acceptor(async::Reactor& reactor, int fd) : descriptor_(reactor, fd) {}

  // Awaitable Result<int>: a connected, non-blocking descriptor with TCP_NODELAY. kCancelled after
  // close().
  class Accept;
  Accept accept();
  // Stops listening; the waiting accept ends with kCancelled.
  void close() { descriptor_.close(); }
  Address local_address() const;
  async::Reactor& reactor() const { return descriptor_.reactor(); }

 private:
  async::Descriptor descriptor_;
};

class Acceptor::Accept final : public async::Operation {
 public:
  explicit Accept(Acceptor& acceptor)
      : Operation(acceptor.reactor(), nullptr), acceptor_(acceptor) {}
  bool await_ready();
  void await_suspend(std::coroutine_handle<> handle);
  Result<int> await_resume();
  bool perform() override;

 private:
  void detach() override { acceptor_.descriptor_.set_reader(nullptr); }
  Acceptor& acceptor_;
  int fd_ = -1;
  int error_ = 0;
};

}  // namespace tidegate::io
