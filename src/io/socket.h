// A connected stream socket, plaintext or TLS, with awaitable reads and writes.
//
// TLS runs straight on the socket (no memory BIOs), so kernel TLS takes over where the kernel
// offers it. An awaitable tries its system call first and suspends only on "would block"; none
// allocates, except that a write which the kernel took in part copies its rest, so the caller's
// views need not outlive the await. At most one reader and one writer wait at a time. Thread: the
// reactor's.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "async/descriptor.h"
#include "async/operation.h"
#include "base/error.h"
#include "io/address.h"
#include "io/parts.h"

struct ssl_st;

namespace tidegate::io {

// Outcome of one non-blocking attempt.
struct Attempt {
  enum class Kind : std::uint8_t { kBytes, kWouldBlock, kEnd, kFailed };
  Kind kind = Kind::kBytes;
  std::size_t bytes = 0;
  int error = 0;  // errno when kFailed; 0: a TLS failure
};

class Inbound;

class Socket final : private async::CompletionSink {
 public:
  // Takes a connected non-blocking descriptor. `side` says whose fault failures are.
  Socket(async::Reactor& reactor, int fd, Origin side);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  Result<void> watch();
  async::Descriptor& descriptor() { return descriptor_; }
  async::Reactor& reactor() const { return descriptor_.reactor(); }
  Origin side() const { return side_; }

  // Puts TLS on the connection; takes ownership of `ssl`, which has its role set. Await handshake()
  // next.
  void set_tls(ssl_st* ssl);
  ssl_st* tls() const { return ssl_; }

  // One attempt to read into the buffer. kEnd: orderly end (FIN, or close_notify under TLS; a FIN
  // without close_notify is a cut connection: kFailed with ECONNRESET).
  Attempt try_read(char* data, std::size_t size);
  // One attempt to write everything; may take fewer bytes.
  Attempt try_write(const Parts& parts);
  // Whether a read could succeed without waiting.
  bool may_read() const;
  // Before waiting to read: where the kernel receives on its own, makes sure that it does.
  void expect_data() {
    if (reads_ != Reads::kWhenReadable) ask_to_receive();
  }

  // Awaitable Result<void>: the TLS handshake. Fails with kTlsFailure and what OpenSSL said.
  class Handshake;
  Handshake handshake(async::TimeoutList* timeout);
  // Awaitable Result<void>: writes all of `parts`. Fails with Retry::kSafe when it is known that no
  // byte of them left.
  class Write;
  Write write(const Parts& parts, async::TimeoutList* timeout);
  // Awaitable Result<std::size_t>: reads some bytes into a buffer that stays valid; 0 at the end.
  class Read;
  Read read_into(char* data, std::size_t size, async::TimeoutList* timeout);

  // Sends FIN (after close_notify under TLS, which may wait for room in the kernel while the socket
  // stays open); reading goes on. REQUIRES: no write is waiting and none follows.
  void shutdown_write();
  // Closes so that the peer sees a reset, not an orderly end: the message was cut.
  void abort();
  void close() { descriptor_.close(); }
  bool is_open() const { return descriptor_.is_open(); }

  // Bytes of a write that have not left this process yet, as far as that is known.
  std::size_t unsent_bytes() const;
  // Bytes that the kernel took and the peer's kernel has not acknowledged; stays true when the
  // connection has ended. 0 when the kernel does not say.
  std::size_t unacknowledged_bytes() const;

  Address local_address() const;
  Address peer_address() const;

  // The Error of a failed attempt or an early end, with this socket's side as origin.
  Error error_of(const Attempt& attempt, std::string_view doing) const;

 private:
  friend class Handshake;
  friend class Inbound;
  class CloseNotify;
  // Undecided until the first wait: short exchanges, peeks and TLS never need more than readiness.
  enum class Reads : std::uint8_t { kWhenReadable, kUndecided, kReceived };
  // What the kernel received on its own.
  struct Received {
    std::string_view incoming;    // while a completion is handled: not taken yet
    std::string kept;             // came when nobody read, or left over
    std::size_t kept_used = 0;    // of `kept`
    Inbound* borrower = nullptr;  // whose unread() lies in the kernel's buffer
    bool ended = false;
    int error = 0;
    bool empty() const {
      return incoming.empty() && kept_used == kept.size() && !ended && error == 0;
    }
  };
  void ask_to_receive();
  Attempt take_received(char* data, std::size_t size);
  void on_received(std::string_view bytes, int error) override;
  void release() override;
  void on_sent(int error) override;
  // Hands the parts to the poller. False: write directly, or wait while `sending_`.
  bool send_by_poller(const Parts& parts);

  Attempt try_read_tls(char* data, std::size_t size);
  Attempt try_write_tls(const Parts& parts);
  Attempt tls_attempt(int result);

  async::Descriptor descriptor_;
  ssl_st* ssl_ = nullptr;
  Origin side_;
  Reads reads_ = Reads::kWhenReadable;
  bool sends_by_poller_ = false;
  bool sending_ = false;  // the poller has bytes of ours that are not in the kernel yet
  bool shutdown_after_send_ = false;
  int send_error_ = 0;                  // of what the poller sent; told by the next write
  std::unique_ptr<Received> received_;  // kReceived
  bool tls_pending_ = false;  // OpenSSL holds decrypted or decryptable bytes, or an end to report
  std::unique_ptr<async::Operation> close_notify_;  // while the kernel has no room for the alert
};

class Socket::Write final : public async::Operation {
 public:
  Write(Socket& socket, const Parts& parts, async::TimeoutList* timeout);
  bool await_ready();
  void await_suspend(std::coroutine_handle<> handle);
  Result<void> await_resume();
  bool perform() override;

 private:
  void detach() override { socket_.descriptor().set_writer(nullptr); }
  bool begin();
  void keep_rest(const Parts& parts, std::size_t written);
  Socket& socket_;
  const Parts* parts_;  // until the first suspension
  Attempt last_;
  std::string rest_;
  std::size_t sent_ = 0;  // of rest_
};

class Socket::Read final : public async::Operation {
 public:
  Read(Socket& socket, char* data, std::size_t size, async::TimeoutList* timeout);
  bool await_ready() { return socket_.may_read() && perform(); }
  void await_suspend(std::coroutine_handle<> handle);
  Result<std::size_t> await_resume();
  bool perform() override;

 private:
  void detach() override { socket_.descriptor().set_reader(nullptr); }
  Socket& socket_;
  char* data_;
  std::size_t size_;
  Attempt last_;
};

class Socket::Handshake final : public async::Operation {
 public:
  Handshake(Socket& socket, async::TimeoutList* timeout);
  bool await_ready() { return perform(); }
  void await_suspend(std::coroutine_handle<> handle);
  Result<void> await_resume();
  bool perform() override;

 private:
  void detach() override;
  Socket& socket_;
  bool succeeded_ = false;
  std::string failure_;
};

}  // namespace tidegate::io
