#include "processors/ext_proc/ext_proc.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "llm/text/stream_texts.h"
#include "processors/ext_proc/apply.h"
#include "processors/ext_proc/session.h"

namespace tidegate::processors::ext_proc {
namespace {

using pipeline::Phase;
using pipeline::Step;
using pipeline::Turn;
using pipeline::Verdict;
using Within = Session::Within;

// As Envoy advises for the pieces of a body.
constexpr std::size_t kPieceBytes = 64 * 1024;

std::unexpected<Error> spurious(const Reply& reply) {
  return fail(ErrorCode::kMalformed, Origin::kUpstream,
              "a reply about " + std::string(to_string(reply.part)) + " that nobody waits for");
}

// One direction of an exchange.
struct Side {
  Part headers;
  Part body;
  BodyMode mode = BodyMode::kNone;
  bool deferred = false;  // the reply about headers comes with those about the body
  bool done = false;      // nothing more of this side is sent
  bool ended = false;     // its end was told
  bool replaced = false;  // by `replacement`, when the body's turn comes
  std::string replacement;
};

class ExtProc final : public pipeline::Processor {
 public:
  explicit ExtProc(const Config& config)
      : config_(config),
        modes_(config.modes),
        session_(config),
        request_{.headers = Part::kRequestHeaders, .body = Part::kRequestBody},
        response_{.headers = Part::kResponseHeaders, .body = Part::kResponseBody} {
    set_modes(config.modes);
  }

  Step process(Turn& turn) override {
    if (session_.is_over()) return Verdict::kContinue;
    switch (turn.phase) {
      case Phase::kRequestHeaders: {
        const http::RequestHead& head = *turn.message.request;
        if (!modes_.request_headers) return Verdict::kContinue;
        return start_headers(turn, request_, request_fields(head),
                             head.body.is_empty() && head.upgrade.empty());
      }
      case Phase::kRequestBody:
        return take_body(turn, request_);
      case Phase::kResponseHeaders:
        if (!modes_.response_headers) return Verdict::kContinue;
        return start_headers(turn, response_, response_fields(*turn.message.response, turn.arena),
                             turn.message.response->body.is_empty());
      case Phase::kResponseBody:
        return take_body(turn, response_);
      case Phase::kStreamChunk:
        return take_event(turn);
    }
    return Verdict::kContinue;
  }

 private:
  void set_modes(const Modes& modes) {
    modes_ = modes;
    request_.mode = modes.request_body;
    response_.mode = modes.response_body;
  }

  Step start_headers(Turn& turn, Side& side, const Fields& fields, bool ends) {
    side.ended = ends;
    session_.send(turn, format_headers(side.headers, fields, ends, session_.first_modes()));
    // The processor looks at the body first; its reply about headers comes with the body's.
    side.deferred = side.mode == BodyMode::kFullDuplexStreamed && !ends;
    if (side.deferred) return Verdict::kContinue;
    return await_headers(turn, side);
  }

  Step::Task await_headers(Turn& turn, Side& side) {
    auto reply = co_await session_.receive(turn, Within::kMessageTimeout);
    if (!reply) co_return std::unexpected(std::move(reply).error());
    if (!*reply) co_return Verdict::kContinue;
    if ((*reply)->kind == Reply::Kind::kImmediate) co_return immediate(turn, **reply);
    if ((*reply)->part != side.headers) co_return give_up(spurious(**reply));
    co_return take_headers(turn, side, **reply);
  }

  Result<Verdict> take_headers(Turn& turn, Side& side, const Reply& reply) {
    apply_headers(reply, turn);
    if (reply.mode_override && config_.allow_mode_override &&
        side.mode != BodyMode::kFullDuplexStreamed) {
      set_modes(*reply.mode_override);
    }
    if (!reply.replaces) return Verdict::kContinue;
    if (side.mode == BodyMode::kNone || side.ended) {
      return give_up(fail(ErrorCode::kUnsupported, Origin::kUpstream,
                          "CONTINUE_AND_REPLACE where no body is processed"));
    }
    side.replaced = reply.body.has_value();
    side.replacement = reply.body.value_or("");
    side.done = true;
    return Verdict::kContinue;
  }

