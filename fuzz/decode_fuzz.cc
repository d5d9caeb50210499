// Text to resources: never crashes; every refused object has a problem with a place; every accepted
// one has a name.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/check.h"
#include "decode/decode.h"
#include "resource/problem.h"
#include "yaml/parse.h"
#include "yaml/split.h"

namespace {

using namespace tidegate;

void decode_one(const yaml::Parsed& parsed, const decode::Options& options) {
  if (parsed.root == nullptr) return;
  std::vector<decode::AnyObject> objects;
  std::vector<resource::Problem> problems;
  decode::decode_document(*parsed.root, options, objects, problems);
  resource::ResourceSet set;
  for (const auto& object : objects) {
    TIDEGATE_CHECK(!decode::key_of(object).name.empty());
    TIDEGATE_CHECK(decode::source_of(object).line > 0);
    decode::add_to(set, object);
  }
  for (const auto& problem : problems) {
    TIDEGATE_CHECK(problem.line > 0 && problem.column > 0 && !problem.message.empty());
    TIDEGATE_CHECK(resource::format_problem(problem).find('\n') == std::string::npos);
  }
  TIDEGATE_CHECK(resource::format_problems_json(problems).starts_with('['));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const decode::Options options{std::make_shared<const std::string>("fuzz"),
                                decode::UnknownFields::kError};
  for (const auto& document : yaml::split_documents(text)) {
    Arena arena;
    decode_one(yaml::parse_yaml(document.text, arena, document.first_line), options);
  }
  Arena arena;
  decode_one(yaml::parse_json(text, arena), options);
  return 0;
}
