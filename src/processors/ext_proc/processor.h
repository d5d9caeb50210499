// The processor of one exchange: which message goes out in which phase, and which reply it waits
// for.   Thread: the worker's.   Source: Envoy API v3, envoy.service.ext_proc.v3.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/processor.h"
#include "processors/ext_proc/config.h"
#include "processors/ext_proc/session.h"

namespace tidegate::processors::ext_proc {

class ExtProc final : public pipeline::Processor {
 public:
  // `config` outlives this.
  explicit ExtProc(const Config& config);

  pipeline::Step process(pipeline::Turn& turn) override;
  // Events that are not answered yet go out when the answer comes.
  std::optional<SteadyTime> held() const override;
  void notify(async::Event* changed) override { session_.notify(changed); }

 private:
  // One direction of an exchange.
  struct Side {
    Side(Part h, Part b, Part t) : headers(h), body(b), trailers(t) {}
    const Part headers;
    const Part body;
    const Part trailers;
    BodyMode mode = BodyMode::kNone;
    bool sends_trailers = false;
    bool told = false;      // the attributes were sent
    bool deferred = false;  // the reply about headers comes with those about the body
    bool done = false;      // nothing more of this side is sent
    bool ended = false;     // its end was told
    bool replaced = false;  // by `replacement`, when the body's turn comes
    std::string replacement;
    std::deque<std::string> unanswered;  // events that a processor in full duplex has yet to answer
  };
  // What came, or what it means already.
  struct Heard {
    std::optional<pipeline::Verdict> verdict;
    Reply reply;
  };
  using Turn = pipeline::Turn;
  using Step = pipeline::Step;
  using Verdict = pipeline::Verdict;
  using Within = Session::Within;

  void set_modes(const Modes& modes);
  Side& side_of(pipeline::Phase phase);
  Context context_of(const Turn& turn, Side& side);
  void send_body(Turn& turn, Side& side, std::string_view bytes, bool last);
  void send_trailers(Turn& turn, Side& side);
  static bool has_trailers(const Turn& turn, const Side& side) {
    return side.sends_trailers && turn.message.trailers != nullptr;
  }

  async::Task<Result<Heard>> hear(Turn& turn, Within within);
  std::unexpected<Error> give_up(std::unexpected<Error> error);
  std::unexpected<Error> spurious(const Reply& reply);
  void note_metadata(const Reply& reply, Turn& turn) const;
  Result<Verdict> immediate(Turn& turn, const Reply& reply);

  enum class Follows : std::uint8_t { kNothing, kBody, kTunnel };
  Step start_headers(Turn& turn, Side& side, const Fields& fields, Follows what);
  Step::Task await_headers(Turn& turn, Side& side);
  Result<Verdict> take_headers(Turn& turn, Side& side, const Reply& reply);
  Result<void> take_changes(Turn& turn, const Reply& reply);
  Result<bool> take_deferred(Turn& turn, Side& side, const Reply& reply);
  static Verdict verdict_of(const Turn& turn);

  Step take_body(Turn& turn, Side& side);
  Step observe_body(Turn& turn, Side& side);
  Step::Task exchange_pieces(Turn& turn, Side& side, std::string_view bytes, std::size_t piece);
  Step::Task exchange_duplex(Turn& turn, Side& side);
  async::Task<Result<std::optional<Verdict>>> exchange_trailers(Turn& turn, Side& side);

  Step take_event(Turn& turn);
  Step::Task exchange_event(Turn& turn, std::string bytes);
  Step::Task exchange_duplex_event(Turn& turn, std::string bytes);
  Step::Task take_late_replies(Turn& turn);
  Result<bool> take_duplex_reply(Turn& turn, const Reply& reply, bool trailers);
  void take_event_reply(Turn& turn, const Reply& reply);
  Result<Verdict> fail_event(Turn& turn, Error error);
  void pass_unanswered(Turn& turn);

  const Config& config_;
  Modes modes_;
  Session session_;
  Side request_;
  Side response_;
};

}  // namespace tidegate::processors::ext_proc
