import Diagnostics
import Foundation
import ModelFiles
import Tokenizers

extension Tokenizer {
    /// The tokenizer of a model: of a Hugging Face folder's files, or of a GGUF file's metadata.
    ///
    /// - Throws: `InputError` where it is missing, malformed, of an unknown kind or has more tokens than the model.
    public convenience init(of location: ModelLocation) throws {
        if let metadata = location.tokenizer {
            try self.init(vocabulary: GGUFVocabulary(metadata, place: location.url.path))
        } else {
            try self.init(modelFolder: location.url)
        }
        guard vocabularySize <= location.configuration.vocabularySize else {
            throw InputError(
                .data, at: location.url.path,
                "expected a tokenizer of at most \(location.configuration.vocabularySize) tokens, found \(vocabularySize)"
            )
        }
    }

    /// A tokenizer by itself: of a Hugging Face folder, a GGUF file or a tiktoken `tokenizer.model`. A folder needs no
    /// weights for it.
    ///
    /// - Throws: `InputError` with `.missingFile` or `.data`.
    public convenience init(contentsOf url: URL) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            throw InputError(
                .missingFile, at: url.path,
                "expected a Hugging Face folder, a GGUF file or a tiktoken tokenizer.model, found nothing")
        }
        if isFolder.boolValue {
            try self.init(modelFolder: url)
        } else if url.pathExtension == "gguf" || FileSignature(of: url) == .gguf {
            try self.init(vocabulary: GGUFVocabulary(GGUFTokenizerMetadata(GGUFFile(url)), place: url.path))
        } else {
            try self.init(tiktokenModel: url)
        }
    }
}

extension GGUFVocabulary {
    /// What a GGUF file's metadata say, in the terms of the tokenizer.
    init(_ metadata: GGUFTokenizerMetadata, place: String) {
        self.init(
            model: metadata.model, preTokenizer: metadata.preTokenizer ?? "default", tokens: metadata.tokens,
            tokenTypes: metadata.tokenTypes, merges: metadata.merges,
            bosToken: metadata.beginningOfSequenceToken.map { Int32($0) },
            eosToken: metadata.endOfSequenceToken.map { Int32($0) },
            padToken: metadata.paddingToken.map { Int32($0) }, addsBeginToken: metadata.addsBeginningOfSequence,
            chatTemplate: metadata.chatTemplate, place: place)
    }
}
