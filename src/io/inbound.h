// The unread bytes of a socket, as one contiguous view.
//
// All connections of a worker read into ONE shared buffer, so an idle connection holds no memory
// and a large body needs no copy. Whoever reads next into the shared buffer first makes its
// previous owner copy what it has not consumed; in the common case that is nothing. Where that is
// much, the owner keeps the buffer itself and the worker goes on with another one. Where the kernel
// receives on its own (io_uring) its buffer plays the same part for one connection, until the
// coroutine that reads it suspends.
//
// Lifetime: unread() is valid until this coroutine suspends; after a suspension call it again (the
// bytes are kept, their address is not). simdjson may read kSlackBytes past the end. Thread: the
// reactor's.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "async/operation.h"
#include "base/error.h"
#include "base/limits.h"
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
  // A read asks for kReadBufferBytes; behind them there is room for the rest of a larger message.
  static constexpr std::size_t kBlockBytes = 2 * limits::kReadBufferBytes;
  using Block = std::unique_ptr<char[]>;  // of kBlockBytes and slack

  // Exchanges the buffer for a free one, the last used first: it is still in the cache.
  Block replace();
  void give_back(Block block);

  Block bytes_;
  std::vector<Block> free_;
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
  // The caller wants unread() to hold so many bytes, beyond what is there: makes room for all of
  // them at once. Zero takes that back.
  void expect(std::size_t bytes) { expected_ = bytes; }
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
  Attempt try_fill_behind();
  bool take_incoming(Attempt& attempt);
  void keep_borrowed();                 // the kernel's buffer goes: copies what is unread there
  void stash();                         // takes the unread bytes out of the shared buffer
  void grow_own(std::size_t capacity);  // makes own_ hold unread() with room for more
  void drop_own();
  std::size_t wanted_bytes() const;  // of unread(), after the next read

  Socket& socket_;
  SharedBuffer& shared_;
  const char* data_ = nullptr;
  std::size_t size_ = 0;
  std::unique_ptr<char[]> own_;
  std::size_t own_capacity_ = 0;
  std::size_t expected_ = 0;
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
