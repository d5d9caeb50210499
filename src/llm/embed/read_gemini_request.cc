#include <fmt/format.h>

#include "json/cursor.h"
#include "json/value.h"
#include "llm/embed/request.h"

namespace tidegate::llm {
namespace {

using json::unquote;

std::unexpected<Error> refuse(std::string_view name, std::string_view what) {
  return fail(ErrorCode::kMalformed, Origin::kDownstream, fmt::format("'{}' {}", name, what));
}
std::unexpected<Error> unsupported(std::string_view name, std::string_view what) {
  return fail(ErrorCode::kUnsupported, Origin::kDownstream, fmt::format("'{}' {}", name, what));
}

class GeminiReader {
 public:
  explicit GeminiReader(EmbedRequest& request) : request_(request) {}

  // One request of the batch, or the only one; `where` ends with a dot or is empty.
  Result<void> read(std::string_view object, const std::string& where) {
    if (!json::is_object(object)) return refuse(where + "content", "is missing");
    Said said;
    bool content = false;
    json::ObjectCursor cursor(object);
    while (const auto item = cursor.next()) {
      const auto& [name, value] = *item;
      if (name == "content") {
        content = true;
        TIDEGATE_TRY_VOID(read_content(value, where));
      } else if (name == "taskType") {
        said.task = unquote(value);
      } else if (name == "outputDimensionality") {
        said.dimensions = json::parse_uint(value);
        if (!said.dimensions)
          return refuse(where + "outputDimensionality", "must be a whole number");
      } else if (name != "model") {
        note_unknown(name, value);
      }
    }
    if (!content) return refuse(where + "content", "is missing");
    return take(said, where);
  }

 private:
  struct Said {
    std::string_view task;
    std::optional<std::uint64_t> dimensions;
    friend bool operator==(const Said&, const Said&) = default;
  };

  Result<void> read_content(std::string_view content, const std::string& where) {
    json::ArrayCursor parts(json::find_member(content, "parts").value_or(""));
    const auto only = parts.next();
    const auto text = only ? json::find_member(*only, "text").value_or("") : std::string_view();
    if (!json::is_string(text) || parts.next()) {
      return unsupported(where + "content.parts",
                         "must be one text where another provider answers");
    }
    request_.texts.push_back({unquote(text)});
    return {};
  }

  // Other providers take one purpose and one dimension for all texts of a call.
  Result<void> take(const Said& said, const std::string& where) {
    if (request_.texts.size() > 1) {
      if (said == first_) return {};
      return unsupported(where + (said.task == first_.task ? "outputDimensionality" : "taskType"),
                         "must be the same for all texts where another provider answers");
    }
    first_ = said;
    request_.dimensions = said.dimensions;
    request_.purpose = {purpose_of_task(said.task)};
    if (request_.purpose.empty() && !said.task.empty()) note_unknown("taskType", said.task);
    return {};
  }

  void note_unknown(std::string_view name, std::string_view value) {
    request_.unknown.push_back({name, value});
  }

  EmbedRequest& request_;
  Said first_;
};

}  // namespace

Result<EmbedRequest> read_gemini_embed_request(std::string_view body) {
  EmbedRequest request;
  GeminiReader reader(request);
  const auto batch = json::find_member(body, "requests");
  request.one = !batch;
  if (request.one) {
    TIDEGATE_TRY_VOID(reader.read(body, ""));
    return request;
  }
  if (!json::is_array(*batch)) return refuse("requests", "must be an array");
  json::ArrayCursor cursor(*batch);
  for (std::size_t i = 0; const auto one = cursor.next(); ++i) {
    TIDEGATE_TRY_VOID(reader.read(*one, fmt::format("requests[{}].", i)));
  }
  if (request.texts.empty()) return refuse("requests", "must not be empty");
  return request;
}

}  // namespace tidegate::llm
