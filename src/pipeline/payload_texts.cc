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
    failed_ = error_of(llm::list_request_texts(payload, arena, texts_));
    listed_ = true;
  }
  return told();
}

Result<PayloadTexts::Texts> PayloadTexts::of_reply(std::string_view payload, Arena& arena) {
  if (!listed_) {
    texts_.clear();
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
    failed_ = listed ? std::optional<Error>() : listed.error();
    listed_ = true;
  }
  if (failed_) return std::unexpected(*failed_);
  return Event{&event_, event_is_json_};
}

Result<PayloadTexts::Texts> PayloadTexts::told() const {
  if (failed_) return std::unexpected(*failed_);
  return Texts(texts_);
}

}  // namespace tidegate::pipeline
