import CheckpointIO
import Diagnostics
import Files
import Foundation

/// The log-probability of each row of a data set under the adapter as it stood at the start of a run, kept in a file.
struct ReferenceLogProbabilities {
    /// What the values are of, as digests.
    struct Key: Equatable {
        /// The base model and the form it is computed in.
        let model: String
        /// The adapter's shapes and values at the start of the run.
        let adapter: String
        /// The rows' tokens, and which of them carry loss.
        let rows: String
        /// What else decides about the last bits: how rows come into streams, and the kernels.
        let layout: String

        fileprivate var members: [(name: String, value: String)] {
            [("model", model), ("adapter", adapter), ("rows", rows), ("layout", layout)]
        }
    }

    let key: Key
    /// For each row, in nats; NaN where it is not known.
    private(set) var values: [Double]
    /// Whether values have been set that no file has yet.
    private(set) var isChanged = false

    /// Values of which none is known.
    init(_ key: Key, rowCount: Int) {
        self.key = key
        values = Array(repeating: .nan, count: rowCount)
    }

    /// Whether any of some rows is not known.
    func lacks(_ rows: some Sequence<Int>) -> Bool { rows.contains { values[$0].isNaN } }

    mutating func set(_ row: Int, to value: Double) {
        values[row] = value
        isChanged = true
    }

    /// Takes the values that another process has.
    mutating func take(_ values: [Double]) { self.values = values }

    private func digest() -> String {
        let stream = DigestStream()
        for member in key.members { stream.update(member.value) }
        for value in values { stream.update(value.bitPattern) }
        return stream.hex()
    }
}

extension ReferenceLogProbabilities {
    private static let valuesName = "logps"
    private static let digestName = "digest"

    /// Takes the values of a file that are not known yet, where it is there and of the same key.
    ///
    /// - Parameter isOwn: whether it is the file that `store` is going to write.
    /// - Returns: what is wrong with a file that cannot be used though it should; nil where nothing is.
    mutating func load(_ url: URL, isOwn: Bool) -> String? {
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        guard let bytes = try? PosixFile.contents(of: url), let file = try? JSONValue(parsing: bytes, file: url.path),
            let found = file[Self.valuesName]?.array
        else { return "\(url.path) cannot be read; its log-probabilities are computed again" }
        guard key.members.allSatisfy({ file[$0.name]?.string == $0.value }) else { return nil }
        var loaded = self
        loaded.values = found.map { $0.double ?? .nan }
        guard found.count == values.count, file[Self.digestName]?.string == loaded.digest() else {
            return "\(url.path) is damaged; its log-probabilities are computed again"
        }
        values = zip(values, loaded.values).map { $0.isNaN ? $1 : $0 }
        isChanged = isChanged || !isOwn
        return nil
    }

    /// Writes the values into a file, all at once.
    ///
    /// - Throws: `InputError(.tryAgain)` where it cannot be written.
    mutating func store(_ url: URL) throws(InputError) {
        let members =
            key.members.map { JSONValue.Member($0.name, .string($0.value)) } + [
                .init(Self.valuesName, .array(values.map { .number($0) })),
                .init(Self.digestName, .string(digest())),
            ]
        try AtomicFile.write(Array((JSONValue.object(members).compactText + "\n").utf8), to: url.path)
        isChanged = false
    }
}
