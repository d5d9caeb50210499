// What an expression may name: variables with their types, functions, and the container in which
// short names are looked up. The standard library is always there.
//
// A host makes one environment for all expressions of a kind and keeps it while it compiles; a
// Program needs it no more.
// Thread: immutable once declared; compile() may then be called from any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cel/function.h"
#include "cel/type.h"
#include "cel/value.h"

namespace tidegate::cel {

// Names a variable to an Activation: the position of its declaration.
using VariableId = std::uint32_t;

struct Variable {
  std::string name;
  Type type;
  // Elements, entries or bytes that it may have at most, for the estimate of cost.
  std::size_t max_size = 0;
};

class Environment {
 public:
  Environment();

  // "a.b": a name x means a.b.x, a.x or x, the first that is declared.
  void set_container(std::string container) { container_ = std::move(container); }
  // Names may have dots: "request.path" is one variable, fetched alone. A name that is declared
  // again is another variable, which hides the first.
  VariableId add_variable(std::string name, Type type, std::size_t max_size = 1024);
  // A function of the host, by signatures as parse_overload() reads them, separated by ';'.
  void add_function(const FunctionRow& row);

  const std::string& container() const { return container_; }
  const Variable& variable(VariableId id) const { return variables_[id]; }
  std::optional<VariableId> find_variable(std::string_view name) const;
  const Function* find_function(std::string_view name) const;
  // The type that a name stands for as a value: "int", "google.protobuf.Timestamp".
  std::optional<Value> find_type(std::string_view name) const;

  // The names that `name` may mean, in the order to try: container first. With a leading dot only
  // itself.
  std::vector<std::string> candidates(std::string_view name, bool has_leading_dot) const;

 private:
  std::string container_;
  std::vector<Variable> variables_;
  std::map<std::string, VariableId, std::less<>> variable_ids_;
  std::map<std::string, Function, std::less<>> functions_;
};

}  // namespace tidegate::cel
