#include "telemetry/exchange_metrics.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "telemetry/exposition.h"

namespace tidegate::telemetry {
namespace {

using Labels = std::vector<std::string_view>;
using std::chrono::microseconds;

class ExchangeMetricsTest : public testing::Test {
 protected:
  std::uint64_t read(std::string_view metric, const Labels& labels, std::size_t variant = 0) const {
    return registry_.read(metric, labels, variant);
  }

  Registry registry_;
  ExchangeMetrics metrics_{registry_};
  SeriesLease lease_{registry_};
  ExchangeRecorder recorder_{metrics_};
};

TEST(StatusVariant, KnownStatusesHaveTheirOwn) {
  EXPECT_NE(status_variant(200), status_variant(404));
  EXPECT_EQ(status_variant(0), status_variant(299));
  EXPECT_EQ(status_variant(700), status_variant(599));
}

TEST_F(ExchangeMetricsTest, CountsForTheRouteAndTheBackend) {
  const RouteSeries route = metrics_.route("l", "r", lease_);
  const BackendSeries backend = metrics_.backend("b", lease_);
  AccessRecord record;
  record.status = 503;
  record.bytes_in = 10;
  record.bytes_out = 20;
  record.duration = microseconds(1500);
  record.attempts = 3;
  record.error = ErrorCode::kConnectionRefused;
  record.error_origin = Origin::kUpstream;
  record.termination = Termination::kUpstreamReset;
  recorder_.record(record, route, &backend);
  EXPECT_EQ(read("tidegate_requests_total", {"l", "r"}, status_variant(503)), 1U);
  EXPECT_EQ(read("tidegate_request_bytes_total", {"l", "r"}), 10U);
  EXPECT_EQ(read("tidegate_response_bytes_total", {"l", "r"}), 20U);
  EXPECT_EQ(read("tidegate_terminations_total", {"l", "r"}, 2), 1U);
  EXPECT_EQ(read("tidegate_upstream_requests_total", {"b"}, status_variant(503)), 1U);
  EXPECT_EQ(read("tidegate_upstream_retries_total", {"b"}), 2U);
  EXPECT_EQ(read("tidegate_upstream_errors_total", {"b"},
                 static_cast<std::size_t>(ErrorCode::kConnectionRefused)),
            1U);
}

TEST_F(ExchangeMetricsTest, ARequestThatReachedNoBackendCountsForNone) {
  const RouteSeries route = metrics_.route("l", "", lease_);
  const BackendSeries backend = metrics_.backend("b", lease_);
  AccessRecord record;
  record.status = 429;
  recorder_.record(record, route, &backend);
  recorder_.record(record, route, nullptr);
  EXPECT_EQ(read("tidegate_requests_total", {"l", ""}, status_variant(429)), 2U);
  EXPECT_EQ(read("tidegate_upstream_requests_total", {"b"}, status_variant(429)), 0U);
}

TEST_F(ExchangeMetricsTest, CountsTokensByProviderAndModel) {
  const RouteSeries route = metrics_.route("l", "r", lease_);
  AiRecord ai;
  ai.provider = "OpenAI";
  ai.model = "small";
  ai.usage = TokenUsage{.input = 100, .cached_input = 60, .output = 11, .reasoning_output = 5};
  ai.first_token = microseconds(10'000);
  AccessRecord record;
  record.status = 200;
  record.duration = microseconds(110'000);
  record.ai = &ai;
  recorder_.record(record, route, nullptr);
  recorder_.record(record, route, nullptr);
  const Labels model = {"OpenAI", "small"};
  EXPECT_EQ(read("tidegate_tokens_total", model, 0), 200U);
  EXPECT_EQ(read("tidegate_tokens_total", model, 1), 120U);
  EXPECT_EQ(read("tidegate_tokens_total", model, 3), 22U);
  EXPECT_EQ(read("tidegate_tokens_total", model, 4), 10U);
  const std::string text = render(registry_, Exposition::kPrometheus);
  const std::string labels = R"({gen_ai_provider_name="OpenAI",gen_ai_request_model="small")";
  EXPECT_NE(
      text.find("gen_ai_client_token_usage_sum" + labels + R"(,gen_ai_token_type="input"} 200)"),
      std::string::npos);
  EXPECT_NE(text.find("gen_ai_server_time_to_first_token_seconds_sum" + labels + "} 0.02\n"),
            std::string::npos);
  EXPECT_NE(text.find("gen_ai_server_time_per_output_token_seconds_sum" + labels + "} 0.02\n"),
            std::string::npos);
}

TEST_F(ExchangeMetricsTest, CountsDollarsAndWhatHasNoPrice) {
  const RouteSeries route = metrics_.route("l", "r", lease_);
  AiRecord ai;
  ai.provider = "OpenAI";
  ai.model = "small";
  ai.usage = TokenUsage{.input = 100, .output = 11};
  ai.cost = MicroUsd(1'250'000);
  AccessRecord record;
  record.status = 200;
  record.ai = &ai;
  recorder_.record(record, route, nullptr);
  recorder_.record(record, route, nullptr);
  ai.cost.reset();
  recorder_.record(record, route, nullptr);
  EXPECT_EQ(read("tidegate_unpriced_requests_total", {"OpenAI", "small"}), 1U);
  EXPECT_NE(render(registry_, Exposition::kPrometheus)
                .find("tidegate_cost_usd_total{gen_ai_provider_name=\"OpenAI\","
                      "gen_ai_request_model=\"small\"} 2.5\n"),
            std::string::npos);
}

TEST_F(ExchangeMetricsTest, CountsWhatAKeptReplySaves) {
  const RouteSeries route = metrics_.route("l", "r", lease_);
  AiRecord ai;
  ai.model = "small";
  ai.avoided = TokenUsage{.input = 100, .output = 11};
  ai.cost = MicroUsd(0);
  AccessRecord record;
  record.status = 200;
  record.ai = &ai;
  recorder_.record(record, route, nullptr);
  EXPECT_EQ(read("tidegate_avoided_tokens_total", {"", "small"}, 0), 100U);
  EXPECT_EQ(read("tidegate_avoided_tokens_total", {"", "small"}, 1), 11U);
  EXPECT_EQ(read("tidegate_tokens_total", {"", "small"}, 0), 0U);
}

TEST_F(ExchangeMetricsTest, InventedModelsShareOneSeries) {
  const RouteSeries route = metrics_.route("l", "r", lease_);
  AiRecord ai;
  ai.provider = "OpenAI";
  ai.usage = TokenUsage{.input = 1};
  AccessRecord record;
  record.ai = &ai;
  record.status = 404;
  ai.model = "refused";
  recorder_.record(record, route, nullptr);
  EXPECT_EQ(read("tidegate_tokens_total", {"OpenAI", "refused"}), 0U);
  EXPECT_EQ(read("tidegate_tokens_total", {"other", "other"}), 1U);
  record.status = 200;
  for (std::size_t i = 0; i <= ExchangeRecorder::kMaxModels; ++i) {
    const std::string model = "m" + std::to_string(i);
    ai.model = model;
    recorder_.record(record, route, nullptr);
  }
  EXPECT_EQ(read("tidegate_tokens_total", {"OpenAI", "m0"}), 1U);
  EXPECT_EQ(read("tidegate_tokens_total", {"other", "other"}), 2U);
}

}  // namespace
}  // namespace tidegate::telemetry
