#include "processors/retrieval/embeddings_call.h"

#include "json/cursor.h"
#include "json/pointer.h"
#include "json/scan.h"
#include "json/value.h"
#include "json/writer.h"

namespace tidegate::processors::retrieval {
namespace {

std::unexpected<Error> wrong(std::string_view detail) {
  return fail(ErrorCode::kMalformed, Origin::kUpstream,
              "the answer of the embeddings backend: " + std::string(detail));
}

}  // namespace

std::string format_embeddings_request(std::string_view model, std::string_view question) {
  std::string body;
  json::Writer writer(body);
  writer.begin_object().member("model", model).member("input", question);
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

}  // namespace tidegate::processors::retrieval
