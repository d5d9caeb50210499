#include "processors/reply_rewriter.h"

#include <algorithm>
#include <utility>

#include "json/escaped_text.h"

namespace tidegate::processors {

Result<bool> ReplyRewriter::take_whole(pipeline::Turn& turn) {
  const auto texts = turn.texts.of_reply(turn.message.payload, turn.arena);
  if (!texts) {
    // No JSON has no texts; a reply with too many of them would reach the client half filtered.
    if (texts.error().code == ErrorCode::kMalformed) return false;
    return std::unexpected(texts.error());
  }
  std::string plain;
  for (const auto& text : *texts) {
    plain.clear();
    const auto filter = filters_.make(text);
    TIDEGATE_TRY(changed, filter->feed(text.plain, plain));
    if (filter->blocks()) return true;
    TIDEGATE_TRY_VOID(filter->finish(plain));
    if (filter->blocks()) return true;
    if (!changed || plain == text.plain) continue;
    const auto put = json::escape(turn.arena.copy(plain), turn.arena).bytes;
    turn.effects.replace(text.range.begin + 1, text.range.end - 1, put);
  }
  return false;
}

ReplyRewriter::Open& ReplyRewriter::open(const llm::StreamText& text) {
  const auto found = std::ranges::find(open_, text.lane, &Open::lane);
  if (found != open_.end()) return *found;
  return open_.emplace_back(text.lane, filters_.make(text.text));
}

Result<void> ReplyRewriter::feed(const llm::StreamText& text) {
  Changed& changed = changed_.emplace_back(&text, std::string(), true);
  if (text.whole) {
    const auto filter = filters_.make(text.text);
    TIDEGATE_TRY(different, filter->feed(text.text.plain, changed.plain));
    blocked_ = filter->blocks();
    if (!blocked_) {
      TIDEGATE_TRY_VOID(filter->finish(changed.plain));
      blocked_ = filter->blocks();
    }
    changed.is_changed = different && changed.plain != text.text.plain;
    return {};
  }
  auto& lane = open(text);
  TIDEGATE_TRY(different, lane.filter->feed(text.text.plain, changed.plain));
  changed.is_changed = different;
  blocked_ = lane.filter->blocks();
  return {};
}

Result<void> ReplyRewriter::take_event(pipeline::Turn& turn) {
  const auto& message = turn.message;
  changed_.clear();
  event_ = nullptr;
  if (message.event->pause) return pause(turn);
  if (message.event->end) return end(turn, {});
  if (ending_ == Ending::kMayBlock) {
    if (!stream_ending_) stream_ending_.emplace(*message.call);
  }
  TIDEGATE_TRY(
      event, turn.texts.of_event(*message.call, message.event->type, message.payload, turn.arena));
  event_ = event.texts;
  // Where it is no JSON, there may be an end all the same.
  for (const auto& text : event_->texts) {
    TIDEGATE_TRY_VOID(feed(text));
    if (blocked_) break;
  }
  for (const auto& one : event_->ends) {
    if (blocked_) break;
    TIDEGATE_TRY_VOID(end(turn, one));
  }
  if (blocked_) {
    block(turn);
    return {};
  }
  for (const auto& one : changed_) {
    if (!one.is_changed) continue;
    const auto& range = one.text->text.range;
    const auto plain = turn.arena.copy(one.plain);
    turn.effects.replace(range.begin + 1, range.end - 1, json::escape(plain, turn.arena).bytes);
  }
  if (held()) last_ = message.payload;
  if (stream_ending_ && event.is_json) stream_ending_->take(message.event->type, message.payload);
  return {};
}

std::optional<SteadyTime> ReplyRewriter::held() const {
  SteadyTime first = SteadyTime::max();
  for (const auto& one : open_) first = std::min(first, one.filter->held_until());
  return first == SteadyTime::max() ? std::nullopt : std::optional(first);
}

Result<void> ReplyRewriter::pause(pipeline::Turn& turn) {
  const auto now = turn.reactor.clock().steady_now();
  for (auto& one : open_) {
    std::string told;
    TIDEGATE_TRY_VOID(one.filter->release(now, told));
    if (!told.empty()) insert(turn, one.lane, last_, told);
    blocked_ = one.filter->blocks();
    if (!blocked_) continue;
    block(turn);
    return {};
  }
  return {};
}

// What a text holds back at its end goes behind its last piece in this event, else into an event of
// its own in front of it.
Result<void> ReplyRewriter::end(pipeline::Turn& turn, const llm::LaneEnd& end) {
  for (auto& one : open_) {
    if (!end.covers(one.lane)) continue;
    std::string held;
    TIDEGATE_TRY_VOID(one.filter->finish(held));
    if (!held.empty()) {
      const auto last =
          std::find_if(changed_.rbegin(), changed_.rend(), [&](const Changed& changed) {
            return !changed.text->whole && changed.text->lane == one.lane;
          });
      if (last != changed_.rend()) {
        last->plain += held;
        last->is_changed = true;
      } else {
        insert(turn, one.lane, turn.message.payload, held);
      }
    }
    if (one.filter->blocks()) {
      blocked_ = true;
      if (turn.message.event->end) block(turn);
      return {};
    }
  }
  std::erase_if(open_, [&](const Open& one) { return end.covers(one.lane); });
  return {};
}

// The event does not go out; what stands before the block does, as events of its own.
void ReplyRewriter::block(pipeline::Turn& turn) {
  for (const auto& one : changed_) {
    if (!one.text->whole && !one.plain.empty()) {
      insert(turn, one.text->lane, turn.message.payload, one.plain);
    }
  }
  turn.effects.end_stream = true;
  if (!stream_ending_) return;
  if (event_ != nullptr) {
    for (const auto& one : event_->texts) stream_ending_->see_choice(one.lane.choice);
  }
  const auto data = turn.message.event->end ? std::string_view() : turn.message.payload;
  std::string last;
  stream_ending_->append_filtered(data, last);
  turn.effects.insert.push_back(turn.arena.copy(last));
}

void ReplyRewriter::insert(pipeline::Turn& turn, const llm::Lane& lane, std::string_view like,
                           std::string_view plain) const {
  const auto call = *turn.message.call;
  std::string made;
  const auto type = llm::format_delta(call, lane, like, plain, made);
  std::string event;
  llm::append_stream_event(call, type, made, event);
  turn.effects.insert.push_back(turn.arena.copy(event));
}

}  // namespace tidegate::processors
