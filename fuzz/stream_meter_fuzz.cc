// Any bytes as a stream of any call: every split forwards and accounts alike, nothing is invented,
// and with nothing to hide everything goes out.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "llm/stream_meter.h"

namespace {

using tidegate::llm::StreamMeter;

void require(bool condition) {
  if (!condition) std::abort();
}

struct Run {
  std::string forwarded;
  std::optional<tidegate::llm::Usage> usage;
  tidegate::llm::StreamState state{};
  std::uint64_t events = 0;
  bool operator==(const Run&) const = default;
};

Run run(tidegate::llm::Call call, StreamMeter::HideUsage hide, std::string_view text,
        std::size_t step) {
  StreamMeter meter(call, hide);
  Run result;
  for (std::size_t at = 0; at < text.size(); at += step) {
    const std::string piece(text.substr(at, step));
    for (const auto view : meter.feed(piece)) result.forwarded += view;
  }
  for (const auto view : meter.finish()) result.forwarded += view;
  result.usage = meter.usage();
  result.state = meter.state();
  result.events = meter.events();
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidegate::llm;
  if (size < 2) return 0;
  constexpr Call kCalls[] = {{Dialect::kOpenAi, Operation::kChatCompletions},
                             {Dialect::kOpenAi, Operation::kCompletions},
                             {Dialect::kOpenAi, Operation::kResponses},
                             {Dialect::kAnthropic, Operation::kMessages}};
  const auto call = kCalls[data[0] % 4];
  const std::size_t step = data[1] % 61 + 1;
  const std::string_view text(reinterpret_cast<const char*>(data + 2), size - 2);

  const auto plain = run(call, StreamMeter::HideUsage::kNo, text, text.size() + 1);
  require(plain.forwarded == text);
  require(plain == run(call, StreamMeter::HideUsage::kNo, text, step));
  const auto hidden = run(call, StreamMeter::HideUsage::kYes, text, text.size() + 1);
  require(hidden == run(call, StreamMeter::HideUsage::kYes, text, step));
  require(hidden.usage == plain.usage && hidden.state == plain.state);
  require(hidden.forwarded.size() <= text.size());
  return 0;
}
