#include "processors/prompt_tools/held_stream.h"

#include "llm/text/stream_texts.h"
#include "pipeline/splice.h"

namespace tidegate::processors::prompt_tools {

void HeldStream::take(pipeline::Turn& turn) {
  keep(turn.message.event->type, turn.message.payload);
  turn.effects.drop_event = true;
}

void HeldStream::keep(std::string_view type, std::string_view data) {
  bytes_ += type.size() + data.size();
  events_.emplace_back(type, data);
}

std::string HeldStream::wire(const pipeline::Message& message) const {
  std::string out;
  for (const auto& [type, data] : events_) llm::append_stream_event(*message.call, type, data, out);
  return out;
}

Result<void> HeldStream::rewrite(const pipeline::Message& message, std::string_view wrong,
                                 std::string_view right, Arena& arena) {
  bool said = false;
  for (auto& [type, data] : events_) {
    llm::EventTexts listed;
    TIDEGATE_TRY(is_json, llm::list_event_texts(*message.call, type, data, arena, listed));
    if (!is_json) continue;
    std::vector<pipeline::PayloadEdit> edits;
    for (const llm::StreamText& one : listed.texts) {
      if (one.text.channel != llm::Channel::kAssistant || one.text.is_json) continue;
      if (one.whole && one.text.plain != wrong) continue;
      const bool says_it = one.whole || !said;
      said = said || !one.whole;
      edits.push_back({one.text.range.begin + std::size_t{1}, one.text.range.end - std::size_t{1},
                       says_it ? llm::escape_for(one.text, right, arena) : std::string_view()});
    }
    if (edits.empty()) continue;
    TIDEGATE_TRY_VOID(pipeline::arrange(edits, data.size()));
    data = pipeline::splice(data, edits);
  }
  return {};
}

void HeldStream::release(pipeline::Turn& turn) {
  turn.effects.insert.push_back(turn.arena.copy(wire(turn.message)));
  events_.clear();
  released_ = true;
}

}  // namespace tidegate::processors::prompt_tools
