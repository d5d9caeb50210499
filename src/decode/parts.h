// Readers of what several kinds share: metadata, references, filters, the common part of routes.
// Source: Gateway API v1.6.1 CRDs (experimental channel); each reader states their validation.
#pragma once

#include <string>
#include <vector>

#include "decode/field_reader.h"
#include "decode/scalars.h"
#include "decode/text_rules.h"
#include "resource/credentials.h"
#include "resource/filters.h"
#include "resource/http_route.h"
#include "resource/meta.h"
#include "resource/references.h"

namespace tidegate::decode {

inline constexpr Text kAnyText{};
inline constexpr Text kObjectName{.min = 1, .max = 253};
inline constexpr Text kNamespace{
    .min = 1, .max = 63, .valid = is_dns_label, .must = "be a lower case DNS label"};
inline constexpr Text kGroup{.max = 253, .valid = is_group, .must = "be an API group"};
inline constexpr Text kDataKey{
    .min = 1, .max = 253, .valid = is_data_key, .must = "be a key of a Secret"};
inline constexpr Text kKind{.min = 1, .max = 63, .valid = is_kind, .must = "be a kind's name"};
inline constexpr Text kSectionName{
    .min = 1, .max = 253, .valid = is_dns_name, .must = "be a lower case DNS name"};
inline constexpr Text kHostname{.min = 1,
                                .max = 253,
                                .valid = is_dns_name,
                                .must = "be a lower case host name without wildcard"};
inline constexpr Text kWildcardHostname{
    .min = 1,
    .max = 253,
    .valid = is_wildcard_dns_name,
    .must = "be a lower case host name, with \"*.\" before it at most"};
inline constexpr Text kHeaderName{
    .min = 1, .max = 256, .valid = is_token, .must = "be a header name"};
inline constexpr Text kHeaderValue{.min = 1,
                                   .max = 4096,
                                   .valid = is_header_value,
                                   .must = "be visible ASCII with single blanks inside"};
inline constexpr Int<std::uint16_t> kPort{.min = 1};
inline constexpr Int<std::uint32_t> kWeight{.max = 1'000'000};
inline constexpr Strings kOptions{.max = 16, .key = {}, .value = {.max = 4096}};

enum class Scope : std::uint8_t { kNamespaced, kCluster };
void read_metadata(const Node& node, Scope scope, resource::ObjectMeta& out);
void read_label_selector(const Node& node, resource::LabelSelector& out);

void read_parent_ref(const Node& node, resource::ParentReference& out);
void read_backend_object_ref(const Node& node, resource::BackendObjectReference& out);
void read_backend_ref(const Node& node, resource::BackendRef& out);
void read_secret_ref(const Node& node, resource::SecretObjectReference& out);
// As core/v1 SecretKeySelector, with a namespace: {name: openai, key: api-key}.
void read_secret_key(const Node& node, resource::SecretKeyReference& out);
void read_object_ref(const Node& node, resource::ObjectReference& out);
void read_local_ref(const Node& node, resource::LocalObjectReference& out);
void read_parameters_ref(const Node& node, resource::ParametersReference& out);
void read_policy_target_ref(const Node& node, resource::PolicyTargetReference& out);
// The fields of a BackendObjectReference that stand inline beside others.
void read_backend_fields(ObjectReader& object, resource::BackendObjectReference& out);

// A rule's or a backendRef's list of filters.
enum class FilterSet : std::uint8_t { kHttp, kGrpc };
void read_filters(const Node& node, FilterSet allowed, std::vector<resource::RouteFilter>& out);

void read_value_match(const Node& node, const Text& value, resource::ValueMatch& out);
void read_header_match(const Node& node, resource::ValueMatch& out);
void read_session_persistence(const Node& node, resource::SessionPersistence& out);
void read_http_backend_ref(const Node& node, FilterSet filters, resource::HttpBackendRef& out);

// spec.parentRefs and spec.useDefaultGateways of every route.
void read_route_parents(ObjectReader& spec, std::vector<resource::ParentReference>& parents,
                        resource::UseDefaultGateways& defaults);

// Reports each item of a field's list whose key came before in the list. `key_of(item)` is
// comparable.
template <class T, class KeyOf>
void check_unique(const ObjectReader& object, std::string_view field, const std::vector<T>& items,
                  const KeyOf& key_of, std::string_view message) {
  for (std::size_t i = 1; i < items.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (key_of(items[i]) != key_of(items[j])) continue;
      object.fail_item(field, i, std::string(message));
      break;
    }
  }
}

}  // namespace tidegate::decode
