import Diagnostics

/// A failure that all ranks know of, so that they end alike and one of them says why.
public struct CommonFailure: Error, Sendable {
    public let error: InputError

    /// - Parameter error: the same on every rank.
    public init(_ error: InputError) { self.error = error }
}

extension Communicator {
    /// What to throw where every rank has come upon the same failure.
    public func common(_ error: InputError) -> any Error { rankCount > 1 ? CommonFailure(error) : error }

    /// Runs on every rank what may fail on some of them, with nothing collective in it.
    ///
    /// - Throws: on all ranks what `body` has thrown on the first of those where it did.
    public func together<Result>(_ body: () throws -> Result) throws -> Result {
        try together(naming: true, body)
    }

    private func together<Result>(naming: Bool, _ body: () throws -> Result) throws -> Result {
        if rankCount == 1 { return try body() }
        let outcome = Swift.Result { try body() }
        var text = ""
        if case .failure(let error) = outcome {
            let error = error as? InputError ?? InputError(.internalFault, at: "", "\(error)")
            text = ["\(error.exitCode.rawValue)", error.place, error.message].joined(separator: "\0")
        }
        let all = gather(Array(text.utf8))
        guard let failed = all.firstIndex(where: { !$0.isEmpty }) else { return try outcome.get() }
        let parts = String(decoding: all[failed], as: UTF8.self).split(
            separator: "\0", omittingEmptySubsequences: false)
        // What is the same everywhere has nothing to do with a rank.
        let isGeneral = !naming || all.allSatisfy { $0 == all[failed] }
        let place = isGeneral ? String(parts[1]) : "\(hosts.name(failed)): \(parts[1])"
        throw CommonFailure(
            InputError(
                ExitCode(rawValue: Int32(parts[0])!) ?? .internalFault, at: place,
                parts[2...].joined(separator: " ")))
    }

    /// Runs on rank 0 what it alone does, such as reading and writing the output folder.
    ///
    /// - Throws: on all ranks what `body` has thrown.
    public func onRankZero(_ body: () throws -> Void) throws {
        try together(naming: false) { if rank == 0 { try body() } }
    }

    /// The values that rank 0 has.
    public func broadcast(_ values: [Double]) -> [Double] {
        var values = values
        values.withUnsafeMutableBytes { broadcast($0) }
        return values
    }
}
