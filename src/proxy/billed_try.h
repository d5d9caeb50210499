// What a try told of its tokens before it was given up: a provider bills them, whoever served the
// client in the end.
#pragma once

#include <optional>
#include <string_view>

#include "base/micro_usd.h"
#include "llm/price/price.h"
#include "llm/transcode.h"

namespace tidegate::proxy {

// `beginning`: of the body of a successful stream, as far as it came. `crossing`: of that try;
// absent: the format stayed. `price`: of its model; null: not known. Zero where the stream had not
// told yet (Anthropic tells its input at once, the others at the end).
MicroUsd cost_of_beginning(llm::Call call, const std::optional<llm::Crossing>& crossing,
                           const llm::Price* price, std::string_view beginning);

}  // namespace tidegate::proxy
