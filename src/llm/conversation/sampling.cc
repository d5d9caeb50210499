#include "llm/conversation/sampling.h"

#include <charconv>

namespace tidegate::llm {

bool is_zero(std::string_view number) {
  double value = 1;
  std::from_chars(number.data(), number.data() + number.size(), value);
  return value == 0;
}

void note_lost_sampling(const Conversation& conversation, Losses& losses) {
  const auto note = [&](bool lost, std::string_view name) {
    if (lost) losses.add(name);
  };
  const auto says = [](std::string_view number) { return !number.empty() && !is_zero(number); };
  note(says(conversation.presence_penalty), "presence_penalty");
  note(says(conversation.frequency_penalty), "frequency_penalty");
  note(!conversation.seed.empty(), "seed");
  note(conversation.logprobs == true, "logprobs");
  note(says(conversation.top_logprobs), "top_logprobs");
  note(conversation.choices > 1, "n");
}

}  // namespace tidegate::llm
