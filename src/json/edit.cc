#include "json/edit.h"

#include <algorithm>

#include "base/check.h"

namespace tidegate::json {
namespace {

constexpr std::string_view kSpaces = " \n\r\t";

}  // namespace

void Edit::replace(Range range, std::string_view text) {
  TIDEGATE_CHECK(count_ < kMaxSplices);
  TIDEGATE_CHECK(range.begin <= range.end && range.end <= original_.size());
  std::size_t place = count_;
  while (place > 0 && splices_[place - 1].range.begin > range.begin) {
    splices_[place] = splices_[place - 1];
    --place;
  }
  TIDEGATE_CHECK(place == 0 || splices_[place - 1].range.end <= range.begin);
  TIDEGATE_CHECK(place == count_ || range.end <= splices_[place + 1].range.begin);
  splices_[place] = {range, text};
  ++count_;
  size_change_ += text.size() - range.size();
}

std::span<const std::string_view> Edit::pieces() {
  std::size_t used = 0;
  std::size_t from = 0;
  const auto put = [this, &used](std::string_view piece) {
    if (!piece.empty()) pieces_[used++] = piece;
  };
  for (std::size_t i = 0; i < count_; ++i) {
    const auto& splice = splices_[i];
    put(original_.substr(from, splice.range.begin - from));
    put(splice.text);
    from = splice.range.end;
  }
  put(original_.substr(from));
  return {pieces_.data(), used};
}

std::string Edit::to_string() {
  std::string whole;
  whole.reserve(size());
  for (const auto piece : pieces()) whole.append(piece);
  return whole;
}

void append_member(Edit& edit, std::string_view text, Range object, std::string_view member,
                   Arena& storage) {
  const auto close = object.end - 1;
  const auto last = text.find_last_not_of(kSpaces, close - 1);
  const bool is_empty = last == object.begin;
  edit.insert(static_cast<std::uint32_t>(last + 1),
              is_empty ? storage.copy(member) : storage.concat({",", member}));
}

Range member_with_comma(std::string_view text, const Member& member) {
  Range range{member.name.begin, member.value.end};
  const auto next = text.find_first_not_of(kSpaces, range.end);
  const auto before = text.find_last_not_of(kSpaces, range.begin - 1);
  if (text[before] == ',') {
    range.begin = static_cast<std::uint32_t>(before);
  } else if (text[next] == ',') {
    // The first member: up to the next name, so that the rest keeps its own indentation.
    range.end = static_cast<std::uint32_t>(text.find_first_not_of(kSpaces, next + 1));
  }
  return range;
}

void remove_member(Edit& edit, std::string_view text, const Member& member) {
  edit.replace(member_with_comma(text, member), {});
}

}  // namespace tidegate::json
