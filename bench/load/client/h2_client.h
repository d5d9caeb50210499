// An HTTP/2 connection that multiplexes a fixed number of requests; prior knowledge on plaintext,
// ALPN on TLS.
#pragma once

#include <nghttp2/nghttp2.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/client/client.h"
#include "bench/load/client/response_check.h"
#include "bench/load/net/byte_channel.h"

namespace tidegate::bench {

class H2Client final : public Client {
 public:
  struct Target {
    std::string_view scheme;  // "http" or "https"
    std::string_view authority;
    int streams = 1;  // requests at a time
  };

  // `work`, `driver` and the views in `target` must outlive the client.
  H2Client(int socket, SSL_CTX* tls, const Work& work, const Target& target,
           const ResponseCheck& check, Driver& driver);

  void on_ready(std::uint32_t events) override;
  void issue(Instant scheduled) override;

 private:
  // One request in flight; nghttp2 holds a pointer to it, so streams_ never grows after
  // construction.
  struct Stream {
    explicit Stream(const ResponseCheck& model) : check(model) {}
    ResponseCheck check;
    Instant scheduled;
    std::size_t sent_bytes = 0;
    enum class State : std::uint8_t { kFree, kBusy } state = State::kFree;
  };
  struct FreeSession {
    void operator()(nghttp2_session* session) const { nghttp2_session_del(session); }
  };

  void start_session();
  void finish(Stream& stream, std::uint32_t error_code);
  void flush();
  void break_with(std::string_view reason);

  static int on_header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t* name,
                       std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                       std::uint8_t flags, void* self);
  static int on_data(nghttp2_session*, std::uint8_t flags, std::int32_t stream_id,
                     const std::uint8_t* data, std::size_t size, void* self);
  static int on_close(nghttp2_session*, std::int32_t stream_id, std::uint32_t error_code,
                      void* self);
  static ssize_t read_body(nghttp2_session*, std::int32_t stream_id, std::uint8_t* buffer,
                           std::size_t size, std::uint32_t* flags, nghttp2_data_source* source,
                           void* self);

  ByteChannel channel_;
  const Work& work_;
  Target target_;
  Driver& driver_;
  std::vector<Stream> streams_;
  std::string content_length_;
  std::unique_ptr<nghttp2_session, FreeSession> session_;  // null until the connection is open
  enum class Health : std::uint8_t { kGood, kBroken } health_ = Health::kGood;
  // A callback of nghttp2 is running: what it queues is flushed after it.
  enum class Nesting : std::uint8_t { kOutside, kInCallback } nesting_ = Nesting::kOutside;
};

}  // namespace tidegate::bench
