#include "processors/response_cache/response_cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "cache/directives.h"
#include "cache/flights.h"
#include "cache/store.h"
#include "processors/read_config.h"
#include "processors/request_texts.h"
#include "processors/response_cache/config.h"
#include "processors/response_cache/kept_answer.h"
#include "processors/response_cache/request_key.h"
#include "processors/response_cache/shared_store.h"
#include "processors/response_cache/shared_wait.h"
#include "processors/response_cache/stream_recording.h"

namespace tidegate::processors::response_cache {
namespace {

using pipeline::Phase;
using pipeline::Step;
using pipeline::Turn;
using pipeline::Verdict;
using std::chrono::milliseconds;

constexpr std::string_view kStateField = "x-tidegate-cache";
constexpr std::string_view kTtlField = "x-tidegate-cache-ttl";

// What all exchanges share.
struct Shared {
  explicit Shared(Config c)
      : config(std::move(c)),
        synonyms(config.synonyms),
        store(config.max_bytes, config.max_entry_bytes) {
    if (config.store) shared.emplace(config);
  }
  const Config config;
  const cache::Synonyms synonyms;
  cache::Store store;
  cache::Flights flights;
  std::optional<SharedStore> shared;  // with other replicas
};

class ResponseCache final : public pipeline::Processor {
 public:
  explicit ResponseCache(Shared& shared) : shared_(shared) {}
  // A leader that did not come to an answer: the client left, or there was none.
  ~ResponseCache() override {
    if (leads_) shared_.flights.abandon(key_);
  }
  ResponseCache(const ResponseCache&) = delete;
  ResponseCache& operator=(const ResponseCache&) = delete;

  Step process(Turn& turn) override {
    switch (turn.phase) {
      case Phase::kRequestBody:
        return take_request(turn);
      case Phase::kResponseHeaders:
        return take_head(turn);
      case Phase::kResponseBody:
        if (state_ == State::kMiss) keep(turn, std::string(turn.message.payload), false);
        return Verdict::kContinue;
      case Phase::kStreamChunk:
        if (state_ == State::kMiss) record(turn);
        return Verdict::kContinue;
      case Phase::kRequestHeaders:
        break;
    }
    return Verdict::kContinue;
  }

 private:
  enum class State : std::uint8_t {
    kNone,    // no call that is ever kept
    kBypass,  // such a call, which has nothing to do with the cache
    kMiss,    // its answer is kept if it is good
    kDone,    // it was answered, or what was to be kept is settled
  };

  Step take_request(Turn& turn) {
    const pipeline::Message& message = turn.message;
    if (!is_json_call(message) || !is_kept(message.call->operation)) return Verdict::kContinue;
    if (message.route.empty()) {
      return Error(ErrorCode::kInvalidConfig, Origin::kInternal,
                   "a cache belongs to a route, a rule or a Backend: answers depend on where they "
                   "come from");
    }
    read_directives(turn);
    const auto key = make_key(message, turn.policy, shared_.config);
    if (!key || directives_.no_store) {
      state_ = State::kBypass;
      turn.effects.detail = "bypass";
      return Verdict::kContinue;
    }
    key_ = *key;
    return look_up(turn);
  }

  void read_directives(Turn& turn) {
    const http::HeaderMap& fields = turn.message.request->fields;
    const auto ttl = fields.find(kTtlField);
    if (ttl) turn.effects.remove_header(kTtlField);
    if (shared_.config.request_controls == RequestControls::kIgnore) return;
    for (const auto& field : fields.fields()) {
      if (http::iequals(field.name, "cache-control")) {
        cache::read_cache_control(field.value, directives_);
      }
    }
    if (ttl) directives_.ttl = cache::read_seconds(*ttl);
    if (directives_.ttl && directives_.ttl->count() == 0) directives_.no_store = true;
  }

  Step look_up(Turn& turn) {
    if (!directives_.no_cache) {
      if (auto entry = find(turn, key_)) return answer(turn, std::move(entry), "hit");
    }
    if (shared_.config.match == Match::kWording) {
      if (const auto texts = request_texts(turn)) {
        question_ =
            make_question(turn.message, turn.policy, shared_.config, shared_.synonyms, *texts);
      }
      if (auto entry = find_by_wording(turn)) return answer(turn, std::move(entry), "hit-wording");
    }
    state_ = State::kMiss;
    turn.effects.detail = "miss";
    const bool asks_store = shared_.shared.has_value() && !directives_.no_cache;
    if (directives_.only_if_cached) {
      if (asks_store) return ask_store(turn);
      return refuse_uncached(turn);
    }
    if (!directives_.no_cache && shared_.config.max_wait.count() != 0) {
      wait_ = std::make_unique<SharedWait>(turn.reactor);
      switch (shared_.flights.join(key_, *wait_)) {
        case cache::Flights::Place::kFollower:
          return wait(turn);
        case cache::Flights::Place::kLeader:
          leads_ = true;
          // The leader before may have come back in between.
          if (auto entry = find(turn, key_)) return land(turn, std::move(entry), "hit");
          break;
        case cache::Flights::Place::kAlone:
          break;
      }
    }
    if (asks_store) return ask_store(turn);
    return Verdict::kContinue;
  }

