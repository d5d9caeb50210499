#include "coding/coding.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace tidegate::coding {
namespace {

using http::HeaderId;

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

std::optional<Coding> find_coding(std::string_view name) {
  if (http::iequals(name, "gzip") || http::iequals(name, "x-gzip")) return Coding::kGzip;
  if (http::iequals(name, "deflate")) return Coding::kDeflate;
  if (http::iequals(name, "br")) return Coding::kBrotli;
  if (http::iequals(name, "zstd")) return Coding::kZstd;
  return std::nullopt;
}

// Names of codings that nobody has heard of may be long.
constexpr std::size_t kMaxToldBytes = 32;

Result<void> read_list(std::string_view list, Origin origin, std::vector<Coding>& out) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view name = trim(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
    if (name.empty() || http::iequals(name, "identity")) continue;
    const auto coding = find_coding(name);
    if (!coding) {
      return fail(ErrorCode::kUnsupported, origin,
                  fmt::format("content coding '{}'", name.substr(0, kMaxToldBytes)));
    }
    if (out.size() == kMaxCodings) {
      return fail(ErrorCode::kUnsupported, origin,
                  fmt::format("more than {} content codings", kMaxCodings));
    }
    out.push_back(*coding);
  }
  return {};
}

}  // namespace

Result<std::vector<Coding>> read_codings(const http::HeaderMap& fields, Origin origin) {
  std::vector<Coding> codings;
  for (const http::Field& field : fields.fields()) {
    if (field.id != HeaderId::kContentEncoding) continue;
    TIDEGATE_TRY_VOID(read_list(field.value, origin, codings));
  }
  return codings;
}

void fit_fields(http::HeaderMap& fields) {
  fields.remove({HeaderId::kContentEncoding, HeaderId::kContentLength});
  constexpr std::array<std::string_view, 5> kOfBytes = {"content-md5", "content-digest",
                                                        "repr-digest", "digest", "accept-ranges"};
  fields.remove_if([&kOfBytes](const http::Field& field) {
    return field.id == HeaderId::kOther &&
           std::ranges::any_of(kOfBytes, [&field](std::string_view name) {
             return http::iequals(field.name, name);
           });
  });
  for (const http::Field& field : fields.fields()) {
    if (field.id != HeaderId::kOther || !http::iequals(field.name, "etag")) continue;
    if (!field.value.starts_with("W/")) {
      fields.set_value(field, fields.arena().concat({"W/", field.value}));
    }
  }
}

}  // namespace tidegate::coding
