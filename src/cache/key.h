// What a reply is found by: a digest of everything that the answer depends on.   Thread: pure
// values.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace tidegate::cache {

// SHA-256: that two different requests meet is not a case to handle.
struct Key {
  std::array<std::uint64_t, 4> words{};
  friend bool operator==(const Key&, const Key&) = default;
};
struct KeyHash {
  std::size_t operator()(const Key& key) const { return static_cast<std::size_t>(key.words[0]); }
};

// Takes parts in order. Each counts with its length, so that no two lists of parts read the same.
class KeyBuilder {
 public:
  KeyBuilder();
  ~KeyBuilder();
  KeyBuilder(const KeyBuilder&) = delete;
  KeyBuilder& operator=(const KeyBuilder&) = delete;

  void add(std::string_view part);
  void add(std::uint64_t number);
  // Of what was added so far; nothing may follow.
  Key finish();

 private:
  struct Digest;
  std::unique_ptr<Digest> digest_;
};

}  // namespace tidegate::cache
