// The messages between the gateway and a webhook: what is asked, what it answers.
//
//   {"version":"v1","phase":"RequestBody","pipeline":"ns/p","processor":"guard","model":"gpt-4o",
//    "dialect":"openai","stream":false,"context":{"policy":"strict"},
//    "request":{"id":"...","method":"POST","path":"/v1/chat/completions","headers":{}},
//    "texts":[{"id":0,"channel":"user","message":0,"text":"..."}]}
//
//   {"action":"Pass"}
//   {"action":"Mask","texts":[{"id":0,"text":"..."}]}
//   {"action":"Reject","status":403,"code":"prompt_blocked","message":"..."}
//
// Source: docs/reference/webhook.openapi.yaml.   Thread: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/error.h"
#include "pipeline/processor.h"
#include "processors/text_view/shown.h"

namespace tidegate::processors::webhook {

using text_view::Masked;
using text_view::ShownText;

// The body of a question. `headers`: names of the request's fields to show.
std::string format_question(const pipeline::Turn& turn, std::span<const ShownText> texts,
                            std::span<const std::string> headers);

struct Answer {
  enum class Action : std::uint8_t { kPass, kMask, kReject };
  Action action = Action::kPass;
  std::vector<Masked> texts;   // of kMask; each id once
  std::uint16_t status = 403;  // of kReject, these three
  std::string_view code;
  std::string_view message;
};

// Reads the answer to a question with so many texts. Members that are not known are passed over.
// Returns: views into `body` and `arena`.
// Errors:  kMalformed, origin upstream.
Result<Answer> parse_answer(std::string_view body, std::size_t texts, Arena& arena);

}  // namespace tidegate::processors::webhook
