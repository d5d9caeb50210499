// The unread bytes of a socket, as one contiguous view.
//
// All connections of a worker read into ONE shared 64 KiB buffer, so an idle connection holds no
// memory and a large body needs one system call. Whoever reads next into the shared buffer first
// makes its previous owner copy what it has not consumed; in the common case that is nothing. Where
// the kernel receives on its own (io_uring) its buffer plays the same part for one connection,
// until the coroutine that reads it suspends.
//
// Lifetime: unread() is valid until this coroutine suspends; after a suspension call it again (the
// bytes are kept, their address is not). simdjson may read kSlackBytes past the end. Thread: the
// reactor's.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "async/operation.h"
#include "base/error.h"
#include "io/socket.h"

namespace tidegate::io {

inline constexpr std::size_t kSlackBytes = 64;

class Inbound;

// The read buffer of one worker.
class SharedBuffer {
 public:
  SharedBuffer();
  SharedBuffer(const SharedBuffer&) = delete;
  SharedBuffer& operator=(const SharedBuffer&) = delete;

 private:
  friend class Inbound;
  std::unique_ptr<char[]> bytes_;
  Inbound* owner_ = nullptr;
};

class Inbound {
 public:
  Inbound(Socket& socket, SharedBuffer& shared) : socket_(socket), shared_(shared) {}
  ~Inbound();
  Inbound(const Inbound&) = delete;
  Inbound& operator=(const Inbound&) = delete;

  std::string_view unread() const { return {data_, size_}; }
  void consume(std::size_t bytes);
  bool empty() const { return size_ == 0; }
  // The peer has ended its side and everything before that is in unread().
  bool ended() const { return ended_; }
  // Whether fill() would complete without waiting (or fail at once).
  bool ready() const { return ended_ || socket_.may_read(); }
  // Puts bytes in front of what the socket gives: what a sniffer took before the protocol was
  // known.
  void prepend(std::string_view bytes);

  // Awaitable Result<std::size_t>: adds to unread(); 0 when the peer ended its side. The caller
  // bounds unread() before it asks for more.
  class Fill;
  Fill fill(async::TimeoutList* timeout);
  Socket& socket() { return socket_; }

 private:
  friend class SharedBuffer;
  friend class Socket;
  Attempt try_fill();
  bool take_incoming(Attempt& attempt);
  void keep_borrowed();                 // the kernel's buffer goes: copies what is unread there
  void stash();                         // copies the unread bytes out of the shared buffer
  void grow_own(std::size_t capacity);  // makes own_ hold unread() with room for more

  Socket& socket_;
  SharedBuffer& shared_;
  const char* data_ = nullptr;
  std::size_t size_ = 0;
  std::unique_ptr<char[]> own_;
  std::size_t own_capacity_ = 0;
  bool ended_ = false;
};

class Inbound::Fill final : public async::Operation {
 public:
  Fill(Inbound& inbound, async::TimeoutList* timeout)
      : Operation(inbound.socket_.reactor(), timeout), inbound_(inbound) {}
  bool await_ready() { return inbound_.ready() && perform(); }
  void await_suspend(std::coroutine_handle<> handle);
  Result<std::size_t> await_resume();
  bool perform() override;

 private:
  void detach() override { inbound_.socket_.descriptor().set_reader(nullptr); }
  Inbound& inbound_;
  Attempt last_;
};

}  // namespace tidegate::io
