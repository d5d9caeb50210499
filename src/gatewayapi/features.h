// The Gateway API features that Tidegate claims.
#pragma once

#include <span>
#include <string_view>

namespace tidegate::gatewayapi {

// Names for GatewayClass.status.supportedFeatures, sorted as the API demands.
// Source: Gateway API v1.6.1, pkg/features.
std::span<const std::string_view> supported_features();

// The bundle version that this controller was written for: its major and minor must equal the
// CRDs'.
inline constexpr std::string_view kBundleVersion = "v1.6.1";

}  // namespace tidegate::gatewayapi
