import Diagnostics
import Foundation

/// What a training run is a run of, as digests: two runs that agree in them can share a checkpoint.
public struct CheckpointIdentity: Sendable, Equatable {
    /// Digest of the base model.
    public var model: String
    /// Digest of what the tokenizer is made of; empty in files of schema 1.
    public var tokenizer: String
    /// Digest of the adapter's shape: its targets, ranks and scales.
    public var adapter: String
    /// Digest of the training data.
    public var data: String
    /// Digest of the resolved config.
    public var config: String

    /// Each is what `Digest` gives, 32 hex digits.
    public init(model: String, tokenizer: String, adapter: String, data: String, config: String) {
        self.model = model
        self.tokenizer = tokenizer
        self.adapter = adapter
        self.data = data
        self.config = config
    }
}

/// Refuses a checkpoint of another model, another tokenizer, another adapter or other data.
///
/// The config's digest is not compared: a run may go on with, say, more steps. Files of schema 1 are refused by that name:
/// their model's digest is over every byte of the weights and can no more be compared.
///
/// - Parameters:
///   - found: the checkpoint's identity.
///   - expected: the identity of the run that is to go on.
///   - url: the checkpoint, for the error.
/// - Throws: `InputError` (`.data`) naming all that differ, each with both digests.
public func requireSameIdentity(
    _ found: CheckpointIdentity, as expected: CheckpointIdentity, in url: URL
) throws(InputError) {
    guard !found.tokenizer.isEmpty else {
        throw InputError(
            .data, at: url.path,
            "expected a checkpoint of schema 2 or newer to go on with, found schema 1, which names its model otherwise")
    }
    let parts = [
        ("model", expected.model, found.model),
        ("tokenizer", expected.tokenizer, found.tokenizer),
        ("adapter", expected.adapter, found.adapter),
        ("data", expected.data, found.data),
    ]
    let differing = parts.filter { $0.1 != $0.2 }
    if differing.isEmpty { return }
    let names = differing.map { "another \($0.0)" }.joined(separator: " and ")
    let digests = differing.map { "\($0.0) expected \($0.1), found \($0.2)" }.joined(separator: "; ")
    throw InputError(.data, at: url.path, "the checkpoint is of \(names): \(digests)")
}
