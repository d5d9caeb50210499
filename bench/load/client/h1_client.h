// An HTTP/1.1 connection that carries one request at a time.
#pragma once

#include <string>
#include <string_view>

#include "bench/load/client/client.h"
#include "bench/load/client/response_check.h"
#include "bench/load/net/byte_channel.h"
#include "bench/load/net/h1_reader.h"

namespace tidegate::bench {

class H1Client final : public Client, private MessageSink {
 public:
  // `request` (the whole request) and `driver` must outlive the client.
  H1Client(int socket, SSL_CTX* tls, std::string_view request, const ResponseCheck& check,
           Driver& driver)
      : channel_(socket, tls), request_(request), check_(check), driver_(driver) {}

  void on_ready(std::uint32_t events) override;
  void issue(Instant scheduled) override;

 private:
  enum class Phase : std::uint8_t { kConnecting, kIdle, kWaiting, kBroken };

  void on_head(std::string_view head) override { check_.status(status_of(head)); }
  void on_body(std::string_view piece) override { check_.body(piece); }
  void read_replies();
  void finish_reply();
  void break_with(std::string_view reason);

  ByteChannel channel_;
  H1Reader reader_{H1Reader::Role::kResponses, *this};
  std::string_view request_;
  ResponseCheck check_;
  Driver& driver_;
  Phase phase_ = Phase::kConnecting;
  Instant scheduled_;
};

}  // namespace tidegate::bench
