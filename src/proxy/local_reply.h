// Responses that the gateway makes itself.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "async/task.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

struct LocalReply {
  LocalReply(std::uint16_t s, std::string_view type, std::string text)
      : status(s), content_type(type), body(std::move(text)) {}
  std::uint16_t status;
  std::string_view content_type;  // empty: none
  std::string body;
  std::vector<std::pair<std::string_view, std::string_view>> fields;  // live in the arena or static
};

// Sends a whole response. A failure to send is the client's going; it is noted in the flight.
async::Task<Result<void>> send_reply(Flight& flight, LocalReply reply);

}  // namespace tidegate::proxy
