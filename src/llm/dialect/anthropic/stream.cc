#include "llm/dialect/anthropic/stream.h"

#include <array>

#include "json/scan.h"

namespace tidegate::llm::anthropic {
namespace {

using Step = StreamEvent::Step;

constexpr json::Selection kEvent{"type",  "message", "message.usage",
                                 "usage", "delta",   "delta.stop_reason"};
enum Path : std::size_t { kType, kMessage, kMessageUsage, kUsage, kDelta, kStopReason };

Step step_of(std::string_view quoted_type) {
  if (quoted_type == R"("message_stop")") return Step::kDone;
  if (quoted_type == R"("error")") return Step::kFailed;
  return Step::kNone;
}

}  // namespace

StreamEvent read_event(std::string_view data) {
  StreamEvent event;
  // Nearly all events are deltas, and Anthropic writes the type first.
  if (data.starts_with(R"({"type":"content_block_delta")")) {
    event.output = true;
    return event;
  }
  std::array<json::Member, kEvent.size()> members;
  if (!json::scan_object(data, kEvent, members, Origin::kUpstream)) return event;
  const auto type = members[kType].value.of(data);
  event.output = type == R"("content_block_delta")";
  event.step = step_of(type);
  if (members[kStopReason].is_string()) event.step = Step::kFinished;
  for (const auto path : {kMessageUsage, kUsage}) {
    if (members[path].kind == json::Kind::kObject) event.usage = members[path].value.of(data);
  }
  return event;
}

}  // namespace tidegate::llm::anthropic
