#include "processors/embeddings_call.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <utility>

#include "json/cursor.h"
#include "json/pointer.h"
#include "json/scan.h"
#include "json/value.h"
#include "json/writer.h"

namespace tidegate::processors {
namespace {

std::unexpected<Error> wrong(std::string_view detail) {
  return fail(ErrorCode::kMalformed, Origin::kUpstream,
              "the answer of the embeddings backend: " + std::string(detail));
}

Result<Vector> parse_vector(std::string_view list) {
  Vector vector;
  json::ArrayCursor numbers(list);
  while (const auto number = numbers.next()) {
    float value = 0;
    const char* end = number->data() + number->size();
    const auto parsed = std::from_chars(number->data(), end, value);
    if (parsed.ec != std::errc() || parsed.ptr != end || !std::isfinite(value)) {
      return wrong("the vector has something else than numbers");
    }
    vector.push_back(value);
    if (vector.size() > kMaxDimension) return wrong("the vector is too long");
  }
  if (vector.empty()) return wrong("the vector is empty");
  embed::normalize(vector);
  return vector;
}

}  // namespace

std::string format_embeddings_request(std::string_view model, std::uint64_t dimensions,
                                      std::span<const std::string_view> texts) {
  std::string body;
  json::Writer writer(body);
  writer.begin_object().member("model", model).key("input");
  if (texts.size() == 1) {
    writer.string(texts.front());
  } else {
    writer.begin_array();
    for (const std::string_view text : texts) writer.string(text);
    writer.end_array();
  }
  if (dimensions > 0) writer.member("dimensions", dimensions);
  writer.member("encoding_format", "float").end_object();
  return body;
}

Result<std::string_view> parse_embedding(std::string_view body) {
  const auto range = json::validate(body, Origin::kUpstream);
  if (!range) return wrong(range.error().detail);
  static const auto kPlace = json::Pointer::parse("/data/0/embedding");
  const auto vector = kPlace->find(range->of(body));
  if (!vector || !json::is_array(*vector)) return wrong("there is no vector");
  std::size_t count = 0;
  json::ArrayCursor numbers(*vector);
  while (const auto number = numbers.next()) {
    if (!json::is_number(*number)) return wrong("the vector has something else than numbers");
    if (++count > kMaxDimension) return wrong("the vector is too long");
  }
  if (count == 0) return wrong("the vector is empty");
  return *vector;
}

Result<std::vector<Vector>> parse_embeddings(std::string_view body, std::size_t count) {
  const auto range = json::validate(body, Origin::kUpstream);
  if (!range) return wrong(range.error().detail);
  const auto data = json::find_member(range->of(body), "data");
  if (!data || !json::is_array(*data)) return wrong("there are no vectors");
  std::vector<Vector> vectors(count);
  std::size_t position = 0;
  json::ArrayCursor items(*data);
  while (const auto item = items.next()) {
    // By their index where they have one, since nobody promises an order.
    const auto index = json::find_member(*item, "index");
    const auto place = index ? json::parse_uint(*index) : std::optional<std::uint64_t>(position);
    ++position;
    if (!place || *place >= count || !vectors[*place].empty()) return wrong("a vector too many");
    const auto list = json::find_member(*item, "embedding");
    if (!list || !json::is_array(*list)) return wrong("there is no vector");
    TIDEGATE_TRY(vector, parse_vector(*list));
    vectors[*place] = std::move(vector);
  }
  for (const Vector& vector : vectors) {
    if (vector.empty()) return wrong("a vector is missing");
    if (vector.size() != vectors.front().size()) return wrong("vectors of several dimensions");
  }
  return vectors;
}

async::Task<Result<std::vector<Vector>>> embed_texts(pipeline::Turn& turn, const Embeddings& choice,
                                                     std::span<const std::string_view> texts) {
  constexpr std::uint16_t kOk = 200;
  constexpr std::size_t kMaxAnswerBytes = 16 * 1024 * 1024;
  pipeline::CallRequest request(choice.path,
                                format_embeddings_request(choice.model, choice.dimensions, texts));
  request.timeout = choice.timeout;
  request.max_answer_bytes = kMaxAnswerBytes;
  auto answer = co_await turn.caller.call(turn.spec.backend, std::move(request), turn.cancel);
  if (!answer) co_return std::unexpected(std::move(answer).error());
  if (answer->head.status != kOk) {
    co_return wrong(fmt::format("status {}", answer->head.status));
  }
  co_return parse_embeddings(answer->body, texts.size());
}

}  // namespace tidegate::processors
