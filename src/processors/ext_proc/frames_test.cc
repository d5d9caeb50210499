#include "processors/ext_proc/frames.h"

#include <gtest/gtest.h>

#include <string>

namespace tidegate::processors::ext_proc {
namespace {

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