  static Verdict refuse_uncached(Turn& turn) {
    turn.effects.refusal = {.status = 504,
                            .code = "not_cached",
                            .message = "the answer is not in the cache, and nothing else is asked"};
    return Verdict::kReject;
  }

  // Whoever follows gets it too.
  Verdict land(Turn& turn, cache::EntryPtr entry, std::string_view word) {
    if (std::exchange(leads_, false)) shared_.flights.land(key_, entry);
    return answer(turn, std::move(entry), word);
  }

  // What other replicas have kept. Only a leader asks, or who is alone.
  Step::Task ask_store(Turn& turn) {
    const auto found = co_await shared_.shared->find(
        turn, key_, question_, wait_at_most(turn, shared_.config.store->timeout));
    if (turn.cancel.requested()) {
      co_return fail(ErrorCode::kCancelled, Origin::kDownstream, "while the store was asked");
    }
    if (found.failed) turn.effects.detail = "miss-store-failed";
    if (found.entry != nullptr) {
      remember(found);
      if (is_of_use(turn, *found.entry) && is_young_enough(turn, *found.entry)) {
        co_return land(turn, found.entry, found.by_wording ? "hit-store-wording" : "hit-store");
      }
    }
    if (directives_.only_if_cached) co_return refuse_uncached(turn);
    co_return Verdict::kContinue;
  }

  // The next request finds it here.
  void remember(const SharedStore::Found& found) {
    shared_.store.put(found.key, found.entry);
    if (found.by_wording) point_to(found.key, found.entry->expires, question_->wording);
  }

  // From the question in these words to its answer.
  void point_to(const cache::Key& answer, SteadyTime expires, cache::Wording wording) {
    auto pointer = std::make_shared<cache::Entry>();
    pointer->expires = expires;
    pointer->answer = answer;
    const std::size_t bytes = 2 * wording.to_key().size();
    pointer->wording = std::move(wording);
    shared_.store.put(question_->key, std::move(pointer), bytes);
  }

  // At most, so that the wait ends before the processor's own time does.
  static milliseconds wait_at_most(const Turn& turn, milliseconds wanted) {
    return turn.spec.timeout.count() == 0 ? wanted : std::min(wanted, turn.spec.timeout * 9 / 10);
  }

  // An entry that this caller can have.
  cache::EntryPtr find(const Turn& turn, const cache::Key& key) {
    const SteadyTime now = turn.reactor.clock().steady_now();
    auto entry = shared_.store.find(key, now);
    if (entry == nullptr || !is_of_use(turn, *entry)) return nullptr;
    return is_young_enough(turn, *entry) ? entry : nullptr;
  }

  bool is_young_enough(const Turn& turn, const cache::Entry& entry) const {
    const auto age = turn.reactor.clock().steady_now() - entry.stored;
    return !directives_.max_age || age <= *directives_.max_age;
  }

  // The answer to the same question in other words.
  cache::EntryPtr find_by_wording(const Turn& turn) {
    if (!question_ || directives_.no_cache) return nullptr;
    const auto known = shared_.store.find(question_->key, turn.reactor.clock().steady_now());
    if (known == nullptr || !known->wording->says_the_same_as(question_->wording)) return nullptr;
    return find(turn, known->answer);
  }

  static bool is_of_use(const Turn& turn, const cache::Entry& entry) {
    return entry.in_both || entry.is_stream == turn.message.stream;
  }

  Step::Task wait(Turn& turn) {
    const milliseconds time = wait_at_most(turn, shared_.config.max_wait);
    const async::Outcome outcome = co_await wait_->wait(time, turn.cancel);
    leads_ = shared_.flights.leave(key_, *wait_) == cache::News::kPromoted;
    if (outcome == async::Outcome::kCancelled) {
      co_return fail(ErrorCode::kCancelled, Origin::kDownstream, "while an equal request was away");
    }
    if (outcome == async::Outcome::kDone) {
      if (auto entry = wait_->take_entry(); entry != nullptr && is_of_use(turn, *entry)) {
        co_return answer(turn, std::move(entry), "coalesced");
      }
    }
    co_return Verdict::kContinue;
  }

  Verdict answer(Turn& turn, cache::EntryPtr entry, std::string_view word) {
    state_ = State::kDone;
    entry_ = std::move(entry);
    kept_.body = entry_->body;
    kept_.is_stream = entry_->is_stream;
    kept_.shows_usage = entry_->shows_usage;
    kept_.usage = entry_->usage ? &*entry_->usage : nullptr;
    kept_.pace = shared_.config.pace;
    using Field = std::pair<std::string_view, std::string_view>;
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(
        turn.reactor.clock().steady_now() - entry_->stored);
    Field* fields = turn.arena.allocate_array<Field>(3);
    ::new (&fields[2])
        Field("x-tidegate-cache-match", word.ends_with("wording") ? "wording" : "exact");
    ::new (&fields[0]) Field(kStateField, "hit");
    ::new (&fields[1])
        Field("age", turn.arena.copy(fmt::to_string(std::max<std::int64_t>(age.count(), 0))));
    turn.effects.reply.kept = &kept_;
    turn.effects.reply.fields = {fields, 3};
    turn.effects.detail = word;
    return Verdict::kAnswer;
  }

