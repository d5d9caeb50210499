#include "telemetry/access_record.h"

#include <emmintrin.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <initializer_list>

#include "base/ascii.h"
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

bool is_secret(std::string_view name) {
  return std::ranges::any_of(kSecretParameters, [name](std::string_view secret) {
    return std::ranges::equal(name, secret, {}, to_lower);
  });
}

// Takes "name=value" off the front of a query, with the "&" behind it.
std::string_view take_pair(std::string_view& query) {
  const std::size_t end = std::min(query.find('&'), query.size() - 1) + 1;
  const std::string_view pair = query.substr(0, end);
  query.remove_prefix(end);
  return pair;
}

// Length of "name=" when the pair gives a credential a value; else 0.
std::size_t secret_name_bytes(std::string_view pair) {
  const std::size_t equals = pair.find('=');
  return equals != std::string_view::npos && is_secret(pair.substr(0, equals)) ? equals + 1 : 0;
}

bool has_secret(std::string_view query) {
  while (!query.empty()) {
    if (secret_name_bytes(take_pair(query)) > 0) return true;
  }
  return false;
}

bool is_plain(char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }

// Copies sixteen bytes; false when one of them is no ASCII that JSON strings take as it is.
bool copy_plain_block(const char* from, char* to) {
  const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  const __m128i special =
      _mm_or_si128(_mm_cmplt_epi8(block, _mm_set1_epi8(0x20)),  // signed: not ASCII is less too
                   _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('"')),
                                _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'))));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), block);
  return _mm_movemask_epi8(special) == 0;
}

// The same for eight to sixteen bytes: the first and the last eight.
bool copy_plain_halves(std::string_view text, char* to) {
  char block[16];
  char plain[16];
  std::memcpy(block, text.data(), 8);
  std::memcpy(block + 8, text.data() + text.size() - 8, 8);
  if (!copy_plain_block(block, plain)) return false;
  std::memcpy(to, plain, 8);
  std::memcpy(to + text.size() - 8, plain + 8, 8);
  return true;
}

// Copies to `to`, which has room for as many bytes; false when something must be escaped.
bool copy_plain(std::string_view text, char* to) {
  constexpr std::size_t kBlock = 16;
  const char* from = text.data();
  const std::size_t size = text.size();
  if (size < kBlock && size >= kBlock / 2) return copy_plain_halves(text, to);
  if (size < kBlock) {
    for (const char c : text) {
      if (!is_plain(c)) return false;
      *to++ = c;
    }
    return true;
  }
  for (std::size_t at = 0; at + kBlock < size; at += kBlock) {
    if (!copy_plain_block(from + at, to + at)) return false;
  }
  return copy_plain_block(from + size - kBlock, to + size - kBlock);  // the last one overlaps
}

// Members of one flat object, written to memory that is large enough (see max_line_bytes). Names
// are literals that need no escaping and come with their punctuation.
class Line {
 public:
  static constexpr std::size_t kMaxDigits = 20;

  explicit Line(char* at) : at_(at) {}

