// Any bytes as a request to the simulator: a reply whose JSON is JSON and whose length is true.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "json/scan.h"
#include "simulator/play.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidegate;
  constexpr std::array<std::string_view, 18> kPaths = {"/v1/chat/completions",
                                                       "/v1/completions",
                                                       "/v1/embeddings",
                                                       "/v1/responses",
                                                       "/v1/messages",
                                                       "/v1/messages/count_tokens",
                                                       "/v1beta/models/m:generateContent",
                                                       "/v1beta/models/m:streamGenerateContent",
                                                       "/v1beta/models/m:countTokens",
                                                       "/v1beta/models/m:batchEmbedContents",
                                                       "/model/m/converse",
                                                       "/model/m/converse-stream",
                                                       "/model/m/invoke",
                                                       "/model/m/count-tokens",
                                                       "/v2/chat",
                                                       "/v2/embed",
                                                       "/v2/rerank",
                                                       "/v1/moderations"};
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data + 1), size - 1);
  simulator::Simulator simulator{config::SimulatorSettings()};
  const auto played = simulator::play(simulator, "POST", kPaths[data[0] % kPaths.size()], body,
                                      {{"x-simulator-output-tokens", "3"}});
  const bool is_json = played.field("content-type") == "application/json";
  if (is_json && !json::validate(played.body, Origin::kInternal)) std::abort();
  if (played.content_length && *played.content_length != played.body.size()) std::abort();
  return 0;
}
