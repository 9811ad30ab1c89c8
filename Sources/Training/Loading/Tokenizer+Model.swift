import Foundation
import ModelFiles
import Tokenizers

extension Tokenizer {
    /// The tokenizer of a model: of a Hugging Face folder's files, or of a GGUF file's metadata.
    ///
    /// - Throws: `InputError` where it is missing, malformed or of an unknown kind.
    public convenience init(of location: ModelLocation) throws {
        guard let metadata = location.tokenizer else {
            try self.init(modelFolder: location.url)
            return
        }
        try self.init(
            vocabulary: GGUFVocabulary(
                model: metadata.model, preTokenizer: metadata.preTokenizer ?? "default", tokens: metadata.tokens,
                tokenTypes: metadata.tokenTypes, merges: metadata.merges,
                bosToken: metadata.beginningOfSequenceToken.map { Int32($0) },
                eosToken: metadata.endOfSequenceToken.map { Int32($0) },
                padToken: metadata.paddingToken.map { Int32($0) },
                addsBeginToken: metadata.addsBeginningOfSequence, chatTemplate: metadata.chatTemplate,
                place: location.url.path))
    }
}
