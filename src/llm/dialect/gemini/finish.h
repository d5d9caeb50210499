// Why a candidate ended (generateContent reference, FinishReason; 2026-11).   Thread: pure
// functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "llm/conversation/reply.h"

namespace tidegate::llm::gemini {

enum class HasCalls : std::uint8_t { kNo, kYes };

// A reason that is not known says no more than that it ended. Gemini ends with STOP when it calls
// functions.
FinishReason read_finish(std::string_view reason, HasCalls calls);

std::string_view write_finish(FinishReason reason);

}  // namespace tidegate::llm::gemini
