#include "llm/dialect/gemini/stream.h"

#include "json/scan.h"
#include "llm/dialect/gemini/fields.h"

namespace tidegate::llm::gemini {

StreamEvent read_event(std::string_view data) {
  StreamEvent event;
  const auto range = json::validate(data, Origin::kUpstream);
  if (!range) return event;
  FieldCursor cursor(range->of(data));
  while (const auto item = cursor.next()) {
    if (item->name == "error") {
      event.step = StreamEvent::Step::kFailed;
      return event;
    }
    if (item->name == "usageMetadata") {
      event.usage = item->value;
    } else if (item->name == "candidates") {
      const auto candidate = json::ArrayCursor(item->value).next().value_or("");
      if (!find_text(candidate, "finishReason").empty()) event.step = StreamEvent::Step::kDone;
      const auto parts = find_field(find_field(candidate, "content"), "parts");
      event.output = json::ArrayCursor(parts).next().has_value();
    } else if (item->name == "promptFeedback" && !find_text(item->value, "blockReason").empty()) {
      event.step = StreamEvent::Step::kDone;
    }
  }
  return event;
}

}  // namespace tidegate::llm::gemini
