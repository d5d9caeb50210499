// The filters of replies: what the model itself says of personal data is replaced, then values take
// the place of the placeholders that this exchange has made.   Thread: one owner.
#pragma once

#include <array>
#include <memory>

#include "pii/detector.h"
#include "pii/replace.h"
#include "pii/restore.h"
#include "processors/personal_data/config.h"
#include "processors/text_filter.h"

namespace tidegate::processors::personal_data {

class ReplyFilters final : public TextFilters {
 public:
  // All outlive the object. `restorer`: null where no placeholder was made.
  ReplyFilters(const Config& config, const tidegate::pii::Detector& detector,
               const tidegate::pii::Restorer* restorer)
      : config_(config), detector_(detector), restorer_(restorer) {
    hold.max_held = config.max_held_time;
  }

  std::unique_ptr<TextFilter> make(const llm::Text& text) override;

  HoldBack hold;

 private:
  const Config& config_;
  const tidegate::pii::Detector& detector_;
  const tidegate::pii::Restorer* restorer_;
};

}  // namespace tidegate::processors::personal_data
