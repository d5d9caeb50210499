#include "processors/ext_proc/processor.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "llm/text/stream_texts.h"
#include "processors/ext_proc/apply.h"

namespace tidegate::processors::ext_proc {

using pipeline::Phase;
using pipeline::Reroute;
using pipeline::Step;
using pipeline::Turn;
using pipeline::Verdict;

namespace {

// As Envoy advises for the pieces of a body.
constexpr std::size_t kPieceBytes = 64 * 1024;

bool is_request(Phase phase) {
  return phase == Phase::kRequestHeaders || phase == Phase::kRequestBody;
}

bool is_buffered(BodyMode mode) {
  return mode == BodyMode::kBuffered || mode == BodyMode::kBufferedPartial;
}

std::unexpected<Error> wrong(std::string what) {
  return fail(ErrorCode::kMalformed, Origin::kUpstream, std::move(what));
}

void replace_all(Turn& turn, std::string_view text) {
  turn.effects.replace(0, turn.message.payload.size(), turn.arena.copy(text));
}

}  // namespace

ExtProc::ExtProc(const Config& config)
    : config_(config),
      modes_(config.modes),
      session_(config),
      request_(Part::kRequestHeaders, Part::kRequestBody, Part::kRequestTrailers),
      response_(Part::kResponseHeaders, Part::kResponseBody, Part::kResponseTrailers) {
  set_modes(config.modes);
}

void ExtProc::set_modes(const Modes& modes) {
  modes_ = modes;
  request_.mode = modes.request_body;
  request_.sends_trailers = modes.request_trailers;
  response_.mode = modes.response_body;
  response_.sends_trailers = modes.response_trailers;
}

ExtProc::Side& ExtProc::side_of(Phase phase) { return is_request(phase) ? request_ : response_; }

Step ExtProc::process(Turn& turn) {
  if (session_.is_over()) return Verdict::kContinue;
  switch (turn.phase) {
    case Phase::kRequestHeaders: {
      const http::RequestHead& head = *turn.message.request;
      if (!modes_.request_headers) return Verdict::kContinue;
      Follows what = head.body.is_empty() ? Follows::kNothing : Follows::kBody;
      if (!head.upgrade.empty()) what = Follows::kTunnel;
      return start_headers(turn, request_, request_fields(head, config_.forward), what);
    }
    case Phase::kResponseHeaders: {
      const http::ResponseHead& head = *turn.message.response;
      if (!modes_.response_headers) return Verdict::kContinue;
      const bool has_body = http::response_has_body(turn.message.request->method, head.status);
      return start_headers(turn, response_, response_fields(head, config_.forward, turn.arena),
                           head.body.is_empty() || !has_body ? Follows::kNothing : Follows::kBody);
    }
    case Phase::kRequestBody:
    case Phase::kResponseBody:
      return take_body(turn, side_of(turn.phase));
    case Phase::kStreamChunk:
      return take_event(turn);
  }
  return Verdict::kContinue;
}

std::optional<SteadyTime> ExtProc::held() const {
  if (session_.is_over() || response_.unanswered.empty()) return std::nullopt;
  return session_.has_news() ? SteadyTime::min() : SteadyTime::max();
}

Context ExtProc::context_of(const Turn& turn, Side& side) {
  Context context;
  context.modes = session_.first_modes();
  context.is_observed = config_.is_observed;
  if (turn.metadata != nullptr) {
    for (const std::string& space : config_.forwarding_namespaces) {
      const std::string_view told = turn.metadata->find(space);
      if (!told.empty()) context.metadata.emplace_back(space, told);
    }
  }
  if (std::exchange(side.told, true)) return context;
  add_attributes(is_request(turn.phase) ? config_.request_attributes : config_.response_attributes,
                 turn.message, context);
  return context;
}

void ExtProc::send_body(Turn& turn, Side& side, std::string_view bytes, bool last) {
  session_.send(turn, format_body(side.body, bytes, last, context_of(turn, side)));
}

void ExtProc::send_trailers(Turn& turn, Side& side) {
  session_.send(
      turn, format_trailers(side.trailers, trailer_fields(*turn.message.trailers, config_.forward),
                            context_of(turn, side)));
}

async::Task<Result<ExtProc::Heard>> ExtProc::hear(Turn& turn, Within within) {
  TIDEGATE_CO_TRY(reply, session_.receive(turn, within));
  Heard heard;
  if (!reply) {
    heard.verdict = verdict_of(turn);
    co_return heard;
  }
  note_metadata(*reply, turn);
  heard.reply = std::move(*reply);
  if (heard.reply.kind == Reply::Kind::kImmediate) {
    auto verdict = immediate(turn, heard.reply);
    if (!verdict) co_return std::unexpected(std::move(verdict).error());
    heard.verdict = *verdict;
  }
  co_return heard;
}

std::unexpected<Error> ExtProc::give_up(std::unexpected<Error> error) {
  session_.abandon();
  return error;
}

std::unexpected<Error> ExtProc::spurious(const Reply& reply) {
  return give_up(
      wrong("a reply about " + std::string(to_string(reply.part)) + " that nobody waits for"));
}

void ExtProc::note_metadata(const Reply& reply, Turn& turn) const {
  for (const auto& [space, bytes] : reply.metadata) {
    if (std::ranges::find(config_.receiving_namespaces, space) ==
        config_.receiving_namespaces.end()) {
      continue;
    }
    turn.effects.metadata.emplace_back(turn.arena.copy(space), turn.arena.copy(bytes));
  }
}

Result<Verdict> ExtProc::immediate(Turn& turn, const Reply& reply) {
  if (config_.disable_immediate_response) return give_up(wrong("an immediate response"));
  session_.close();
  return apply_immediate(reply, turn);
}

Step ExtProc::start_headers(Turn& turn, Side& side, const Fields& fields, Follows what) {
  side.ended = what != Follows::kBody;
  session_.send(turn, format_headers(side.headers, fields, what == Follows::kNothing,
                                     context_of(turn, side)));
  // The processor looks at the body first; its reply about headers comes with the body's.
  side.deferred = side.mode == BodyMode::kFullDuplexStreamed && !side.ended;
  if (side.deferred || config_.is_observed) return Verdict::kContinue;
  return await_headers(turn, side);
}

Step::Task ExtProc::await_headers(Turn& turn, Side& side) {
  TIDEGATE_CO_TRY(heard, hear(turn, Within::kMessageTimeout));
  if (heard.verdict) co_return *heard.verdict;
  if (heard.reply.part != side.headers) co_return spurious(heard.reply);
  co_return take_headers(turn, side, heard.reply);
}

Result<Verdict> ExtProc::take_headers(Turn& turn, Side& side, const Reply& reply) {
  TIDEGATE_TRY_VOID(take_changes(turn, reply));
  if (reply.mode_override && config_.allow_mode_override &&
      side.mode != BodyMode::kFullDuplexStreamed) {
    set_modes(*reply.mode_override);
  }
  if (!reply.replaces) return verdict_of(turn);
  if (side.mode == BodyMode::kNone || side.ended) {
    return give_up(wrong("CONTINUE_AND_REPLACE where no body is processed"));
  }
  side.replaced = reply.body.has_value();
  side.replacement = reply.body.value_or("");
  side.done = true;
  return verdict_of(turn);
}

// Of the message's head.
Result<void> ExtProc::take_changes(Turn& turn, const Reply& reply) {
  if (auto applied = apply_headers(reply, config_.mutation, turn); !applied) {
    return give_up(std::unexpected(std::move(applied).error()));
  }
  const pipeline::Effects& effects = turn.effects;
  const bool changed =
      !effects.headers.empty() || !effects.model.empty() || !effects.target.empty();
  if (reply.clear_route_cache && is_request(turn.phase) && changed) {
    turn.effects.reroute.kind = Reroute::Kind::kMatch;
  }
  return {};
}

// Routes are matched again only where something of the request has changed.
Verdict ExtProc::verdict_of(const Turn& turn) {
  return turn.effects.reroute.kind == Reroute::Kind::kMatch ? Verdict::kReroute
                                                            : Verdict::kContinue;
}

// Whether it is the reply about headers, which was waited for with the body's.
Result<bool> ExtProc::take_deferred(Turn& turn, Side& side, const Reply& reply) {
  if (!side.deferred || reply.part != side.headers) return false;
  side.deferred = false;
  if (auto taken = take_changes(turn, reply); !taken) {
    return std::unexpected(std::move(taken).error());
  }
  return true;
}

Step ExtProc::take_body(Turn& turn, Side& side) {
  const std::string_view payload = turn.message.payload;
  if (side.replaced) {
    side.replaced = false;
    replace_all(turn, side.replacement);
    return Verdict::kContinue;
  }
  if (side.done || side.mode == BodyMode::kNone) return Verdict::kContinue;
  side.done = true;
  if (config_.is_observed) return observe_body(turn, side);
  switch (side.mode) {
    case BodyMode::kNone:
      break;
    case BodyMode::kBuffered:
      return exchange_pieces(turn, side, payload, payload.size());
    case BodyMode::kBufferedPartial:
      return exchange_pieces(turn, side, payload.substr(0, config_.partial_bytes),
                             config_.partial_bytes);
    case BodyMode::kStreamed:
      return exchange_pieces(turn, side, payload, kPieceBytes);
    case BodyMode::kFullDuplexStreamed:
      return exchange_duplex(turn, side);
  }
  return Verdict::kContinue;
}

Step ExtProc::observe_body(Turn& turn, Side& side) {
  std::string_view left = turn.message.payload;
  std::size_t piece = kPieceBytes;
  if (side.mode == BodyMode::kBuffered) piece = left.size();
  if (side.mode == BodyMode::kBufferedPartial) {
    piece = config_.partial_bytes;
    left = left.substr(0, piece);
  }
  const bool whole = left.size() == turn.message.payload.size();
  do {
    const std::string_view part = left.substr(0, std::max<std::size_t>(piece, 1));
    left.remove_prefix(part.size());
    send_body(turn, side, part, left.empty() && whole && !has_trailers(turn, side));
  } while (!left.empty());
  if (has_trailers(turn, side)) send_trailers(turn, side);
  return Verdict::kContinue;
}

// Each piece of `bytes`, the beginning of the payload, has one reply.
Step::Task ExtProc::exchange_pieces(Turn& turn, Side& side, std::string_view bytes,
                                    std::size_t piece) {
  std::size_t at = 0;
  do {
    const std::string_view part = bytes.substr(at, std::max<std::size_t>(piece, 1));
    const bool last = at + part.size() == turn.message.payload.size();
    send_body(turn, side, part, last && !has_trailers(turn, side));
    TIDEGATE_CO_TRY(heard, hear(turn, Within::kMessageTimeout));
    if (heard.verdict) co_return *heard.verdict;
    const Reply& reply = heard.reply;
    if (reply.part != side.body || reply.streamed) co_return spurious(reply);
    // Of pieces the head may be on its way.
    if (side.mode == BodyMode::kBuffered) {
      if (auto taken = take_changes(turn, reply); !taken) {
        co_return std::unexpected(std::move(taken).error());
      }
    }
    if (reply.body) turn.effects.replace(at, at + part.size(), turn.arena.copy(*reply.body));
    at += part.size();
  } while (at < bytes.size());
  TIDEGATE_CO_TRY(ended, exchange_trailers(turn, side));
  co_return ended ? *ended : verdict_of(turn);
}

// A verdict: the exchange is decided.
async::Task<Result<std::optional<Verdict>>> ExtProc::exchange_trailers(Turn& turn, Side& side) {
  if (!has_trailers(turn, side)) co_return std::optional<Verdict>();
  send_trailers(turn, side);
  TIDEGATE_CO_TRY(heard, hear(turn, Within::kMessageTimeout));
  if (heard.verdict) co_return heard.verdict;
  if (heard.reply.part != side.trailers) co_return spurious(heard.reply);
  if (auto applied = apply_trailers(heard.reply, config_.mutation, turn); !applied) {
    co_return give_up(std::unexpected(std::move(applied).error()));
  }
  co_return std::optional<Verdict>();
}

// The whole body goes out; then come the reply about headers, the pieces of the new body and, where
// there are trailers, the reply about them. A reply without a piece keeps the one that it answers.
Step::Task ExtProc::exchange_duplex(Turn& turn, Side& side) {
  const std::string_view payload = turn.message.payload;
  const bool trailers = has_trailers(turn, side);
  std::size_t pieces = 0;
  for (std::size_t at = 0; at == 0 || at < payload.size(); at += kPieceBytes, ++pieces) {
    const std::string_view part = payload.substr(at, kPieceBytes);
    send_body(turn, side, part, at + part.size() == payload.size() && !trailers);
  }
  if (trailers) send_trailers(turn, side);
  std::string body;
  bool streamed = false;
  bool ended = false;
  std::size_t kept = 0;
  // Some answer a body before the headers.
  while (!ended || side.deferred) {
    TIDEGATE_CO_TRY(heard, hear(turn, Within::kTurn));
    if (heard.verdict) {
      if (!session_.is_over() || !streamed || heard.reply.kind == Reply::Kind::kImmediate) {
        co_return *heard.verdict;
      }
      co_return wrong("a body without its end");
    }
    const Reply& reply = heard.reply;
    auto deferred = take_deferred(turn, side, reply);
    if (!deferred) co_return std::unexpected(std::move(deferred).error());
    if (*deferred) continue;
    if (trailers && reply.part == side.trailers) {
      if (auto applied = apply_trailers(reply, config_.mutation, turn); !applied) {
        co_return give_up(std::unexpected(std::move(applied).error()));
      }
      ended = true;
      continue;
    }
    if (reply.part != side.body) co_return spurious(reply);
    if (reply.body) {
      streamed = true;
      body += *reply.body;
      ended = ended || (!trailers && (!reply.streamed || reply.end_of_stream));
    } else {
      ended = ended || (!trailers && ++kept >= pieces);
    }
  }
  if (streamed) replace_all(turn, body);
  co_return verdict_of(turn);
}

Step ExtProc::take_event(Turn& turn) {
  Side& side = response_;
  const pipeline::StreamEvent& event = *turn.message.event;
  if (side.done || side.mode == BodyMode::kNone || turn.message.dropped) return Verdict::kContinue;
  if (event.pause) {
    if (config_.is_observed || side.unanswered.empty()) return Verdict::kContinue;
    return take_late_replies(turn);
  }
  if (is_buffered(side.mode)) {
    auto error = give_up(
        fail(ErrorCode::kUnsupported, Origin::kInternal, "a stream of events is never buffered"));
    return std::move(error).error();
  }
  side.done = event.end;
  std::string bytes;
  if (!event.end) {
    const llm::Call call = turn.message.call.value_or(llm::Call());
    llm::append_stream_event(call, event.type, turn.message.payload, bytes);
  }
  if (config_.is_observed) {
    // One that does not keep up is not told any more.
    if (session_.is_behind()) {
      session_.abandon();
      return Verdict::kContinue;
    }
    const bool trailers = event.end && has_trailers(turn, side);
    send_body(turn, side, bytes, event.end && !trailers);
    if (trailers) send_trailers(turn, side);
    return Verdict::kContinue;
  }
  if (side.mode == BodyMode::kStreamed) return exchange_event(turn, std::move(bytes));
  return exchange_duplex_event(turn, std::move(bytes));
}

// The processor sees the bytes of an event as the client would get them. What it makes of them
// goes in front of the next one.
Step::Task ExtProc::exchange_event(Turn& turn, std::string bytes) {
  const bool end = turn.message.event->end;
  send_body(turn, response_, bytes, end && !has_trailers(turn, response_));
  TIDEGATE_CO_TRY(heard, hear(turn, Within::kMessageTimeout));
  if (heard.verdict) co_return *heard.verdict;
  const Reply& reply = heard.reply;
  if (reply.part != response_.body || reply.streamed) co_return spurious(reply);
  if (reply.body && *reply.body != bytes) {
    turn.effects.drop_event = !end;
    if (!reply.body->empty()) turn.effects.insert.push_back(turn.arena.copy(*reply.body));
  }
  if (!end) co_return Verdict::kContinue;
  TIDEGATE_CO_TRY(ended, exchange_trailers(turn, response_));
  co_return ended.value_or(Verdict::kContinue);
}

// The client gets what replies say, when they come: at once, with a later event, or with the end.
Step::Task ExtProc::exchange_duplex_event(Turn& turn, std::string bytes) {
  Side& side = response_;
  const bool end = turn.message.event->end;
  const bool trailers = end && has_trailers(turn, side);
  send_body(turn, side, bytes, end && !trailers);
  if (trailers) send_trailers(turn, side);
  // A processor that is behind says when it has something.
  const bool waits = side.unanswered.empty();
  side.unanswered.push_back(std::move(bytes));
  turn.effects.drop_event = !end;
  bool ended = false;
  while (end ? !ended || side.deferred : waits && !side.unanswered.empty()) {
    auto heard = co_await hear(turn, end ? Within::kTurn : Within::kIfSoon);
    if (!heard) co_return fail_event(turn, std::move(heard).error());
    if (heard->verdict && heard->reply.kind == Reply::Kind::kImmediate) co_return *heard->verdict;
    if (heard->verdict) {
      if (session_.is_over()) pass_unanswered(turn);
      co_return Verdict::kContinue;
    }
    auto last = take_duplex_reply(turn, heard->reply, trailers);
    if (!last) co_return fail_event(turn, std::move(last).error());
    ended = ended || *last;
  }
  co_return Verdict::kContinue;
}

// While the upstream pauses, as far as they have come.
Step::Task ExtProc::take_late_replies(Turn& turn) {
  while (!response_.unanswered.empty() && session_.has_news()) {
    auto heard = co_await hear(turn, Within::kIfSoon);
    if (!heard) co_return fail_event(turn, std::move(heard).error());
    if (heard->verdict && heard->reply.kind == Reply::Kind::kImmediate) co_return *heard->verdict;
    if (heard->verdict) {
      if (session_.is_over()) pass_unanswered(turn);
      co_return Verdict::kContinue;
    }
    if (auto last = take_duplex_reply(turn, heard->reply, false); !last) {
      co_return fail_event(turn, std::move(last).error());
    }
  }
  co_return Verdict::kContinue;
}

// Whether it is the last one of a stream that has ended.
Result<bool> ExtProc::take_duplex_reply(Turn& turn, const Reply& reply, bool trailers) {
  Side& side = response_;
  TIDEGATE_TRY(deferred, take_deferred(turn, side, reply));
  if (deferred) return false;
  if (trailers && reply.part == side.trailers) {
    if (auto applied = apply_trailers(reply, config_.mutation, turn); !applied) {
      return give_up(std::unexpected(std::move(applied).error()));
    }
    return true;
  }
  if (reply.part != side.body) return spurious(reply);
  take_event_reply(turn, reply);
  return !trailers && (reply.end_of_stream || (!reply.streamed && side.unanswered.empty()));
}

// A stream cannot go on without events that were held back for a processor, whatever its
// failureMode: the client would take the gap for what the model said.
Result<Verdict> ExtProc::fail_event(Turn& turn, Error error) {
  if (response_.unanswered.size() < 2) return std::unexpected(std::move(error));
  response_.unanswered.clear();
  turn.effects.refusal = {500, "external_processor", "a payload processor failed"};
  return Verdict::kReject;
}

// A reply without a body keeps the event that it answers.
void ExtProc::take_event_reply(Turn& turn, const Reply& reply) {
  auto& unanswered = response_.unanswered;
  const std::string own = unanswered.empty() ? std::string() : std::move(unanswered.front());
  if (!unanswered.empty()) unanswered.pop_front();
  const std::string& said = reply.body ? *reply.body : own;
  if (!said.empty()) turn.effects.insert.push_back(turn.arena.copy(said));
}

// What a processor that has left has not answered goes on as it came.
void ExtProc::pass_unanswered(Turn& turn) {
  for (const std::string& bytes : std::exchange(response_.unanswered, {})) {
    if (!bytes.empty()) turn.effects.insert.push_back(turn.arena.copy(bytes));
  }
}

}  // namespace tidegate::processors::ext_proc
