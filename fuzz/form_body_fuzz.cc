// Any target and body, looked at by all rules: a form, JSON and text, by the first byte.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "guard/rule_file.h"
#include "waf/body.h"
#include "waf/engine.h"
#include "waf/normal.h"

namespace {

using namespace tidegate;

void require(bool condition) {
  if (!condition) std::abort();
}

const waf::Engine& engine() {
  static const auto made = [] {
    waf::Settings settings;
    settings.policy.paranoia = 4;
    return waf::Engine::make({*guard::builtin_web_rules()}, settings);
  }();
  require(made.has_value());
  return *made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  static constexpr std::string_view kTypes[] = {"application/x-www-form-urlencoded",
                                                "application/json", "text/plain"};
  Arena arena;
  http::RequestHead request(arena);
  request.method = "POST";
  request.target = text;
  request.fields.add("Content-Type", kTypes[data[0] % 3]);
  request.fields.add("Cookie", text);
  waf::Parts parts;
  waf::read_head(request, arena, parts);
  waf::read_body(request, text, arena, parts);
  require(parts.parts.size() <= waf::kMaxParts);
  for (const auto& one : parts.parts)
    require(one.value.size() <= size || one.channel == guard::Channel::kHeader);
  std::vector<guard::Hit> hits;
  if (engine().look(parts, hits)) guard::add_up(hits, engine().policy());
  for (const auto form : {guard::Form::kSql, guard::Form::kShell, guard::Form::kPath}) {
    std::string out;
    waf::to_form(form, text, out);
    require(out.size() <= text.size());
  }
  return 0;
}
