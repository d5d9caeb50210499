#include "http/message.h"

namespace tidegate::http {
namespace {

void rebase(std::string_view& text, std::string_view from, const char* to) {
  const auto offset =
      reinterpret_cast<std::uintptr_t>(text.data()) - reinterpret_cast<std::uintptr_t>(from.data());
  if (offset < from.size()) text = {to + offset, text.size()};
}

}  // namespace

void rebase(RequestHead& head, std::string_view from, const char* to) {
  for (auto* text : {&head.method, &head.authority, &head.target, &head.upgrade}) {
    rebase(*text, from, to);
  }
  head.fields.rebase(from, to);
}

void rebase(ResponseHead& head, std::string_view from, const char* to) {
  rebase(head.reason, from, to);
  head.fields.rebase(from, to);
}

std::string_view to_string(Version version) {
  switch (version) {
    case Version::kHttp10:
      return "HTTP/1.0";
    case Version::kHttp11:
      return "HTTP/1.1";
    case Version::kHttp2:
      return "HTTP/2";
  }
  return "HTTP/1.1";
}

std::string_view reason_phrase(std::uint16_t status) {
  switch (status) {
    case 100:
      return "Continue";
    case 101:
      return "Switching Protocols";
    case 103:
      return "Early Hints";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 499:
      return "Client Closed Request";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 508:
      return "Loop Detected";
    case 529:
      return "Overloaded";
    default:
      return "Unknown";
  }
}

bool response_has_body(std::string_view request_method, std::uint16_t status) {
  if (request_method == "HEAD") return false;
  if (status < 200 || status == 204 || status == 304) return false;
  return !(request_method == "CONNECT" && status < 300);
}

}  // namespace tidegate::http
