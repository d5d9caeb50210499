#include "processors/retrieval/retrieval.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "processors/embeddings_call.h"
#include "processors/read_config.h"
#include "processors/request_texts.h"
#include "processors/retrieval/config.h"
#include "processors/retrieval/context.h"
#include "processors/retrieval/injection.h"
#include "processors/retrieval/passage_guard.h"
#include "processors/retrieval/question.h"
#include "retrieval/passage_index.h"

namespace tidegate::processors::retrieval {
namespace {

using pipeline::CallRequest;
using pipeline::Phase;
using pipeline::Step;
using pipeline::Turn;
using pipeline::Verdict;
using tidegate::retrieval::PassageIndex;

constexpr std::chrono::milliseconds kDefaultTimeout{2000};
// Some of what is found is the same twice, or is not let pass.
constexpr std::size_t kFoundPerWanted = 2;

// What is made once of a configuration.
struct Parts {
  Config config;
  std::unique_ptr<const embed::Embedder> embedder;  // of questions for a Backend; null: none
  std::unique_ptr<const PassageIndex> index;        // of a folder; null: see `trouble`
  std::optional<PassageGuard> guard;
  std::string statement;  // of a table
  std::string trouble;
  std::vector<std::string> skipped;
  std::uint64_t fingerprint = 0;
};

std::string format_vector(const embed::Embedder& embedder, std::string_view question) {
  std::vector<float> vector(embedder.dimension());
  embed::embed_one(embedder, question, vector);
  std::string out = "[";
  for (const float number : vector) {
    if (out.size() > 1) out += ',';
    out += fmt::format("{:.6g}", number);
  }
  return out + "]";
}

Result<void> check_status(const pipeline::CallAnswer& answer, std::string_view who) {
  if (answer.head.status == 200) return {};
  return fail(ErrorCode::kMalformed, Origin::kUpstream,
              fmt::format("{} answered {}", who, answer.head.status));
}

class Retrieval final : public pipeline::Processor {
 public:
  explicit Retrieval(const Parts& parts) : parts_(parts), config_(parts.config) {}

  Step process(Turn& turn) override {
    if (turn.phase == Phase::kResponseHeaders) {
      if (!citations_.empty()) turn.effects.set_header(config_.citations_header, citations_);
      return Verdict::kContinue;
    }
    const pipeline::Message& message = turn.message;
    if (!is_json_call(message) || !is_conversation(message.call->operation)) {
      return Verdict::kContinue;
    }
    const auto texts = request_texts(turn);
    if (!texts) return texts.error();
    std::string question = find_question(*texts, config_.messages, config_.max_question_bytes);
    if (question.empty()) return Verdict::kContinue;
    if (config_.table) {
      return ask_table(turn, std::vector(texts->begin(), texts->end()), std::move(question));
    }
    if (config_.backend) {
      return ask(turn, std::vector(texts->begin(), texts->end()), std::move(question));
    }
    if (parts_.index == nullptr) {
      return Error(ErrorCode::kUnavailable, Origin::kInternal, parts_.trouble);
    }
    auto put = put_in(turn, *texts, parts_.index->search(question, wanted()));
    if (!put) return std::move(put).error();
    return *put;
  }

 private:
  std::size_t wanted() const { return config_.count * kFoundPerWanted; }

  Step::Task ask(Turn& turn, std::vector<llm::Text> texts, std::string question) {
    Wanted search{question, wanted(), {}};
    std::string vector;
    if (config_.backend->wants_vector()) {
      TIDEGATE_CO_TRY(made, make_vector(turn, question));
      vector = std::move(made);
      search.vector = vector;
    }
    BackendRequest asked = format_request(*config_.backend, search, turn.message);
    CallRequest request(asked.target, std::move(asked.body));
    if (config_.backend->is_get) request.method = "GET";
    TIDEGATE_CO_TRY(answer, turn.caller.call(turn.spec.backend, std::move(request), turn.cancel));
    if (auto fine = check_status(answer, "the retriever"); !fine) {
      co_return std::unexpected(std::move(fine).error());
    }
    // Passages are views of it, and so are citations until the response.
    const std::string_view body = turn.arena.copy(answer.body);
    auto found = parse_passages(config_.backend->layout, body, turn.arena);
    if (!found) co_return std::unexpected(std::move(found).error());
    co_return put_in(turn, texts, *found);
  }

  Step::Task ask_table(Turn& turn, std::vector<llm::Text> texts, std::string question) {
    if (turn.spec.backend == nullptr) {
      co_return fail(ErrorCode::kNoBackend, Origin::kInternal, "backendRef does not resolve");
    }
    Wanted search{question, wanted(), {}};
    TIDEGATE_CO_TRY(vector, make_vector(turn, question));
    search.vector = vector;
    // Before the processor's own time is over, so that it counts against the store.
    const auto time =
        (turn.spec.timeout.count() == 0 ? kDefaultTimeout : turn.spec.timeout) * 9 / 10;
    postgres::Statement statement;
    statement.text = parts_.statement;
    statement.values = format_values(*config_.table, search, turn.message);
    statement.max_rows = kMaxResults;
    postgres::Dialogue dialogue(login_of(*config_.table, *turn.spec.backend, time),
                                std::move(statement));
    auto done = co_await turn.caller.talk(turn.spec.backend, dialogue, time, turn.cancel);
    if (!done) co_return std::unexpected(std::move(done).error());
    const auto rows = dialogue.take_rows();
    if (!rows) co_return std::unexpected(rows.error());
    auto found = read_rows(*rows, turn.arena);
    if (!found) co_return std::unexpected(std::move(found).error());
    co_return put_in(turn, texts, *found);
  }

