#include "proxy/held_body.h"

namespace tidegate::proxy {

async::Task<Result<llm::ReplyKind>> HeldBody::take() {
  TIDEGATE_CO_TRY_VOID(BegunBody::take());
  co_return start_.look(held(), ended());
}

}  // namespace tidegate::proxy
