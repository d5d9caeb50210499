#include "exchange/refusal_status.h"

namespace tidegate::exchange {

std::uint16_t refusal_status(const Error& error) {
  switch (error.code) {
    case ErrorCode::kCancelled:
    case ErrorCode::kConnectionReset:
    case ErrorCode::kEndOfStream:
    case ErrorCode::kIo:
      return 499;
    case ErrorCode::kTimeout:
      return 408;
    case ErrorCode::kHeadTooLarge:
      return 431;
    case ErrorCode::kUriTooLong:
      return 414;
    case ErrorCode::kExpectationFailed:
      return 417;
    case ErrorCode::kBodyTooLarge:
      return 413;
    case ErrorCode::kUnsupported:
      return error.detail.starts_with("HTTP version") ? 505 : 501;
    case ErrorCode::kMisdirected:
      return 421;
    case ErrorCode::kNotFound:
    case ErrorCode::kModelNotFound:
      return 404;
    case ErrorCode::kLimit:
      return 429;
    case ErrorCode::kLoop:
      return 508;
    case ErrorCode::kForbidden:
      return 403;
    default:
      return 400;
  }
}

}  // namespace tidegate::exchange
