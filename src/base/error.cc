#include "base/error.h"

namespace tidegate {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::kCancelled:
      return "cancelled";
    case ErrorCode::kTimeout:
      return "timeout";
    case ErrorCode::kShutdown:
      return "shutdown";
    case ErrorCode::kConnectionRefused:
      return "connection_refused";
    case ErrorCode::kConnectionReset:
      return "connection_reset";
    case ErrorCode::kConnectFailed:
      return "connect_failed";
    case ErrorCode::kEndOfStream:
      return "end_of_stream";
    case ErrorCode::kDnsFailure:
      return "dns_failure";
    case ErrorCode::kTlsFailure:
      return "tls_failure";
    case ErrorCode::kIo:
      return "io";
    case ErrorCode::kMalformed:
      return "malformed";
    case ErrorCode::kHeadTooLarge:
      return "head_too_large";
    case ErrorCode::kUriTooLong:
      return "uri_too_long";
    case ErrorCode::kBodyTooLarge:
      return "body_too_large";
    case ErrorCode::kUnsupported:
      return "unsupported";
    case ErrorCode::kExpectationFailed:
      return "expectation_failed";
    case ErrorCode::kBadContentLength:
      return "bad_content_length";
    case ErrorCode::kProtocolViolation:
      return "protocol_violation";
    case ErrorCode::kInvalidConfig:
      return "invalid_config";
    case ErrorCode::kNotFound:
      return "not_found";
    case ErrorCode::kModelNotFound:
      return "model_not_found";
    case ErrorCode::kMisdirected:
      return "misdirected";
    case ErrorCode::kLoop:
      return "loop";
    case ErrorCode::kForbidden:
      return "forbidden";
    case ErrorCode::kNoBackend:
      return "no_backend";
    case ErrorCode::kUnavailable:
      return "unavailable";
    case ErrorCode::kLimit:
      return "limit";
    case ErrorCode::kInternal:
      return "internal";
  }
  return "internal";
}

std::string_view to_string(Origin origin) {
  switch (origin) {
    case Origin::kDownstream:
      return "downstream";
    case Origin::kUpstream:
      return "upstream";
    case Origin::kInternal:
      return "internal";
  }
  return "internal";
}

}  // namespace tidegate
