// Ids of tool calls, which Gemini long did without: its calls and results match by name and order.
//
// Every other dialect demands them. In a reply an id is made from what tells this reply from all
// others, so that it is the same however the stream was split, and never the same in two turns. An
// id that Gemini gave itself stands in ours, since it wants that one back. In a Gemini caller's
// request, ids are given by order, and a result finds its call by id or by name.
// Thread: one owner.   Source: Function calling guide, "FunctionCall.id" (2026-11).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "llm/conversation/parts.h"

namespace tidegate::llm::gemini {

// What a reply's calls are told apart by: the exchange's own unique text and the response's id.
struct ReplyKey {
  std::string_view exchange;  // may be empty
  std::string_view response;  // may be empty
};

// The id of the call with that number in its reply. It carries the signature (thought_signature.h).
EscapedText make_call_id(const ReplyKey& key, std::uint32_t number, std::string_view function_call,
                         EscapedText signature, Arena& arena);

// The id that Gemini itself gave, out of one of make_call_id(); empty: it gave none, or the call is
// another provider's.
std::string_view find_given_id(EscapedText id);

// The calls of a Gemini caller's history.
class CallHistory {
 public:
  explicit CallHistory(Arena& arena) : arena_(arena) {}

  // The id of a call, in order; its own one where it has one.
  EscapedText add_call(EscapedText given, EscapedText name);
  // The id of the call that a result answers: by id, otherwise the first of that name without an
  // answer, otherwise (a result without a call) a new one.
  EscapedText answer(EscapedText given, EscapedText name);

 private:
  struct Known {
    EscapedText id;
    EscapedText name;
    bool answered = false;
  };
  EscapedText new_id();

  Arena& arena_;
  std::vector<Known> calls_;
  std::uint32_t count_ = 0;
};

}  // namespace tidegate::llm::gemini
