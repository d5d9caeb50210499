#include "processors/ext_proc/frames.h"

#include <gtest/gtest.h>

#include <string>

namespace tidegate::processors::ext_proc {
namespace {

TEST(Frames, TellWhetherTheNextOneIsWhole) {
  const auto bytes = make_frame("one") + make_frame("");
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    FrameReader reader(16);
    reader.feed(std::string_view(bytes).substr(0, cut));
    for (int i = 0; i < 3; ++i) {
      const bool has = reader.has_message();
      const auto next = reader.next();
      ASSERT_TRUE(next);
      EXPECT_EQ(has, next->has_value()) << cut;
    }
  }
  FrameReader long_one(2);
  long_one.feed(make_frame("one").substr(0, 5));
  EXPECT_TRUE(long_one.has_message());
  EXPECT_FALSE(long_one.next());
}

TEST(FrameReader, ReadsMessagesFromAnySplit) {
  const std::string bytes = make_frame("one") + make_frame("") + make_frame(std::string(300, 'x'));
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    FrameReader reader(300);
    std::string all;
    for (const std::string& part : {bytes.substr(0, cut), bytes.substr(cut)}) {
      reader.feed(part);
      while (true) {
        const auto message = reader.next();
        ASSERT_TRUE(message);
        if (!*message) break;
        all.append(**message).append("|");
      }
    }
    EXPECT_EQ(all, "one||" + std::string(300, 'x') + "|");
    EXPECT_FALSE(reader.is_inside());
  }
  FrameReader small(299);
  small.feed(make_frame(std::string(300, 'x')));
  EXPECT_FALSE(small.next());
}

}  // namespace
}  // namespace tidegate::processors::ext_proc
