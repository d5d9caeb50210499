// A whole reply as the steps of a stream: for a provider that answers with a document where the
// caller asked for a stream.   Thread: pure function.
#pragma once

#include <vector>

#include "base/arena.h"
#include "llm/conversation/reply.h"

namespace tidegate::llm {

// Appends the steps. Views live as long as what the reply was read from and the arena; the reply
// itself may go.
void replay(const Reply& reply, Arena& arena, std::vector<ReplyStep>& steps);

}  // namespace tidegate::llm
