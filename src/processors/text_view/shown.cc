#include "processors/text_view/shown.h"

namespace tidegate::processors::text_view {

void Shown::add(const llm::Text& text, const Selection& selection, std::string_view before) {
  if (!selection.has(text.channel)) return;
  texts_.push_back({llm::to_string(text.channel), text.message, text.plain, before});
  places_.push_back(Place{text.range.begin, text.range.end, true});
}

void Shown::add_payload(std::string_view payload) {
  texts_.push_back({"payload", llm::Text::kNoMessage, payload, {}});
  places_.push_back(Place{0, payload.size(), false});
}

void Shown::add_past(std::string_view channel, std::string_view before) {
  texts_.push_back({channel, llm::Text::kNoMessage, {}, before});
  places_.emplace_back();
}

Result<void> Shown::apply(const std::vector<Masked>& masks, pipeline::Turn& turn) const {
  for (const Masked& mask : masks) {
    const auto& place = places_[mask.id];
    if (!place) {
      return fail(ErrorCode::kMalformed, Origin::kUpstream, "masks a text that has gone out");
    }
    const std::string_view text =
        place->in_json ? llm::quote(mask.text, turn.arena) : turn.arena.copy(mask.text);
    turn.effects.replace(place->begin, place->end, text);
  }
  return {};
}

}  // namespace tidegate::processors::text_view
