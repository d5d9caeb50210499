#include "cel/environment.h"

#include <algorithm>
#include <array>

#include "cel/functions/library.h"

namespace tidegate::cel {
namespace {

constexpr std::array<std::string_view, 13> kTypeNames = {"bool",
                                                         "int",
                                                         "uint",
                                                         "double",
                                                         "string",
                                                         "bytes",
                                                         "list",
                                                         "map",
                                                         "type",
                                                         "null_type",
                                                         "optional_type",
                                                         "google.protobuf.Timestamp",
                                                         "google.protobuf.Duration"};

}  // namespace

Environment::Environment() {
  for (const auto rows :
       {operator_rows(), conversion_rows(), text_rows(), time_rows(), optional_rows(),
        string_rows(), list_rows(), set_rows(), math_rows(), encoder_rows(), network_rows()}) {
    for (const auto& row : rows) add_function(row);
  }
}

VariableId Environment::add_variable(std::string name, Type type, std::size_t max_size) {
  const auto id = static_cast<VariableId>(variables_.size());
  variable_ids_.insert_or_assign(name, id);
  variables_.push_back({std::move(name), std::move(type), max_size});
  return id;
}

void Environment::add_function(const FunctionRow& row) {
  auto [at, added] = functions_.try_emplace(std::string(row.name));
  Function& function = at->second;
  if (added) {
    function.name = row.name;
    function.body = row.body;
    function.op = row.op;
  }
  auto rest = row.signatures;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(';'), rest.size());
    function.overloads.push_back(parse_overload(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

std::optional<VariableId> Environment::find_variable(std::string_view name) const {
  const auto found = variable_ids_.find(name);
  if (found == variable_ids_.end()) return std::nullopt;
  return found->second;
}

const Function* Environment::find_function(std::string_view name) const {
  const auto found = functions_.find(name);
  return found == functions_.end() ? nullptr : &found->second;
}

std::optional<Value> Environment::find_type(std::string_view name) const {
  for (const auto known : kTypeNames) {
    if (known == name) return Value::type(known);
  }
  for (const auto known : network_type_names()) {
    if (known == name) return Value::type(known);
  }
  return std::nullopt;
}

std::vector<std::string> Environment::candidates(std::string_view name,
                                                 bool has_leading_dot) const {
  std::vector<std::string> names;
  std::string_view prefix = has_leading_dot ? std::string_view() : container_;
  while (!prefix.empty()) {
    names.push_back(std::string(prefix) + '.' + std::string(name));
    const auto dot = prefix.rfind('.');
    prefix = dot == std::string_view::npos ? std::string_view() : prefix.substr(0, dot);
  }
  names.emplace_back(name);
  return names;
}

}  // namespace tidegate::cel
