// Any text compiles or is refused, with and without types, and what compiles ends within its
// limits.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "cel/cel_fixture.h"
#include "cel/program.h"

namespace {

using namespace tidegate;
using namespace tidegate::cel;

void run(std::string_view source, const Environment& environment, bool check_types) {
  CompileOptions options;
  options.limits.max_source_bytes = 4096;
  options.check_types = check_types;
  options.blocks = check_types ? BlockMacros::kOff : BlockMacros::kOn;
  const auto program = compile(source, environment, options);
  if (!program) {
    TIDEGATE_CHECK(!program.error().message.empty());
    TIDEGATE_CHECK(program.error().position.line >= 1 && program.error().position.column >= 1);
    return;
  }
  const Request request;
  Arena arena;
  const EvaluationLimits limits{.max_cost = 20'000, .max_iterations = 2'000};
  const auto value = program->evaluate(request, arena, limits);
  // A step may make what it is charged for before the end is noticed.
  TIDEGATE_CHECK(arena.used() < 64u * 1024 * 1024);
  if (!value) {
    TIDEGATE_CHECK(!program->explain(value.error()).empty());
    return;
  }
  if (check_types && program->type().is(TypeKind::kBool)) {
    TIDEGATE_CHECK(value->is(Kind::kBool) || value->is(Kind::kUnknown));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Environment environment = make_environment();
  const std::string_view source(reinterpret_cast<const char*>(data), size);
  run(source, environment, /*check_types=*/true);
  run(source, environment, /*check_types=*/false);
  return 0;
}
