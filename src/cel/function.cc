#include "cel/function.h"

namespace tidegate::cel {
namespace {

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// Cuts "A, list(A), int" at its outer commas.
std::vector<std::string_view> split_parameters(std::string_view text) {
  std::vector<std::string_view> parts;
  int depth = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')') --depth;
    if (text[i] != ',' || depth > 0) continue;
    parts.push_back(trim(text.substr(start, i - start)));
    start = i + 1;
  }
  if (const auto last = trim(text.substr(start)); !last.empty()) parts.push_back(last);
  return parts;
}

}  // namespace

Value CallContext::fail_with(std::string_view message) const {
  return Value::error(arena_.concat({message, std::string_view("\0", 1)}).data(), offset_);
}

Overload parse_overload(std::string_view signature) {
  Overload overload;
  signature = trim(signature);
  if (signature.starts_with("else ")) {
    overload.is_fallback = true;
    signature.remove_prefix(5);
  }
  const auto arrow = signature.find("->");
  overload.result = parse_type(trim(signature.substr(arrow + 2)));
  auto head = trim(signature.substr(0, arrow));
  if (const auto dot = head.find(".("); dot != std::string_view::npos) {
    overload.is_method = true;
    overload.parameters.push_back(parse_type(head.substr(0, dot)));
    head.remove_prefix(dot + 1);
  }
  for (auto part : split_parameters(head.substr(1, head.size() - 2))) {
    if (part.ends_with("...")) {
      overload.is_variadic = true;
      part.remove_suffix(3);
    }
    overload.parameters.push_back(parse_type(part));
  }
  return overload;
}

}  // namespace tidegate::cel
