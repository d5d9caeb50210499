#include "processors/request_texts.h"

#include "llm/text/message_texts.h"

namespace tidegate::processors {

Result<std::vector<llm::Text>> request_texts(const pipeline::Turn& turn) {
  std::vector<llm::Text> texts;
  TIDEGATE_TRY_VOID(llm::list_request_texts(turn.message.payload, turn.arena, texts));
  return texts;
}

}  // namespace tidegate::processors
