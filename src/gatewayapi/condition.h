// One condition of a resource's status, and the words that conditions are made of.
//
// Neutral to JSON and YAML: whoever writes status adds lastTransitionTime, which needs the old
// status. Source: Gateway API v1.6.1, the *ConditionType and *ConditionReason constants of apis/v1.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tidegate::gatewayapi {

enum class ConditionStatus : std::uint8_t { kTrue, kFalse, kUnknown };
std::string_view to_string(ConditionStatus status);

// `type` and `reason` point to the constants below.
struct Condition {
  std::string_view type;
  ConditionStatus status = ConditionStatus::kUnknown;
  std::string_view reason;
  std::string message;  // empty: message_of() has a text for the reason
  std::int64_t observed_generation = 0;
  friend bool operator==(const Condition&, const Condition&) = default;
};

// Why something is not as it should be: what a condition with status False will say.
struct Problem {
  std::string_view reason;
  std::string message;
  friend bool operator==(const Problem&, const Problem&) = default;
};

struct ConditionType {
  static constexpr std::string_view kAccepted = "Accepted";
  static constexpr std::string_view kConflicted = "Conflicted";
  static constexpr std::string_view kInsecureFrontendValidationMode =
      "InsecureFrontendValidationMode";
  static constexpr std::string_view kOverlappingTlsConfig = "OverlappingTLSConfig";
  static constexpr std::string_view kPartiallyInvalid = "PartiallyInvalid";
  static constexpr std::string_view kProgrammed = "Programmed";
  static constexpr std::string_view kResolvedRefs = "ResolvedRefs";
  static constexpr std::string_view kSupportedVersion = "SupportedVersion";
};

struct Reason {
  static constexpr std::string_view kAccepted = "Accepted";
  static constexpr std::string_view kAddressNotAssigned = "AddressNotAssigned";
  static constexpr std::string_view kAddressNotUsable = "AddressNotUsable";
  static constexpr std::string_view kBackendNotFound = "BackendNotFound";
  static constexpr std::string_view kConfigurationChanged = "ConfigurationChanged";
  static constexpr std::string_view kConflicted = "Conflicted";
  static constexpr std::string_view kHostnameConflict = "HostnameConflict";
  static constexpr std::string_view kIncompatibleFilters = "IncompatibleFilters";
  static constexpr std::string_view kInvalid = "Invalid";
  static constexpr std::string_view kInvalidCaCertificateKind = "InvalidCACertificateKind";
  static constexpr std::string_view kInvalidCaCertificateRef = "InvalidCACertificateRef";
  static constexpr std::string_view kInvalidCertificateRef = "InvalidCertificateRef";
  static constexpr std::string_view kInvalidClientCertificateRef = "InvalidClientCertificateRef";
  static constexpr std::string_view kInvalidKind = "InvalidKind";
  static constexpr std::string_view kInvalidParameters = "InvalidParameters";
  static constexpr std::string_view kInvalidRouteKinds = "InvalidRouteKinds";
  static constexpr std::string_view kListenersNotResolved = "ListenersNotResolved";
  static constexpr std::string_view kListenersNotValid = "ListenersNotValid";
  static constexpr std::string_view kNoConflicts = "NoConflicts";
  static constexpr std::string_view kNoMatchingListenerHostname = "NoMatchingListenerHostname";
  static constexpr std::string_view kNoMatchingParent = "NoMatchingParent";
  static constexpr std::string_view kNotAllowed = "NotAllowed";
  static constexpr std::string_view kNotAllowedByListeners = "NotAllowedByListeners";
  static constexpr std::string_view kNoValidCaCertificate = "NoValidCACertificate";
  static constexpr std::string_view kOverlappingHostnames = "OverlappingHostnames";
  static constexpr std::string_view kParentNotAccepted = "ParentNotAccepted";
  static constexpr std::string_view kPipelineNotFound = "PipelineNotFound";  // ours: ExtensionRef
  static constexpr std::string_view kPortUnavailable = "PortUnavailable";
  static constexpr std::string_view kProgrammed = "Programmed";
  static constexpr std::string_view kProtocolConflict = "ProtocolConflict";
  static constexpr std::string_view kRefNotPermitted = "RefNotPermitted";
  static constexpr std::string_view kResolvedRefs = "ResolvedRefs";
  static constexpr std::string_view kSecretNotFound = "SecretNotFound";  // ours: Backend
  static constexpr std::string_view kSupportedVersion = "SupportedVersion";
  static constexpr std::string_view kTargetNotFound = "TargetNotFound";
  static constexpr std::string_view kUnsupportedAddress = "UnsupportedAddress";
  static constexpr std::string_view kUnsupportedProtocol = "UnsupportedProtocol";
  static constexpr std::string_view kUnsupportedValue = "UnsupportedValue";
  static constexpr std::string_view kUnsupportedVersion = "UnsupportedVersion";
};

// A condition that holds, with `reason` as its good news.
Condition holds(std::string_view type, std::string_view reason, std::int64_t generation,
                std::string message = {});
// A condition that fails because of `problem`.
Condition fails(std::string_view type, const Problem& problem, std::int64_t generation);
// fails() when there is a problem, else holds().
Condition judge(std::string_view type, std::string_view good_reason,
                const std::optional<Problem>& problem, std::int64_t generation);

// The condition of that type; null when there is none.
const Condition* find_condition(std::span<const Condition> conditions, std::string_view type);

// What to show as message: the condition's own, else a sentence for its reason.
std::string_view message_of(const Condition& condition);

}  // namespace tidegate::gatewayapi
