// Errors of the data plane: values, never exceptions.
//
// An Error says what happened (code), whose fault it was (origin) and whether the same work may be
// tried again (retry). `proxy/error_response.cc` is the only place that turns one into a status and
// a body. Thread: values; free to copy and move between threads.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace tidegate {

// Who caused the failure. Clients never see the detail of kInternal.
enum class Origin : std::uint8_t { kDownstream, kUpstream, kInternal };

// Whether the same request may be sent again.
enum class Retry : std::uint8_t {
  kNever,     // the peer may have acted on it, or it can never succeed
  kSafe,      // nothing was sent: trying elsewhere is always right
  kIfReused,  // a pooled connection died before the first byte of the reply: once, on a fresh
              // connection
};

enum class ErrorCode : std::uint8_t {
  // Life cycle
  kCancelled,  // the owner asked for it (client gone, drain, loser of a hedge)
  kTimeout,    // a named deadline passed; detail names which
  kShutdown,   // the worker stops
  // Transport
  kConnectionRefused,  // the peer answered with RST or no route
  kConnectionReset,    // the peer closed or reset before the message ended
  kConnectFailed,      // any other failure to connect
  kEndOfStream,        // orderly end where more was due
  kDnsFailure,         // the name does not resolve, or only to refused addresses
  kTlsFailure,         // handshake or verification; detail says what was wrong
  kIo,                 // any other system call failure
  // Protocol
  kMalformed,          // bytes that are not the protocol
  kHeadTooLarge,       // request line and fields over the limit (431), or target over it (414)
  kUriTooLong,         // request target over the limit (414)
  kBodyTooLarge,       // body over the named limit (413)
  kUnsupported,        // well formed, but not something we do (501, 505)
  kExpectationFailed,  // an Expect that is not 100-continue (417)
  kBadContentLength,   // conflicting or lying length
  kProtocolViolation,  // well formed bytes in a forbidden order
  // Policy and configuration
  kInvalidConfig,  // a resource that does not make sense; detail carries the path
  kNotFound,       // no such thing
  kModelNotFound,  // a model call that no route takes (404 in its dialect)
  kMisdirected,    // the host belongs to another listener than the connection (421)
  kLoop,           // the request was here before, or passed too many gateways (508)
  kForbidden,      // a policy does not allow it (403)
  kNoBackend,      // the route's backend reference does not resolve (500)
  kUnavailable,    // no healthy endpoint, pool queue full, circuit open (503)
  kLimit,          // a named limit bit
  kInternal,       // a bug or an exhausted resource on our side
};

// The stable text of a code, as used in logs, metrics labels and problem types:
// "connection_refused".
std::string_view to_string(ErrorCode code);
std::string_view to_string(Origin origin);

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  Origin origin = Origin::kInternal;
  Retry retry = Retry::kNever;
  std::string detail;  // for humans; no secrets; short

  Error(ErrorCode c, Origin o, std::string d = {}, Retry r = Retry::kNever)
      : code(c), origin(o), retry(r), detail(std::move(d)) {}
};

template <class T>
using Result = std::expected<T, Error>;

// fail(code, origin, detail): a Result in the failed state, for `return fail(...)`.
inline std::unexpected<Error> fail(ErrorCode code, Origin origin, std::string detail = {},
                                   Retry retry = Retry::kNever) {
  return std::unexpected<Error>(Error(code, origin, std::move(detail), retry));
}

}  // namespace tidegate

// TIDEGATE_TRY(name, expr): evaluates a Result expression; on failure returns its Error from the
// enclosing function; on success declares `name` holding the value.
#define TIDEGATE_TRY(name, expr)                                                  \
  auto name##_result_ = (expr);                                                   \
  if (!name##_result_) return std::unexpected(std::move(name##_result_).error()); \
  auto name = std::move(*name##_result_)

// TIDEGATE_CO_TRY(name, task): the same inside a coroutine; awaits `task` first.
#define TIDEGATE_CO_TRY(name, task)                                                  \
  auto name##_result_ = co_await (task);                                             \
  if (!name##_result_) co_return std::unexpected(std::move(name##_result_).error()); \
  auto name = std::move(*name##_result_)

// The same two for Result<void>.
#define TIDEGATE_TRY_VOID(expr)                  \
  if (auto void_result_ = (expr); !void_result_) \
  return std::unexpected(std::move(void_result_).error())

#define TIDEGATE_CO_TRY_VOID(task)                        \
  if (auto void_result_ = co_await (task); !void_result_) \
  co_return std::unexpected(std::move(void_result_).error())
