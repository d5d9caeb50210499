#include "resource/problem.h"

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

namespace tidegate::resource {
namespace {

std::vector<Problem> make_problems() {
  const auto file = std::make_shared<const std::string>("etc/routes.yaml");
  return {
      {file, 30, 3, "Service default/a", "spec.type", "ignored", Severity::kWarning},
      {file, 12, 9, "HTTPRoute default/chat", "spec.rules[0].matches[0].path.value",
       "must start with \"/\"", Severity::kError},
      {file, 0, 0, "", "", "cannot be read", Severity::kError},
  };
}

TEST(Problems, ArePrintedInTheOrderOfTheText) {
  EXPECT_EQ(format_problems(make_problems()),
            "etc/routes.yaml: cannot be read\n"
            "etc/routes.yaml:12: HTTPRoute default/chat: spec.rules[0].matches[0].path.value: "
            "must start with \"/\"\n"
            "etc/routes.yaml:30: Service default/a: spec.type: warning: ignored\n");
}

TEST(Problems, ArePrintedAsJson) {
  EXPECT_EQ(format_problems_json(make_problems()),
            R"([{"severity":"error","file":"etc/routes.yaml","message":"cannot be read"},)"
            R"({"severity":"error","file":"etc/routes.yaml","line":12,"column":9,)"
            R"("object":"HTTPRoute default/chat","path":"spec.rules[0].matches[0].path.value",)"
            R"("message":"must start with \"/\""},)"
            R"({"severity":"warning","file":"etc/routes.yaml","line":30,"column":3,)"
            R"("object":"Service default/a","path":"spec.type","message":"ignored"}])");
}

TEST(Problems, AreErrorsOnlyWhenOneIs) {
  auto problems = make_problems();
  EXPECT_TRUE(has_errors(problems));
  problems.resize(1);
  EXPECT_FALSE(has_errors(problems));
}

}  // namespace
}  // namespace tidegate::resource
