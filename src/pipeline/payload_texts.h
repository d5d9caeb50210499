// The texts of the payload that is under way, listed once for all processors that look at them.
//
// Filters, guards and routers want the same texts: the first that asks has them listed, the others
// get the same list until a processor changes the payload. The runner forgets them then, and at the
// beginning of each phase of a scope.   Thread: the worker's.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/error.h"
#include "llm/call.h"
#include "llm/text/stream_texts.h"
#include "llm/text/text.h"
#include "pipeline/effects.h"

namespace tidegate::pipeline {

class PayloadTexts {
 public:
  using Texts = std::span<const llm::Text>;
  struct Event {
    const llm::EventTexts* texts = nullptr;
    bool is_json = false;
  };

  // Of one payload; all views are valid as long as it is the payload, so over a task too.
  // REQUIRES: `payload` is the message's, and the same kind is asked for until forget().
  // Errors: of llm::list_request_texts(), llm::list_reply_texts(), llm::list_event_texts().
  Result<Texts> of_request(std::string_view payload, Arena& arena);
  Result<Texts> of_reply(std::string_view payload, Arena& arena);
  Result<Event> of_event(llm::Call call, std::string_view type, std::string_view payload,
                         Arena& arena);

  // The payload is another one.
  void forget() { listed_ = false; }
  // The payload is now `payload`, made of the one before by these edits, in order. The texts of an
  // event move along, where all edits are within them: to list them again would cost as much as a
  // filter. Everything else is forgotten.
  void follow(std::span<const PayloadEdit> edits, std::string_view payload, Arena& arena);

 private:
  bool follow_edits(std::span<const PayloadEdit> edits, std::string_view payload, Arena& arena);
  Result<Texts> told() const;

  bool listed_ = false;
  bool of_event_ = false;
  std::optional<Error> failed_;
  std::vector<llm::Text> texts_;
  llm::EventTexts event_;
  bool event_is_json_ = false;
};

}  // namespace tidegate::pipeline
