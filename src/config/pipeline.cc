#include "config/pipeline.h"

namespace tidegate::config {

std::string_view to_string(Phase phase) {
  switch (phase) {
    case Phase::kRequestHeaders:
      return "RequestHeaders";
    case Phase::kRequestBody:
      return "RequestBody";
    case Phase::kResponseHeaders:
      return "ResponseHeaders";
    case Phase::kResponseBody:
      return "ResponseBody";
    case Phase::kStreamChunk:
      return "StreamChunk";
  }
  return "";
}

}  // namespace tidegate::config
