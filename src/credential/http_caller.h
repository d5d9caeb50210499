// What a source of credentials needs of the world: calls to token endpoints, files, the
// environment. Tests script it.   Thread: the worker's.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "async/cancel.h"
#include "async/task.h"
#include "base/clock.h"
#include "base/error.h"

namespace tidegate::credential {

// Where a call may go. Link-local addresses answer with the credentials of this machine, so only
// the sources that ask for those may reach them.
enum class Reach : std::uint8_t {
  kTokenEndpoint,  // https, or http on loopback; never a link-local address
  kMetadata,       // the machine's metadata services, http included
};

struct TokenRequest {
  TokenRequest(std::string m, std::string u, Reach r)
      : method(std::move(m)), url(std::move(u)), reach(r) {}

  std::string method;
  std::string url;
  Reach reach;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
};

// A POST of a form.
TokenRequest make_form_request(std::string url, std::string form);

struct TokenAnswer {
  std::uint16_t status = 0;
  std::string body;
};

class HttpCaller {
 public:
  virtual ~HttpCaller() = default;
  // Sends the request and reads the whole answer. Redirects are not followed.
  // Errors: of connecting and of HTTP; kTimeout; kCancelled with the scope. None has a secret.
  virtual async::Task<Result<TokenAnswer>> call(TokenRequest request,
                                                async::CancelScope& scope) = 0;
};

class Surroundings {
 public:
  virtual ~Surroundings() = default;
  // Errors: kInvalidConfig, origin internal, with the path.
  virtual Result<std::string> read_file(const std::string& path) const = 0;
  // An environment variable; empty when it is not set.
  virtual std::string variable(const char* name) const = 0;
};

// All references outlive the fetch.
struct FetchContext {
  HttpCaller& http;
  const Surroundings& surroundings;
  const Clock& clock;
  async::CancelScope& scope;
};

// The file's text without blanks at its ends, fit for a header field.
// Errors: of reading; kInvalidConfig when it holds no token.
Result<std::string> read_token_file(const Surroundings& surroundings, const std::string& path);

// The Error of an answer that is no success: "STS answered 403 AccessDenied". `code` may be empty.
std::unexpected<Error> refused(std::string_view who, const TokenAnswer& answer,
                               std::string_view code);

}  // namespace tidegate::credential