  template <std::size_t N>
  void raw(const char (&text)[N]) {
    std::memcpy(at_, text, N - 1);
    at_ += N - 1;
  }
  template <std::size_t N>
  void text(const char (&name)[N], std::string_view value, std::size_t limit = kMaxTextBytes) {
    if (value.empty()) return;
    value = value.substr(0, limit);
    raw(name);
    *at_++ = '"';
    if (copy_plain(value, at_)) {
      at_ += value.size();
    } else {
      std::string escaped;
      json::append_escaped(escaped, value);
      append(escaped);
    }
    *at_++ = '"';
  }
  template <std::size_t N>
  void number(const char (&name)[N], std::uint64_t value) {
    raw(name);
    at_ = std::to_chars(at_, at_ + kMaxDigits, value).ptr;
  }
  template <std::size_t N>
  void duration(const char (&name)[N], std::chrono::microseconds value) {
    number(name, static_cast<std::uint64_t>(std::max<std::int64_t>(value.count(), 0)));
  }
  void append(std::string_view text) {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  char* end() const { return at_; }

 private:
  char* at_;
};

std::span<const TryRecord> logged_tries(const AccessRecord& record) {
  return record.tries.first(std::min(record.tries.size(), kMaxLoggedTries));
}

std::span<const ProcessorRecord> logged_processors(const AccessRecord& record) {
  return record.processors.first(std::min(record.processors.size(), kMaxLoggedProcessors));
}

// Upper bound of a line: all names and numbers, and every byte of a text as \u00XX.
std::size_t max_line_bytes(const AccessRecord& record) {
  constexpr std::size_t kNamesAndNumbers = 1536;
  constexpr std::size_t kMaxEscapedBytes = 6;
  std::size_t texts = std::min(record.target.size(), kMaxTargetBytes);
  const auto count = [&texts](std::initializer_list<std::string_view> values) {
    for (const std::string_view value : values) texts += std::min(value.size(), kMaxTextBytes);
  };
  count({record.listener, record.route, record.rule, record.backend, record.endpoint, record.region,
         record.method, record.host, record.protocol, record.client_address, record.request_id,
         record.user_agent, record.error_detail});
  if (const AiRecord* ai = record.ai) {
    count({ai->provider, ai->dialect, ai->operation, ai->model, ai->upstream_model,
           ai->translation_loss});
  }
  std::size_t of_tries = 0;
  if (!record.tries.empty() || !record.regions.empty()) {
    constexpr std::size_t kNamesOfTry = 80;
    count({record.regions});
    for (const TryRecord& one : logged_tries(record)) {
      of_tries += kNamesOfTry;
      count({one.backend, one.endpoint, one.region, one.outcome});
    }
  }
  constexpr std::size_t kNamesOfProcessor = 140;
  for (const ProcessorRecord& one : logged_processors(record)) {
    of_tries += kNamesOfProcessor;
    count({one.processor, one.phase, one.verdict, one.detail});
  }
  // Redaction may lengthen the target by three bytes per "k=" of its own, which the factor covers.
  return kNamesAndNumbers + of_tries + kMaxEscapedBytes * texts;
}

void put_digits(char* at, unsigned value, unsigned count) {
  while (count-- > 0) {
    at[count] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

constexpr std::string_view kTimeText = "{\"time\":\"0000-00-00T00:00:00.000000Z\"";
constexpr std::size_t kTimeStart = 9;

// {"time":"2026-08-01T12:34:56. of one second.
void put_second(char* text, std::chrono::sys_seconds second) {
  using namespace std::chrono;
  const auto day = floor<days>(second);
  const year_month_day date(day);
  const auto of_day = static_cast<unsigned>((second - day).count());
  put_digits(text + kTimeStart, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  put_digits(text + kTimeStart + 5, static_cast<unsigned>(date.month()), 2);
  put_digits(text + kTimeStart + 8, static_cast<unsigned>(date.day()), 2);
  put_digits(text + kTimeStart + 11, of_day / 3600, 2);
  put_digits(text + kTimeStart + 14, of_day / 60 % 60, 2);
  put_digits(text + kTimeStart + 17, of_day % 60, 2);
}

// {"time":"2026-08-01T12:34:56.123456Z". Lines of one second share all but its fraction.
void append_time(Line& line, WallTime time) {
  struct Last {
    std::chrono::sys_seconds second = std::chrono::sys_seconds::min();
    char text[kTimeText.size()]{};
  };
  static thread_local constinit Last last;
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  if (second != last.second) {
    std::memcpy(last.text, kTimeText.data(), kTimeText.size());
    put_second(last.text, second);
    last.second = second;
  }
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(time - second).count();
  put_digits(last.text + kTimeStart + 20, static_cast<unsigned>(micros), 6);
  line.append({last.text, kTimeText.size()});
}

void append_ai(Line& line, const AiRecord& ai) {
  line.raw(",\"ai\":{\"stream\":");
  line.append(ai.delivery == Delivery::kStream ? "true" : "false");
  line.text(",\"provider\":", ai.provider);
  line.text(",\"dialect\":", ai.dialect);
  line.text(",\"operation\":", ai.operation);
  line.text(",\"model\":", ai.model);
  line.text(",\"upstream_model\":", ai.upstream_model);
  line.text(",\"translation_loss\":", ai.translation_loss);
  if (ai.first_token) line.duration(",\"first_token_us\":", *ai.first_token);
  if (ai.usage) {
    line.number(",\"usage\":{\"input\":", ai.usage->input);
    line.number(",\"cached_input\":", ai.usage->cached_input);
    line.number(",\"cache_write_input\":", ai.usage->cache_write_input);
    line.number(",\"output\":", ai.usage->output);
    line.number(",\"reasoning_output\":", ai.usage->reasoning_output);
    line.raw("}");
  }
  if (ai.avoided) {
    line.number(",\"avoided\":{\"input\":", ai.avoided->input);
    line.number(",\"output\":", ai.avoided->output);
    line.raw("}");
  }
  if (ai.cost) line.number(",\"cost_micro_usd\":", ai.cost->value());
  line.raw("}");
}

void append_tries(Line& line, std::span<const TryRecord> tries) {
  line.raw(",\"tries\":[");
  for (std::size_t i = 0; i < tries.size(); ++i) {
    if (i != 0) line.raw(",");
    line.raw("{\"outcome\":\"");
    line.append(tries[i].outcome.substr(0, kMaxTextBytes));  // our own words
    line.raw("\"");
    line.text(",\"backend\":", tries[i].backend);
    line.text(",\"endpoint\":", tries[i].endpoint);
    line.text(",\"region\":", tries[i].region);
    line.raw("}");
  }
  line.raw("]");
}

void append_processors(Line& line, std::span<const ProcessorRecord> processors) {
  line.raw(",\"processors\":[");
  for (std::size_t i = 0; i < processors.size(); ++i) {
    const ProcessorRecord& one = processors[i];
    if (i != 0) line.raw(",");
    line.number("{\"us\":", one.microseconds);
    line.text(",\"processor\":", one.processor);
    line.text(",\"phase\":", one.phase);
    line.text(",\"verdict\":", one.verdict);
    line.text(",\"detail\":", one.detail);
    if (one.runs > 1) line.number(",\"events\":", one.runs);
    if (one.reports) line.raw(",\"mode\":\"report\"");
    line.raw("}");
  }
  line.raw("]");
}

void append_record(Line& line, const AccessRecord& record) {
  std::string scratch;
  append_time(line, record.time);
  line.text(",\"listener\":", record.listener);
  line.text(",\"route\":", record.route);
  line.text(",\"rule\":", record.rule);
  line.text(",\"backend\":", record.backend);
  line.text(",\"endpoint\":", record.endpoint);
  line.text(",\"region\":", record.region);
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
  line.text(",\"regions\":", record.regions);
  if (!record.tries.empty()) append_tries(line, logged_tries(record));
  if (!record.processors.empty()) append_processors(line, logged_processors(record));
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
  std::string_view query = target.substr(mark + 1);
  if (!has_secret(query)) return target;
  scratch.assign(target.substr(0, mark + 1));
  while (!query.empty()) {
    const std::string_view pair = take_pair(query);
    if (const std::size_t name = secret_name_bytes(pair); name > 0) {
      scratch.append(pair.substr(0, name)).append(kRedacted).append(pair.ends_with('&') ? "&" : "");
    } else {
      scratch.append(pair);
    }
  }
  return scratch;
}

void format_access_record(const AccessRecord& record, std::string& out) {
  const std::size_t start = out.size();
  out.resize_and_overwrite(start + max_line_bytes(record), [&](char* data, std::size_t) {
    Line line(data + start);
    append_record(line, record);
    return static_cast<std::size_t>(line.end() - data);
  });
}

}  // namespace tidegate::telemetry
