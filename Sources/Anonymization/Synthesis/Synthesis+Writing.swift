import Diagnostics
import Files
import Foundation
import Tokenizers
import Training

extension Synthesis {
    /// How much of each was written.
    public struct Counts: Sendable, Equatable {
        public var profiles = 0
        public var texts = 0
        public var trajectories = 0
        public var states = 0
        public var masking = 0
        public var instructions = 0
    }

    /// Writes `profiles.jsonl`, `texts.jsonl`, `trajectories.jsonl`, `masking.jsonl` and `instructions.jsonl`, in place of
    /// what stood there.
    ///
    /// - Parameter folder: made where there is none.
    /// - Throws: `InputError(.tryAgain)` naming the file that cannot be written.
    public func write(to folder: URL) throws(InputError) -> Counts {
        try Folder.create(folder)
        var counts = Counts()
        var profileLines = try LineFile(folder.appendingPathComponent("profiles.jsonl"))
        var textLines = try LineFile(folder.appendingPathComponent("texts.jsonl"))
        var trajectoryLines = try LineFile(folder.appendingPathComponent("trajectories.jsonl"))
        var maskingLines = try LineFile(folder.appendingPathComponent("masking.jsonl"))
        var instructionLines = try LineFile(folder.appendingPathComponent("instructions.jsonl"))
        for number in 1...profiles {
            try profileLines.append(persona(number).json.compactText)
            for (index, text) in texts(of: number).enumerated() {
                try textLines.append(text.source.json(language: text.passage.language).compactText)
                for trajectory in text.trajectories {
                    try trajectoryLines.append(trajectory.jsonLine)
                    counts.trajectories += 1
                    counts.states += trajectory.states.count
                }
                let position = (number - 1) * Self.textsPerProfile + index
                let masking = SourceText(maskingNumber: position + 1, seed: seed)
                try maskingLines.append(MaskingRows.masking(masking, types: MaskingRows.types).json.compactText)
                let instruction =
                    text.rewriting.map {
                        MaskingRows.rewriting(
                            text.source.text, hiding: $0.attributes, rewritten: $0.text, number: position)
                    } ?? MaskingRows.instruction(masking, number: position)
                try instructionLines.append(instruction.json.compactText)
                counts.texts += 1
            }
            counts.profiles += 1
        }
        (counts.masking, counts.instructions) = (counts.texts, counts.texts)
        try profileLines.publish()
        try textLines.publish()
        try trajectoryLines.publish()
        try maskingLines.publish()
        try instructionLines.publish()
        return counts
    }
}

extension Persona {
    fileprivate var json: JSONValue {
        .object(
            [.init("id", .string(id)), .init("name", .string(name))]
                + truth.sorted { $0.key < $1.key }.map { .init($0.key.fileKey, .string($0.value)) }
                + [.init("language", .string(language?.code ?? "en")), .init("style", .string(style.rawValue))])
    }
}

extension SourceText {
    /// The text with its author, what is true of him or her, and its spans in Presidio's layout.
    fileprivate func json(language: String) -> JSONValue {
        let scalars = Array(text.unicodeScalars)
        func value(_ range: Range<Int>) -> String {
            var view = String.UnicodeScalarView()
            view.append(contentsOf: scalars[range])
            return String(view)
        }
        return .object([
            .init("id", .string(id)), .init("profile", .string(profile)), .init("language", .string(language)),
            .init("text", .string(text)),
            .init("truth", .object(truth.sorted { $0.key < $1.key }.map { .init($0.key.fileKey, .string($0.value)) })),
            .init(
                "spans",
                .array(
                    (spans ?? []).map { span in
                        .object([
                            .init("entity_type", .string(span.type)),
                            .init("entity_value", .string(value(span.range))),
                            .init("start_position", .number(span.range.lowerBound)),
                            .init("end_position", .number(span.range.upperBound)),
                        ])
                    })),
        ])
    }
}
