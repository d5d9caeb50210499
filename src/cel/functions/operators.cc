// The signatures of the operators, which have instructions of their own.
#include "cel/functions/library.h"

namespace tidegate::cel {
namespace {

constexpr std::string_view kOrder =
    "(bool, bool) -> bool; (int, int) -> bool; (int, uint) -> bool; (int, double) -> bool;"
    "(uint, uint) -> bool; (uint, int) -> bool; (uint, double) -> bool; (double, double) -> bool;"
    "(double, int) -> bool; (double, uint) -> bool; (string, string) -> bool;"
    "(bytes, bytes) -> bool; (timestamp, timestamp) -> bool; (duration, duration) -> bool";
constexpr std::string_view kIndexes =
    "(list(A), int) -> A; (map(A, B), A) -> B;"
    "(optional(list(A)), int) -> optional(A); (optional(map(A, B)), A) -> optional(B)";
constexpr std::string_view kOptionalIndexes =
    "(list(A), int) -> optional(A); (map(A, B), A) -> optional(B);"
    "(optional(list(A)), int) -> optional(A); (optional(map(A, B)), A) -> optional(B)";

constexpr FunctionRow kRows[] = {
    {"_==_", "(A, A) -> bool", nullptr, Op::kEqual},
    {"_!=_", "(A, A) -> bool", nullptr, Op::kNotEqual},
    {"_<_", kOrder, nullptr, Op::kLess},
    {"_<=_", kOrder, nullptr, Op::kLessEqual},
    {"_>_", kOrder, nullptr, Op::kGreater},
    {"_>=_", kOrder, nullptr, Op::kGreaterEqual},
    {"_+_",
     "(int, int) -> int; (uint, uint) -> uint; (double, double) -> double;"
     "(string, string) -> string; (bytes, bytes) -> bytes; (list(A), list(A)) -> list(A);"
     "(timestamp, duration) -> timestamp; (duration, timestamp) -> timestamp;"
     "(duration, duration) -> duration",
     nullptr, Op::kAdd},
    {"_-_",
     "(int, int) -> int; (uint, uint) -> uint; (double, double) -> double;"
     "(timestamp, timestamp) -> duration; (timestamp, duration) -> timestamp;"
     "(duration, duration) -> duration",
     nullptr, Op::kSubtract},
    {"_*_", "(int, int) -> int; (uint, uint) -> uint; (double, double) -> double", nullptr,
     Op::kMultiply},
    {"_/_", "(int, int) -> int; (uint, uint) -> uint; (double, double) -> double", nullptr,
     Op::kDivide},
    {"_%_", "(int, int) -> int; (uint, uint) -> uint", nullptr, Op::kModulo},
    {"-_", "(int) -> int; (double) -> double", nullptr, Op::kNegate},
    {"!_", "(bool) -> bool", nullptr, Op::kNot},
    {"_[_]", kIndexes, nullptr, Op::kIndex},
    {"_[?_]", kOptionalIndexes, nullptr, Op::kOptionalIndex},
    {"@in", "(A, list(A)) -> bool; (A, map(A, B)) -> bool", nullptr, Op::kIn},
};

}  // namespace

std::span<const FunctionRow> operator_rows() { return kRows; }

}  // namespace tidegate::cel
