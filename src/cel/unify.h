// Type variables of one check and what they stand for.
// Source: cel-go's checker (isAssignable, mostGeneral), whose deductions the specification's cases
// expect.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cel/type.h"

namespace tidegate::cel {

class Unifier {
 public:
  // A variable that nothing binds yet.
  Type make_variable();
  // Whether a value of `given` may stand where `wanted` is asked for; binds variables of both when
  // so and leaves them alone otherwise.
  bool assign(const Type& wanted, const Type& given);
  // All of them, or none is bound.
  bool assign_all(std::span<const Type> wanted, std::span<const Type> given);
  // The type with variables replaced by what they are bound to.
  Type substitute(const Type& type) const;
  // The same, and what is still free is dyn.
  Type finish(const Type& type) const;
  // The signature's own variables replaced by new ones, the same for the same.
  Type instantiate(const Type& type, std::map<std::string, Type>& fresh);

 private:
  bool assign_inside(const Type& left, const Type& right);
  // Whether it is valid, and whether the variable was bound before.
  struct Substitution {
    bool valid;
    bool bound;
  };
  Substitution bind(const Type& variable, const Type& type);
  bool refers_to(const Type& type, const Type& variable) const;
  void set(const std::string& name, const Type& type);
  void undo();

  std::map<std::string, Type> bound_;
  // What assign_all() has bound so far, and what stood there before.
  std::vector<std::pair<std::string, std::optional<Type>>> changes_;
  std::uint32_t next_variable_ = 0;
};

// The more general of two types that may stand for one another.
Type most_general(const Type& left, const Type& right);

}  // namespace tidegate::cel
