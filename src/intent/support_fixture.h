// For tests: eight intents of a shop's and a developer's assistant, questions that are not among
// their examples, and small talk. Written for these tests.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "intent/exemplars.h"

namespace tidegate::intent {

inline std::vector<Intent> support_intents() {
  return {
      {"order_status",
       {"where is my order", "track my package", "when will my parcel arrive",
        "my delivery is late", "has my order been shipped yet", "i have not received what i bought",
        "what is the status of my shipment", "the tracking number does not work"},
       {}},
      {"refund",
       {"i want my money back", "how do i return this item", "refund my purchase",
        "the product arrived broken and i want a refund", "can i send this back",
        "how long does a refund take", "i was charged twice for one order",
        "exchange these shoes for another size"},
       {}},
      {"account",
       {"i forgot my password", "change my email address", "how do i log in",
        "my account is locked", "delete my account", "update my profile",
        "i cannot sign in to the app", "enable two factor authentication"},
       {}},
      {"code",
       {"write a python function that sorts a list", "fix the bug in this function",
        "why does my program crash with a null pointer", "explain this sql query",
        "refactor this class to use dependency injection",
        "write unit tests for the following code", "what does this stack trace mean",
        "convert this javascript to typescript"},
       {}},
      {"translation",
       {"translate this text into german", "how do you say thank you in japanese",
        "what does bonjour mean in english", "translate the following email to spanish",
        "is this sentence correct french", "give me the italian word for bread",
        "put this paragraph into simple english", "say good morning in korean"},
       {}},
      {"math",
       {"solve the equation 3x + 5 = 20", "what is the derivative of x squared",
        "calculate the area of a circle with radius 4", "what is 15 percent of 240",
        "prove that the square root of two is irrational", "integrate sin x from 0 to pi",
        "what are the odds of rolling two sixes", "add these fractions together"},
       {}},
      {"writing",
       {"write a poem about autumn", "draft an email to my boss asking for a day off",
        "summarize this article in three sentences", "help me write a cover letter",
        "give me a title for my blog post", "rewrite this paragraph in a friendly tone",
        "write a short story about a dragon", "proofread my essay"},
       {}},
      {"medical",
       {"i have a headache and a fever", "what are the side effects of ibuprofen",
        "is this rash dangerous", "how much water should i drink a day",
        "what helps against a sore throat", "can i take aspirin while pregnant",
        "symptoms of diabetes", "how do i lower my blood pressure"},
       {}},
  };
}

inline std::vector<std::string> support_out_of_scope() {
  return {"hello there",          "who won the world cup",         "what is the weather today",
          "tell me a joke",       "what is the capital of france", "play some music",
          "how old are you",      "book a table for two",          "what time is it in tokyo",
          "recommend a good film"};
}

// A question, and its intent.
inline std::vector<std::pair<std::string, std::string>> support_questions() {
  return {
      {"where is the parcel that i ordered last week", "order_status"},
      {"my package still has not come", "order_status"},
      {"can you tell me when the delivery gets here", "order_status"},
      {"has the shipment left the warehouse", "order_status"},
      {"it said two days and now it is five, where is it", "order_status"},
      {"i would like to return the jacket and get my money", "refund"},
      {"you took the payment two times", "refund"},
      {"the mug came in pieces, i want a refund", "refund"},
      {"when do i get the refund for the item i sent back", "refund"},
      {"can i swap this for a larger size", "refund"},
      {"reset my password please", "account"},
      {"the login page says my account is blocked", "account"},
      {"i need to use a different email for my account", "account"},
      {"how can i close my account", "account"},
      {"sign in does not work on my phone", "account"},
      {"there is a bug in my java method, please find it", "code"},
      {"write a function in rust that reverses a string", "code"},
      {"my code throws an exception, here is the stack trace", "code"},
      {"how do i join two tables in sql", "code"},
      {"add tests for this class", "code"},
      {"translate good night into french", "translation"},
      {"what is the spanish word for window", "translation"},
      {"how do i say where is the station in italian", "translation"},
      {"translate this letter from english to polish", "translation"},
      {"what does the german word schadenfreude mean", "translation"},
      {"solve 2x - 7 = 11 for x", "math"},
      {"what is the integral of x cubed", "math"},
      {"how much is 30 percent of 85", "math"},
      {"calculate the volume of a sphere with radius 3", "math"},
      {"what is the probability of getting three heads", "math"},
      {"write a haiku about the rain", "writing"},
      {"help me draft a letter to my landlord", "writing"},
      {"make this text sound more friendly", "writing"},
      {"summarize the following report for me", "writing"},
      {"i need a story about a lonely robot", "writing"},
      {"my throat hurts and i have a cough", "medical"},
      {"does paracetamol have side effects", "medical"},
      {"what can i do against high blood pressure", "medical"},
      {"is it safe to take ibuprofen with alcohol", "medical"},
      {"what are the first symptoms of the flu", "medical"},
  };
}

// What is none of the intents.
inline std::vector<std::string> support_chatter() {
  return {"good morning",
          "who are you",
          "what is the tallest mountain in africa",
          "will it rain tomorrow in oslo",
          "sing me a song",
          "who painted the mona lisa",
          "find me a hotel near the station",
          "what is on tv tonight",
          "how far is the moon",
          "turn off the lights in the kitchen",
          "which team plays tonight",
          "what should i cook for dinner",
          "when was the roman empire founded",
          "set an alarm for seven",
          "do you like cats",
          "what is the population of brazil",
          "call me a taxi",
          "who is the president of chile",
          "how do airplanes fly",
          "thanks, bye"};
}

}  // namespace tidegate::intent
