#include "proxy/local_reply.h"

#include <algorithm>
#include <utility>

#include "async/event.h"
#include "route/filters/cors.h"

namespace tidegate::proxy {
namespace {

void fill_head(const Flight& flight, const LocalReply& reply, http::ResponseHead& head) {
  head.status = reply.status;
  if (!reply.content_type.empty()) head.fields.add("content-type", reply.content_type);
  for (const auto& [name, value] : reply.fields) head.fields.add(name, value);
  // A page must be able to read why it got no answer. Preflights have their fields already.
  if (flight.decision.rule != nullptr && flight.filters().cors &&
      !head.fields.find("access-control-allow-origin")) {
    route::apply_cors(*flight.filters().cors, flight.exchange.request, head.fields);
  }
}

// Bytes of the first event: to its blank line, or by the length that its frame begins with.
std::size_t first_event(std::string_view events, bool frames) {
  if (!frames) {
    const auto blank = events.find("\n\n");
    return blank == events.npos ? events.size() : blank + 2;
  }
  std::size_t length = 0;
  for (const char byte : events.substr(0, 4)) {
    length = length << 8 | static_cast<unsigned char>(byte);
  }
  return std::clamp<std::size_t>(length, 1, events.size());
}

}  // namespace

async::Task<Result<void>> send_reply(Flight& flight, LocalReply reply) {
  exchange::Exchange& exchange = flight.exchange;
  http::ResponseHead head(exchange.arena);
  fill_head(flight, reply, head);
  const bool has_body = http::response_has_body(exchange.request.method, reply.status);
  head.body = has_body || exchange.request.method == "HEAD"
                  ? http::BodyLength::known(reply.body.size())
                  : http::BodyLength::none();
  flight.status = reply.status;
  exchange.response->start(head);
  if (!has_body) reply.body.clear();
  flight.bytes_out = reply.body.size();
  co_return co_await exchange.response->write(reply.body, stream::End::kYes, nullptr);
}

async::Task<Result<void>> send_events(Flight& flight, LocalReply reply,
                                      std::chrono::milliseconds pace) {
  exchange::Exchange& exchange = flight.exchange;
  http::ResponseHead head(exchange.arena);
  fill_head(flight, reply, head);
  head.body = http::BodyLength::chunked();
  flight.status = reply.status;
  exchange.response->start(head);
  const bool frames = reply.content_type == "application/vnd.amazon.eventstream";
  const SteadyTime all_at = exchange.reactor.clock().steady_now() + kMaxReplayTime;
  std::string_view rest = reply.body;
  while (true) {
    const bool late = pace.count() == 0 || exchange.reactor.clock().steady_now() >= all_at;
    const std::string_view event = rest.substr(0, late ? rest.size() : first_event(rest, frames));
    rest.remove_prefix(event.size());
    const stream::End end = rest.empty() ? stream::End::kYes : stream::End::kNo;
    flight.bytes_out += event.size();
    TIDEGATE_CO_TRY_VOID(exchange.response->write(event, end, nullptr));
    if (rest.empty()) co_return Result<void>();
    const auto slept = co_await async::sleep_for(exchange.reactor, pace, &exchange.cancel);
    if (slept == async::Outcome::kCancelled) {
      co_return fail(ErrorCode::kCancelled, Origin::kDownstream, "between two events of a reply");
    }
  }
}

}  // namespace tidegate::proxy
