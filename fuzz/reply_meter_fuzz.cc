// Any bytes as a whole reply of any call: whole or split anywhere, the usage and the verdict on its
// end are the same.
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "json/scan.h"
#include "llm/reply_meter.h"

namespace {

using namespace tidegate::llm;

void require(bool condition) {
  if (!condition) std::abort();
}

std::optional<Usage> run(Call call, std::string_view text, std::size_t step) {
  ReplyMeter meter(call);
  for (std::size_t at = 0; at < text.size(); at += step) {
    const std::string piece(text.substr(at, step));  // a sanitizer sees what is read past it
    meter.feed(piece, at + step < text.size() ? Rest::kMayFollow : Rest::kNone);
  }
  return meter.usage();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  constexpr Call kCalls[] = {{Dialect::kOpenAi, Operation::kChatCompletions},
                             {Dialect::kOpenAi, Operation::kEmbeddings},
                             {Dialect::kOpenAi, Operation::kResponses},
                             {Dialect::kAnthropic, Operation::kMessages}};
  const Call call = kCalls[data[0] % 4];
  const std::size_t step = data[1] % 61 + 1;
  const std::string_view text(reinterpret_cast<const char*>(data + 2), size - 2);
  const auto split = run(call, text, step);
  const auto halves = run(call, text, (text.size() + 1) / 2);
  require(split == halves || step >= text.size() || text.size() < 2);
  // A reply in one piece is not validated; of a document that is one, both read the same.
  const auto whole = run(call, text, text.size());
  const bool is_object = tidegate::json::validate(text, tidegate::Origin::kUpstream).has_value() &&
                         text.find_first_not_of(" \t\r\n") == text.find('{');
  if (is_object) require(whole == split);
  return 0;
}