  Result<Verdict> immediate(Turn& turn, const Reply& reply) {
    session_.close();
    if (config_.disable_immediate_response) {
      return fail(ErrorCode::kMalformed, Origin::kUpstream, "an immediate response");
    }
    return apply_immediate(reply, turn);
  }

  std::unexpected<Error> give_up(std::unexpected<Error> error) {
    session_.close();
    return error;
  }

  static Step replace_all(Turn& turn, std::string_view text) {
    turn.effects.replace(0, turn.message.payload.size(), turn.arena.copy(text));
    return Verdict::kContinue;
  }

  Step take_body(Turn& turn, Side& side) {
    if (side.replaced) {
      side.replaced = false;
      return replace_all(turn, side.replacement);
    }
    if (side.done || side.mode == BodyMode::kNone) return Verdict::kContinue;
    switch (side.mode) {
      case BodyMode::kNone:
        break;
      case BodyMode::kBuffered:
        return exchange_pieces(turn, side, turn.message.payload, turn.message.payload.size());
      case BodyMode::kBufferedPartial:
        return exchange_pieces(turn, side, turn.message.payload.substr(0, config_.partial_bytes),
                               config_.partial_bytes);
      case BodyMode::kStreamed:
        return exchange_pieces(turn, side, turn.message.payload, kPieceBytes);
      case BodyMode::kFullDuplexStreamed:
        return exchange_duplex(turn, side);
    }
    return Verdict::kContinue;
  }

  // Each piece of `bytes`, the beginning of the payload, has one reply.
  Step::Task exchange_pieces(Turn& turn, Side& side, std::string_view bytes, std::size_t piece) {
    side.done = true;
    std::size_t at = 0;
    do {
      const std::string_view part = bytes.substr(at, std::max<std::size_t>(piece, 1));
      const bool last = at + part.size() == turn.message.payload.size();
      session_.send(turn, format_body(side.body, part, last, session_.first_modes()));
      auto reply = co_await session_.receive(turn, Within::kMessageTimeout);
      if (!reply) co_return std::unexpected(std::move(reply).error());
      if (!*reply) co_return Verdict::kContinue;
      if ((*reply)->kind == Reply::Kind::kImmediate) co_return immediate(turn, **reply);
      if ((*reply)->part != side.body || (*reply)->streamed) co_return give_up(spurious(**reply));
      // Of pieces the head may be on its way.
      if (side.mode == BodyMode::kBuffered) apply_headers(**reply, turn);
      if ((*reply)->body) {
        turn.effects.replace(at, at + part.size(), turn.arena.copy(*(*reply)->body));
      }
      at += part.size();
    } while (at < bytes.size());
    co_return Verdict::kContinue;
  }

  // The whole body goes out; then come the reply about headers and the pieces of the new body. A
  // reply without a piece keeps the one that it answers.
  Step::Task exchange_duplex(Turn& turn, Side& side) {
    side.done = true;
    const std::string_view payload = turn.message.payload;
    std::size_t pieces = 0;
    for (std::size_t at = 0; at == 0 || at < payload.size(); at += kPieceBytes, ++pieces) {
      const std::string_view part = payload.substr(at, kPieceBytes);
      const bool last = at + part.size() == payload.size();
      session_.send(turn, format_body(side.body, part, last, session_.first_modes()));
    }
    std::string body;
    bool streamed = false;
    std::size_t kept = 0;
    while (true) {
      auto reply = co_await session_.receive(turn, Within::kTurn);
      if (!reply) co_return std::unexpected(std::move(reply).error());
      if (!*reply) {
        if (!streamed) co_return Verdict::kContinue;
        co_return fail(ErrorCode::kMalformed, Origin::kUpstream, "a body without its end");
      }
      if ((*reply)->kind == Reply::Kind::kImmediate) co_return immediate(turn, **reply);
      if (side.deferred && (*reply)->part == side.headers) {
        side.deferred = false;
        apply_headers(**reply, turn);
        continue;
      }
      if ((*reply)->part != side.body) co_return give_up(spurious(**reply));
      if ((*reply)->body) {
        streamed = true;
        body += *(*reply)->body;
        if ((*reply)->streamed && !(*reply)->end_of_stream) continue;
      } else if (++kept < pieces) {
        continue;
      }
      if (side.deferred) continue;  // it may answer a body before the headers
      break;
    }
    if (streamed) turn.effects.replace(0, payload.size(), turn.arena.copy(body));
    co_return Verdict::kContinue;
  }

