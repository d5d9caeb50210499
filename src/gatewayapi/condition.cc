#include "gatewayapi/condition.h"

#include <utility>

namespace tidegate::gatewayapi {

std::string_view to_string(ConditionStatus status) {
  switch (status) {
    case ConditionStatus::kTrue:
      return "True";
    case ConditionStatus::kFalse:
      return "False";
    case ConditionStatus::kUnknown:
      return "Unknown";
  }
  return "Unknown";
}

Condition holds(std::string_view type, std::string_view reason, std::int64_t generation,
                std::string message) {
  return {type, ConditionStatus::kTrue, reason, std::move(message), generation};
}

Condition fails(std::string_view type, const Problem& problem, std::int64_t generation) {
  return {type, ConditionStatus::kFalse, problem.reason, problem.message, generation};
}

Condition judge(std::string_view type, std::string_view good_reason,
                const std::optional<Problem>& problem, std::int64_t generation) {
  return problem ? fails(type, *problem, generation) : holds(type, good_reason, generation);
}

const Condition* find_condition(std::span<const Condition> conditions, std::string_view type) {
  for (const Condition& condition : conditions) {
    if (condition.type == type) return &condition;
  }
  return nullptr;
}

std::string_view message_of(const Condition& condition) {
  struct Text {
    std::string_view reason;
    std::string_view sentence;
  };
  static constexpr Text kTexts[] = {
      {Reason::kAccepted, "Accepted"},
      {Reason::kProgrammed, "The data plane has this configuration"},
      {Reason::kResolvedRefs, "All references are resolved"},
      {Reason::kNoConflicts, "No conflicts"},
      {Reason::kSupportedVersion, "The installed Gateway API version is supported"},
      {Reason::kNotAllowedByListeners, "No listener of this parent allows the route"},
      {Reason::kNoMatchingListenerHostname, "No listener's hostname matches the route's hostnames"},
      {Reason::kNoMatchingParent, "No listener matches the parentRef"},
      {Reason::kListenersNotValid, "Some listeners are not valid"},
  };
  if (!condition.message.empty()) return condition.message;
  for (const Text& text : kTexts) {
    if (text.reason == condition.reason) return text.sentence;
  }
  return condition.reason;
}

}  // namespace tidegate::gatewayapi
