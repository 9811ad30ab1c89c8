import Diagnostics
import Files
import Foundation

extension Tokenizer {
    /// The tokenizer of a Hugging Face model folder.
    ///
    /// `tokenizer.json` has the vocabulary and the rules; `tokenizer_config.json`, `special_tokens_map.json`,
    /// `generation_config.json` and `chat_template.jinja`, where they are there, name the special tokens and the chat
    /// template.
    ///
    /// - Throws: ``InputError`` with file and key for anything malformed or that would change ids and is not known here;
    ///   `missingFile` where there is no `tokenizer.json`.
    public convenience init(modelFolder: URL) throws {
        try self.init(HuggingFaceFolder(modelFolder).definition())
    }
}

/// The files beside `tokenizer.json`.
struct HuggingFaceFolder {
    private let folder: URL
    private let config: JSONNode?
    private let specialTokensMap: JSONNode?

    init(_ folder: URL) throws {
        self.folder = folder
        config = try Self.optionalFile("tokenizer_config.json", in: folder)
        specialTokensMap = try Self.optionalFile("special_tokens_map.json", in: folder)
    }

    func definition() throws -> TokenizerDefinition {
        let file = try TokenizerJSON(
            folder.appendingPathComponent("tokenizer.json"), furtherTokens: try config?.member("added_tokens_decoder"))
        var definition = try file.definition()
        definition.beginToken = try namedToken("bos_token", file)
        definition.endToken = try namedToken("eos_token", file)
        definition.padToken = try namedToken("pad_token", file)
        definition.otherEndTokens = try generationEndTokens()
        definition.addsBeginToken = try addsBeginToken(file, beginToken: definition.beginToken)
        definition.chatTemplate = try chatTemplate()
        definition.place = folder.path
        return definition
    }

    private func namedToken(_ name: String, _ file: TokenizerJSON) throws -> Int32? {
        guard let node = try config?.member(name) ?? specialTokensMap?.member(name) else { return nil }
        let content = try node.value.string ?? node.required("content").string
        guard let id = file.id(of: content) else { throw node.mismatch("expected a token of the vocabulary") }
        return id
    }

    private func generationEndTokens() throws -> Set<Int32> {
        let file = try Self.optionalFile("generation_config.json", in: folder)
        guard let node = try file?.member("eos_token_id") else { return [] }
        let ids = try node.value.array == nil ? [node] : node.elements()
        return Set(try ids.map { try Int32(clamping: $0.integer) })
    }

    /// An explicit `add_bos_token` in the configuration replaces what the post-processor says.
    private func addsBeginToken(_ file: TokenizerJSON, beginToken: Int32?) throws -> Bool {
        if let node = try config?.member("add_eos_token"), try node.bool {
            throw node.mismatch("expected false, as texts that end with the end token are not supported")
        }
        if let node = try config?.member("add_bos_token") {
            guard try !node.bool || beginToken != nil else {
                throw node.mismatch("expected false, as there is no bos_token")
            }
            return try node.bool
        }
        return try file.addsBeginToken(beginToken)
    }

    private func chatTemplate() throws -> (place: String, jinja: String)? {
        let file = folder.appendingPathComponent("chat_template.jinja")
        if FileManager.default.fileExists(atPath: file.path) {
            return (file.path, String(decoding: try PosixFile.contents(of: file), as: UTF8.self))
        }
        guard let node = try config?.member("chat_template") else { return nil }
        guard node.value.array != nil else { return (node.place, try node.string) }
        for template in try node.elements() where try template.required("name").string == "default" {
            let text = try template.required("template")
            return (text.place, try text.string)
        }
        return nil
    }

    private static func optionalFile(_ name: String, in folder: URL) throws -> JSONNode? {
        let url = folder.appendingPathComponent(name)
        return FileManager.default.fileExists(atPath: url.path) ? try JSONNode(contentsOf: url) : nil
    }
}
