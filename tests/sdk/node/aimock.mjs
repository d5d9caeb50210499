// A mock upstream by somebody else (npm @copilotkit/aimock) on a free port, whose address is the first line of output.
// What it answers is in test_aimock.py too. Ends with its standard input.
import { LLMock } from "@copilotkit/aimock";

const mock = new LLMock({ port: 0, logLevel: "silent" });
mock.on({ userMessage: "use the tools", hasToolResult: true }, { content: "Both are known now." });
mock.on(
  { userMessage: "use the tools", hasToolResult: false },
  {
    toolCalls: [
      { name: "get_weather", arguments: '{"city":"Lübeck"}' },
      { name: "get_time", arguments: '{"zone":"UTC","hours":12}' },
    ],
  },
);
mock.onMessage("Say hello", { content: "Hello from the mock: grüße, 世界!" });
mock.onEmbedding("fish", { embedding: [0.25, -0.5, 0.75] });
console.log(await mock.start());
process.stdin.on("end", () => process.exit(0)).resume();
