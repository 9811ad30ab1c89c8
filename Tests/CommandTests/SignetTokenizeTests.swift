import Files
import Foundation
import Signet
import TestSupport
import Testing

@Suite("signet tokenize")
struct SignetTokenizeTests {
    @Test(
        "--chat gives chats the tokens of Hugging Face, and the loss what follows the generation prompt",
        arguments: ["plain", "rslora"])
    func chat(name: String) throws {
        let run = try signet(
            "tokenize", "--model", Golden.path("\(name)/model"), Golden.path("\(name)/train.jsonl"), "--chat", "--json")
        let expected = try #require(try Golden.json("\(name)/ids.json").array)
        #expect(expected.count == 6)
        let tokenizer = try Tokenizer(modelFolder: URL(fileURLWithPath: Golden.path("\(name)/model")))
        for (found, expected) in zip(try run.json(), expected) {
            #expect(found.members?.map(\.key) == ["tokens", "loss_start", "text"])
            #expect(found["tokens"]?.compactText == expected.compactText)
            let tokens = try #require(found["tokens"]?.array).compactMap { $0.integer.map { Int32($0) } }
            let start = try #require(found["loss_start"]?.integer)
            #expect(tokenizer.decode(Array(tokens[..<start])).hasSuffix("<|im_start|>assistant\n"))
            let text = try #require(found["text"]?.string)
            #expect(text == tokenizer.decode(tokens) && text.hasSuffix("<|im_end|>\n"))
        }
    }

    @Test("--chat marks what carries loss, in prompt and completion rows too")
    func chatReadable() throws {
        let output = try signet("tokenize", "--model", Golden.model, Golden.path("nf4/train.jsonl"), "--chat").output
        #expect(output.hasPrefix("line 1, "))
        #expect(
            output.contains(
                "hate every stop now that I'm past fifty-five.<|im_end|>\n<|im_start|>assistant\n"
                    + "⟦I drive a vehicle at night, and my knees hate every stop by now.<|im_end|>\n⟧"))
    }

    @Test("recognises special tokens in a text and adds no begin token")
    func specialTokens() throws {
        try withFolder { folder in
            let file = try folder.file("rows.jsonl", #"{"text": "<|im_start|>st<|im_end|>"}"#, #"{"text": ""}"#)
            let run = try signet("tokenize", "--model", Golden.model, file, "--json")
            #expect(run.output == "[1, 85, 86, 2]\n[]\n")
            let readable = try signet("tokenize", "--model", Golden.model, file)
            #expect(readable.lines.first == #"line 1, 4 tokens: 1 "<|im_start|>", 85 "s", 86 "t", 2 "<|im_end|>""#)
        }
    }

    @Test("needs no weights in the folder")
    func tokenizerOnly() throws {
        try withFolder { folder in
            for name in ["tokenizer.json", "tokenizer_config.json"] {
                try FileManager.default.copyItem(
                    atPath: "\(Golden.model)/\(name)", toPath: folder.appendingPathComponent(name).path)
            }
            let file = try folder.file("rows.jsonl", #"{"text": "st"}"#)
            #expect(try signet("tokenize", "--model", folder.path, file, "--json").output == "[85, 86]\n")
        }
    }

    @Test("reads a tiktoken file")
    func tiktoken() throws {
        let model = Fixtures.golden("tiny.tiktoken", target: "TokenizersTests")
        try withFolder { folder in
            let file = try folder.file("rows.jsonl", #"{"text": "Straße 22<|begin_of_text|>"}"#)
            let expected = try Tokenizer(tiktokenModel: model).encode("Straße 22<|begin_of_text|>")
            let found = try signet("tokenize", "--model", model.path, file, "--json").output
            #expect(found == "[\(expected.map(String.init).joined(separator: ", "))]\n")
        }
    }

    @Test(
        "gives real texts the tokens of Hugging Face and tiktoken",
        .enabled(if: Golden.optional("../shared/reference/tokens.json") != nil),
        arguments: [("smollm2", Golden.smolLM2), ("llama3", Golden.llama3)].filter { $0.1 != nil })
    func reference(name: String, model: String?) throws {
        let path = try #require(Golden.optional("../shared/reference/tokens.json"))
        let rows = try #require(try JSONValue(text: String(contentsOfFile: path, encoding: .utf8)).array)
        try withFolder { folder in
            let texts = rows.map { JSONValue.object([.init("text", $0["text"] ?? .null)]).compactText }
            let file = try folder.file("rows.jsonl", texts.joined(separator: "\n"))
            let found = try signet("tokenize", "--model", try #require(model), file, "--json").lines
            #expect(found == rows.compactMap { $0[name]?.compactText })
        }
    }
}