  Step take_event(Turn& turn) {
    Side& side = response_;
    if (side.done || side.mode == BodyMode::kNone) return Verdict::kContinue;
    if (side.mode == BodyMode::kBuffered || side.mode == BodyMode::kBufferedPartial) {
      return Error(give_up(fail(ErrorCode::kUnsupported, Origin::kInternal,
                                "a stream of events is never buffered"))
                       .error());
    }
    return exchange_event(turn, side);
  }

  // The processor sees the bytes of an event as the client would get them. What it makes of them
  // goes in front of the next one.
  Step::Task exchange_event(Turn& turn, Side& side) {
    const pipeline::StreamEvent& event = *turn.message.event;
    std::string bytes;
    if (!event.end) {
      const llm::Call call = turn.message.call.value_or(llm::Call());
      llm::append_stream_event(call, event.type, turn.message.payload, bytes);
    }
    side.done = event.end;
    session_.send(turn, format_body(side.body, bytes, event.end, session_.first_modes()));
    const bool duplex = side.mode == BodyMode::kFullDuplexStreamed;
    while (true) {
      auto reply =
          co_await session_.receive(turn, duplex ? Within::kTurn : Within::kMessageTimeout);
      if (!reply) co_return std::unexpected(std::move(reply).error());
      if (!*reply) co_return Verdict::kContinue;
      if ((*reply)->kind == Reply::Kind::kImmediate) co_return immediate(turn, **reply);
      if (side.deferred && (*reply)->part == side.headers) {
        side.deferred = false;
        apply_headers(**reply, turn);
        continue;
      }
      if ((*reply)->part != side.body) co_return give_up(spurious(**reply));
      const bool changed = (*reply)->body && *(*reply)->body != bytes;
      if (changed) {
        turn.effects.drop_event = !event.end;
        if (!(*reply)->body->empty()) {
          turn.effects.insert.push_back(turn.arena.copy(*(*reply)->body));
        }
      }
      if (event.end && duplex && (*reply)->streamed && !(*reply)->end_of_stream) continue;
      co_return Verdict::kContinue;
    }
  }

  const Config& config_;
  Modes modes_;
  Session session_;
  Side request_;
  Side response_;
};

class Factory final : public pipeline::ProcessorFactory {
 public:
  explicit Factory(Config config) : config_(std::move(config)) {}
  pipeline::PhaseSet phases() const override {
    const Modes& modes = config_.modes;
    pipeline::PhaseSet phases;
    if (modes.request_headers) phases.add(Phase::kRequestHeaders);
    if (modes.response_headers) phases.add(Phase::kResponseHeaders);
    if (modes.request_body != BodyMode::kNone || config_.allow_mode_override) {
      phases.add(Phase::kRequestBody);
    }
    if (modes.response_body != BodyMode::kNone || config_.allow_mode_override) {
      phases.add(Phase::kResponseBody);
      phases.add(Phase::kStreamChunk);
    }
    return phases;
  }
  bool may_wait() const override { return true; }
  pipeline::Processor* make(Arena& arena) const override {
    return pipeline::make_in<ExtProc>(arena, config_);
  }

 private:
  const Config config_;
};

Result<std::unique_ptr<const pipeline::ProcessorFactory>> make(const config::ProcessorSpec& spec) {
  Config config;
  if (const auto problems = read(spec.config, config); !problems.empty()) {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal, problems.front());
  }
  return std::make_unique<const Factory>(config);
}

}  // namespace

pipeline::BuiltinProcessor ext_proc() {
  return {{"ExtProc", pipeline::PhaseSet::all(), true, check}, make};
}

}  // namespace tidegate::processors::ext_proc
