// What a provider says when it fails, whatever it says it in.
//
//   OpenAI, Azure, Groq   {"error":{"message":"...","type":"...","param":null,"code":"..."}}
//   Anthropic {"type":"error","error":{"type":"...","message":"..."},"request_id":"..."} Google
//   {"error":{"code":429,"message":"...","status":"RESOURCE_EXHAUSTED"}}, also
//                         in an array
//   Bedrock               {"message":"..."} or {"Message":"..."}, type in x-amzn-errortype or
//   __type Cohere                {"id":"...","message":"..."} vLLM
//   {"object":"error","message":"...","type":"...","param":null,"code":400} Ollama, TGI
//   {"error":"...","error_type":"..."} FastAPI, Mistral      {"detail":"..."} or
//   {"detail":[{"loc":["body","model"],"msg":"..."}]} RFC 9457
//   {"type":"...","title":"...","detail":"..."} OpenRouter
//   {"error":{"message":"...","code":400,"metadata":{"raw":"..."}}} Cloudflare
//   {"errors":[{"code":10000,"message":"..."}]}
// An error event of a stream (`data: {...}`) reads the same. Anything else, an HTML page of a load
// balancer for one, becomes one line of text.   Thread: pure functions.
// Source: the providers' error references of 2026-11.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tidegate::llm {

inline constexpr std::size_t kMaxErrorMessageBytes = 4096;
inline constexpr std::size_t kMaxErrorWordBytes = 256;  // type, code and param

// A provider's error. Valid UTF-8, no control characters but line feeds and tabs.
struct ProviderError {
  std::string message;  // never empty; at most kMaxErrorMessageBytes
  std::string type;     // the provider's word; may be empty
  std::string code;     // may be empty
  std::string param;    // may be empty
};

// Reads the body of a reply with an error status. `type_field` is the value of x-amzn-errortype,
// empty for other providers. What looks like a credential is taken out of the message: some
// providers repeat the key that they refuse, and the caller must not see the gateway's.
ProviderError read_provider_error(std::uint16_t status, std::string_view content_type,
                                  std::string_view body, std::string_view type_field = {});

}  // namespace tidegate::llm
