#include "intent/weights_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "digest/digest.h"
#include "embed/mapped_file.h"
#include "intent/labeled_texts.h"

namespace tidegate::intent {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they are");

constexpr std::string_view kMagic = "TIDEINT1";
constexpr std::size_t kHeaderBytes = 8 + sizeof(Sha256);
constexpr std::uint32_t kMaxDimension = 4096;

std::unexpected<Error> refuse(std::string_view why) {
  return fail(ErrorCode::kInvalidConfig, Origin::kInternal,
              fmt::format("trained intents: {}", why));
}

template <class T>
void put(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void put_text(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint16_t>(text.size()));
  out += text;
}

void put_floats(std::string& out, std::span<const float> values) {
  out.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
}

bool is_zero(float value) { return value == 0; }

// Takes values from the front. Once something is missing, everything is.
class Cutter {
 public:
  explicit Cutter(std::string_view rest) : rest_(rest) {}

  std::string_view take(std::size_t bytes) {
    if (bytes > rest_.size()) {
      good_ = false;
      rest_ = {};
      return {};
    }
    const auto taken = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return taken;
  }
  template <class T>
  T take() {
    T value{};
    const auto bytes = take(sizeof value);
    if (!bytes.empty()) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  std::string_view take_text() { return take(take<std::uint16_t>()); }
  // Whether all of them are there and are numbers.
  bool take_floats(std::span<float> out) {
    const auto bytes = take(out.size_bytes());
    if (!good_) return false;
    if (!bytes.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
    return std::ranges::all_of(out, [](float value) { return std::isfinite(value); });
  }
  bool good() const { return good_; }
  std::size_t left() const { return rest_.size(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

Result<void> read_intents(Cutter& cutter, std::size_t count, LinearWeights& out) {
  for (std::size_t at = 0; at < count; ++at) {
    out.intents.emplace_back(cutter.take_text());
    if (!is_intent_name(out.intents.back())) return refuse("the name of an intent is none");
    std::array<float, 1> threshold{};
    if (!cutter.take_floats(threshold)) return refuse("a threshold is no number");
    out.thresholds.push_back(threshold[0]);
  }
  const auto same = std::ranges::adjacent_find(out.intents, std::ranges::greater_equal());
  if (same != out.intents.end()) return refuse("its intents are in no order");
  return {};
}

Result<void> read_rows(Cutter& cutter, std::size_t rows, LinearWeights& out) {
  const std::size_t classes = out.classes();
  out.bias.resize(classes);
  out.vector.resize(out.dimension * classes);
  if (!cutter.take_floats(out.bias) || !cutter.take_floats(out.vector)) {
    return refuse("a weight is no number");
  }
  if (cutter.left() != rows * (classes + 1) * 4) return refuse("the file is cut, or too long");
  out.buckets.assign(kBuckets * classes, 0);
  std::uint32_t next = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    const auto bucket = cutter.take<std::uint32_t>();
    if (bucket < next || bucket >= kBuckets) return refuse("its features are in no order");
    next = bucket + 1;
    if (!cutter.take_floats(std::span(out.buckets).subspan(bucket * classes, classes))) {
      return refuse("a weight is no number");
    }
  }
  return {};
}

}  // namespace

std::string write_weights(const LinearWeights& weights) {
  const std::size_t classes = weights.classes();
  std::string rows;
  std::uint32_t count = 0;
  for (std::uint32_t bucket = 0; bucket < kBuckets; ++bucket) {
    const auto row = std::span(weights.buckets).subspan(bucket * classes, classes);
    if (std::ranges::all_of(row, is_zero)) continue;
    put(rows, bucket);
    put_floats(rows, row);
    ++count;
  }
  std::string content;
  put_text(content, weights.embedder);
  put(content, static_cast<std::uint32_t>(weights.dimension));
  put(content, static_cast<std::uint32_t>(weights.intents.size()));
  put(content, count);
  for (std::size_t intent = 0; intent < weights.intents.size(); ++intent) {
    put_text(content, weights.intents[intent]);
    put(content, weights.thresholds[intent]);
  }
  put_floats(content, weights.bias);
  put_floats(content, weights.vector);
  content += rows;
  const auto hash = sha256(content);
  std::string out(kMagic);
  out.append(hash.begin(), hash.end());
  return out + content;
}

Result<LinearWeights> read_weights(std::span<const std::byte> bytes, Verify verify) {
  const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!all.starts_with(kMagic) || all.size() < kHeaderBytes) {
    return refuse("this is no file of trained intents, or of another version");
  }
  const auto content = all.substr(kHeaderBytes);
  const auto hash = sha256(content);
  if (verify == Verify::kHash &&
      std::memcmp(hash.data(), all.data() + kMagic.size(), hash.size()) != 0) {
    return refuse("the file is damaged: its hash is another");
  }
  Cutter cutter(content);
  LinearWeights weights;
  weights.embedder = cutter.take_text();
  weights.dimension = cutter.take<std::uint32_t>();
  const std::size_t intents = cutter.take<std::uint32_t>();
  const std::size_t rows = cutter.take<std::uint32_t>();
  const bool is_sane = cutter.good() && weights.dimension >= 1 &&
                       weights.dimension <= kMaxDimension && intents >= 1 &&
                       intents <= kMaxIntents && rows <= kBuckets;
  if (!is_sane) return refuse("its sizes make no sense");
  TIDEGATE_TRY_VOID(read_intents(cutter, intents, weights));
  TIDEGATE_TRY_VOID(read_rows(cutter, rows, weights));
  return weights;
}

Result<LinearWeights> open_weights(const std::string& path) {
  TIDEGATE_TRY(file, embed::MappedFile::open(path));
  auto weights = read_weights(file.bytes());
  if (!weights) {
    weights.error().detail = fmt::format("{}: {}", path, weights.error().detail);
  }
  return weights;
}

}  // namespace tidegate::intent
