#include "proxy/side_reply.h"

#include <utility>

#include "proxy/local_reply.h"
#include "proxy/provider_failure.h"

namespace tidegate::proxy {

async::Task<Result<void>> relay_side_reply(Flight& flight, http::ResponseHead& head,
                                           stream::BodySource& source) {
  if (!flight.translation_loss.empty()) {
    head.fields.set("x-tidegate-translation-loss", flight.translation_loss);
  }
  if (head.status < 200 || head.status >= 300) {
    co_return co_await relay_failure(flight, head, source);
  }
  fit_reply_head(flight, head.fields);
  TIDEGATE_CO_TRY(body, read_rest(source, std::string()));
  auto answer =
      flight.side_call->translate(body, flight.model, flight.request_id, flight.exchange.arena);
  if (!answer) co_return std::unexpected(std::move(answer).error());
  flight.usage = answer->usage;
  co_return co_await send_json(flight, head, answer->body);
}

async::Task<Result<void>> send_estimate(Flight& flight, std::string body) {
  LocalReply local(200, "application/json", std::move(body));
  local.fields.emplace_back(kTokenCountField, "estimate");
  co_return co_await send_reply(flight, std::move(local));
}

}  // namespace tidegate::proxy
