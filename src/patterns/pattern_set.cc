#include "patterns/pattern_set.h"

#include <fmt/format.h>
#include <hs/hs.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <limits>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace tidegate::patterns {

struct PatternSet::Database {
  Database(hs_database_t* d, std::span<const Pattern> patterns) : compiled(d) {
    with_start.reserve(patterns.size());
    for (const auto& one : patterns) with_start.push_back(one.with_start);
  }
  ~Database() { hs_free_database(compiled); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  hs_database_t* compiled;
  std::vector<bool> with_start;  // by pattern
  // Sets come and go, and a new one may stand where an old one stood.
  std::uint64_t id = next_id();

 private:
  static std::uint64_t next_id() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
  }
};

namespace {

// What a scan needs for itself; it grows to what the largest set of this thread needs.
struct Scratch {
  Scratch() = default;
  ~Scratch() { hs_free_scratch(scratch); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  // False: no memory. Sets that fit are remembered: hs_alloc_scratch() takes a checksum of the
  // whole set each time, 300 us for one of 4 MB.
  bool make_fit(const hs_database_t* set, std::uint64_t id) {
    if (std::ranges::find(fits, id) != fits.end()) return true;
    if (fits.size() == kMostRemembered) fits.clear();
    if (hs_alloc_scratch(set, &scratch) != HS_SUCCESS) {
      fits.clear();  // what was there may be gone
      return false;
    }
    fits.push_back(id);
    return true;
  }

  static constexpr std::size_t kMostRemembered = 64;  // some of them are gone
  hs_scratch_t* scratch = nullptr;
  std::vector<std::uint64_t> fits;  // sets; scratch never shrinks
  std::vector<std::uint32_t> last;  // by pattern: its last match in the list, plus one
};

Scratch& scratch_of_thread() {
  thread_local Scratch scratch;
  return scratch;
}

struct Scan {
  std::vector<Match>* matches;
  std::vector<std::uint32_t>* last;
  const std::vector<bool>* with_start;
};

int take_match(unsigned id, unsigned long long from, unsigned long long to, unsigned,
               void* context) {
  const auto& scan = *static_cast<Scan*>(context);
  const auto end = static_cast<std::uint32_t>(to);
  const auto begin = (*scan.with_start)[id] ? static_cast<std::uint32_t>(from) : end;
  auto& last = (*scan.last)[id];
  if (last != 0) {
    auto& before = (*scan.matches)[last - 1];
    if (before.begin == begin && before.end != before.begin) {
      before.end = end;  // the same match, longer
      return 0;
    }
  }
  if (scan.matches->size() == PatternSet::kMaxMatches) return 1;
  scan.matches->push_back({id, begin, end});
  last = static_cast<std::uint32_t>(scan.matches->size());
  return 0;
}

}  // namespace

namespace {

// What compilers are told about processors: null is this one.
const hs_platform_info_t* platform_of(PatternSet::Target target) {
  static constexpr hs_platform_info_t kBaseline{HS_TUNE_FAMILY_GENERIC, 0, 0, 0};
  return target == PatternSet::Target::kAnyProcessor ? &kBaseline : nullptr;
}

}  // namespace

Result<PatternSet> PatternSet::compile(std::span<const Pattern> patterns, Target target) {
  std::vector<std::string> texts;
  std::vector<const char*> expressions;
  std::vector<unsigned> flags;
  std::vector<unsigned> ids;
  texts.reserve(patterns.size());
  for (const auto& pattern : patterns) {
    texts.emplace_back(pattern.expression);
    expressions.push_back(texts.back().c_str());
    flags.push_back((pattern.any_case ? HS_FLAG_CASELESS : 0U) |
                    (pattern.with_start ? HS_FLAG_SOM_LEFTMOST : 0U));
    ids.push_back(static_cast<unsigned>(ids.size()));
  }
  hs_database_t* compiled = nullptr;
  hs_compile_error_t* error = nullptr;
  const auto status = hs_compile_multi(expressions.data(), flags.data(), ids.data(),
                                       static_cast<unsigned>(patterns.size()), HS_MODE_BLOCK,
                                       platform_of(target), &compiled, &error);
  if (status != HS_SUCCESS) {
    auto detail = fmt::format("pattern {}: {}", error->expression, error->message);
    hs_free_compile_error(error);
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal, std::move(detail));
  }
  return PatternSet(std::make_shared<const Database>(compiled, patterns));
}

