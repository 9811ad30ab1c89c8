import Files
import Foundation
import Signet
import TestSupport
import Testing

@Suite("signet generate")
struct SignetGenerateTests {
    private func generated(_ options: String...) throws -> (tokens: [Int], text: String, reason: String) {
        let run = try ProgramRun.of("signet", ["generate", "--model", Golden.model, "--json"] + options)
        #expect(run.status == 0 && run.errors == "", "\(run.errors)")
        let result = try #require(try run.json().first)
        #expect(result.members?.map(\.key) == ["text", "tokens", "stop_reason"])
        return (
            try #require(result["tokens"]?.array).compactMap(\.integer), try #require(result["text"]?.string),
            try #require(result["stop_reason"]?.string)
        )
    }

    @Test("greedily takes the tokens that the model, run on the whole chat again and again, finds most probable")
    func greedy() throws {
        let found = try generated("--prompt", "Who drives?", "--system", "Answer.", "--max-tokens", "8")
        let location = try ModelLocation.open(URL(fileURLWithPath: Golden.model))
        let model = try LlamaModel(location, computeType: .float32)
        let messages = [
            ChatMessage(role: "system", content: "Answer."), ChatMessage(role: "user", content: "Who drives?"),
        ]
        var all = try Tokenizer(of: location).encodeChat(messages, addingGenerationPrompt: true)
        let start = all.count
        for _ in 0..<8 {
            let logits = model.logits(tokens: all, plan: SegmentPlan(lengths: [all.count])).floats
            let last = Array(logits.suffix(location.configuration.vocabularySize))
            all.append(Int32(last.firstIndex(of: last.max()!)!))
        }
        #expect(found.tokens == all[start...].map(Int.init))
        #expect(found.reason == "length")
    }

    @Test("draws the same text from the same seed, and another from another")
    func seeds() throws {
        func draw(_ seed: String) throws -> [Int] {
            try generated(
                "--prompt", "Who?", "--temperature", "1.5", "--top-p", "0.95", "--seed", seed, "--max-tokens", "12"
            ).tokens
        }
        let first = try draw("1")
        #expect(try draw("1") == first)
        #expect(try draw("2") != first)
    }

    @Test("stops before a token that the model's files say ends a text")
    func stops() throws {
        let free = try generated("--prompt", "Who drives?", "--max-tokens", "8")
        let end = try #require(free.tokens.dropFirst().first { $0 != free.tokens[0] })
        try withFolder { folder in
            let copy = folder.appendingPathComponent("model")
            try FileManager.default.copyItem(atPath: Golden.model, toPath: copy.path)
            _ = try copy.file("generation_config.json", #"{"eos_token_id": [2, \#(end)]}"#)
            let run = try signet(
                "generate", "--model", copy.path, "--json", "--prompt", "Who drives?", "--max-tokens", "8")
            let result = try #require(try run.json().first)
            #expect(result["tokens"]?.array?.compactMap(\.integer) == Array(free.tokens.prefix { $0 != end }))
            #expect(result["stop_reason"]?.string == "stop")
        }
    }

    @Test("prints the text that --json gives, and a line end")
    func streams() throws {
        let run = try signet("generate", "--model", Golden.model, "--prompt", "Who drives?", "--max-tokens", "16")
        let text = try generated("--prompt", "Who drives?", "--max-tokens", "16").text
        #expect(run.output == text + "\n")
    }

    @Test("--raw continues the text itself, without the chat format")
    func raw() throws {
        let chat = try generated("--prompt", "Who drives?", "--max-tokens", "8").tokens
        #expect(try generated("--prompt", "Who drives?", "--max-tokens", "8", "--raw").tokens != chat)
        let rendering = "<|im_start|>user\nWho drives?<|im_end|>\n<|im_start|>assistant\n"
        #expect(try generated("--prompt", rendering, "--max-tokens", "8", "--raw").tokens == chat)
    }

    @Test("several prompts give, in their order, what each gives alone, the seed going up by one")
    func severalPrompts() throws {
        let prompts = ["Who drives?", "Name a river.", "Who?"]
        let drawing = ["--temperature", "1.5", "--max-tokens", "12"]
        let alone = try prompts.enumerated().map { index, prompt in
            try ProgramRun.of(
                "signet",
                ["generate", "--model", Golden.model, "--json", "--prompt", prompt, "--seed", "\(7 + index)"] + drawing
            )
        }
        let all = prompts.flatMap { ["--prompt", $0] } + drawing + ["--seed", "7"]
        for size in ["1", "2", "16"] {
            let run = try ProgramRun.of(
                "signet", ["generate", "--model", Golden.model, "--json", "--batch-size", size] + all)
            #expect(run.output == alone.map(\.output).joined())
        }
        let plain = try ProgramRun.of("signet", ["generate", "--model", Golden.model] + all)
        let texts = try alone.map { try #require($0.json().first?["text"]?.string) }
        #expect(plain.output == texts.map { $0 + "\n" }.joined())
    }

    @Test("an adapter changes what is said")
    func adapter() throws {
        let plain = try generated("--prompt", "Who drives?", "--max-tokens", "16").tokens
        let adapted = try generated(
            "--prompt", "Who drives?", "--max-tokens", "16", "--adapter", Golden.path("plain/final_adapter")
        ).tokens
        #expect(plain != adapted)
    }

    @Test("ends where the model's longest sequence ends")
    func longestSequence() throws {
        #expect(try generated("--prompt", "Who drives?", "--max-tokens", "100000").tokens.count < 512)
        try signetFails(
            ["generate", "--model", Golden.model, "--raw", "--prompt", String(repeating: "1 ", count: 600)], 65,
            "expected fewer than 512 tokens")
    }

    @Test("answers in SmolLM2's own chat format", .enabled(if: Golden.smolLM2 != nil))
    func smolLM2() throws {
        let run = try signet(
            "generate", "--model", try #require(Golden.smolLM2), "--compute-dtype", "bfloat16", "--prompt",
            "What is the capital of France?")
        #expect(run.output == "The capital of France is Paris.\n")
    }
}
