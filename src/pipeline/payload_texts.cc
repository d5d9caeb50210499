#include "pipeline/payload_texts.h"

#include <utility>

#include "llm/text/message_texts.h"

namespace tidegate::pipeline {
namespace {

std::optional<Error> error_of(Result<void> listed) {
  if (listed) return std::nullopt;
  return std::move(listed).error();
}

}  // namespace

Result<PayloadTexts::Texts> PayloadTexts::of_request(std::string_view payload, Arena& arena) {
  if (!listed_) {
    texts_.clear();
    of_event_ = false;
    failed_ = error_of(llm::list_request_texts(payload, arena, texts_));
    listed_ = true;
  }
  return told();
}

Result<PayloadTexts::Texts> PayloadTexts::of_reply(std::string_view payload, Arena& arena) {
  if (!listed_) {
    texts_.clear();
    of_event_ = false;
    failed_ = error_of(llm::list_reply_texts(payload, arena, texts_));
    listed_ = true;
  }
  return told();
}

Result<PayloadTexts::Event> PayloadTexts::of_event(llm::Call call, std::string_view type,
                                                   std::string_view payload, Arena& arena) {
  if (!listed_) {
    event_.clear();
    const auto listed = llm::list_event_texts(call, type, payload, arena, event_);
    event_is_json_ = listed.value_or(false);
    of_event_ = true;
    failed_ = listed ? std::optional<Error>() : listed.error();
    listed_ = true;
  }
  if (failed_) return std::unexpected(*failed_);
  return Event{&event_, event_is_json_};
}

void PayloadTexts::follow(std::span<const PayloadEdit> edits, std::string_view payload,
                          Arena& arena) {
  listed_ = listed_ && of_event_ && !failed_ && follow_edits(edits, payload, arena);
}

// False: an edit is not within a text or may end it, or texts stand in each other.
bool PayloadTexts::follow_edits(std::span<const PayloadEdit> edits, std::string_view payload,
                                Arena& arena) {
  auto edit = edits.begin();
  std::size_t before = 0;  // the end of the text before, in the payload as it was
  std::ptrdiff_t moved = 0;
  for (auto& [text, lane, whole] : event_.texts) {
    if (text.range.begin < before) return false;
    before = text.range.end;
    const auto begin = moved;
    bool edited = false;
    for (; edit != edits.end() && edit->end < text.range.end; ++edit) {
      // A quote may end the string.
      if (edit->begin <= text.range.begin || edit->text.contains('"')) return false;
      moved += static_cast<std::ptrdiff_t>(edit->text.size()) -
               static_cast<std::ptrdiff_t>(edit->end - edit->begin);
      edited = true;
    }
    text.range.begin = static_cast<std::uint32_t>(text.range.begin + begin);
    text.range.end = static_cast<std::uint32_t>(text.range.end + moved);
    if (!edited && text.escaped) continue;  // decoded in the arena
    llm::reread_text(text, payload, arena);
  }
  std::erase_if(event_.texts, [](const auto& one) { return one.text.plain.empty(); });
  return edit == edits.end();
}

Result<PayloadTexts::Texts> PayloadTexts::told() const {
  if (failed_) return std::unexpected(*failed_);
  return Texts(texts_);
}

}  // namespace tidegate::pipeline