  Step take_head(Turn& turn) {
    if (state_ == State::kBypass) turn.effects.set_header(kStateField, "bypass");
    if (state_ != State::kMiss) return Verdict::kContinue;
    turn.effects.set_header(kStateField, "miss");
    if (turn.message.response->status != 200) give_up(turn);
    return Verdict::kContinue;
  }

  void record(Turn& turn) {
    if (!recording_.take(turn.message, shared_.config.max_entry_bytes)) return give_up(turn);
    if (turn.message.event->end) keep(turn, recording_.take_text(), true);
  }

  void keep(Turn& turn, std::string body, bool is_stream) {
    const pipeline::Message& message = turn.message;
    if (body.size() > shared_.config.max_entry_bytes) return give_up(turn);
    Arena arena;
    const Keepable keepable = judge(*message.call, body, shared_.config, arena);
    if (keepable == Keepable::kNo) return give_up(turn);
    auto entry = std::make_shared<cache::Entry>();
    entry->body = std::move(body);
    entry->body.shrink_to_fit();
    entry->is_stream = is_stream;
    entry->in_both = keepable == Keepable::kInBoth;
    entry->shows_usage =
        message.facts != nullptr && message.facts->include_usage == llm::IncludeUsage::kAsked;
    if (message.usage != nullptr) entry->usage = *message.usage;
    entry->stored = turn.reactor.clock().steady_now();
    entry->expires = entry->stored + life();
    if (!shared_.store.put(key_, entry)) return give_up(turn);
    if (shared_.shared) shared_.shared->put(turn, key_, *entry, question_);
    if (question_) point_to(key_, entry->expires, std::move(question_->wording));
    state_ = State::kDone;
    turn.effects.detail = "stored";
    if (std::exchange(leads_, false)) shared_.flights.land(key_, entry);
  }

  // A tenth shorter at most, by the key: what was stored together does not expire together.
  milliseconds life() const {
    milliseconds ttl = shared_.config.ttl;
    if (directives_.ttl) ttl = std::min<milliseconds>(*directives_.ttl, shared_.config.max_ttl);
    const auto part = static_cast<std::int64_t>(key_.words[3] % 1024);
    return ttl - ttl / 10 * part / 1024;
  }

  // Nothing is kept of this exchange.
  void give_up(Turn& turn) {
    state_ = State::kDone;
    recording_ = {};
    turn.effects.detail = "not-kept";
    if (std::exchange(leads_, false)) shared_.flights.release(key_);
  }

  Shared& shared_;
  State state_ = State::kNone;
  cache::Directives directives_;
  cache::Key key_;
  std::optional<Question> question_;  // where wordings are compared
  bool leads_ = false;
  std::unique_ptr<SharedWait> wait_;
  cache::EntryPtr entry_;  // that answers
  pipeline::KeptReply kept_;
  StreamRecording recording_;
};

class Factory final : public pipeline::ProcessorFactory {
 public:
  explicit Factory(Config config) : shared_(std::make_unique<Shared>(std::move(config))) {}
  pipeline::PhaseSet phases() const override {
    return {Phase::kRequestBody, Phase::kResponseHeaders, Phase::kResponseBody,
            Phase::kStreamChunk};
  }
  bool may_wait() const override {
    return shared_->config.max_wait.count() != 0 || shared_->config.store;
  }
  milliseconds default_timeout() const override {
    return shared_->config.max_wait + milliseconds(1000) +
           (shared_->config.store ? shared_->config.store->timeout : milliseconds(0));
  }
  // What cannot be read is not kept; it passes.
  bool must_see_replies() const override { return false; }
  pipeline::Processor* make(Arena& arena) const override {
    return pipeline::make_in<ResponseCache>(arena, *shared_);
  }

 private:
  std::unique_ptr<Shared> shared_;
};

Result<std::unique_ptr<const pipeline::ProcessorFactory>> make(const config::ProcessorSpec& spec) {
  TIDEGATE_TRY(config, make_config<Config>(spec));
  return std::make_unique<const Factory>(std::move(config));
}

bool has_store(std::string_view config) {
  Config out;
  read(config, out);
  return out.store.has_value();
}

std::optional<config::BackendProtocol> find_store(std::string_view config) {
  if (!has_store(config)) return std::nullopt;
  return config::BackendProtocol::kRedis;
}

}  // namespace

pipeline::BuiltinProcessor response_cache() {
  config::ProcessorType type;
  type.name = "ResponseCache";
  type.phases = {Phase::kRequestBody, Phase::kResponseHeaders, Phase::kResponseBody,
                 Phase::kStreamChunk};
  type.check = check_config<Config>;
  type.calls_out_with = has_store;
  type.store = find_store;
  return {type, make};
}

}  // namespace tidegate::processors::response_cache
