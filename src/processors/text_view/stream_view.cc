#include "processors/text_view/stream_view.h"

#include <algorithm>

#include "base/utf8.h"

namespace tidegate::processors::text_view {
namespace {

// The last `bytes` of a text, from the beginning of a character on.
void keep_end(std::string& text, std::size_t bytes) {
  if (text.size() <= bytes) return;
  std::size_t from = text.size() - bytes;
  while (from < text.size() && is_continuation(text[from])) ++from;
  text.erase(0, from);
}

}  // namespace

std::size_t StreamView::open(const llm::StreamText& text) {
  const auto found = std::ranges::find(open_, text.lane, &Open::lane);
  if (found != open_.end()) return static_cast<std::size_t>(found - open_.begin());
  open_.emplace_back().lane = text.lane;
  open_.back().channel = text.text.channel;
  return open_.size() - 1;
}

void StreamView::take(const llm::EventTexts& event, Shown& out) {
  lanes_.clear();
  for (const llm::StreamText& one : event.texts) {
    if (one.whole || !selection_.has(one.text.channel)) continue;
    open_[open(one)].piece += one.text.plain;
  }
  for (Open& one : open_) {
    one.ends = std::ranges::any_of(event.ends,
                                   [&](const llm::LaneEnd& end) { return end.covers(one.lane); });
    const std::size_t waiting = one.unseen + one.piece.size();
    one.is_shown = waiting != 0 && (one.ends || waiting > selection_.every_bytes);
  }
  show(event, out);
}

// Only when all lanes are there: what is shown are views of them.
void StreamView::show(const llm::EventTexts& event, Shown& out) {
  for (const llm::StreamText& one : event.texts) {
    if (one.whole) {
      out.add(one.text, selection_);
      lanes_.resize(out.texts().size(), kNoLane);
      continue;
    }
    const auto lane = std::ranges::find(open_, one.lane, &Open::lane);
    if (lane == open_.end() || !lane->is_shown) continue;
    out.add(one.text, selection_, lane->before);
    lanes_.resize(out.texts().size(), static_cast<std::size_t>(lane - open_.begin()));
  }
  for (const Open& one : open_) {
    if (one.is_shown && one.piece.empty()) out.add_past(llm::to_string(one.channel), one.before);
  }
  lanes_.resize(out.texts().size(), kNoLane);
}

void StreamView::finish(Shown& out) {
  lanes_.clear();
  for (Open& one : open_) {
    one.ends = true;
    one.is_shown = one.unseen != 0;
  }
  show({}, out);
}

void StreamView::mask(const Masked& masked) {
  const std::size_t lane = lanes_[masked.id];
  if (lane != kNoLane) open_[lane].piece = masked.text;
}

void StreamView::pass() {
  for (Open& one : open_) {
    one.unseen = one.is_shown ? 0 : one.unseen + one.piece.size();
    one.before += one.piece;
    one.piece.clear();
    keep_end(one.before, std::max(selection_.context_bytes, one.unseen));
  }
  std::erase_if(open_, [](const Open& one) { return one.ends; });
}

}  // namespace tidegate::processors::text_view
