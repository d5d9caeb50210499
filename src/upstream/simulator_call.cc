#include "upstream/simulator_call.h"

#include <string>
#include <utility>

#include "base/limits.h"

namespace tidegate::upstream {

void fill_head(const simulator::Reply& reply, std::string_view method, Arena& arena,
               http::ResponseHead& response) {
  response.status = reply.status();
  for (const simulator::ReplyField& field : reply.fields()) {
    response.fields.add(field.name, arena.copy(field.value));
  }
  if (!http::response_has_body(method, reply.status())) return;
  response.body = reply.content_length() ? http::BodyLength::known(*reply.content_length())
                                         : http::BodyLength::chunked();
}

SimulatorCall::SimulatorCall(std::shared_ptr<simulator::Simulator> simulator,
                             const WorkerResources& worker, Arena& arena, async::CancelScope& scope)
    : simulator_(std::move(simulator)), worker_(worker), arena_(arena), scope_(scope) {
  facts_.endpoint = "simulator";
}

async::Task<Result<void>> SimulatorCall::send(const http::RequestHead& head,
                                              stream::BodySource& body,
                                              http::ResponseHead& response) {
  std::string text;
  auto whole = body.whole();
  while (!whole) {
    TIDEGATE_CO_TRY(piece, body.next());
    text.append(piece.bytes);
    if (text.size() > limits::kMaxBufferedBodyBytes) {
      co_return fail(ErrorCode::kBodyTooLarge, Origin::kDownstream,
                     "body over the simulator's limit");
    }
    if (piece.end == stream::End::kYes) whole = text;
  }
  const WallTime now = worker_.reactor.clock().wall_now();
  body_.emplace(simulator_->respond(head, *whole, now, worker_.random), worker_.reactor, scope_);
  fill_head(body_->reply(), head.method, arena_, response);
  co_return Result<void>();
}

async::Task<Result<void>> SimulatorCall::write_raw(std::string_view, stream::End) {
  co_return fail(ErrorCode::kUnsupported, Origin::kUpstream, "the simulator does not upgrade");
}

}  // namespace tidegate::upstream
