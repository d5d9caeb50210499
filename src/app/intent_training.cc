#include "app/intent_training.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <system_error>
#include <vector>

#include "app/exit_codes.h"
#include "app/terminal.h"
#include "intent/train.h"
#include "intent/weights_file.h"
#include "json/writer.h"
#include "processors/embeddings.h"

namespace tidegate::app {
namespace {

using intent::IntentScore;
using intent::Labeled;

int tell(std::string_view problem, std::string_view file = {}) {
  const std::string in_front = file.empty() ? "" : fmt::format("{}: ", file);
  fmt::print(stderr, "tidegate route: {}{}\n", in_front, problem);
  return kExitFailure;
}

Result<std::unique_ptr<const embed::Embedder>> make_embedder(const EmbeddingChoice& choice) {
  using Type = processors::Embeddings::Type;
  return processors::make_embedder(
      {.type = choice.lexical ? Type::kLexical : Type::kStatic, .file = choice.file});
}

Result<std::vector<Labeled>> read_texts(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string lines{std::istreambuf_iterator<char>(file), {}};
  if (!file) return fail(ErrorCode::kInvalidConfig, Origin::kInternal, "cannot be read");
  return intent::parse_labeled_texts(lines);
}

// Whoever reads the file sees the old one or the new one, never a part.
Result<void> write_file(const std::string& path, std::string_view content) {
  const std::string beside = path + ".new";
  std::ofstream file(beside, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(beside, path, error);
  if (file && !error) return {};
  return fail(ErrorCode::kIo, Origin::kInternal,
              error ? error.message() : std::string("cannot be written"));
}

// One line of the report. Of "none" what was not right was taken for an intent.
struct Row {
  std::string name;
  IntentScore score;
  std::optional<float> threshold;
};

std::vector<Row> make_rows(std::span<const std::string> names, std::span<const float> thresholds,
                           const std::vector<IntentScore>& scores) {
  std::vector<Row> rows;
  for (std::size_t at = 0; at < names.size(); ++at) {
    const auto threshold = thresholds.empty() ? std::nullopt : std::optional(thresholds[at]);
    rows.push_back({names[at], scores[at], threshold});
  }
  rows.push_back({"none", scores.back(), std::nullopt});
  return rows;
}

IntentScore sum_of(const std::vector<Row>& rows) {
  IntentScore sum;
  for (const Row& row : rows) {
    sum.texts += row.score.texts;
    sum.right += row.score.right;
    sum.abstained += row.score.abstained;
    sum.taken += row.score.taken;
  }
  return sum;
}

double percent(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

void print_table(const std::vector<Row>& rows, std::string_view what) {
  const Paint paint = paint_for(stdout);
  std::size_t width = 6;
  for (const Row& row : rows) width = std::max(width, row.name.size());
  fmt::print("{}\n", paint.bold(fmt::format("{:{}}  texts  right  abstained  mistaken  taken  "
                                            "threshold",
                                            "intent", width)));
  for (const Row& row : rows) {
    const IntentScore& score = row.score;
    fmt::print("{:{}}  {:5}  {:5}  {:9}  {:8}  {:5}  {:>9}\n", row.name, width, score.texts,
               score.right, score.abstained, score.mistaken(), score.taken,
               row.threshold ? fmt::format("{:.3f}", *row.threshold) : "");
  }
  const IntentScore sum = sum_of(rows);
  fmt::print("{}: {:.1f} % of {} right, {:.1f} % abstained from, {:.1f} % mistaken\n", what,
             percent(sum.right, sum.texts), sum.texts, percent(sum.abstained, sum.texts),
             percent(sum.mistaken(), sum.texts));
}

void write_row(json::Writer& writer, const Row& row) {
  writer.begin_object().member("name", row.name);
  writer.member("texts", row.score.texts).member("right", row.score.right);
  writer.member("abstained", row.score.abstained).member("mistaken", row.score.mistaken());
  writer.member("taken", row.score.taken);
  if (row.threshold) writer.key("threshold").raw(fmt::format("{:.4f}", *row.threshold));
  writer.end_object();
}

void print_json(const std::vector<Row>& rows, std::string_view file) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("file", file).key("intents").begin_array();
  for (const Row& row : rows) write_row(writer, row);
  writer.end_array().end_object();
  fmt::print("{}\n", out);
}

// A line that is written over, where somebody looks at it.
intent::Progress progress_on_terminal() {
  if (::isatty(STDERR_FILENO) == 0) return {};
  return [](std::size_t done, std::size_t all) {
    fmt::print(stderr, "\rtraining {:3} %{}", 100 * done / all, done == all ? "\r\x1b[K" : "");
    std::fflush(stderr);
  };
}

}  // namespace

int train_intents(const TrainOptions& options) {
  const auto texts = read_texts(options.texts);
  if (!texts) return tell(texts.error().detail, options.texts);
  const auto embedder = make_embedder(options.embeddings);
  if (!embedder) return tell(embedder.error().detail);
  const intent::Training training{.epochs = options.epochs,
                                  .folds = options.folds,
                                  .seed = options.seed,
                                  .progress = progress_on_terminal()};
  const auto trained = intent::train(*texts, **embedder, training);
  if (!trained) return tell(trained.error().detail, options.texts);
  const std::string content = intent::write_weights(trained->weights);
  if (const auto written = write_file(options.out, content); !written) {
    return tell(written.error().detail, options.out);
  }
  const auto rows =
      make_rows(trained->weights.intents, trained->weights.thresholds, trained->held_out);
  if (options.json) {
    print_json(rows, options.out);
    return kExitOk;
  }
  print_table(rows, "held out");
  fmt::print("wrote {} ({} KiB)\n", options.out, (content.size() + 1023) / 1024);
  return kExitOk;
}

int evaluate_intents(const EvaluateOptions& options) {
  auto weights = intent::open_weights(options.trained);
  if (!weights) return tell(weights.error().detail);
  const auto embedder = make_embedder(options.embeddings);
  if (!embedder) return tell(embedder.error().detail);
  if ((*embedder)->id() != weights->embedder) {
    return tell(fmt::format("was trained with the embeddings {}, not {}", weights->embedder,
                            (*embedder)->id()),
                options.trained);
  }
  const auto texts = read_texts(options.texts);
  if (!texts) return tell(texts.error().detail, options.texts);
  const auto thresholds = weights->thresholds;
  const intent::LinearModel model(std::move(*weights), **embedder);
  const auto rows = make_rows(model.intents(), thresholds, intent::evaluate(model, *texts));
  if (options.json) {
    print_json(rows, options.trained);
  } else {
    print_table(rows, "these texts");
  }
  return kExitOk;
}

}  // namespace tidegate::app
