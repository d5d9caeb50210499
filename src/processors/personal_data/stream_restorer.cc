#include "processors/personal_data/stream_restorer.h"

#include <algorithm>

#include "json/escaped_text.h"

namespace tidegate::processors::personal_data {
namespace {

using In = tidegate::pii::Restorer::In;

In in_of(const llm::Text& text) { return text.is_json ? In::kJson : In::kText; }

}  // namespace

StreamRestorer::Open& StreamRestorer::open(const llm::StreamText& text) {
  const auto found = std::ranges::find(open_, text.lane, &Open::lane);
  if (found != open_.end()) return *found;
  Open& fresh = open_.emplace_back();
  fresh.lane = text.lane;
  fresh.is_json = text.text.is_json;
  return fresh;
}

void StreamRestorer::feed(const llm::StreamText& text) {
  Changed& changed = changed_.emplace_back(&text, std::string(), true);
  if (text.whole) {
    changed.plain = restorer_.restore(text.text.plain, in_of(text.text));
    changed.is_changed = changed.plain != text.text.plain;
    return;
  }
  changed.is_changed =
      restorer_.feed(open(text).state, text.text.plain, in_of(text.text), changed.plain);
}

Result<void> StreamRestorer::take(llm::Call call, std::string_view type, std::string_view data,
                                  Arena& arena, pipeline::Effects& effects) {
  TIDEGATE_TRY(is_json, llm::list_event_texts(call, type, data, arena, event_));
  static_cast<void>(is_json);  // where it is not, there may be an end all the same
  changed_.clear();
  for (const auto& text : event_.texts) feed(text);
  for (const auto& one : event_.ends) end(call, one, data, arena, effects);
  for (const auto& one : changed_) {
    if (!one.is_changed) continue;
    const auto& range = one.text->text.range;
    const auto plain = arena.copy(one.plain);
    effects.replace(range.begin + 1, range.end - 1, json::escape(plain, arena).bytes);
  }
  return {};
}

// What a text holds back at its end goes behind its last piece in this event, else into an event of
// its own in front of it.
void StreamRestorer::end(llm::Call call, const llm::LaneEnd& end, std::string_view data,
                         Arena& arena, pipeline::Effects& effects) {
  for (auto& one : open_) {
    if (!end.covers(one.lane)) continue;
    std::string held;
    restorer_.finish(one.state, held);
    if (held.empty()) continue;
    const auto last = std::find_if(changed_.rbegin(), changed_.rend(), [&](const Changed& changed) {
      return !changed.text->whole && changed.text->lane == one.lane;
    });
    if (last != changed_.rend()) {
      last->plain += held;
    } else {
      insert(call, one.lane, data, held, arena, effects);
    }
  }
  std::erase_if(open_, [&](const Open& one) { return end.covers(one.lane); });
}

void StreamRestorer::finish(llm::Call call, Arena& arena, pipeline::Effects& effects) {
  changed_.clear();
  end(call, {}, {}, arena, effects);
}

void StreamRestorer::insert(llm::Call call, const llm::Lane& lane, std::string_view data,
                            std::string_view plain, Arena& arena,
                            pipeline::Effects& effects) const {
  std::string made;
  const auto type = llm::format_delta(call, lane, data, plain, made);
  std::string event;
  llm::append_stream_event(call, type, made, event);
  effects.insert.push_back(arena.copy(event));
}

}  // namespace tidegate::processors::personal_data
