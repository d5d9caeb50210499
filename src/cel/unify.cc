#include "cel/unify.h"

#include <fmt/format.h>

#include <algorithm>

namespace tidegate::cel {
namespace {

bool may_be_null(const Type& type) {
  return type.is(TypeKind::kNull) || type.is(TypeKind::kTimestamp) ||
         type.is(TypeKind::kDuration) || type.is(TypeKind::kOptional) || type.is(TypeKind::kOpaque);
}

// The parameter of a signature that takes any number.
bool takes(const Type& wanted, const Type& given) {
  return wanted.is(TypeKind::kOpaque) && wanted.name() == "@number" &&
         (given.is(TypeKind::kInt) || given.is(TypeKind::kUint) || given.is(TypeKind::kDouble));
}

bool is_less_specific(const Type& left, const Type& right) {
  const auto is_open = [](const Type& type) {
    return type.is(TypeKind::kDyn) || type.is(TypeKind::kVariable);
  };
  if (is_open(left)) return true;
  if (is_open(right) || left.kind() != right.kind() || left.name() != right.name()) return false;
  return std::ranges::equal(left.parameters(), right.parameters(), is_less_specific);
}

}  // namespace

Type most_general(const Type& left, const Type& right) {
  if (right.is(TypeKind::kNull)) return left;
  if (left.is(TypeKind::kTypeType) && right.is(TypeKind::kTypeType)) {
    return left == right ? left : Type::type_of(Type());
  }
  const auto& parameters = left.parameters();
  if (left.kind() != right.kind() || parameters.size() != right.parameters().size()) {
    return is_less_specific(left, right) ? left : right;
  }
  if (parameters.empty()) return is_less_specific(left, right) ? left : right;
  std::vector<Type> general;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    general.push_back(most_general(parameters[i], right.parameter(i)));
  }
  return left.with_parameters(std::move(general));
}

Type Unifier::make_variable() { return Type::variable(fmt::format("~{}", next_variable_++)); }

Type Unifier::substitute(const Type& type) const {
  if (type.is(TypeKind::kVariable)) {
    const auto found = bound_.find(type.name());
    return found == bound_.end() ? type : substitute(found->second);
  }
  if (type.parameters().empty()) return type;
  std::vector<Type> parameters;
  for (const auto& parameter : type.parameters()) parameters.push_back(substitute(parameter));
  return type.with_parameters(std::move(parameters));
}

Type Unifier::finish(const Type& type) const {
  const Type whole = substitute(type);
  if (whole.is(TypeKind::kVariable)) return Type();
  if (whole.parameters().empty()) return whole;
  std::vector<Type> parameters;
  for (const auto& parameter : whole.parameters()) parameters.push_back(finish(parameter));
  return whole.with_parameters(std::move(parameters));
}

Type Unifier::instantiate(const Type& type, std::map<std::string, Type>& fresh) {
  if (type.is(TypeKind::kVariable)) {
    const auto found = fresh.find(type.name());
    if (found != fresh.end()) return found->second;
    return fresh.emplace(type.name(), make_variable()).first->second;
  }
  if (type.parameters().empty()) return type;
  std::vector<Type> parameters;
  for (const auto& parameter : type.parameters()) {
    parameters.push_back(instantiate(parameter, fresh));
  }
  return type.with_parameters(std::move(parameters));
}

bool Unifier::refers_to(const Type& type, const Type& variable) const {
  if (type.is(TypeKind::kVariable)) {
    if (type.name() == variable.name()) return true;
    const auto found = bound_.find(type.name());
    return found != bound_.end() && refers_to(found->second, variable);
  }
  return std::ranges::any_of(type.parameters(),
                             [&](const Type& parameter) { return refers_to(parameter, variable); });
}

Unifier::Substitution Unifier::bind(const Type& variable, const Type& type) {
  if (variable == type) return {true, true};
  if (const auto found = bound_.find(variable.name()); found != bound_.end()) {
    const Type before = found->second;
    if (type == before) return {true, true};
    if (!assign_inside(type, before)) return {false, true};
    const Type general = most_general(type, before);
    if (!refers_to(general, variable)) set(variable.name(), general);
    return {true, true};
  }
  if (refers_to(type, variable)) return {false, false};
  set(variable.name(), type);
  return {true, false};
}

bool Unifier::assign_inside(const Type& left, const Type& right) {
  if (right.is(TypeKind::kVariable)) {
    const auto tried = bind(right, left);
    if (tried.valid) return true;
    if (tried.bound) return false;
  }
  if (left.is(TypeKind::kVariable)) return bind(left, right).valid;
  if (left.is(TypeKind::kDyn) || right.is(TypeKind::kDyn)) return true;
  if (takes(left, right)) return true;
  if (left.is(TypeKind::kNull)) return may_be_null(right);
  if (right.is(TypeKind::kNull)) return may_be_null(left);
  if (left.kind() != right.kind() || left.name() != right.name()) return false;
  if (left.is(TypeKind::kTypeType)) {
    // Any two types may be compared; what one is a type of is learnt when both say so.
    if (!left.parameters().empty() && !right.parameters().empty()) {
      assign_inside(left.parameter(0), right.parameter(0));
    }
    return true;
  }
  return std::ranges::equal(
      left.parameters(), right.parameters(),
      [this](const Type& one, const Type& other) { return assign_inside(one, other); });
}

bool Unifier::assign(const Type& wanted, const Type& given) {
  return assign_all({&wanted, 1}, {&given, 1});
}

bool Unifier::assign_all(std::span<const Type> wanted, std::span<const Type> given) {
  if (wanted.size() != given.size()) return false;
  changes_.clear();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!assign_inside(wanted[i], given[i])) {
      undo();
      return false;
    }
  }
  return true;
}

void Unifier::set(const std::string& name, const Type& type) {
  const auto [at, added] = bound_.try_emplace(name, type);
  changes_.emplace_back(name, added ? std::nullopt : std::optional<Type>(at->second));
  if (!added) at->second = type;
}

void Unifier::undo() {
  while (!changes_.empty()) {
    const auto& [name, before] = changes_.back();
    if (before) {
      bound_.insert_or_assign(name, *before);
    } else {
      bound_.erase(name);
    }
    changes_.pop_back();
  }
}

}  // namespace tidegate::cel
