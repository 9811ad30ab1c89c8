/// The names of the files a store writes; files with other names are none of its business.
enum CheckpointName {
    private static let prefix = "checkpoint-"
    private static let suffix = ".h5"
    private static let temporarySuffix = ".partial"

    /// `checkpoint-<step>.h5`.
    static func file(step: Int) -> String { "\(prefix)\(step)\(suffix)" }

    /// The step in a name that `file(step:)` gives; nil for any other name.
    static func step(of name: String) -> Int? {
        guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
        let digits = name.dropFirst(prefix.count).dropLast(suffix.count)
        guard let step = Int(digits), step >= 0, file(step: step) == name else { return nil }
        return step
    }

    /// `.checkpoint-<step>.h5.<16 hex digits>.partial`, another one at each call: a writer that was thought dead cannot
    /// publish what another has begun.
    static func temporaryFile(step: Int) -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        let padding = String(repeating: "0", count: 16 - digits.count)
        return ".\(file(step: step)).\(padding)\(digits)\(temporarySuffix)"
    }

    /// Whether `temporaryFile(step:)` gives such names.
    static func isTemporaryFile(_ name: String) -> Bool {
        guard name.hasPrefix("."), name.hasSuffix(temporarySuffix) else { return false }
        let parts = name.dropFirst().dropLast(temporarySuffix.count).split(
            separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[2].utf8.count == 16 else { return false }
        return step(of: "\(parts[0]).\(parts[1])") != nil
            && parts[2].utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
    }
}