namespace {

// All that a set is compiled from.
std::string key_of(std::span<const Pattern> patterns) {
  std::string key;
  for (const auto& one : patterns) {
    key += fmt::format("{}{}{}:{}", one.any_case ? 'i' : '-', one.with_start ? 's' : '-',
                       one.expression.size(), one.expression);
  }
  return key;
}

// FNV-1a: tells a list of patterns from another one that somebody forgot to store anew.
constexpr std::size_t kHashBytes = 8;
std::string hash_of(std::string_view key) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  std::string out(kHashBytes, '\0');
  for (std::size_t i = 0; i < kHashBytes; ++i) out[i] = static_cast<char>(hash >> (8 * i) & 0xFFU);
  return out;
}

}  // namespace

Result<std::string> PatternSet::store(std::span<const Pattern> patterns, Target target) {
  TIDEGATE_TRY(made, compile(patterns, target));
  char* bytes = nullptr;
  std::size_t size = 0;
  if (hs_serialize_database(made.database_->compiled, &bytes, &size) != HS_SUCCESS) {
    return fail(ErrorCode::kInternal, Origin::kInternal, "no memory to store patterns");
  }
  auto out = hash_of(key_of(patterns)) + std::string(bytes, size);
  std::free(bytes);  // NOLINT(cppcoreguidelines-no-malloc): the library's default allocator
  return out;
}

std::optional<PatternSet> PatternSet::read(std::span<const Pattern> patterns,
                                           std::string_view stored) {
  if (stored.size() <= kHashBytes || !stored.starts_with(hash_of(key_of(patterns)))) {
    return std::nullopt;
  }
  stored.remove_prefix(kHashBytes);
  // The library checks its version, what the processor can do, and a sum over the bytes.
  hs_database_t* compiled = nullptr;
  if (hs_deserialize_database(stored.data(), stored.size(), &compiled) != HS_SUCCESS) {
    return std::nullopt;
  }
  return PatternSet(std::make_shared<const Database>(compiled, patterns));
}

Result<PatternSet> PatternSet::share(std::span<const Pattern> patterns, std::string_view stored) {
  // A set that nobody has any more leaves its name, until the next that is made.
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<const Database>> known;
  auto key = key_of(patterns);
  const std::scoped_lock lock(mutex);
  if (const auto found = known.find(key); found != known.end()) {
    if (auto database = found->second.lock()) return PatternSet(std::move(database));
  }
  std::erase_if(known, [](const auto& entry) { return entry.second.expired(); });
  auto made = read(patterns, stored);
  if (!made) {
    TIDEGATE_TRY(compiled, compile(patterns, Target::kThisProcessor));
    made = std::move(compiled);
  }
  known.emplace(std::move(key), made->database_);
  return std::move(*made);
}

Result<void> PatternSet::scan(std::string_view text, std::vector<Match>& out) const {
  out.clear();
  if (text.size() > std::numeric_limits<std::uint32_t>::max()) {
    return fail(ErrorCode::kLimit, Origin::kInternal, "text too long to be searched");
  }
  auto& own = scratch_of_thread();
  if (!own.make_fit(database_->compiled, database_->id)) {
    return fail(ErrorCode::kInternal, Origin::kInternal, "no memory to search a text");
  }
  own.last.assign(database_->with_start.size(), 0);
  Scan scan{&out, &own.last, &database_->with_start};
  const auto status = hs_scan(database_->compiled, text.data(), static_cast<unsigned>(text.size()),
                              0, own.scratch, take_match, &scan);
  if (status == HS_SUCCESS) return {};
  if (status == HS_SCAN_TERMINATED) {
    return fail(ErrorCode::kLimit, Origin::kInternal, "more matches than are looked at");
  }
  return fail(ErrorCode::kInternal, Origin::kInternal, fmt::format("search failed: {}", status));
}

std::size_t PatternSet::size_bytes() const {
  std::size_t size = 0;
  hs_database_size(database_->compiled, &size);
  return size;
}

}  // namespace tidegate::patterns
