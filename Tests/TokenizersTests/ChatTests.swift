import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Tokenizers

@Suite("Chat formats") struct ChatTests {
    private struct Rendering: Decodable {
        var messages: [ChatMessage]
        var prompt: Bool
        var texts: [String: String]
    }

    private struct Recognition: Decodable {
        var jinja: String
        var kind: String?
    }

    private static func templates() throws -> [(kind: ChatTemplate, jinja: String)] {
        try TokenizerFixtures.decode([Recognition].self, "chat_recognition.json").prefix(ChatTemplate.allCases.count)
            .map { (try #require(ChatTemplate(rawValue: $0.kind ?? "")), $0.jinja) }
    }

    @Test("every known format renders conversations as Jinja renders its template")
    func rendering() throws {
        let rows = try TokenizerFixtures.decode([Rendering].self, "chat_renderings.json")
        for (kind, jinja) in try Self.templates() {
            let tokenizer = try TokenizerFixtures.tinyTokenizer(template: jinja)
            #expect(tokenizer.chatTemplate == kind)
            for row in rows {
                let text = try tokenizer.renderChat(row.messages, addingGenerationPrompt: row.prompt)
                let expected = row.texts[kind.rawValue]?.replacing("<B>", with: "<|begin_of_text|>")
                #expect(text.unicodeScalars.elementsEqual((expected ?? "").unicodeScalars), "\(kind): \(row.messages)")
            }
        }
    }

    @Test("a template is recognised by what it writes, however it is spelled, and any other is refused")
    func recognition() throws {
        for row in try TokenizerFixtures.decode([Recognition].self, "chat_recognition.json") {
            let kind = try? ChatTemplate.recognise(row.jinja)
            #expect(kind?.rawValue == row.kind, "\(row.jinja.prefix(300))")
        }
    }

    @Test("an unknown template stops chats with the list of known ones, and no plain text")
    func unknownTemplate() throws {
        let tokenizer = try TokenizerFixtures.tinyTokenizer(template: "{{ messages[0].content }}")
        #expect(tokenizer.chatTemplate == nil)
        #expect(!tokenizer.encode("hello").isEmpty)
        let error = try #require(throws: InputError.self) {
            try tokenizer.encodeChat([ChatMessage(role: "user", content: "x")], addingGenerationPrompt: true)
        }
        #expect(error.exitCode == .data)
        #expect(error.place.hasSuffix("tokenizer_config.json: chat_template"))
        for template in ChatTemplate.allCases { #expect(error.message.contains(template.name)) }
    }

    @Test("a model without a template refuses chats")
    func missingTemplate() throws {
        let tokenizer = try TokenizerFixtures.tinyTokenizer()
        let error = try #require(throws: InputError.self) {
            try tokenizer.renderChat([ChatMessage(role: "user", content: "x")], addingGenerationPrompt: true)
        }
        #expect(error.message.contains("found none"))
    }

    @Test("a Llama-3 chat has one begin token, and its text is not given another")
    func oneBeginToken() throws {
        for (kind, jinja) in try Self.templates() {
            let tokenizer = try TokenizerFixtures.tinyTokenizer(template: jinja)
            let begin = try #require(tokenizer.beginToken)
            let tokens = try tokenizer.encodeChat(
                [ChatMessage(role: "user", content: "x")], addingGenerationPrompt: true)
            let expected = kind == .llama3 || kind == .llama31 ? 1 : 0
            #expect(tokens.filter { $0 == begin }.count == expected, "\(kind)")
        }
    }

    @Test("the loss covers the assistant's words, the end of its turn and what follows, and nothing before")
    func trainingChat() throws {
        let messages = [
            ChatMessage(role: "system", content: "Be kind."), ChatMessage(role: "user", content: "Hello"),
            ChatMessage(role: "assistant", content: "Hi!"),
        ]
        let completions: [ChatTemplate: String] = [
            .chatML: "Hi!<|im_end|>\n", .smolLM2: "Hi!<|im_end|>\n", .llama3: "Hi!<|eot_id|>",
            .llama31: "Hi!<|eot_id|>",
        ]
        for (kind, jinja) in try Self.templates() {
            let tokenizer = try TokenizerFixtures.tinyTokenizer(template: jinja)
            let (tokens, lossStart) = try tokenizer.encodeTrainingChat(messages)
            #expect(tokenizer.decode(Array(tokens[lossStart...])) == completions[kind], "\(kind)")
            #expect(tokens[lossStart...].contains { tokenizer.endOfTurnTokens.contains($0) }, "\(kind)")
            #expect(tokens.allSatisfy { $0 != tokenizer.padToken }, "\(kind)")
            let prompt = try tokenizer.encodeChat(messages.dropLast(), addingGenerationPrompt: true)
            #expect(Array(tokens[..<lossStart]) == prompt, "\(kind)")
        }
    }

    @Test("a completion whose first character merges with the prompt is refused")
    func completionMergesWithPrompt() throws {
        let tokenizer = try TokenizerFixtures.tinyTokenizer(template: try Self.templates()[0].jinja) { file in
            var model = file["model"] as? [String: Any] ?? [:]
            var vocabulary = model["vocab"] as? [String: Int] ?? [:]
            vocabulary["ĊĊ"] = vocabulary.count
            model["vocab"] = vocabulary
            model["merges"] = (model["merges"] as? [[String]] ?? []) + [["Ċ", "Ċ"]]
            file["model"] = model
        }
        let messages = [ChatMessage(role: "user", content: "x"), ChatMessage(role: "assistant", content: "\n\ny")]
        let error = try #require(throws: InputError.self) { try tokenizer.encodeTrainingChat(messages) }
        #expect(error.place == "messages[1].content")
    }

    @Test(
        "a conversation to train on has to end with the assistant's turn after another",
        arguments: [["assistant"], ["user"], ["assistant", "user"], []])
    func trainingRoles(roles: [String]) throws {
        let tokenizer = try TokenizerFixtures.tinyTokenizer(template: try Self.templates()[0].jinja)
        let messages = roles.map { ChatMessage(role: $0, content: "x") }
        let error = try #require(throws: InputError.self) { try tokenizer.encodeTrainingChat(messages) }
        #expect(error.place == "messages")
    }

    @Test("a role that is none of the three is refused by its place")
    func unknownRole() throws {
        let tokenizer = try TokenizerFixtures.tinyTokenizer(template: try Self.templates()[0].jinja)
        let messages = [ChatMessage(role: "user", content: "x"), ChatMessage(role: "tool", content: "y")]
        let error = try #require(throws: InputError.self) {
            try tokenizer.renderChat(messages, addingGenerationPrompt: false)
        }
        #expect(error.place == "messages[1].role")
    }

    @Test("chat_template.jinja goes before the template in tokenizer_config.json")
    func templateFile() throws {
        let templates = try Self.templates()
        let config = ["bos_token": "<|begin_of_text|>", "chat_template": templates[0].jinja]
        let files: [String: Any] = [
            "tokenizer.json": try TokenizerFixtures.tinyFile(), "tokenizer_config.json": config,
            "chat_template.jinja": templates[2].jinja,
        ]
        let tokenizer = try TokenizerFixtures.withFolder(files) { try Tokenizer(modelFolder: $0) }
        #expect(tokenizer.chatTemplate == .llama3)
    }

    @Test("the template named default is the one of a list")
    func templateList() throws {
        let templates = try Self.templates()
        let list = [
            ["name": "tool_use", "template": "{{ tools }}"], ["name": "default", "template": templates[1].jinja],
        ]
        let tokenizer = try TokenizerFixtures.tinyTokenizer(config: ["chat_template": list])
        #expect(tokenizer.chatTemplate == .smolLM2)
    }
}
