// One non-blocking connection, plaintext or TLS, with an outgoing queue. The owner registers the
// socket with the poller and passes its events on; everything else is hidden here.
#pragma once

#include <openssl/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tidegate::bench {

class ByteChannel {
 public:
  // Takes the socket. `tls` null: plaintext. Otherwise a client handshake starts at the first
  // event.
  ByteChannel(int socket, SSL_CTX* tls);
  ~ByteChannel();
  ByteChannel(const ByteChannel&) = delete;
  ByteChannel& operator=(const ByteChannel&) = delete;

  int socket() const { return socket_; }

  // To be called first on every event: notes what is readable, continues the handshake, flushes the
  // queue.
  void on_ready(std::uint32_t events);

  // Connected and, with TLS, past the handshake.
  bool open() const { return state_ == State::kOpen; }
  // The peer closed or the connection failed; nothing more will be read.
  bool closed() const { return state_ == State::kClosed; }

  // Sends now what the socket takes and queues the rest.
  void send(std::string_view bytes);
  // Everything given to send() has been handed to the kernel.
  bool flushed() const { return queue_.empty(); }

  // Bytes that arrived, in a buffer shared by all channels: valid until the next read() of any of
  // them. Empty: nothing more now (look at closed()). Call until empty after each event.
  std::string_view read();

 private:
  enum class State : std::uint8_t { kConnecting, kOpen, kClosed };
  struct FreeSsl {
    void operator()(SSL* ssl) const;
  };

  void shake_hands();
  std::string_view read_plain();
  std::string_view read_tls();
  // Returns how many bytes were taken, 0 when the socket is full.
  std::size_t write_some(std::string_view bytes);

  int socket_;
  std::unique_ptr<SSL, FreeSsl> ssl_;
  State state_ = State::kConnecting;
  enum class Input : std::uint8_t { kDrained, kReadable, kEnding } input_ = Input::kDrained;
  std::string queue_;
};

// A client context for TLS 1.3 with AES-128-GCM and without verification: the same cipher against
// every peer. `alpn` is "h2" or "http/1.1". Never freed: one for the life of the process.
SSL_CTX* make_client_tls(std::string_view alpn);

}  // namespace tidegate::bench