  async::Task<Result<std::string>> make_vector(Turn& turn, const std::string& question) {
    if (!config_.embeddings_backend) co_return format_vector(*parts_.embedder, question);
    const EmbeddingsBackend& backend = *config_.embeddings_backend;
    const std::string_view text = question;
    CallRequest request(backend.path, format_embeddings_request(backend.model, 0, {&text, 1}));
    TIDEGATE_CO_TRY(
        answer, turn.caller.call(turn.find_backend(backend.name), std::move(request), turn.cancel));
    if (auto fine = check_status(answer, "the embeddings backend"); !fine) {
      co_return std::unexpected(std::move(fine).error());
    }
    const auto vector = parse_embedding(answer.body);
    if (!vector) co_return std::unexpected(vector.error());
    co_return std::string(*vector);
  }

  Result<Verdict> put_in(Turn& turn, std::span<const llm::Text> texts,
                         const std::vector<Passage>& found) {
    const PassageGuard* guard = parts_.guard ? &*parts_.guard : nullptr;
    TIDEGATE_TRY(context, build_context(config_, guard, found, turn.arena));
    if (context.guarded > 0 && guard->action() == GuardConfig::Action::kReject) {
      turn.effects.refusal = {.status = 403,
                              .code = "retrieved_text_blocked",
                              .message =
                                  "text that was retrieved for the request was blocked by "
                                  "policy"};
      return Verdict::kReject;
    }
    std::string detail = fmt::format("passages {}", context.used.size());
    if (context.guarded > 0) detail += fmt::format(", guarded {}", context.guarded);
    turn.effects.detail = turn.arena.copy(detail);
    if (context.used.empty()) return Verdict::kContinue;
    inject(turn, texts, config_.place, context.text);
    if (!config_.citations_header.empty()) {
      citations_ = turn.arena.copy(format_citations(context.used));
    }
    return Verdict::kContinue;
  }

  const Parts& parts_;
  const Config& config_;
  std::string_view citations_;
};

// Reads the folder. What is wrong with it is no fault of the configuration: each request is a
// failure until it is right.   Errors: kInvalidConfig: the file of embeddings.
Result<void> build_index(Parts& parts) {
  const FolderSource& folder = *parts.config.folder;
  TIDEGATE_TRY(embedder, make_embedder(parts.config.embeddings));
  parts.fingerprint = tidegate::retrieval::fingerprint_folder(folder.path);
  auto content = tidegate::retrieval::read_folder(folder.path, folder.limits);
  if (!content) {
    parts.trouble = std::move(content).error().detail;
    return {};
  }
  auto index =
      std::make_unique<const PassageIndex>(std::move(embedder), content->documents, folder.chunks);
  if (index->size() > tidegate::retrieval::kMaxChunks) {
    parts.trouble = fmt::format("{}: has {} passages, of which {} can be kept", folder.path,
                                index->size(), tidegate::retrieval::kMaxChunks);
    return {};
  }
  parts.skipped = std::move(content->skipped);
  parts.index = std::move(index);
  return {};
}

class Factory final : public pipeline::ProcessorFactory {
 public:
  explicit Factory(Parts parts) : parts_(std::move(parts)) {}
  pipeline::PhaseSet phases() const override {
    if (parts_.config.citations_header.empty()) return {Phase::kRequestBody};
    return {Phase::kRequestBody, Phase::kResponseHeaders};
  }
  bool may_wait() const override { return !parts_.config.folder.has_value(); }
  std::chrono::milliseconds default_timeout() const override { return kDefaultTimeout; }
  std::string trouble() const override {
    if (!parts_.trouble.empty() || parts_.skipped.empty()) return parts_.trouble;
    return fmt::format("{}: {} files are no UTF-8 and are left out, as {}",
                       parts_.config.folder->path, parts_.skipped.size(), parts_.skipped.front());
  }
  bool is_current() const override {
    return !parts_.config.folder || tidegate::retrieval::fingerprint_folder(
                                        parts_.config.folder->path) == parts_.fingerprint;
  }
  pipeline::Processor* make(Arena& arena) const override {
    return pipeline::make_in<Retrieval>(arena, parts_);
  }

 private:
  const Parts parts_;
};

Result<std::unique_ptr<const pipeline::ProcessorFactory>> make(const config::ProcessorSpec& spec) {
  Parts parts;
  TIDEGATE_TRY(config, make_config<Config>(spec));
  parts.config = std::move(config);
  if (parts.config.guard) {
    TIDEGATE_TRY(guard, PassageGuard::make(*parts.config.guard));
    parts.guard.emplace(std::move(guard));
  }
  if (parts.config.folder) {
    TIDEGATE_TRY_VOID(build_index(parts));
  } else if (parts.config.wants_vector() && !parts.config.embeddings_backend) {
    TIDEGATE_TRY(embedder, make_embedder(parts.config.embeddings));
    parts.embedder = std::move(embedder);
  }
  if (parts.config.table) parts.statement = format_statement(*parts.config.table);
  return std::make_unique<const Factory>(std::move(parts));
}

bool calls_out_with(std::string_view config) {
  Config out;
  read(config, out);
  return out.backend.has_value() || out.table.has_value();
}

std::optional<config::BackendProtocol> find_store(std::string_view config) {
  Config out;
  read(config, out);
  if (!out.table) return std::nullopt;
  return config::BackendProtocol::kPostgres;
}

}  // namespace

pipeline::BuiltinProcessor retrieval() {
  config::ProcessorType type;
  type.name = "Retrieval";
  type.phases = {Phase::kRequestBody, Phase::kResponseHeaders};
  type.check = check_config<Config>;
  type.calls_out_with = calls_out_with;
  type.reads_files = true;
  type.store = find_store;
  return {type, make};
}

}  // namespace tidegate::processors::retrieval
