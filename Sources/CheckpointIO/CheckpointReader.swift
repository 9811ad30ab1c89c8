import Diagnostics
import Files
import Foundation

/// Reads a file of the layout of `CheckpointSchema`, checking every digest in it.
struct CheckpointReader {
    private let file: HDF5Node
    private let schema: Int
    private let fileByteCount: Int

    /// Reads a checkpoint and tells damage from other obstacles.
    ///
    /// - Parameters:
    ///   - url: the file.
    ///   - take: receives each tensor with its place in the order.
    /// - Returns: everything but the tensors' values, or what is wrong with the file.
    /// - Throws: `InputError` where the file is whole but follows a newer schema, is missing, or cannot be read for a
    ///   reason that may pass.
    static func inspect(
        _ url: URL, take: (_ index: Int, NamedArray) -> Void
    ) throws(InputError) -> Result<CheckpointContents, InputError> {
        switch try separatingDamage({ () throws(InputError) in try Seal.checked(url) }) {
        case .failure(let damage):
            return .failure(damage)
        case .success(let seal):
            try CheckpointSchema.requireReadable(seal.schema, in: url)
            return try separatingDamage { () throws(InputError) in try read(url, seal: seal, take: take) }
        }
    }

    private static func separatingDamage<Value>(
        _ body: () throws(InputError) -> Value
    ) throws(InputError) -> Result<Value, InputError> {
        do throws(InputError) {
            return .success(try body())
        } catch {
            if error.exitCode == .data { return .failure(error) }
            throw error
        }
    }

    private static func read(
        _ url: URL, seal: Seal, take: (_ index: Int, NamedArray) -> Void
    ) throws(InputError) -> CheckpointContents {
        try HDF5.exclusively { () throws(InputError) in
            let file = try HDF5Node.openFile(at: url)
            let reader = CheckpointReader(file: file, schema: Int(seal.schema), fileByteCount: seal.fileByteCount)
            return try reader.contents(take: take)
        }
    }

    private func contents(take: (_ index: Int, NamedArray) -> Void) throws(InputError) -> CheckpointContents {
        let recorded = try CheckpointSchema.schema.read(of: file, schema: schema)
        guard recorded == Int64(schema) else {
            throw file.unexpected("attribute schema", expected: "\(schema)", found: "\(recorded)")
        }
        let contents = CheckpointContents(
            schemaVersion: schema, step: try step(), identity: try identity(), tensors: try tensors(take: take),
            counters: try numbers(in: CheckpointSchema.countersGroup),
            metrics: try numbers(in: CheckpointSchema.metricsGroup),
            texts: try texts())
        try require(contents.digest, of: file, "the contents")
        return contents
    }

    private func step() throws(InputError) -> Int {
        let step = try CheckpointSchema.step.read(of: file, schema: schema)
        guard step >= 0 else { throw file.unexpected("attribute step", expected: "0 or more", found: "\(step)") }
        return Int(step)
    }

    private func identity() throws(InputError) -> CheckpointIdentity {
        let group = try file.open(CheckpointSchema.identityGroup)
        return CheckpointIdentity(
            model: try CheckpointSchema.model.read(of: group, schema: schema),
            tokenizer: try CheckpointSchema.tokenizer.read(of: group, schema: schema),
            adapter: try CheckpointSchema.adapter.read(of: group, schema: schema),
            data: try CheckpointSchema.data.read(of: group, schema: schema),
            config: try CheckpointSchema.config.read(of: group, schema: schema))
    }

    private func numbers<Value: HDF5Number>(in name: String) throws(InputError) -> [String: Value] {
        let group = try file.open(name)
        var values: [String: Value] = [:]
        for name in try group.attributeNames() { values[name] = try Value.read(name, of: group) }
        return values
    }

    private func texts() throws(InputError) -> [String: String] {
        let group = try file.open(CheckpointSchema.textsGroup)
        var texts: [String: String] = [:]
        for name in try group.datasetPaths() {
            let dataset = try group.open(name)
            let text = try dataset.text(name, dataset.datasetExtent(name, fileByteCount: fileByteCount))
            try require(Digest.of(text: text), of: dataset, name)
            texts[name] = text
        }
        return texts
    }

    private func tensors(
        take: (_ index: Int, NamedArray) -> Void
    ) throws(InputError) -> [CheckpointContents.Tensor] {
        let group = try file.open(CheckpointSchema.tensorsGroup)
        let names = try group.datasetPaths()
        var found = [CheckpointContents.Tensor?](repeating: nil, count: names.count)
        for name in names {
            let dataset = try group.open(name)
            let index = try CheckpointSchema.index.read(of: dataset, schema: schema)
            guard let place = Int(exactly: index), found.indices.contains(place), found[place] == nil else {
                throw file.unexpected(
                    "\(name): attribute index", expected: "a free place below \(names.count)", found: "\(index)")
            }
            let extent = try dataset.datasetExtent(name, fileByteCount: fileByteCount)
            let tensor = NamedArray(name: name, shape: extent.shape, values: try dataset.floats(name, extent))
            let digest = tensor.digest
            try require(digest, of: dataset, name)
            found[place] = CheckpointContents.Tensor(
                name: name, shape: tensor.shape, dtype: CheckpointSchema.tensorType, digest: digest)
            take(place, tensor)
        }
        return found.compactMap { $0 }
    }

    private func require(_ digest: String, of node: HDF5Node, _ what: String) throws(InputError) {
        let expected = try CheckpointSchema.digest.read(of: node, schema: schema)
        guard digest == expected else {
            throw file.unexpected("\(what): damaged", expected: "checksum \(expected)", found: digest)
        }
    }
}
