// What a webhook answers: what is accepted is an answer to what was asked.
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "processors/webhook/protocol.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidegate;
  using processors::webhook::Answer;
  if (size == 0) return 0;
  const std::size_t texts = data[0] % 9U;
  const std::string_view body(reinterpret_cast<const char*>(data + 1), size - 1);
  Arena arena;
  const auto answer = processors::webhook::parse_answer(body, texts, arena);
  if (!answer) {
    TIDEGATE_CHECK(answer.error().origin == Origin::kUpstream);
    return 0;
  }
  TIDEGATE_CHECK(answer->status >= 400 && answer->status <= 599);
  std::vector<bool> masked(texts);
  for (const auto& one : answer->texts) {
    TIDEGATE_CHECK(one.id < texts && !masked[one.id]);
    masked[one.id] = true;
  }
  TIDEGATE_CHECK(answer->texts.empty() || answer->action == Answer::Action::kMask);
  return 0;
}
