// Responses that the gateway makes itself.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
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

// The same of an event stream (SSE, or frames of Amazon's), with `pace` between two events; after
// kMaxReplayTime the rest follows at once.
inline constexpr std::chrono::seconds kMaxReplayTime{60};
async::Task<Result<void>> send_events(Flight& flight, LocalReply reply,
                                      std::chrono::milliseconds pace);

}  // namespace tidegate::proxy
