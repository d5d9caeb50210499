#include <memory>

#include "app/commands/commands.h"
#include "app/intent_training.h"

namespace tidegate::app {
namespace {

constexpr const char* kTextsHelp =
    "Texts, one JSON object on each line: {\"text\": ..., \"intent\": ...}; without an intent: "
    "none";

void add_embeddings(Command command, EmbeddingChoice& choice) {
  command
      .add_option("--embeddings", choice.file,
                  "Static embeddings instead of the built-in ones, as embeddings.file says")
      .type("FILE");
  command.add_flag("--lexical", choice.lexical,
                   "By spelling instead of meaning, as embeddings.type: Lexical says");
}

void add_train(Command route, int& exit_code) {
  auto options = std::make_shared<TrainOptions>();
  Command train = route.add_command("train", "Train intents on texts");
  train.describe(
      "Train a classifier of intents, fit its thresholds on texts that it has not seen, tell how\n"
      "well it does on those, and write a file for `trained` of a SemanticRouter. The same texts\n"
      "give the same file.");
  train.add_option("--texts", options->texts, kTextsHelp).required().type("FILE");
  train.add_option("--out", options->out, "Where to write what was learnt").required().type("FILE");
  add_embeddings(train, options->embeddings);
  train.add_option("--epochs", options->epochs, "How often each text is looked at")
      .between(1, 1000)
      .type("N")
      .show_default();
  train.add_option("--folds", options->folds, "Parts that are held out in turn")
      .between(2, 20)
      .type("N")
      .show_default();
  train.add_option("--seed", options->seed, "Of the order in which texts are looked at")
      .type("N")
      .show_default();
  train.add_flag("--json", options->json, "The result as JSON");
  train.footer(
      "Columns: texts of an intent; those told right, abstained from, and mistaken for another\n"
      "intent; texts of others that were taken for it; its threshold.\n"
      "Example:\n"
      "  tidegate route train --texts questions.jsonl --out intents.bin");
  train.set_work(exit_code, [options] { return train_intents(*options); });
}

void add_evaluate(Command route, int& exit_code) {
  auto options = std::make_shared<EvaluateOptions>();
  Command evaluate = route.add_command("evaluate", "Tell how well trained intents do on texts");
  evaluate.describe(
      "Tell how well trained intents do on texts that they have not learnt from. Texts of intents\n"
      "that were not trained count as none.");
  evaluate.add_option("--trained", options->trained, "What `tidegate route train` wrote")
      .required()
      .type("FILE");
  evaluate.add_option("--texts", options->texts, kTextsHelp).required().type("FILE");
  add_embeddings(evaluate, options->embeddings);
  evaluate.add_flag("--json", options->json, "The result as JSON");
  evaluate.footer(
      "Example:\n"
      "  tidegate route evaluate --trained intents.bin --texts other-questions.jsonl");
  evaluate.set_work(exit_code, [options] { return evaluate_intents(*options); });
}

}  // namespace

void add_route(Command cli, int& exit_code) {
  Command route = cli.add_command("route", "Train and judge the intents of a SemanticRouter");
  route.require_command();
  add_train(route, exit_code);
  add_evaluate(route, exit_code);
}

}  // namespace tidegate::app
