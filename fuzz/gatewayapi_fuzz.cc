// YAML to resources to Document and statuses: never crashes, every condition is complete, and a
// compile that reuses another's results says what a compile afresh says.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/check.h"
#include "decode/decode.h"
#include "gatewayapi/compile.h"
#include "gatewayapi/status_format.h"
#include "yaml/parse.h"
#include "yaml/split.h"

namespace {

using namespace tidegate;

std::vector<decode::AnyObject> decode_all(std::string_view text) {
  const decode::Options options{std::make_shared<const std::string>("fuzz"),
                                decode::UnknownFields::kError};
  std::vector<decode::AnyObject> objects;
  std::vector<resource::Problem> problems;
  for (const auto& document : yaml::split_documents(text)) {
    Arena arena;
    const auto parsed = yaml::parse_yaml(document.text, arena, document.first_line);
    if (parsed.root != nullptr) decode::decode_document(*parsed.root, options, objects, problems);
  }
  return objects;
}

// Every `step`th object, from `first` on.
resource::ResourceSet choose(const std::vector<decode::AnyObject>& objects, std::size_t first,
                             std::size_t step) {
  resource::ResourceSet set;
  for (std::size_t i = first; i < objects.size(); i += step) decode::add_to(set, objects[i]);
  return set;
}

void check_same(const config::Document& a, const config::Document& b) {
  TIDEGATE_CHECK(a.listeners.size() == b.listeners.size());
  TIDEGATE_CHECK(a.backends.size() == b.backends.size());
  for (std::size_t i = 0; i < a.listeners.size(); ++i) {
    TIDEGATE_CHECK(a.listeners[i].id == b.listeners[i].id);
    TIDEGATE_CHECK(std::ranges::equal(a.listeners[i].http_routes, b.listeners[i].http_routes,
                                      [](const auto& x, const auto& y) {
                                        return x->id == y->id && x->hostnames == y->hostnames;
                                      }));
  }
}

void check_conditions(const gatewayapi::Statuses& statuses) {
  for (const auto& route : statuses.routes) {
    for (const auto& parent : route->parents) {
      TIDEGATE_CHECK(gatewayapi::find_condition(parent.conditions, "Accepted") != nullptr);
      TIDEGATE_CHECK(gatewayapi::find_condition(parent.conditions, "ResolvedRefs") != nullptr);
    }
  }
  for (const auto& gateway : statuses.gateways) {
    TIDEGATE_CHECK(gateway.conditions.size() >= 3 && gateway.conditions.size() <= 8);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto objects = decode_all(text);
  gatewayapi::CompileOptions options;
  options.default_class = "tidegate";
  gatewayapi::Compilation last = gatewayapi::compile(choose(objects, 0, 1), options, nullptr);
  check_conditions(last.statuses());
  for (std::size_t step = 2; step < 4; ++step) {
    for (std::size_t first = 0; first < step; ++first) {
      const auto set = choose(objects, first, step);
      last = gatewayapi::compile(set, options, &last);
      const auto afresh = gatewayapi::compile(set, options, nullptr);
      TIDEGATE_CHECK(gatewayapi::format_json(last) == gatewayapi::format_json(afresh));
      check_same(*last.document, *afresh.document);
    }
  }
  return 0;
}
