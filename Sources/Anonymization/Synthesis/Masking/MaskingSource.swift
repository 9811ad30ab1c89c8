import Diagnostics
import Files
import Foundation
import Training

/// Masking and instruction rows made of texts whose spans somebody has marked: CoNLL or span files.
public struct MaskingSource: Sendable {
    /// Those with marked spans, of which there is at least one.
    public let texts: [SourceText]
    /// What reading them mended and dropped.
    public let report: ReadingReport

    /// - Parameter path: a file in a format that `SourceReader` recognises.
    /// - Throws: `InputError` as the reader does, and `.data` where no text has marked spans.
    public init(path: String) throws(InputError) {
        let (all, report) = try SourceReader(path: path).texts()
        texts = all.filter { $0.spans != nil }
        self.report = report
        guard !texts.isEmpty else {
            throw InputError(.data, at: path, "expected texts with marked spans, found none among \(all.count) texts")
        }
    }

    /// The kinds of spans in all texts, in alphabetical order.
    public var types: [String] {
        Set(texts.flatMap { $0.spans ?? [] }.map { MaskedText.typeName($0.type) }).sorted()
    }

    /// Writes `masking.jsonl` and `instructions.jsonl`, one row for each text.
    ///
    /// - Parameter folder: made where there is none.
    /// - Throws: `InputError(.tryAgain)` naming the file that cannot be written.
    public func write(to folder: URL) throws(InputError) {
        try Folder.create(folder)
        let types = types
        var masking = try LineFile(folder.appendingPathComponent("masking.jsonl"))
        var instructions = try LineFile(folder.appendingPathComponent("instructions.jsonl"))
        for (index, text) in texts.enumerated() {
            try masking.append(MaskingRows.masking(text, types: types).json.compactText)
            try instructions.append(MaskingRows.instruction(text, number: index).json.compactText)
        }
        try masking.publish()
        try instructions.publish()
    }
}
