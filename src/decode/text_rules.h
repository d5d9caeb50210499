// What the API demands of texts: predicates named after what they accept, each one pattern of the
// CRDs. Source: Gateway API v1.6.1 CRDs (the patterns are repeated at the definitions), Kubernetes
// names.
#pragma once

#include <string_view>

namespace tidegate::decode {

bool is_dns_label(std::string_view text);
bool is_dns_name(std::string_view text);           // lower case labels with dots
bool is_wildcard_dns_name(std::string_view text);  // the same, or with "*." before it
bool is_group(std::string_view text);              // an API group; "" is the core group
bool is_kind(std::string_view text);
bool is_token(std::string_view text);         // an HTTP field name
bool is_header_value(std::string_view text);  // visible ASCII, single blanks inside
bool is_path(std::string_view text);          // characters of a URL path, percent-encoding complete
bool is_origin(std::string_view text);        // of CORS: "*", "https://*.example.com:8443"
bool is_domain_prefixed(std::string_view text);  // "example.com/name"
bool is_qualified_name(std::string_view text);   // a label's or annotation's key
bool is_label_value(std::string_view text);
bool is_listener_protocol(std::string_view text);  // "HTTP" or domain-prefixed
bool is_absolute_uri(std::string_view text);       // scheme://...
bool is_data_key(std::string_view text);           // a key of a Secret or ConfigMap
bool is_ip_address(std::string_view text);         // IPv4 or IPv6 literal, no zone

}  // namespace tidegate::decode
