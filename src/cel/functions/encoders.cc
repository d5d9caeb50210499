// The encoders extension.
// Source: cel-go ext, "Encoders".
#include <string>

#include "base/base64.h"
#include "cel/functions/library.h"

namespace tidegate::cel {
namespace {

using Arguments = std::span<const Value>;

Value encode(CallContext& context, Arguments arguments) {
  if (arguments.size() != 1 || !arguments[0].is(Kind::kBytes)) return context.no_overload();
  context.charge_bytes(2 * arguments[0].as_text().size());
  if (context.over_budget()) return Value();
  std::string made;
  append_base64(made, arguments[0].as_text());
  return Value::string(context.arena().copy(made));
}

Value decode(CallContext& context, Arguments arguments) {
  if (arguments.size() != 1 || !arguments[0].is(Kind::kString)) return context.no_overload();
  context.charge_bytes(2 * arguments[0].as_text().size());
  if (context.over_budget()) return Value();
  const auto made = parse_base64(arguments[0].as_text());
  if (!made) return context.fail("malformed base64");
  return Value::bytes(context.arena().copy(*made));
}

constexpr FunctionRow kRows[] = {
    {"base64.encode", "(bytes) -> string", encode},
    {"base64.decode", "(string) -> bytes", decode},
};

}  // namespace

std::span<const FunctionRow> encoder_rows() { return kRows; }

}  // namespace tidegate::cel
