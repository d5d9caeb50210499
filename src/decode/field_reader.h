// Reads fields out of a Value tree: each decoder is a list of lines, one per field, and every
// problem is collected with its place and path.
//
//   void read_header(const Node& node, HttpHeader& out) {
//     ObjectReader object(node);
//     object.required("name", out.name, kHeaderName);
//     object.optional("value", out.value, Text{.max = 4096});
//   }  // here every key that nobody asked for becomes a problem
//
// A reader is anything callable with (const Node&, T&). What fails to read keeps its default, and
// the reporter counts it. A null value counts as an absent field, as in the Kubernetes API.
//
// Thread: one owner; nothing here outlives the decoding of one document.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "resource/problem.h"
#include "yaml/value.h"

namespace tidegate::decode {

// One step of a field path; the chain lives on the stack of the readers.
struct Path {
  const Path* parent = nullptr;  // null: the document
  std::string_view key;
  std::size_t index = kNoIndex;  // in a list, instead of a key

  static constexpr std::size_t kNoIndex = SIZE_MAX;
};

// "spec.rules[0].matches[1].path"; keys that are not plain names as `labels["example.com/x"]`.
std::string format_path(const Path& path);

// What unknown fields are: errors in files, where a slip is likely; warnings from the Kubernetes
// API, where they come from a newer schema.
enum class UnknownFields : std::uint8_t { kError, kWarning };

// Collects the problems of one document.
class Reporter {
 public:
  // `problems` must outlive the reporter. `file` may be null.
  Reporter(std::shared_ptr<const std::string> file, UnknownFields unknown,
           std::vector<resource::Problem>& problems)
      : file_(std::move(file)), unknown_(unknown), problems_(problems) {}

  // Names the object for what follows; the views must stay valid while it is decoded.
  void set_object(std::string_view kind, std::string_view ns, std::string_view name);
  void report(yaml::Mark mark, std::string path, std::string message,
              resource::Severity severity = resource::Severity::kError);

  const std::shared_ptr<const std::string>& file() const { return file_; }
  UnknownFields unknown() const { return unknown_; }
  // Errors so far, warnings not counted.
  std::size_t errors() const { return errors_; }

 private:
  std::shared_ptr<const std::string> file_;
  UnknownFields unknown_;
  std::vector<resource::Problem>& problems_;
  std::string_view kind_;
  std::string_view namespace_;
  std::string_view name_;
  std::size_t errors_ = 0;
};

// A value and where it stands.
struct Node {
  const yaml::Value& value;
  const Path& path;
  Reporter& reporter;

  void fail(std::string message) const;
  void warn(std::string message) const;
  // Fails with "must be a list, not a string" unless it is of that kind.
  bool is(yaml::Kind kind) const;
};

// How many items a list may have.
struct Items {
  std::size_t min = 0;
  std::size_t max = SIZE_MAX;
};

class ObjectReader {
 public:
  // Reports a value that is no map, and then reads as if every field were absent.
  explicit ObjectReader(const Node& node);
  // Reports the keys that nobody asked for.
  ~ObjectReader();
  ObjectReader(const ObjectReader&) = delete;
  ObjectReader& operator=(const ObjectReader&) = delete;

  // Whether a key is there with a value. Does not count as asking for it.
  bool has(std::string_view key) const;

  // True when the field is there. `out` keeps its default otherwise.
  template <class T, class Reader>
  bool optional(std::string_view key, T& out, const Reader& reader) {
    const yaml::Value* value = take(key);
    if (value == nullptr) return false;
    const Path path{&node_.path, key};
    reader(Node{*value, path, node_.reporter}, out);
    return true;
  }
  template <class T, class Reader>
  bool optional(std::string_view key, std::optional<T>& out, const Reader& reader) {
    return has(key) ? optional(key, out.emplace(), reader) : skip(key);
  }

  template <class T, class Reader>
  bool required(std::string_view key, T& out, const Reader& reader) {
    if (optional(key, out, reader)) return true;
    fail(key, "is required");
    return false;
  }

  // Every item of a list goes into `out`, in its place, even one that fails.
  template <class T, class Reader>
  bool list(std::string_view key, std::vector<T>& out, Items items, const Reader& reader) {
    return optional(key, out, [&](const Node& node, std::vector<T>& into) {
      read_list(node, into, items, reader);
    });
  }
  template <class T, class Reader>
  bool required_list(std::string_view key, std::vector<T>& out, Items items, const Reader& reader) {
    if (list(key, out, items, reader)) return true;
    fail(key, "is required");
    return false;
  }

  // An object whose fields are read by `reader(ObjectReader&)`, without a type of its own.
  template <class Reader>
  bool object(std::string_view key, const Reader& reader) {
    const yaml::Value* value = take(key);
    if (value == nullptr) return false;
    const Path path{&node_.path, key};
    ObjectReader inner(Node{*value, path, node_.reporter});
    reader(inner);
    return true;
  }

  // Fields that exist but do not matter here.
  void ignore(std::initializer_list<std::string_view> keys);

  // Problems of the whole, of one field (also an absent one) and of one item of a field's list.
  void fail(std::string message) const { node_.fail(std::move(message)); }
  void fail(std::string_view key, std::string message) const;
  void fail_item(std::string_view key, std::size_t index, std::string message) const;

  const Node& node() const { return node_; }

  template <class T, class Reader>
  static void read_list(const Node& node, std::vector<T>& out, Items items, const Reader& reader) {
    if (!check_list(node, items)) return;
    const auto values = node.value.items();
    out.reserve(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Path path{&node.path, {}, i};
      reader(Node{values[i], path, node.reporter}, out.emplace_back());
    }
  }

 private:
  const yaml::Value* take(std::string_view key);
  bool skip(std::string_view key);
  void remember(std::string_view key);
  void report_unknown(const yaml::Entry& entry) const;
  static bool check_list(const Node& node, Items items);

  static constexpr std::size_t kMaxKnown = 32;

  Node node_;
  std::uint64_t taken_ = 0;  // bit per entry; maps larger than that have no fields
  std::string_view known_[kMaxKnown];
  std::size_t known_count_ = 0;
};

}  // namespace tidegate::decode
