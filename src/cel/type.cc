#include "cel/type.h"

#include <array>
#include <utility>

namespace tidegate::cel {
namespace {

constexpr std::array<std::pair<std::string_view, TypeKind>, 11> kPlain = {{
    {"dyn", TypeKind::kDyn},
    {"null", TypeKind::kNull},
    {"bool", TypeKind::kBool},
    {"int", TypeKind::kInt},
    {"uint", TypeKind::kUint},
    {"double", TypeKind::kDouble},
    {"string", TypeKind::kString},
    {"bytes", TypeKind::kBytes},
    {"timestamp", TypeKind::kTimestamp},
    {"duration", TypeKind::kDuration},
    {"type", TypeKind::kTypeType},
}};

std::string_view name_of(TypeKind kind) {
  for (const auto& [name, plain] : kPlain) {
    if (plain == kind) return name;
  }
  if (kind == TypeKind::kList) return "list";
  if (kind == TypeKind::kMap) return "map";
  return "optional";
}

struct TypeReader {
  std::string_view rest;

  void skip_blanks() {
    while (rest.starts_with(' ')) rest.remove_prefix(1);
  }

  std::string_view read_name() {
    skip_blanks();
    const auto name = rest.substr(0, rest.find_first_of("(), "));
    rest.remove_prefix(name.size());
    return name;
  }

  std::vector<Type> read_parameters() {
    std::vector<Type> parameters;
    if (!rest.starts_with('(')) return parameters;
    do {
      rest.remove_prefix(1);
      parameters.push_back(read());
      skip_blanks();
    } while (rest.starts_with(','));
    if (rest.starts_with(')')) rest.remove_prefix(1);
    return parameters;
  }

  Type read() {
    const auto name = read_name();
    auto parameters = read_parameters();
    if (name == "type" && parameters.size() == 1) return Type::type_of(parameters[0]);
    for (const auto& [plain, kind] : kPlain) {
      if (plain == name) return Type(kind);
    }
    if (name == "list" && parameters.size() == 1) return Type::list(parameters[0]);
    if (name == "map" && parameters.size() == 2) return Type::map(parameters[0], parameters[1]);
    if (name == "optional" && parameters.size() == 1) return Type::optional(parameters[0]);
    if (name.size() == 1) return Type::variable(std::string(name));
    return name.empty() ? Type() : Type::opaque(std::string(name));
  }
};

}  // namespace

std::string to_string(const Type& type) {
  if (!type.name().empty()) return type.name();
  std::string text(name_of(type.kind()));
  if (type.parameters().empty()) return text;
  text += '(';
  for (const auto& parameter : type.parameters()) {
    if (!text.ends_with('(')) text += ", ";
    text += to_string(parameter);
  }
  return text + ")";
}

Type parse_type(std::string_view text) { return TypeReader{text}.read(); }

}  // namespace tidegate::cel
