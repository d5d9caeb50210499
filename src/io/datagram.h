// UDP sockets: bound (a listener) or connected (one flow to an upstream).
//
// Datagrams are received in batches into buffers that all sockets of a worker share: what a batch
// holds is valid until its owner suspends. Thread: the reactor's.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "async/descriptor.h"
#include "base/error.h"
#include "io/address.h"

namespace tidegate::io {

// Up to kMax datagrams from one system call. 1 MiB of address space, resident only where touched.
class DatagramBatch {
 public:
  static constexpr std::size_t kMax = 16;
  static constexpr std::size_t kMaxBytes = 65536;

  DatagramBatch() : bytes_(std::make_unique_for_overwrite<char[]>(kMax * kMaxBytes)) {}

  std::size_t size() const { return size_; }
  std::string_view text(std::size_t index) const {
    return {bytes_.get() + index * kMaxBytes, lengths_[index]};
  }
  const Address& peer(std::size_t index) const { return peers_[index]; }

 private:
  friend class DatagramSocket;
  std::unique_ptr<char[]> bytes_;
  std::array<std::size_t, kMax> lengths_{};
  std::array<Address, kMax> peers_;
  std::size_t size_ = 0;
};

class DatagramSocket {
 public:
  // A listener, with SO_REUSEPORT. Errors: kInvalidConfig with the address and the reason.
  static Result<std::unique_ptr<DatagramSocket>> bind(async::Reactor& reactor,
                                                      const Address& address);
  // A socket that talks to `peer` only. Errors: kConnectFailed, retry safe.
  static Result<std::unique_ptr<DatagramSocket>> connect(async::Reactor& reactor,
                                                         const Address& peer);

  DatagramSocket(async::Reactor& reactor, int fd, Origin side)
      : descriptor_(reactor, fd), side_(side) {}

  // Awaitable Result<std::size_t>: the number of datagrams now in `batch`, at least one.
  // Errors: kTimeout; kCancelled after close(); kConnectionRefused when a connected peer said so.
  class Receive;
  Receive receive(DatagramBatch& batch, async::TimeoutList* timeout);
  // Awaitable Result<void>: sends one datagram, to `peer` (null: the connected one).
  class Send;
  Send send(std::string_view text, const Address* peer, async::TimeoutList* timeout);
  // Sends if there is room. False: dropped, as the network itself may do.
  bool try_send(std::string_view text, const Address* peer);

  // Ends what waits with kCancelled.
  void close() { descriptor_.close(); }
  bool is_open() const { return descriptor_.is_open(); }
  Address local_address() const;
  async::Reactor& reactor() const { return descriptor_.reactor(); }

 private:
  int receive_into(DatagramBatch& batch);
  ssize_t send_once(std::string_view text, const Address* peer) const;

  async::Descriptor descriptor_;
  Origin side_;
};

class DatagramSocket::Receive final : public async::Operation {
 public:
  Receive(DatagramSocket& socket, DatagramBatch& batch, async::TimeoutList* timeout)
      : Operation(socket.reactor(), timeout), socket_(socket), batch_(batch) {}
  bool await_ready();
  void await_suspend(std::coroutine_handle<> handle);
  Result<std::size_t> await_resume();
  bool perform() override;

 private:
  void detach() override { socket_.descriptor_.set_reader(nullptr); }
  DatagramSocket& socket_;
  DatagramBatch& batch_;
  int error_ = 0;
};

class DatagramSocket::Send final : public async::Operation {
 public:
  Send(DatagramSocket& socket, std::string_view text, const Address* peer,
       async::TimeoutList* timeout)
      : Operation(socket.reactor(), timeout), socket_(socket), text_(text), peer_(peer) {}
  bool await_ready();
  void await_suspend(std::coroutine_handle<> handle);
  Result<void> await_resume();
  bool perform() override;

 private:
  void detach() override { socket_.descriptor_.set_writer(nullptr); }
  DatagramSocket& socket_;
  std::string_view text_;  // until the first suspension, then of kept_
  std::string kept_;
  const Address* peer_;
  Address kept_peer_;
  int error_ = 0;
};

}  // namespace tidegate::io
