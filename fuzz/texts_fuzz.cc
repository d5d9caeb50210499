// Any bytes as a request, a reply and an event of a stream: texts stand in order within the bytes,
// are found again after an edit, and every part of one can be located.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "json/scan.h"
#include "llm/text/message_texts.h"
#include "llm/text/stream_texts.h"

namespace {

using namespace tidegate;
using namespace tidegate::llm;

void require(bool condition) {
  if (!condition) std::abort();
}

void check_place(std::string_view payload, const Text& text) {
  require(text.range.end <= payload.size() && text.range.size() > 2);
  const auto raw = text.range.of(payload);
  require(raw.front() == '"' && raw.back() == '"');
  TextLocator locator(payload, text);
  const auto half = text.plain.size() / 2;
  const auto first = locator.locate(0, half);
  const auto second = locator.locate(half, text.plain.size());
  require(first.begin == text.range.begin + 1 && first.begin <= first.end);
  require(second.begin <= second.end && second.end == text.range.end - 1);
}

using Lister = Result<void> (*)(std::string_view, Arena&, std::vector<Text>&);

void check_document(Lister lister, std::string_view body) {
  Arena arena;
  std::vector<Text> texts;
  if (!lister(body, arena, texts)) return;
  require(texts.size() <= kMaxTexts);
  std::string edited;
  std::size_t at = 0;
  std::size_t listed = 0;
  for (const auto& text : texts) {
    check_place(body, text);
    // A field that is read in two ways is listed twice.
    if (text.range.begin < at) continue;
    edited += body.substr(at, text.range.begin - at);
    edited += "\"edited\"";
    at = text.range.end;
    ++listed;
  }
  edited += body.substr(at);
  require(json::validate(edited, Origin::kInternal).has_value());
  std::vector<Text> again;
  require(lister(edited, arena, again).has_value());
  std::size_t found = 0;
  for (const auto& text : again) found += text.plain == "edited";
  require(found >= listed);
}

void check_event(Call call, std::string_view type, std::string_view data) {
  Arena arena;
  EventTexts event;
  const auto listed = list_event_texts(call, type, data, arena, event);
  if (!listed || !*listed) return;
  for (const auto& one : event.texts) {
    check_place(data, one.text);
    if (one.whole) continue;
    std::string made;
    const auto made_type = format_delta(call, one.lane, data, one.text.plain, made);
    EventTexts again;
    require(list_event_texts(call, made_type, made, arena, again).value_or(false));
    require(again.ends.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  check_document(list_request_texts, text);
  check_document(list_reply_texts, text);
  constexpr Call kCalls[] = {
      {Dialect::kOpenAi, Operation::kChatCompletions}, {Dialect::kOpenAi, Operation::kCompletions},
      {Dialect::kOpenAi, Operation::kResponses},       {Dialect::kAnthropic, Operation::kMessages},
      {Dialect::kGemini, Operation::kGenerateContent}, {Dialect::kBedrock, Operation::kConverse}};
  check_event(kCalls[data[0] % 6], "contentBlockDelta", text);
  return 0;
}
