import Diagnostics
import Files
import Foundation

extension Tokenizer {
    /// The tokenizer of a Llama-3 `tokenizer.model`: lines of a base64 token and its rank, Llama-3's splitting rule and
    /// its 256 special tokens. Such a file has no chat template.
    ///
    /// - Throws: ``InputError`` with the line, for bad base64, a rank or token that is there twice, a gap in the ranks or
    ///   a single byte that is no token; `missingFile` where there is no such file.
    public convenience init(tiktokenModel: URL) throws {
        try self.init(TiktokenFile(tiktokenModel).definition())
    }
}

/// A `tiktoken` vocabulary: the rank of a token is its id and the order in which it is merged.
struct TiktokenFile {
    private let place: String
    private var vocabulary: ByteStringTable

    init(_ url: URL) throws {
        let place = url.path
        self.place = place
        let bytes = try PosixFile.contents(of: url)
        var tokens: [[UInt8]?] = []
        var count = 0
        try bytes.withUnsafeBufferPointer { bytes in
            var lineNumber = 0
            var rest = bytes
            while !rest.isEmpty {
                let line = Self.takeField(from: &rest, until: UInt8(ascii: "\n"))
                lineNumber += 1
                if line.isEmpty { continue }
                let (token, rank) = try Self.parse(line, place: "\(place):\(lineNumber)")
                // Ranks without gaps are smaller than the number of lines, hence of bytes.
                guard rank < bytes.count else {
                    throw InputError(
                        .data, at: "\(place):\(lineNumber)", "expected ranks 0, 1, 2 … without gaps, found \(rank)")
                }
                while rank >= tokens.count { tokens.append(nil) }
                guard tokens[rank] == nil else {
                    throw InputError(.data, at: "\(place):\(lineNumber)", "rank \(rank) is there twice")
                }
                tokens[rank] = token
                count += 1
            }
        }
        vocabulary = ByteStringTable(capacity: count)
        for rank in 0..<count {
            guard let token = tokens[rank] else {
                throw InputError(.data, at: place, "expected ranks 0, 1, 2 … without gaps, found none of rank \(rank)")
            }
            try token.withUnsafeBufferPointer { bytes in
                if let other = vocabulary.index(of: bytes) {
                    throw InputError(.data, at: place, "ranks \(other) and \(rank) have the same token")
                }
                vocabulary.append(bytes)
            }
        }
        for byte in UInt8.min...UInt8.max {
            guard [byte].withUnsafeBufferPointer({ vocabulary.index(of: $0) }) != nil else {
                throw InputError(
                    .data, at: place, "expected a token for every single byte, found none for byte \(byte)")
            }
        }
    }

    func definition() -> TokenizerDefinition {
        var whole = vocabulary
        let specialTokens = Self.llama3SpecialTokens.enumerated().map { index, content in
            AddedToken(id: Int32(vocabulary.count + index), content: content)
        }
        for token in specialTokens {
            Array(token.content.utf8).withUnsafeBufferPointer { _ = whole.append($0, findable: false) }
        }
        func id(_ content: String) -> Int32? { specialTokens.first { $0.content == content }?.id }

        var definition = TokenizerDefinition(
            place: place, vocabulary: whole, merges: merges(), splitRule: .llama3, addedTokens: specialTokens)
        definition.takesWholeWords = true
        definition.beginToken = id("<|begin_of_text|>")
        definition.endToken = id("<|end_of_text|>")
        definition.padToken = id("<|finetune_right_pad_id|>")
        definition.otherEndTokens = Set([id("<|eom_id|>"), id("<|eot_id|>")].compactMap { $0 })
        definition.addsBeginToken = true
        return definition
    }

    /// Llama-3's special tokens in order of id, the reserved ones last.
    static let llama3SpecialTokens: [String] = {
        let named = [
            "begin_of_text", "end_of_text", "reserved_special_token_0", "reserved_special_token_1",
            "finetune_right_pad_id", "step_id", "start_header_id", "end_header_id", "eom_id", "eot_id", "python_tag",
            "image",
        ]
        let reserved = (0..<(256 - named.count)).map { "reserved_special_token_\($0 + 2)" }
        return (named + reserved).map { "<|\($0)|>" }
    }()

    /// Every way to cut a token into two tokens is a merge, of the whole token's rank.
    private func merges() -> MergeTable {
        var merges = MergeTable(capacity: vocabulary.count * 9 / 4)
        for id in 0..<vocabulary.count {
            vocabulary[id].withUnsafeBufferPointer { token in
                var cut = 1
                while cut < token.count {
                    let left = UnsafeBufferPointer(start: token.baseAddress!, count: cut)
                    let right = UnsafeBufferPointer(start: token.baseAddress! + cut, count: token.count - cut)
                    if let right = vocabulary.index(of: right), let left = vocabulary.index(of: left) {
                        merges.insert(left: Int32(left), right: Int32(right), rank: Int32(id), token: Int32(id))
                    }
                    cut += 1
                }
            }
        }
        return merges
    }

    /// Takes the bytes before the next `separator`, and the separator, off the front of `bytes`.
    private static func takeField(
        from bytes: inout UnsafeBufferPointer<UInt8>, until separator: UInt8
    ) -> UnsafeBufferPointer<UInt8> {
        guard let start = bytes.baseAddress, let end = memchr(start, Int32(separator), bytes.count) else {
            defer { bytes = UnsafeBufferPointer(start: nil, count: 0) }
            return bytes
        }
        let length = UnsafeRawPointer(end) - UnsafeRawPointer(start)
        bytes = UnsafeBufferPointer(start: start + length + 1, count: bytes.count - length - 1)
        return UnsafeBufferPointer(start: start, count: length)
    }

    /// The token and the rank on a line.
    private static func parse(
        _ line: UnsafeBufferPointer<UInt8>, place: String
    ) throws -> (token: [UInt8], rank: Int) {
        var rest = line
        let token = decodeBase64(takeField(from: &rest, until: UInt8(ascii: " ")))
        if rest.last == UInt8(ascii: "\r") { rest = UnsafeBufferPointer(rebasing: rest.dropLast()) }
        guard let token, let rank = Int(String(decoding: rest, as: UTF8.self)), rank >= 0 else {
            throw InputError(
                .data, at: place,
                "expected a base64 token, a space and a rank, found \(quoted(String(decoding: line, as: UTF8.self)))")
        }
        return (token, rank)
    }

    /// The bytes of a token; nil where there are none or `text` is not base64.
    ///
    /// Foundation's decoder would need a `Data` for each of 128,000 tokens.
    private static func decodeBase64(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard let start = text.baseAddress, text.count > 0, text.count % 4 == 0 else { return nil }
        var digitCount = text.count
        while digitCount > text.count - 2, start[digitCount - 1] == UInt8(ascii: "=") { digitCount -= 1 }
        var bytes: [UInt8] = []
        return base64Digits.withUnsafeBufferPointer { digits in
            var bits: UInt32 = 0
            var bitCount = 0
            var offset = 0
            while offset < digitCount {
                let value = digits.baseAddress![Int(start[offset])]
                guard value >= 0 else { return nil }
                bits = bits << 6 | UInt32(value)
                bitCount += 6
                if bitCount >= 8 {
                    bitCount -= 8
                    bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
                }
                offset += 1
            }
            return bytes
        }
    }

    private static let base64Digits: [Int8] = {
        var digits = [Int8](repeating: -1, count: 256)
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for (value, character) in alphabet.utf8.enumerated() { digits[Int(character)] = Int8(value) }
        return digits
    }()
}
