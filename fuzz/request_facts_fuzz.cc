// Any bytes as a request body of any call: facts or an error, and the edits made from facts are
// JSON that reads back as intended.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "json/scan.h"
#include "llm/request_facts.h"
#include "llm/request_splice.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidegate;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  llm::find_operation("POST", text);
  const auto dialect = data[0] % 2 == 0 ? llm::Dialect::kOpenAi : llm::Dialect::kAnthropic;
  const llm::Call call{dialect, static_cast<llm::Operation>(data[0] / 2 % 9)};
  Arena arena;
  const auto facts = llm::parse_request_facts(call, "application/json", text, arena);
  if (!facts) {
    require(!facts.error().detail.empty());
    return 0;
  }
  json::Edit edit(text);
  if (llm::must_ask_for_usage(*facts)) llm::ask_for_usage(edit, text, *facts, arena);
  if (!facts->model.empty()) llm::rename_model(edit, *facts, "upstream", arena);
  const auto edited = edit.to_string();
  const auto again = llm::parse_request_facts(call, "application/json", edited, arena);
  require(again.has_value());
  require(!llm::must_ask_for_usage(*again));
  require(facts->model.empty() == again->model.empty());
  require(again->model.empty() || again->model == "upstream");
  require(again->stream == facts->stream && again->choices == facts->choices);
  return 0;
}
