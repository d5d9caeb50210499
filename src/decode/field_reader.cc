#include "decode/field_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "decode/spelling.h"

namespace tidegate::decode {
namespace {

constexpr std::size_t kMaxFields = 64;

bool is_plain_key(std::string_view key) {
  return !key.empty() && std::ranges::all_of(key, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
  });
}

std::string_view with_article(yaml::Kind kind) {
  switch (kind) {
    case yaml::Kind::kNull:
      return "null";
    case yaml::Kind::kBool:
      return "a boolean";
    case yaml::Kind::kInt:
      return "an integer";
    case yaml::Kind::kFloat:
      return "a number";
    case yaml::Kind::kString:
      return "a string";
    case yaml::Kind::kList:
      return "a list";
    case yaml::Kind::kMap:
      return "a map";
  }
  return "a value";
}

// A problem is one line: control characters out of somebody's text are written as escapes.
std::string on_one_line(std::string text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::ranges::none_of(text, is_control)) return text;
  std::string out;
  for (const char c : text) {
    if (!is_control(c)) {
      out.push_back(c);
    } else {
      out += c == '\n' ? "\\n" : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace

std::string format_path(const Path& path) {
  std::string out = path.parent != nullptr ? format_path(*path.parent) : "";
  if (path.index != Path::kNoIndex) return out + fmt::format("[{}]", path.index);
  if (path.key.empty()) return out;
  if (!is_plain_key(path.key)) return out + fmt::format("[\"{}\"]", path.key);
  if (!out.empty()) out += '.';
  return out.append(path.key);
}

void Reporter::set_object(std::string_view kind, std::string_view ns, std::string_view name) {
  kind_ = kind;
  namespace_ = ns;
  name_ = name;
}

void Reporter::report(yaml::Mark mark, std::string path, std::string message,
                      resource::Severity severity) {
  std::string object(kind_);
  if (!name_.empty()) {
    object +=
        namespace_.empty() ? fmt::format(" {}", name_) : fmt::format(" {}/{}", namespace_, name_);
  }
  if (severity == resource::Severity::kError) ++errors_;
  problems_.push_back({file_, mark.line, mark.column, std::move(object),
                       on_one_line(std::move(path)), on_one_line(std::move(message)), severity});
}

void Node::fail(std::string message) const {
  reporter.report(value.mark(), format_path(path), std::move(message));
}

void Node::warn(std::string message) const {
  reporter.report(value.mark(), format_path(path), std::move(message),
                  resource::Severity::kWarning);
}

bool Node::is(yaml::Kind kind) const {
  if (value.kind() == kind) return true;
  const bool unquoted = kind == yaml::Kind::kString && value.is_scalar() && !value.text().empty();
  fail(fmt::format("must be {}, not {}{}", with_article(kind), with_article(value.kind()),
                   unquoted ? " (put it in quotes)" : ""));
  return false;
}

ObjectReader::ObjectReader(const Node& node) : node_(node) {
  if (!node_.is(yaml::Kind::kMap)) return;
  if (node_.value.entries().size() > kMaxFields) {
    node_.fail(fmt::format("must have at most {} fields", kMaxFields));
  }
}

ObjectReader::~ObjectReader() {
  const auto entries = node_.value.entries();
  for (std::size_t i = 0; i < entries.size() && i < kMaxFields; ++i) {
    if ((taken_ >> i & 1) == 0) report_unknown(entries[i]);
  }
}

bool ObjectReader::has(std::string_view key) const {
  const yaml::Value* value = node_.value.find(key);
  return value != nullptr && value->kind() != yaml::Kind::kNull;
}

const yaml::Value* ObjectReader::take(std::string_view key) {
  remember(key);
  const auto entries = node_.value.entries();
  const auto count = std::min(entries.size(), kMaxFields);
  for (std::size_t i = 0; i < count; ++i) {
    if (entries[i].key.text() != key) continue;
    taken_ |= std::uint64_t{1} << i;
    return entries[i].value.kind() == yaml::Kind::kNull ? nullptr : &entries[i].value;
  }
  return nullptr;
}

bool ObjectReader::skip(std::string_view key) {
  take(key);
  return false;
}

void ObjectReader::ignore(std::initializer_list<std::string_view> keys) {
  for (const auto key : keys) take(key);
}

void ObjectReader::remember(std::string_view key) {
  if (known_count_ < kMaxKnown) known_[known_count_++] = key;
}

void ObjectReader::fail(std::string_view key, std::string message) const {
  const Path path{&node_.path, key};
  const yaml::Value* value = node_.value.find(key);
  const yaml::Mark mark = value != nullptr ? value->mark() : node_.value.mark();
  node_.reporter.report(mark, format_path(path), std::move(message));
}

void ObjectReader::fail_item(std::string_view key, std::size_t index, std::string message) const {
  const Path list{&node_.path, key};
  const Path path{&list, {}, index};
  const yaml::Value* value = node_.value.find(key);
  const bool found = value != nullptr && index < value->items().size();
  const yaml::Mark mark = found ? value->items()[index].mark() : node_.value.mark();
  node_.reporter.report(mark, format_path(path), std::move(message));
}

void ObjectReader::report_unknown(const yaml::Entry& entry) const {
  const Path path{&node_.path, entry.key.text()};
  std::string message = "unknown field";
  if (const auto similar = find_similar(entry.key.text(), {known_, known_count_})) {
    message += fmt::format("; did you mean \"{}\"?", *similar);
  }
  const auto severity = node_.reporter.unknown() == UnknownFields::kError
                            ? resource::Severity::kError
                            : resource::Severity::kWarning;
  node_.reporter.report(entry.key.mark(), format_path(path), std::move(message), severity);
}

bool ObjectReader::check_list(const Node& node, Items items) {
  if (!node.is(yaml::Kind::kList)) return false;
  const std::size_t count = node.value.items().size();
  if (count < items.min)
    node.fail(fmt::format("must have at least {} item{}", items.min, items.min == 1 ? "" : "s"));
  if (count > items.max)
    node.fail(fmt::format("must have at most {} item{}, not {}", items.max,
                          items.max == 1 ? "" : "s", count));
  return true;
}

}  // namespace tidegate::decode
