// Names of the OpenTelemetry semantic conventions for generative AI that metrics, logs and spans
// use.
//
// Prometheus names are the same with "_" for "." and the unit as suffix.
// Source: OpenTelemetry semantic conventions 1.37, gen-ai (attributes and metrics).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tidegate::telemetry::gen_ai {

// Attributes.
inline constexpr std::string_view kOperationName = "gen_ai.operation.name";
inline constexpr std::string_view kProviderName = "gen_ai.provider.name";
inline constexpr std::string_view kRequestModel = "gen_ai.request.model";
inline constexpr std::string_view kResponseModel = "gen_ai.response.model";
inline constexpr std::string_view kTokenType = "gen_ai.token.type";
inline constexpr std::string_view kUsageInputTokens = "gen_ai.usage.input_tokens";
inline constexpr std::string_view kUsageOutputTokens = "gen_ai.usage.output_tokens";

// Metrics, as Prometheus sees them, and their labels.
inline constexpr std::string_view kTokenUsageMetric = "gen_ai_client_token_usage";
inline constexpr std::string_view kServerDurationMetric = "gen_ai_server_request_duration_seconds";
inline constexpr std::string_view kTimeToFirstTokenMetric =
    "gen_ai_server_time_to_first_token_seconds";
inline constexpr std::string_view kTimePerOutputTokenMetric =
    "gen_ai_server_time_per_output_token_seconds";
inline constexpr std::string_view kProviderLabel = "gen_ai_provider_name";
inline constexpr std::string_view kModelLabel = "gen_ai_request_model";
inline constexpr std::string_view kTokenTypeLabel = "gen_ai_token_type";

// Recommended bucket bounds: tokens, and microseconds.
inline constexpr std::array<std::uint64_t, 14> kTokenBounds = {
    1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864};
inline constexpr std::array<std::uint64_t, 14> kDurationBounds = {
    10'000,    20'000,    40'000,    80'000,     160'000,    320'000,    640'000,
    1'280'000, 2'560'000, 5'120'000, 10'240'000, 20'480'000, 40'960'000, 81'920'000};
inline constexpr std::array<std::uint64_t, 16> kFirstTokenBounds = {
    1'000,   5'000,   10'000,    20'000,    40'000,    60'000,    80'000,     100'000,
    250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 7'500'000, 10'000'000, 20'000'000};
inline constexpr std::array<std::uint64_t, 12> kPerTokenBounds = {
    10'000,  25'000,  50'000,  75'000,  100'000, 150'000,
    200'000, 300'000, 400'000, 500'000, 750'000, 1'000'000};

}  // namespace tidegate::telemetry::gen_ai
