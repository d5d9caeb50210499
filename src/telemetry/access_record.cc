#include "telemetry/access_record.h"

#include <fmt/format.h>

#include <algorithm>

#include "json/text.h"

namespace tidegate::telemetry {
namespace {

constexpr std::size_t kMaxTargetBytes = 2048;
constexpr std::size_t kMaxTextBytes = 512;
constexpr std::string_view kRedacted = "***";

// Query parameters whose values are credentials, lower case.
constexpr std::string_view kSecretParameters[] = {"key",
                                                  "api_key",
                                                  "apikey",
                                                  "api-key",
                                                  "access_token",
                                                  "token",
                                                  "id_token",
                                                  "refresh_token",
                                                  "password",
                                                  "passwd",
                                                  "secret",
                                                  "client_secret",
                                                  "auth",
                                                  "authorization",
                                                  "sig",
                                                  "signature",
                                                  "jwt",
                                                  "x-amz-signature",
                                                  "x-amz-credential",
                                                  "x-amz-security-token",
                                                  "x-goog-signature",
                                                  "code",
                                                  "subscription-key"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool is_secret(std::string_view name) {
  return std::ranges::any_of(kSecretParameters, [name](std::string_view secret) {
    return std::ranges::equal(name, secret, {}, lower);
  });
}

// Calls visit(pair, name_length) for each "name=value" of a query.
template <class Visitor>
void for_each_pair(std::string_view query, const Visitor& visit) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    visit(pair, std::min(pair.find('='), pair.size()));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
}

// Members of one flat object; names are literals that need no escaping and come with their
// punctuation.
class Line {
 public:
  explicit Line(std::string& out) : out_(out) {}

  void text(std::string_view punctuated_name, std::string_view value,
            std::size_t limit = kMaxTextBytes) {
    if (value.empty()) return;
    out_.append(punctuated_name);
    out_.push_back('"');
    json::append_escaped(out_, value.substr(0, limit));
    out_.push_back('"');
  }
  void number(std::string_view punctuated_name, std::uint64_t value) {
    const fmt::format_int digits(value);
    out_.append(punctuated_name).append(digits.data(), digits.size());
  }
  void duration(std::string_view punctuated_name, std::chrono::microseconds value) {
    number(punctuated_name, static_cast<std::uint64_t>(std::max<std::int64_t>(value.count(), 0)));
  }
  void raw(std::string_view text) { out_.append(text); }

 private:
  std::string& out_;
};

void put_digits(char* at, unsigned value, unsigned count) {
  while (count-- > 0) {
    at[count] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

// {"time":"2026-08-01T12:34:56.123456Z"
void append_time(std::string& out, WallTime time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const auto micros = static_cast<std::uint64_t>(duration_cast<microseconds>(time - day).count());
  const auto seconds_of_day = static_cast<unsigned>(micros / 1'000'000);
  char text[] = "{\"time\":\"0000-00-00T00:00:00.000000Z\"";
  constexpr std::size_t kStart = 9;
  put_digits(text + kStart, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  put_digits(text + kStart + 5, static_cast<unsigned>(date.month()), 2);
  put_digits(text + kStart + 8, static_cast<unsigned>(date.day()), 2);
  put_digits(text + kStart + 11, seconds_of_day / 3600, 2);
  put_digits(text + kStart + 14, seconds_of_day / 60 % 60, 2);
  put_digits(text + kStart + 17, seconds_of_day % 60, 2);
  put_digits(text + kStart + 20, static_cast<unsigned>(micros % 1'000'000), 6);
  out.append(text, sizeof(text) - 1);
}

void append_ai(Line& line, const AiRecord& ai) {
  line.raw(",\"ai\":{\"stream\":");
  line.raw(ai.delivery == Delivery::kStream ? "true" : "false");
  line.text(",\"provider\":", ai.provider);
  line.text(",\"dialect\":", ai.dialect);
  line.text(",\"operation\":", ai.operation);
  line.text(",\"model\":", ai.model);
  line.text(",\"upstream_model\":", ai.upstream_model);
  if (ai.first_token) line.duration(",\"first_token_us\":", *ai.first_token);
  if (ai.usage) {
    line.number(",\"usage\":{\"input\":", ai.usage->input);
    line.number(",\"cached_input\":", ai.usage->cached_input);
    line.number(",\"cache_write_input\":", ai.usage->cache_write_input);
    line.number(",\"output\":", ai.usage->output);
    line.number(",\"reasoning_output\":", ai.usage->reasoning_output);
    line.raw("}");
  }
  line.raw("}");
}

}  // namespace

std::string_view to_string(Termination termination) {
  switch (termination) {
    case Termination::kComplete:
      return "complete";
    case Termination::kClientGone:
      return "client_gone";
    case Termination::kUpstreamReset:
      return "upstream_reset";
    case Termination::kTimeout:
      return "timeout";
    case Termination::kDrain:
      return "drain";
  }
  return "complete";
}

std::string_view redact_target(std::string_view target, std::string& scratch) {
  const std::size_t mark = target.find('?');
  if (mark == std::string_view::npos) return target;
  const std::string_view query = target.substr(mark + 1);
  bool secret = false;
  for_each_pair(query, [&](std::string_view pair, std::size_t name) {
    secret = secret || is_secret(pair.substr(0, name));
  });
  if (!secret) return target;
  scratch.assign(target.substr(0, mark));
  char separator = '?';
  for_each_pair(query, [&](std::string_view pair, std::size_t name) {
    scratch.push_back(separator);
    separator = '&';
    if (is_secret(pair.substr(0, name)) && name < pair.size()) {
      scratch.append(pair.substr(0, name + 1)).append(kRedacted);
    } else {
      scratch.append(pair);
    }
  });
  return scratch;
}

void format_access_record(const AccessRecord& record, std::string& out) {
  std::string scratch;
  append_time(out, record.time);
  Line line(out);
  line.text(",\"listener\":", record.listener);
  line.text(",\"route\":", record.route);
  line.text(",\"rule\":", record.rule);
  line.text(",\"backend\":", record.backend);
  line.text(",\"endpoint\":", record.endpoint);
  line.text(",\"method\":", record.method);
  line.text(",\"host\":", record.host);
  line.text(",\"path\":", redact_target(record.target, scratch), kMaxTargetBytes);
  line.text(",\"protocol\":", record.protocol);
  line.text(",\"client\":", record.client_address);
  line.text(",\"request_id\":", record.request_id);
  line.text(",\"user_agent\":", record.user_agent);
  line.number(",\"status\":", record.status);
  line.number(",\"bytes_in\":", record.bytes_in);
  line.number(",\"bytes_out\":", record.bytes_out);
  line.duration(",\"duration_us\":", record.duration);
  if (record.first_byte) line.duration(",\"first_byte_us\":", *record.first_byte);
  line.number(",\"attempts\":", record.attempts);
  line.text(",\"termination\":", to_string(record.termination));
  if (record.error) {
    line.text(",\"error\":{\"code\":", to_string(*record.error));
    line.text(",\"origin\":", to_string(record.error_origin));
    line.text(",\"detail\":", record.error_detail);
    line.raw("}");
  }
  if (record.ai != nullptr) append_ai(line, *record.ai);
  line.raw("}\n");
}

}  // namespace tidegate::telemetry
