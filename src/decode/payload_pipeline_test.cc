// PayloadProcessingPipeline: what is read, and the exact words about what is wrong.
#include <gmock/gmock.h>

#include <string>
#include <string_view>

#include "decode/decode_harness.h"

namespace tidegate::decode {
namespace {

using resource::PipelineProcessor;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kHead = R"(apiVersion: tidegate.dev/v1alpha1
kind: PayloadProcessingPipeline
metadata: {name: p}
spec:
)";

Outcome decode_spec(std::string_view spec) {
  return decode_text(std::string(kHead) + std::string(spec));
}

TEST(DecodePayloadPipeline, ReadsEveryField) {
  const auto outcome = decode_spec(R"(
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: chat, sectionName: eu}]
  timeout: 2s
  processors:
  - name: caps
    type: PromptTools
    phases: [RequestBody, StreamChunk]
    when: stream
    timeout: 200ms
    failureMode: Fallback
    fallback: {processor: plain}
    mode: Report
    concurrencyGroup: guards
    context: {team: a}
    config: {maxTokens: 10, texts: ["a\"b", null, true, 1.5], deep: {x: {}}}
  fallbackProcessors:
  - {name: plain, type: PromptTools, failureMode: Open}
  backends:
  - {name: cheap, backendRef: {group: tidegate.dev, kind: Backend, name: small}}
)");
  ASSERT_EQ(outcome.problems, "");
  const auto& pipeline = *outcome.set.payload_pipelines.at(0);
  EXPECT_EQ(pipeline.target_refs.at(0).section_name, "eu");
  EXPECT_EQ(pipeline.timeout, std::chrono::seconds(2));
  const auto& processor = pipeline.processors.at(0);
  EXPECT_EQ(processor.type, "PromptTools");
  EXPECT_THAT(processor.phases, ElementsAre(PipelineProcessor::Phase::kRequestBody,
                                            PipelineProcessor::Phase::kStreamChunk));
  EXPECT_EQ(processor.when, "stream");
  EXPECT_EQ(processor.timeout, std::chrono::milliseconds(200));
  EXPECT_EQ(processor.failure_mode, PipelineProcessor::FailureMode::kFallback);
  EXPECT_EQ(processor.fallback->processor, "plain");
  EXPECT_EQ(processor.mode, PipelineProcessor::Mode::kReport);
  EXPECT_EQ(processor.concurrency_group, "guards");
  EXPECT_EQ(processor.context.at(0).second, "a");
  EXPECT_EQ(processor.config, R"({"maxTokens":10,"texts":["a\"b",null,true,1.5],"deep":{"x":{}}})");
  EXPECT_EQ(pipeline.backends.at(0).ref.name, "small");
}

TEST(DecodePayloadPipeline, FailsClosedWhereNothingIsSaid) {
  const auto outcome = decode_spec("  processors: [{name: a, type: PromptTools}]\n");
  ASSERT_EQ(outcome.problems, "");
  const auto& processor = outcome.set.payload_pipelines.at(0)->processors.at(0);
  EXPECT_EQ(processor.failure_mode, PipelineProcessor::FailureMode::kClosed);
  EXPECT_EQ(processor.mode, PipelineProcessor::Mode::kEnforce);
  EXPECT_EQ(processor.config, "{}");
}

struct Wrong {
  std::string_view spec;
  std::string_view says;
};
constexpr Wrong kWrong[] = {
    {"  processors: []\n", "spec.processors: must have at least 1"},
    {"  processors: [{name: a}]\n", "spec.processors[0].type: is required"},
    {"  processors: [{name: A b, type: T}]\n", "spec.processors[0].name: must be a lower case"},
    {"  processors: [{name: a, type: T, failureMode: Fallback}]\n",
     "spec.processors[0].fallback: is required for failureMode Fallback"},
    {"  processors: [{name: a, type: T, fallback: {answer: {text: hi}}}]\n",
     "spec.processors[0].fallback: must be absent unless failureMode is Fallback"},
    {"  processors: [{name: a, type: T, failureMode: Fallback, fallback: {}}]\n",
     "spec.processors[0].fallback: needs exactly one of processor, backendRef and answer"},
    {"  processors: [{name: a, type: T, failureMode: Fallback, fallback: {processor: gone}}]\n",
     "spec.processors[0]: fallback.processor is none of fallbackProcessors"},
    {"  processors: [{name: a, type: T, failureMode: Fallback, fallback: {answer: {status: "
     "99}}}]\n",
     "spec.processors[0].fallback.answer: needs one of body and text"},
    {"  processors: [{name: a, type: T, phases: [Body]}]\n", "spec.processors[0].phases[0]: "},
    {"  processors: [{name: a, type: T, phases: [RequestBody, RequestBody]}]\n",
     "spec.processors[0].phases[1]: is repeated"},
    {"  processors: [{name: a, type: T}, {name: a, type: T}]\n",
     "spec.processors[1]: has the name of one that came before"},
    {"  processors: [{name: a, type: T, concurrencyGroup: g}, {name: b, type: T}, {name: c, type: "
     "T, concurrencyGroup: g}]\n",
     "spec.processors[2]: is of a concurrencyGroup that ended before"},
    {"  processors: [{name: a, type: T, timeout: 0s}]\n",
     "spec.processors[0].timeout: must be more"},
    {"  processors: [{name: a, type: T, config: [1]}]\n",
     "spec.processors[0].config: must be a map"},
    {"  processors: [{name: a, type: T, config: {x: [.inf]}}]\n",
     "spec.processors[0].config.x[0]: must be a finite number"},
    {"  processors: [{name: a, type: T, faliureMode: Open}]\n", "did you mean \"failureMode\"?"},
    {"  processors: [{name: a, type: T}]\n  fallbackProcessors: [{name: f, type: T, "
     "concurrencyGroup: g}]\n",
     "spec.fallbackProcessors[0]: a fallback processor has no concurrencyGroup"},
};

TEST(DecodePayloadPipeline, TellsWhatIsWrongAndWhere) {
  for (const auto& [spec, says] : kWrong) {
    const auto outcome = decode_spec(spec);
    EXPECT_THAT(outcome.problems, HasSubstr(says)) << spec;
    EXPECT_TRUE(outcome.set.payload_pipelines.empty()) << spec;
  }
}

}  // namespace
}  // namespace tidegate::decode
