#include "processors/read_config.h"

namespace tidegate::processors {

std::vector<std::string> describe(const std::vector<resource::Problem>& problems) {
  std::vector<std::string> texts;
  for (const resource::Problem& problem : problems) {
    texts.push_back(problem.path + ": " + problem.message);
  }
  return texts;
}

}  // namespace tidegate::processors
