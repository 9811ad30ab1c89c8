import Diagnostics
import Files
import Foundation

/// Writes a training state to a file of its own, to the layout of `CheckpointSchema`.
enum CheckpointWriter {
    /// Writes a complete checkpoint, which is not yet on the disk for certain.
    ///
    /// Tensors are written from where they are; beside them one chunk at a time is in memory.
    ///
    /// - Returns: the digest of the contents, for the check against what can be read back.
    static func write(_ state: TrainingState, to url: URL) throws(InputError) -> String {
        requireNames(of: state)
        let contents = state.contents
        let digest = contents.digest
        try HDF5.exclusively { () throws(InputError) in
            let file = try HDF5Node.createFile(at: url, userBlock: Seal.byteCount)
            try CheckpointSchema.schema.write(Int64(contents.schemaVersion), to: file)
            try CheckpointSchema.step.write(Int64(state.step), to: file)
            try CheckpointSchema.digest.write(digest, to: file)
            try write(state.identity, to: file)
            try write(state.counters, to: file, group: CheckpointSchema.countersGroup)
            try write(state.metrics, to: file, group: CheckpointSchema.metricsGroup)
            try write(texts: state.texts, to: file)
            try write(state.tensors, digests: contents.tensors.map(\.digest), to: file)
            try file.close()
        }
        try Seal.write(schema: contents.schemaVersion, to: url)
        return digest
    }

    private static func requireNames(of state: TrainingState) {
        require(state.step >= 0, "checkpoint: step \(state.step) is negative")
        for name in state.texts.keys {
            require(CheckpointSchema.isName(name), "checkpoint: '\(name)' is no name for a text")
        }
        for name in Array(state.counters.keys) + Array(state.metrics.keys) {
            require(!name.isEmpty && !name.utf8.contains(0), "checkpoint: '\(name)' is no name for a number")
        }
        requireSeparate(state.tensors.map(\.name))
        requireSeparate(Array(state.texts.keys))
    }

    /// Stops where a name is there twice, or is also a group on the way to another.
    private static func requireSeparate(_ names: [String]) {
        let distinct = Set(names)
        require(distinct.count == names.count, "checkpoint: a name is there twice")
        for name in names {
            for slash in name.indices where name[slash] == "/" {
                let group = String(name[..<slash])
                require(!distinct.contains(group), "checkpoint: '\(group)' and '\(name)' are both names")
            }
        }
    }

    private static func write(_ identity: CheckpointIdentity, to file: HDF5Node) throws(InputError) {
        let group = try file.createGroup(CheckpointSchema.identityGroup)
        try CheckpointSchema.model.write(identity.model, to: group)
        try CheckpointSchema.tokenizer.write(identity.tokenizer, to: group)
        try CheckpointSchema.adapter.write(identity.adapter, to: group)
        try CheckpointSchema.data.write(identity.data, to: group)
        try CheckpointSchema.config.write(identity.config, to: group)
        try group.close()
    }

    private static func write<Value: HDF5Attribute>(
        _ values: [String: Value], to file: HDF5Node, group name: String
    ) throws(InputError) {
        let group = try file.createGroup(name)
        for (name, value) in values.sortedByName() { try value.write(name, to: group) }
        try group.close()
    }

    private static func write(texts: [String: String], to file: HDF5Node) throws(InputError) {
        let group = try file.createGroup(CheckpointSchema.textsGroup)
        for (name, text) in texts.sortedByName() {
            let dataset = try group.createDataset(name, HDF5Extent(textByteCount: text.utf8.count), chunk: nil)
            try dataset.write(text: text, name)
            try CheckpointSchema.digest.write(Digest.of(text: text), to: dataset)
            try dataset.close()
        }
        try group.close()
    }

    private static func write(
        _ tensors: [NamedArray], digests: [String], to file: HDF5Node
    ) throws(InputError) {
        let group = try file.createGroup(CheckpointSchema.tensorsGroup)
        for (index, tensor) in tensors.enumerated() {
            let extent = HDF5Extent(of: Float.self, shape: tensor.shape)
            let dataset = try group.createDataset(tensor.name, extent, chunk: CheckpointSchema.chunk(of: tensor.shape))
            try dataset.write(tensor.values, tensor.name)
            try CheckpointSchema.index.write(Int64(index), to: dataset)
            try CheckpointSchema.digest.write(digests[index], to: dataset)
            try dataset.close()
        }
        try group.close()
    }
}
