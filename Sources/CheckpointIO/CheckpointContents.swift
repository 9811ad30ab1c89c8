import Files
import Tensors

/// What a checkpoint holds, without the tensors' values.
public struct CheckpointContents: Sendable {
    /// A tensor's name, shape, element type and the digest of its bytes.
    public struct Tensor: Sendable, Equatable {
        public let name: String
        public let shape: [Int]
        public let dtype: DType
        public let digest: String
    }

    /// The version of the file's layout.
    public let schemaVersion: Int
    /// Optimizer steps done.
    public let step: Int
    /// What the run is a run of.
    public let identity: CheckpointIdentity
    /// The tensors in their order.
    public let tensors: [Tensor]
    /// Whole numbers by name.
    public let counters: [String: Int64]
    /// Running metrics by name.
    public let metrics: [String: Double]
    /// Texts by name.
    public let texts: [String: String]

    /// XXH3-128 over everything here: for each number its 8 bytes, little-endian; for each text its length in UTF-8
    /// bytes as a number and then its UTF-8, in this order:
    ///
    /// 1. schema version, step, and the identity's model, adapter, data and config, from schema 2 its tokenizer;
    /// 2. the number of tensors, and for each its name, rank, extents and digest;
    /// 3. the number of counters, and for each, sorted by the names' bytes, its name and value;
    /// 4. the same for metrics, with the bit pattern as the value;
    /// 5. the same for texts.
    public var digest: String {
        let stream = DigestStream()
        stream.update(UInt64(schemaVersion))
        stream.update(UInt64(step))
        for part in [identity.model, identity.adapter, identity.data, identity.config] { stream.update(part) }
        if schemaVersion >= CheckpointSchema.tokenizer.since { stream.update(identity.tokenizer) }
        stream.update(UInt64(tensors.count))
        for tensor in tensors {
            stream.update(tensor.name)
            stream.update(UInt64(tensor.shape.count))
            for extent in tensor.shape { stream.update(UInt64(extent)) }
            stream.update(tensor.digest)
        }
        stream.update(counters) { stream.update(UInt64(bitPattern: $0)) }
        stream.update(metrics) { stream.update($0.bitPattern) }
        stream.update(texts) { stream.update($0) }
        return stream.hex()
    }
}

extension DigestStream {
    fileprivate func update<Value>(_ dictionary: [String: Value], updateValue: (Value) -> Void) {
        update(UInt64(dictionary.count))
        for (name, value) in dictionary.sortedByName() {
            update(name)
            updateValue(value)
        }
    }
}

extension Dictionary where Key == String {
    /// The entries sorted by the names' UTF-8.
    func sortedByName() -> [(key: String, value: Value)] {
        sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }
}

extension NamedArray {
    /// XXH3-128 of the values' bytes.
    var digest: String {
        let stream = DigestStream()
        values.withUnsafeBytes { stream.update($0) }
        return stream.hex()
    }
}

extension TrainingState {
    /// What a checkpoint of this state holds.
    var contents: CheckpointContents {
        CheckpointContents(
            schemaVersion: CheckpointSchema.version, step: step, identity: identity,
            tensors: tensors.map {
                CheckpointContents.Tensor(
                    name: $0.name, shape: $0.shape, dtype: CheckpointSchema.tensorType, digest: $0.digest)
            },
            counters: counters, metrics: metrics, texts: texts)
    }
}
