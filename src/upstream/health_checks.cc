#include "upstream/health_checks.h"

#include "async/event.h"
#include "stream/memory_body.h"
#include "upstream/h1_call.h"
#include "upstream/h2_call.h"

namespace tidegate::upstream {
namespace {

// What an answer to a check may have as its body; more is not waited for.
constexpr std::size_t kMaxAnswerBytes = 64 * 1024;

async::Task<void> read_to_end(Call& call) {
  std::size_t bytes = 0;
  while (bytes < kMaxAnswerBytes) {
    auto piece = co_await call.body().next();
    if (!piece || piece->end == stream::End::kYes) co_return;
    bytes += piece->bytes.size();
  }
}

}  // namespace

async::Task<void> HealthChecks::run(std::shared_ptr<HealthChecks> self) {
  while (!self->scope_.requested()) {
    if (self->resolve_) co_await self->resolve_(self->scope_);
    if (self->scope_.requested()) co_return;
    const std::vector<Target> targets = self->targets_;  // others may come meanwhile
    for (const Target& target : targets) {
      const bool well = co_await self->check(target);
      if (self->scope_.requested()) co_return;
      target.health->note_check(self->policy_, well);
    }
    async::Sleep sleep(self->reactor_, self->policy_.interval, &self->scope_);
    const async::Outcome outcome = co_await sleep;
    if (outcome == async::Outcome::kCancelled) co_return;
  }
}

async::Task<bool> HealthChecks::check(const Target& target) {
  if (!policy_.path.empty()) co_return co_await ask(target);
  const Connector connector =
      target.h1 != nullptr ? target.h1->connector() : target.h2->connector();
  auto socket = co_await connector.connect(scope_);
  co_return socket.has_value();
}

async::Task<bool> HealthChecks::ask(const Target& target) {
  Arena arena;
  CallTimeouts timeouts;
  timeouts.first_byte = timeouts.idle = timeouts.write = policy_.timeout;
  std::unique_ptr<Call> call;
  if (target.h1 != nullptr) {
    call = std::make_unique<H1Call>(target.h1, Reuse::kAllowed, timeouts, arena, scope_);
  } else {
    call = std::make_unique<H2Call>(target.h2, timeouts, arena, scope_);
  }
  http::RequestHead head(arena);
  head.method = "GET";
  head.scheme = scheme_;
  head.authority = host_.empty() ? call->facts().endpoint : std::string_view(host_);
  head.target = policy_.path;
  head.fields.add("user-agent", "tidegate-health-check");
  stream::EmptyBody nothing;
  http::ResponseHead response(arena);
  auto sent = co_await call->send(head, nothing, response);
  if (sent) co_await read_to_end(*call);
  co_await call->finish();
  co_return sent&& response.status >= 200 && response.status < 300;
}

}  // namespace tidegate::upstream
